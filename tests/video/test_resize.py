"""Sizes and crops; the values themselves are checked against golden data in tests/parity."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mvbench.sampling import Sampling
from mvbench.types import Clip
from mvbench.video import ReadOptions, read
from mvbench.video.resize import resizer, squash
from tests.video import draw
from tests.video.conftest import FindClip

SIDES = st.integers(1, 200)


@given(SIDES, SIDES, st.integers(1, 64))
def test_crop_is_square_and_never_enlarges_twice(width: int, height: int, side: int) -> None:
    shown = resizer("exact", side=side, max_pixels=None)(np.zeros((height, width, 3), np.uint8))
    assert shown.shape == (side, side, 3)
    assert shown.flags.c_contiguous


@given(SIDES, SIDES, st.integers(1, 40_000))
def test_pixels_are_capped_in_proportion(width: int, height: int, max_pixels: int) -> None:
    rgb = np.zeros((height, width, 3), np.uint8)
    rows, columns, _ = resizer("exact", side=None, max_pixels=max_pixels)(rgb).shape
    assert rows * columns <= max(max_pixels, rows, columns)
    if width * height <= max_pixels:
        assert (rows, columns) == (height, width)
    if min(rows, columns) > 1:
        assert abs(columns / width - rows / height) <= 1 / min(width, height)


def test_longer_side_is_truncated_and_the_offset_rounds_half_to_even() -> None:
    """101x77 to 224: 293.8 columns become 293, of which 34.5 are cut on the left, which rounds to 34."""
    rgb = draw.picture(1, width=101, height=77)
    width_first = Image.fromarray(rgb).resize((293, 77), Image.Resampling.BICUBIC)
    both = width_first.resize((293, 224), Image.Resampling.BICUBIC)
    assert np.array_equal(resizer("exact", side=224, max_pixels=None)(rgb), np.asarray(both)[:, 34:258])


def test_squash_ignores_proportions() -> None:
    assert squash(draw.picture(1, width=101, height=77), 64).shape == (64, 64, 3)


@pytest.mark.parametrize("name", ["h264.mp4", "rotated.mp4", "yuv444_odd.mp4", "film.gif"])
def test_read_resizes_what_it_reads_in_full(name: str, clip_path: FindClip) -> None:
    clip = Clip(clip_path(name), "gif" if name.endswith("gif") else "video")
    full = read(clip, ReadOptions(Sampling(num_frames=4), side=None))
    small = read(clip, ReadOptions(Sampling(num_frames=4), side=40))
    shrink = resizer("exact", side=40, max_pixels=None)
    assert np.array_equal(small.rgb, np.stack([shrink(rgb) for rgb in full.rgb]))
    assert small.source_size == full.source_size
    capped = read(clip, ReadOptions(Sampling(num_frames=4), side=None, max_pixels=3000))
    assert capped.rgb.shape[1] * capped.rgb.shape[2] <= 3000


@pytest.mark.slow
@pytest.mark.parametrize("name", ["h264.mp4", "rotated.mp4", "yuv444_odd.mp4", "film.gif", "folder"])
@pytest.mark.parametrize(("side", "max_pixels"), [(40, None), (224, None), (None, 3000), (None, None)])
def test_fast_is_within_two_of_exact(name: str, side: int | None, max_pixels: int | None, clip_path: FindClip) -> None:
    pytest.importorskip("torch")
    path = clip_path(name)
    clip = Clip(path, "frames" if path.is_dir() else "gif" if path.suffix == ".gif" else "video")
    exact, fast = (
        read(clip, ReadOptions(Sampling(num_frames=8), side=side, resize=resize, max_pixels=max_pixels))
        for resize in ("exact", "fast")
    )
    assert np.abs(exact.rgb.astype(int) - fast.rgb.astype(int)).max() <= 2


@pytest.mark.slow
@pytest.mark.parametrize("size", [(101, 77), (77, 101), (320, 240), (1280, 720)])
def test_fast_is_within_two_of_exact_on_noise(size: tuple[int, int]) -> None:
    pytest.importorskip("torch")
    rgb = np.random.default_rng(3).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    exact, fast = (resizer(name, side=224, max_pixels=None)(rgb).astype(int) for name in ("exact", "fast"))  # type: ignore[arg-type]
    assert np.abs(exact - fast).max() <= 2
