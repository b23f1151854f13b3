"""Which grid of squares a frame is cut into: pure arithmetic.

Source: OpenGVLab/Ask-Anything, video_chat2/dataset/hd_utils.py.
"""

from __future__ import annotations

import math


def grid(height: int, width: int, *, most: int, side: int = 224) -> tuple[int, int]:
    """(rows, columns) of at most `most` squares of `side` pixels, in the shape nearest to the frame's.

    Of shapes equally near, the one with more squares, if the frame fills more than half of it.

    >>> grid(240, 320, most=6), grid(240, 320, most=12), grid(64, 64, most=12)
    ((2, 3), (3, 4), (1, 1))
    """
    shapes = sorted(
        ((rows, columns) for rows in range(1, most + 1) for columns in range(1, most // rows + 1)), key=math.prod
    )
    best, nearest = (1, 1), math.inf
    for rows, columns in shapes:
        distance = abs(width / height - columns / rows)
        fills = height * width > 0.5 * side**2 * rows * columns
        if distance < nearest or (distance == nearest and fills):
            best, nearest = (rows, columns), distance
    return best


def padded_size(height: int, width: int, *, most: int, side: int = 224) -> tuple[int, int]:
    """(height, width) in the variant that keeps a frame's shape, before its height is filled up to whole squares.

    Always landscape: a portrait frame is counted as if it lay on its side.

    >>> padded_size(240, 480, most=6), padded_size(480, 240, most=6)
    ((336, 672), (336, 672))
    """
    ratio = max(height, width) / min(height, width)
    columns = max(scale for scale in range(1, most + 1) if scale * math.ceil(scale / ratio) <= most)
    return int(columns * side / ratio), columns * side
