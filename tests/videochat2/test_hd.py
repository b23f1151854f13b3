"""Grids, tiles and padding of high-resolution frames."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baselines.videochat2.grids import grid, padded_size

slow = pytest.mark.slow
sides = st.integers(1, 4000)


@pytest.mark.parametrize(
    ("height", "width", "most", "expected"),
    [
        (224, 224, 1, (1, 1)),
        (100, 4000, 12, (1, 12)),
        (4000, 100, 12, (12, 1)),
        (480, 640, 12, (3, 4)),
        (480, 640, 6, (2, 3)),
        (316, 316, 6, (1, 1)),  # 1x1 and 2x2 are equally near: the larger from half of its area on
        (317, 317, 6, (2, 2)),
        (475, 475, 12, (2, 2)),
        (476, 476, 12, (3, 3)),
    ],
)
def test_grids(height: int, width: int, most: int, expected: tuple[int, int]) -> None:
    assert grid(height, width, most=most) == expected


@given(height=sides, width=sides, most=st.integers(1, 16))
def test_no_allowed_grid_is_nearer_to_the_frames_shape(height: int, width: int, most: int) -> None:
    rows, columns = grid(height, width, most=most)
    assert rows * columns <= most
    others = ((row, column) for row in range(1, most + 1) for column in range(1, most + 1) if row * column <= most)
    assert abs(width / height - columns / rows) == min(abs(width / height - column / row) for row, column in others)


@given(height=sides, width=sides, most=st.integers(1, 16))
def test_padded_frames_lie_and_fit(height: int, width: int, most: int) -> None:
    small, full = padded_size(height, width, most=most)
    assert full % 224 == 0
    assert -(-small // 224) * (full // 224) <= most
    assert small == padded_size(width, height, most=most)[0] <= full


def counted(frames: int, height: int, width: int) -> Any:
    import torch

    return torch.arange(frames * 3 * height * width, dtype=torch.float32).view(frames, 3, height, width)


@slow
def test_tiles_go_row_by_row_and_the_whole_comes_last() -> None:
    import torch

    from baselines.videochat2 import hd

    video = counted(2, 4, 6)
    found = hd.tiles(video, side=2)
    assert found.shape == (7, 2, 3, 2, 2)
    for number, (top, left) in enumerate([(0, 0), (0, 2), (0, 4), (2, 0), (2, 2), (2, 4)]):
        assert torch.equal(found[number], video[..., top : top + 2, left : left + 2])
    assert torch.equal(found[6], hd.resized(video, 2, 2))
    assert torch.equal(hd.tiles(video, side=2, whole=False), found[:6])


@slow
def test_sides_that_do_not_divide_are_refused() -> None:
    from baselines.videochat2 import hd

    with pytest.raises(ValueError, match="4x5 pixels do not divide into squares of 2"):
        hd.tiles(counted(1, 4, 5), side=2)


@slow
def test_frames_are_stretched_to_their_grid_beyond_their_own_range() -> None:
    import torch

    from baselines.videochat2 import hd

    frames = torch.zeros(2, 3, 60, 80)
    frames[..., 40:] = 255.0
    found = hd.enlarged(frames, most=6)
    assert found.shape == (2, 3, 448, 672)
    assert found.max() > 255 and found.min() < 0


@slow
@pytest.mark.parametrize(("height", "width"), [(100, 150), (101, 333)])
def test_padding_is_above_and_below_and_one_row_more_below(height: int, width: int) -> None:
    import torch

    from baselines.videochat2 import hd

    small, full = padded_size(height, width, most=6)
    missing = -small % 224
    found = hd.padded(torch.zeros(1, 3, height, width), most=6, fill=9.0)
    assert found.shape == (1, 3, small + missing, full)
    filled = (found[0, 0] == 9).all(dim=1).tolist()
    top = missing // 2
    assert filled == [True] * top + [False] * small + [True] * (missing - top)


@slow
def test_portrait_frames_are_squashed_and_padded_with_the_larger_half_on_top() -> None:
    import torch

    from baselines.videochat2 import hd

    height, width = 333, 101
    small, full = padded_size(height, width, most=6)
    missing = -small % 224
    assert missing % 2
    frames = torch.zeros(1, 3, height, width)
    frames[..., : height // 2, :] = 100.0
    found = hd.padded(frames, most=6, fill=9.0)[0, 0]
    assert found.shape == (small + missing, full)
    filled = (found == 9).all(dim=1).tolist()
    bottom = missing // 2
    assert filled == [True] * (missing - bottom) + [False] * small + [True] * bottom
    assert found[missing - bottom].mean() > 90 and abs(found[-bottom - 1].mean()) < 5  # what was up is up again
