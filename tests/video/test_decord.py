"""decord as the other decoder: the same bytes on plain files, and where it is known to be wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mvbench.errors import Failure
from mvbench.sampling import Sampling
from mvbench.types import Clip
from mvbench.video import ReadOptions, read
from tests.video import draw
from tests.video.conftest import FindClip

pytestmark = pytest.mark.slow

PYAV = ReadOptions(Sampling("linspace", 16), side=None)
DECORD = ReadOptions(Sampling("linspace", 16), side=None, decoder="decord")


@pytest.fixture(autouse=True)
def installed() -> None:
    pytest.importorskip("decord")


PLAIN = [
    "h264.mp4",
    "h264.mkv",
    "hevc.mp4",
    "vp9.webm",
    "plain.avi",
    "uneven.mp4",
    "late_start.mp4",
    "rotated.mp4",
    "one_frame.mp4",
]


@pytest.mark.parametrize("name", PLAIN)
def test_plain_files_agree_to_the_byte(name: str, clip_path: FindClip) -> None:
    clip = Clip(clip_path(name), "video")
    ours, theirs = read(clip, PYAV), read(clip, DECORD)
    assert theirs.decoder.startswith("decord ")
    assert np.array_equal(ours.rgb, theirs.rgb)
    assert ours.indices == theirs.indices
    assert ours.source_fps == pytest.approx(theirs.source_fps)
    assert ours.pts_seconds == pytest.approx(theirs.pts_seconds, abs=1e-3)
    assert ours.duration_seconds == pytest.approx(theirs.duration_seconds, abs=0.05)


@pytest.mark.parametrize("name", ["open_gop.mp4", "hevc_open_gop.mp4", "b_frames.avi", "h264.ts"])
def test_decord_itself_is_wrong_after_seeking(name: str, clip_path: FindClip) -> None:
    frames = read(Clip(clip_path(name), "video"), DECORD)
    assert draw.numbers_of(frames.rgb) != list(frames.indices)


def test_decord_counts_frames_that_an_edit_list_discards(media_dir: Path, clip_path: FindClip) -> None:
    discarded = Clip(media_dir / "discard_first_keyframe.mp4", "video")
    assert (read(discarded, DECORD).num_source_frames, read(discarded, PYAV).num_source_frames) == (30, 25)
    assert read(Clip(clip_path("cut.mp4"), "video"), DECORD).num_source_frames > 43


@pytest.mark.parametrize(("name", "reason"), [("av1.mkv", "unreadable"), ("film.gif", "unreadable")])
def test_decord_opens_neither_av1_nor_gif(name: str, reason: str, clip_path: FindClip) -> None:
    with pytest.raises(Failure) as caught:
        read(Clip(clip_path(name), "video"), DECORD)
    assert caught.value.reason == reason


def test_gifs_and_folders_have_their_own_reader(clip_path: FindClip) -> None:
    assert read(Clip(clip_path("film.gif"), "gif"), DECORD).decoder.startswith("pyav ")
    assert read(Clip(clip_path("folder"), "frames"), DECORD).decoder.startswith("pillow ")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("empty.mp4", "unreadable"),
        ("page.mp4", "unreadable"),
        ("no_moov.mp4", "unreadable"),
        ("audio.mp4", "no_video"),
        ("flipped.mp4", "corrupt"),
    ],
)
def test_broken_clip_fails_quietly(
    name: str, reason: str, clip_path: FindClip, capfd: pytest.CaptureFixture[str]
) -> None:
    clip = Clip(clip_path(name), "video")
    capfd.readouterr()
    with pytest.raises(Failure) as caught:
        read(clip, DECORD)
    assert caught.value.reason == reason
    assert capfd.readouterr() == ("", "")
