"""What is sent shows what was read: pictures, and clips cut to their bounds."""

import io
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from mvbench.errors import Failure
from mvbench.types import Clip
from mvbench.video import ReadOptions, read
from mvbench.video.encode import encode_clip, encode_picture, encode_pictures, in_order
from tests.video import draw

PLENTY = 2**26


def decoded(content: bytes) -> tuple[list[int], list[float], tuple[int, int]]:
    """The numbers the frames of a video carry, their times and their size."""
    with av.open(io.BytesIO(content)) as container:
        frames = list(container.decode(video=0))
    numbers = [draw.number_of(frame.to_ndarray(format="rgb24")) for frame in frames]
    return numbers, [float(frame.time or 0) for frame in frames], (frames[0].width, frames[0].height)


def test_a_png_loses_nothing_and_a_jpeg_next_to_nothing() -> None:
    rgb = draw.picture(77)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(encode_picture(rgb, "png")))), rgb)
    jpeg = Image.open(io.BytesIO(encode_picture(rgb, "jpeg")))
    assert jpeg.format == "JPEG"
    plain = np.full((48, 64, 3), (200, 30, 60), np.uint8)
    seen = np.asarray(Image.open(io.BytesIO(encode_picture(plain, "jpeg"))))
    assert np.abs(seen.astype(int) - plain).max() <= 2
    assert np.abs(np.asarray(jpeg).astype(int) - rgb).mean() < 6


@pytest.mark.parametrize("image_format", ["jpeg", "png"])
def test_every_frame_becomes_one_picture_in_order(tmp_path: Path, image_format: str) -> None:
    frames = read(Clip(draw.h264(tmp_path / "a.mp4"), "video"), ReadOptions(side=None))
    pictures = encode_pictures(frames, "png" if image_format == "png" else "jpeg")
    numbers = [draw.number_of(np.asarray(Image.open(io.BytesIO(picture)))) for picture in pictures]
    assert numbers == list(frames.indices)


def test_a_whole_video_is_sent_as_it_lies(tmp_path: Path) -> None:
    for name, mime in (("a.mp4", "video/mp4"), ("b.mkv", "video/x-matroska")):
        path = draw.h264(tmp_path / name)
        assert encode_clip(Clip(path, "video"), PLENTY) == (mime, path.read_bytes())


def test_a_bounded_clip_holds_the_frames_in_its_bounds_at_their_distances(tmp_path: Path) -> None:
    path = draw.h264(tmp_path / "a.mp4", range(100))
    mime, content = encode_clip(Clip(path, "video", 1.0, 2.0), PLENTY)
    numbers, times, size = decoded(content)
    assert mime == "video/mp4"
    assert numbers == list(range(25, 51))
    assert times == pytest.approx([place / draw.FPS for place in range(26)], abs=1e-4)
    assert size == (draw.WIDTH, draw.HEIGHT)


def test_uneven_times_stay_uneven(tmp_path: Path) -> None:
    path = draw.h264(tmp_path / "a.mp4", range(30), times=lambda place: place + place * place // 8)
    _, content = encode_clip(Clip(path, "video", 0.0, 100.0), PLENTY)
    numbers, times, _ = decoded(content)
    assert numbers == list(range(30))
    assert times == pytest.approx([(place + place * place // 8) / draw.FPS for place in range(30)], abs=1e-3)


def test_gifs_and_frame_folders_become_videos(tmp_path: Path) -> None:
    gif = draw.gif(tmp_path / "a.gif", milliseconds=80)
    numbers, times, _ = decoded(encode_clip(Clip(gif, "gif"), PLENTY)[1])
    assert numbers == list(range(20))
    assert times[-1] == pytest.approx(19 * 0.08, abs=1e-3)
    folder = draw.frame_folder(tmp_path / "frames", range(1, 10))
    numbers, times, _ = decoded(encode_clip(Clip(folder, "frames", 1.0, 2.0), PLENTY)[1])
    assert numbers == [3, 4, 5, 6]
    assert times == pytest.approx([0, 1 / 3, 2 / 3, 1], abs=1e-3)


def test_an_odd_size_grows_by_one_repeated_line(tmp_path: Path) -> None:
    path = draw.h264(tmp_path / "odd.mp4", range(10), size=(131, 97), pix_fmt="yuv444p")
    numbers, _, size = decoded(encode_clip(Clip(path, "video", 0.0, 1.0), PLENTY)[1])
    assert numbers == list(range(10))
    assert size == (132, 98)


def test_other_containers_are_coded_anew(tmp_path: Path) -> None:
    mime, content = encode_clip(Clip(draw.h264(tmp_path / "a.ts", range(20)), "video"), PLENTY)
    assert mime == "video/mp4"
    assert decoded(content)[0] == list(range(20))


@pytest.mark.parametrize("bounds", [(None, None), (0.0, 2.0)])
def test_a_clip_that_is_too_large_is_one_clear_line(tmp_path: Path, bounds: tuple[float | None, float | None]) -> None:
    path = draw.h264(tmp_path / "a.mp4")
    with pytest.raises(Failure, match="at most 0 MiB are sent; use --send-as images"):
        encode_clip(Clip(path, "video", *bounds), 3_000)


@pytest.mark.parametrize(
    ("content", "bounds", "reason"),
    [
        (None, (None, None), "missing"),
        (b"<html>", (None, None), "unreadable"),
        (b"", (0.0, 1.0), "unreadable"),
        ("video", (9.0, 10.0), "bounds"),
    ],
)
def test_a_clip_that_cannot_be_read_fails_as_reading_does(
    tmp_path: Path, content: bytes | str | None, bounds: tuple[float | None, float | None], reason: str
) -> None:
    path = tmp_path / "a.mp4"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content:
        draw.h264(path)
    with pytest.raises(Failure) as raised:
        encode_clip(Clip(path, "video", *bounds), PLENTY)
    assert raised.value.reason == reason


def test_frames_that_come_early_wait_for_their_turn() -> None:
    picture = draw.picture(0)
    assert [index for index, _ in in_order([(n, picture) for n in (3, 5, 4, 7, 6)], 3)] == [3, 4, 5, 6, 7]
    with pytest.raises(Failure, match="frame 0 cannot be reached"):
        list(in_order([(n, picture) for n in range(1, 400)], 0))
