"""High-resolution frames: resized to a grid of squares, cut into them.

Source: OpenGVLab/Ask-Anything, video_chat2/dataset/hd_utils.py and models/videochat2_it_hd_mistral.py.
Legend: T frames, H W pixels, S the side of a square.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from baselines.videochat2.grids import grid, padded_size


def enlarged(frames: Tensor, *, most: int, side: int = 224) -> Tensor:
    """Float (T, 3, H, W) -> (T, 3, rows*S, columns*S), stretched to the grid of at most `most` squares."""
    rows, columns = grid(*frames.shape[-2:], most=most, side=side)
    return resized(frames, rows * side, columns * side)


def padded(frames: Tensor, *, most: int, side: int = 224, fill: float = 255.0) -> Tensor:
    """The variant that keeps the aspect ratio: float (T, 3, H, W) -> sides that are multiples of S, the rest `fill`.

    Of landscape frames, that is. A portrait one is turned by half a turn and squashed into landscape, as in the
    original, where a quarter turn was meant.
    """
    height, width = frames.shape[-2:]
    portrait = width < height
    if portrait:
        frames = frames.flip((-2, -1))
    small_height, full_width = padded_size(height, width, most=most, side=side)
    missing = math.ceil(small_height / side) * side - small_height
    frames = resized(frames, small_height, full_width)
    frames = F.pad(frames, (0, 0, missing // 2, missing - missing // 2), value=fill)
    return frames.flip((-2, -1)) if portrait else frames


def tiles(video: Tensor, *, side: int = 224, whole: bool = True) -> Tensor:
    """(T, 3, rows*S, columns*S) -> (tiles, T, 3, S, S), row by row; last, if asked for, the whole in one square.

    Raises ValueError when a side is no multiple of S.
    """
    frames, channels, height, width = video.shape
    if height % side or width % side:
        raise ValueError(f"{height}x{width} pixels do not divide into squares of {side}")
    cut = video.reshape(frames, channels, height // side, side, width // side, side)
    cut = cut.permute(2, 4, 0, 1, 3, 5).flatten(0, 1)  # (T, 3, rows, S, columns, S) -> (rows*columns, T, 3, S, S)
    return torch.cat([cut, resized(video, side, side)[None]]) if whole else cut


def resized(frames: Tensor, height: int, width: int) -> Tensor:
    """Bicubic without antialiasing, values beyond the range kept: as the original does it, on floats."""
    return F.interpolate(frames, size=(height, width), mode="bicubic", align_corners=False)
