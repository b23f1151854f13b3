"""Folders of images: numeric order, 3 per second, from 1."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from mvbench.errors import Failure
from mvbench.sampling import Sampling
from mvbench.types import Clip
from mvbench.video import ReadOptions, read
from tests.video import draw


def seen(path: Path, count: int, bound: tuple[float | None, float | None] = (None, None)) -> list[int]:
    frames = read(Clip(path, "frames", *bound), ReadOptions(Sampling("linspace", count), side=None))
    assert draw.numbers_of(frames.rgb) == list(frames.indices)
    assert frames.pts_seconds == pytest.approx([(index - 1) / 3 for index in frames.indices])
    return list(frames.indices)


@pytest.mark.parametrize(
    "name",
    ["{:05d}.jpg", "{}.jpg", "frame_{}.png", "S01E02_{:04d}.JPEG", "{:05d}.png"],
    ids=["00001", "1", "f", "S", "p"],
)
def test_numbers_in_names_are_the_order(name: str, tmp_path: Path) -> None:
    assert seen(draw.frame_folder(tmp_path / "clip", name=name), 30) == list(range(1, 31))


def test_bound_is_in_frames_of_a_third_of_a_second(tmp_path: Path) -> None:
    assert seen(draw.frame_folder(tmp_path / "clip"), 4, (2.0, 4.0)) == [6, 8, 10, 12]


def test_other_files_do_not_count(tmp_path: Path) -> None:
    folder = draw.frame_folder(tmp_path / "clip", range(1, 4))
    (folder / "subtitles_7.txt").write_text("")
    (folder / "cover.jpg").write_bytes((folder / "00001.jpg").read_bytes())
    frames = read(Clip(folder, "frames"), ReadOptions(Sampling("linspace", 3)))
    assert (frames.num_source_frames, frames.duration_seconds, frames.source_fps) == (3, 1.0, 3.0)


def test_gap_fails_only_where_it_is_needed(tmp_path: Path) -> None:
    folder = draw.frame_folder(tmp_path / "clip", [1, 2, 3, 5, 6])
    assert seen(folder, 3, (0.0, 1.0)) == [1, 2, 3]
    with pytest.raises(Failure, match="no image number 4 among its 5 images") as caught:
        seen(folder, 5)
    assert caught.value.reason == "missing"


def test_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"no numbered \.jpg or \.png") as caught:
        seen(tmp_path, 1)
    assert caught.value.reason == "no_video"


def test_two_images_of_one_number(tmp_path: Path) -> None:
    folder = draw.frame_folder(tmp_path / "clip", range(1, 4))
    Image.fromarray(draw.picture(2)).save(folder / "2.png")
    with pytest.raises(Failure, match="two images number 2") as caught:
        seen(folder, 1)
    assert caught.value.reason == "corrupt"


def test_images_of_several_sizes(tmp_path: Path) -> None:
    folder = draw.frame_folder(tmp_path / "clip", range(1, 4))
    Image.fromarray(draw.picture(2, width=64, height=48)).save(folder / "00002.jpg")
    assert read(Clip(folder, "frames"), ReadOptions(side=32)).rgb.shape == (16, 32, 32, 3)
    with pytest.raises(Failure, match="several sizes, 128x96 and 64x48") as caught:
        read(Clip(folder, "frames"), ReadOptions(side=None))
    assert caught.value.reason == "corrupt"


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "unreadable"), (b"no image", "unreadable"), ("half", "corrupt"), ("bomb", "unreadable")],
)
def test_bad_image(content: bytes | str, reason: str, tmp_path: Path) -> None:
    folder = draw.frame_folder(tmp_path / "clip", range(1, 4), name="{:05d}.png")
    middle = folder / "00002.png"
    if content == "half":
        content = middle.read_bytes()[:200]
    elif content == "bomb":
        content = enormous_png()
    assert isinstance(content, bytes)
    middle.write_bytes(content)
    with pytest.raises(Failure, match=r"00002\.png") as caught:
        seen(folder, 3)
    assert caught.value.reason == reason


def enormous_png() -> bytes:
    """A PNG of 20,000 x 20,000 pixels in a hundred bytes."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
