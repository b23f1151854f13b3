"""Whether `read` gives the frames it says it gives, for every way a video may be made."""

from __future__ import annotations

import dataclasses
import pickle
from pathlib import Path

import numpy as np
import pytest

from mvbench.errors import Failure
from mvbench.sampling import Sampling
from mvbench.types import Clip, Frames
from mvbench.video import ReadOptions, read
from mvbench.video import pyav as pyav_module
from tests.video import draw
from tests.video.conftest import FindClip

SIXTEEN = ReadOptions(sampling=Sampling("linspace", num_frames=16), side=None)
SIXTY = ReadOptions(sampling=Sampling("linspace", num_frames=60), side=None)

RIGHT = [
    "h264.mp4",
    "h264.mkv",
    "hevc.mp4",
    "hevc_open_gop.mp4",
    "vp9.webm",
    "vp8.webm",
    "av1.mkv",
    "yuv444_odd.mp4",
    "ten_bit.mp4",
    "late_start.mp4",
    "late_start.mkv",
    "uneven.mp4",
    "open_gop.mp4",
    "b_frames.avi",
    "plain.avi",
    "h264.ts",
    "mpeg2.ts",
    "no_index.avi",
    "wrong_keyframes.mp4",
    "timeless.h264",
    "faststart.mp4",
]


def seen(frames: Frames) -> list[int]:
    return draw.numbers_of(frames.rgb)


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("how", [SIXTEEN, SIXTY], ids=["some", "all"])
def test_frames_are_the_ones_asked_for(name: str, how: ReadOptions, clip_path: FindClip) -> None:
    frames = read(Clip(clip_path(name), "video"), how)
    assert frames.num_source_frames == 60
    assert frames.indices[0] == 0
    assert frames.indices[-1] == 59
    assert seen(frames) == list(frames.indices)


@pytest.mark.parametrize("name", ["h264.mp4", "open_gop.mp4", "hevc.mp4", "b_frames.avi", "vp9.webm"])
@pytest.mark.parametrize("resize_side", [None, 48])
def test_strict_decoding_changes_no_byte(name: str, resize_side: int | None, clip_path: FindClip) -> None:
    clip = Clip(clip_path(name), "video")
    how = dataclasses.replace(SIXTEEN, side=resize_side)
    assert np.array_equal(read(clip, how).rgb, read(clip, dataclasses.replace(how, strict=True)).rgb)


