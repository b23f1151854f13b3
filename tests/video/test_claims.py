"""What we say other harnesses get wrong and ours does not; numbered as in the comparison with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mvbench.errors import Failure
from mvbench.sampling import Sampling
from mvbench.types import Clip
from mvbench.video import ReadOptions, read
from tests.video import draw

FIVE = ReadOptions(Sampling("linspace", 5), side=None)


def test_c3_same_name_in_two_folders_gives_each_its_own_frames(tmp_path: Path) -> None:
    seen, prints = [], set()
    for folder, first in (("clevrer", 0), ("perception", 100)):
        (tmp_path / folder).mkdir()
        path = draw.h264(tmp_path / folder / "video_10142.mp4", range(first, first + 60))
        frames = read(Clip(path, "video"), FIVE)
        seen.append(draw.numbers_of(frames.rgb))
        prints.add(frames.fingerprint)
    assert seen == [[0, 14, 29, 44, 59], [100, 114, 129, 144, 159]]
    assert len(prints) == 2


def test_c3_overlapping_bounds_of_one_file_give_each_their_own_frames(tmp_path: Path) -> None:
    path = draw.h264(tmp_path / "clip.mp4")
    bounds = [(0.0, 0.8), (0.4, 1.2), (0.0, 0.8), (0.8, 1.6)]
    seen = [draw.numbers_of(read(Clip(path, "video", *bound), FIVE).rgb) for bound in bounds]
    assert seen == [[0, 5, 10, 15, 20], [10, 15, 20, 25, 30], [0, 5, 10, 15, 20], [20, 25, 30, 35, 40]]


def test_c3_file_replaced_under_its_name_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    before = read(Clip(draw.h264(path), "video"), FIVE)
    after = read(Clip(draw.h264(path, range(60, 120)), "video"), FIVE)
    assert draw.numbers_of(after.rgb) == [60, 74, 89, 104, 119]
    assert before.fingerprint != after.fingerprint


@pytest.mark.parametrize("bound", [(9.0, 12.0), (1.5, 0.5), (float("nan"), 1.0)])
def test_c4_bounds_outside_the_video_are_refused(bound: tuple[float, float], tmp_path: Path) -> None:
    with pytest.raises(Failure) as caught:
        read(Clip(draw.h264(tmp_path / "clip.mp4"), "video", *bound), FIVE)
    assert caught.value.reason == "bounds"


def test_c4_bounds_are_honoured_on_the_original_video(tmp_path: Path) -> None:
    frames = read(Clip(draw.h264(tmp_path / "clip.mp4"), "video", 1.0, 1.4), ReadOptions(Sampling(num_frames=16)))
    assert all(25 <= number <= 35 for number in draw.numbers_of(frames.rgb))


def test_c5_frame_folder_is_in_numeric_order(tmp_path: Path) -> None:
    folder = draw.frame_folder(tmp_path / "clip", range(1, 121), name="{}.jpg")
    frames = read(Clip(folder, "frames"), ReadOptions(Sampling("linspace", 120), side=None))
    assert draw.numbers_of(frames.rgb) == list(range(1, 121))


def test_c11_reading_writes_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    data.mkdir()
    video, gif = draw.h264(data / "clip.mp4"), draw.gif(data / "clip.gif")
    folder = draw.frame_folder(data / "folder")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")

    def state() -> dict[Path, tuple[int, int]]:
        return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in tmp_path.rglob("*")}

    before = state()
    for path in tmp_path.rglob("*"):
        path.chmod(path.stat().st_mode & ~0o222)
    for clip in (Clip(video, "video", 0.5, 1.5), Clip(gif, "gif"), Clip(folder, "frames", 1.0, 5.0)):
        read(clip, FIVE)
    assert state() == before