@pytest.mark.parametrize(
    "name", ["h264.mp4", "hevc_open_gop.mp4", "open_gop.mp4", "b_frames.avi", "vp9.webm", "cut.mp4"]
)
def test_seeking_gives_the_bytes_of_decoding_from_the_start(
    name: str, clip_path: FindClip, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = Clip(clip_path(name), "video")
    by_seeking = read(clip, SIXTEEN)
    monkeypatch.setattr(pyav_module.PyAVSource, "_by_keyframe", lambda self, indices: iter(()))
    assert np.array_equal(by_seeking.rgb, read(clip, SIXTEEN).rgb)


def test_edit_list_shows_what_it_keeps(clip_path: FindClip) -> None:
    frames = read(Clip(clip_path("cut.mp4"), "video"), ReadOptions(Sampling("linspace", 43), side=None))
    assert frames.num_source_frames == 43
    assert seen(frames) == list(range(17, 60))
    assert frames.pts_seconds[0] == 0


def test_discarded_first_keyframe(media_dir: Path) -> None:
    frames = read(Clip(media_dir / "discard_first_keyframe.mp4", "video"), ReadOptions(Sampling("linspace", 25), None))
    assert (frames.num_source_frames, frames.indices) == (25, tuple(range(25)))


def test_best_of_two_streams_is_read(clip_path: FindClip, media_dir: Path) -> None:
    frames = read(Clip(clip_path("two_streams.mp4"), "video"), ReadOptions(Sampling("linspace", 30), side=None))
    assert frames.source_size == (draw.WIDTH, draw.HEIGHT)
    assert seen(frames) == list(range(30))
    assert read(Clip(media_dir / "nasa_13013.mp4", "video"), SIXTEEN).source_size == (480, 270)


def test_rotation_is_undone(clip_path: FindClip) -> None:
    frames = read(Clip(clip_path("rotated.mp4"), "video"), SIXTEEN)
    assert frames.source_size == (draw.HEIGHT, draw.WIDTH)
    assert [draw.number_of(np.rot90(rgb, -1)) for rgb in frames.rgb] == list(frames.indices)


def test_one_frame_is_repeated(clip_path: FindClip) -> None:
    frames = read(Clip(clip_path("one_frame.mp4"), "video"), ReadOptions())
    assert frames.indices == (0,) * 16
    assert frames.rgb.shape == (16, 224, 224, 3)
    assert np.ptp(frames.rgb, axis=0).max() == 0


def test_repeated_indices_are_decoded_once(clip_path: FindClip, monkeypatch: pytest.MonkeyPatch) -> None:
    converted = []
    convert = pyav_module.PyAVSource._rgb
    monkeypatch.setattr(pyav_module.PyAVSource, "_rgb", lambda self, frame: converted.append(0) or convert(self, frame))
    frames = read(Clip(clip_path("one_frame.mp4"), "video"), ReadOptions(Sampling(num_frames=64)))
    assert (len(frames.rgb), len(converted)) == (64, 1)


def test_times_are_the_files_own(clip_path: FindClip) -> None:
    frames = read(Clip(clip_path("uneven.mp4"), "video"), SIXTEEN)
    expected = [(index + index * index // 8) / 25 for index in frames.indices]
    assert frames.pts_seconds == pytest.approx(expected)
    assert frames.source_fps == pytest.approx(60 / frames.duration_seconds, rel=0.1)


@pytest.mark.parametrize("name", ["late_start.mp4", "late_start.mkv", "h264.ts", "b_frames.avi"])
def test_times_count_from_the_first_frame(name: str, clip_path: FindClip) -> None:
    frames = read(Clip(clip_path(name), "video"), SIXTEEN)
    assert frames.pts_seconds == pytest.approx([index / 25 for index in frames.indices], abs=1e-3)
    assert frames.duration_seconds == pytest.approx(2.4, abs=1e-3)
    assert frames.source_fps == 25


def test_frames_without_times_are_counted_and_noted(clip_path: FindClip) -> None:
    assert read(Clip(clip_path("timeless.h264"), "video"), ReadOptions()).notes == (
        "frames without times of their own were counted",
    )


def test_gif_counts_25_per_second_and_has_its_own_times(clip_path: FindClip, tmp_path: Path) -> None:
    frames = read(Clip(clip_path("film.gif"), "gif"), SIXTEEN)
    assert seen(frames) == list(frames.indices)
    slow = draw.gif(tmp_path / "slow.gif", range(10), milliseconds=100)
    frames = read(Clip(slow, "gif", 0.2, 0.3), ReadOptions(Sampling("linspace", 2), side=None))
    assert (frames.source_fps, frames.indices, seen(frames)) == (25, (5, 8), [5, 8])
    assert frames.pts_seconds == pytest.approx([0.5, 0.8])


def test_bounds_choose_and_clamp(clip_path: FindClip) -> None:
    path = clip_path("h264.mp4")
    frames = read(Clip(path, "video", 0.8, 1.6), ReadOptions(Sampling("linspace", 5), side=None))
    assert (frames.indices, seen(frames), frames.notes) == ((20, 25, 30, 35, 40), [20, 25, 30, 35, 40], ())
    frames = read(Clip(path, "video", 0.8, 9.0), ReadOptions(Sampling("linspace", 2), side=None))
    assert (frames.indices, frames.notes) == ((20, 59), ("end 9 s clamped to the last frame, at 2.36 s",))
    assert read(Clip(path, "video", 2.0, None), ReadOptions(Sampling("linspace", 2), side=None)).indices == (50, 59)
    with pytest.raises(Failure, match="past the last frame") as caught:
        read(Clip(path, "video", 7.0, 9.0), ReadOptions())
    assert caught.value.reason == "bounds"


def test_every_real_clip_is_read(media_dir: Path) -> None:
    counts = {}
    for path in sorted(media_dir.iterdir()):
        clip = Clip(path, "gif" if path.suffix == ".gif" else "video")
        frames = read(clip, ReadOptions(Sampling(num_frames=4), side=32))
        assert frames.rgb.shape == (4, 32, 32, 3)
        counts[path.name] = frames.num_source_frames
    known = {"jesse_dance.mp4": 235, "nasa_13013.mp4": 390, "av1_video.mkv": 125, "discard_first_keyframe.mp4": 25}
    assert counts
    assert {name: counts.get(name, count) for name, count in known.items()} == known


def test_options_and_frames_travel_between_processes(clip_path: FindClip) -> None:
    how = pickle.loads(pickle.dumps(ReadOptions()))  # noqa: S301 - our own
    frames = pickle.loads(pickle.dumps(read(Clip(clip_path("h264.mp4"), "video"), how)))  # noqa: S301
    assert frames.decoder.startswith("pyav ")
    assert frames.provenance()["size"] == [224, 224]
