from dataclasses import replace
from typing import Any

import pytest

from mvbench.report.shown import MOST_THUMBNAILS, Strips, spread
from mvbench.types import Record, Status
from tests.fabricated import record, task

FRAMES = {
    "indices": [4, 9, 14],
    "pts_seconds": [0.4, 0.9, 1.4000004],
    "source_size": [320, 240],
    "size": [224, 224],
    "decoder": "pyav 18",
    "fingerprint": "1-a",
    "notes": ["end clamped"],
}


def with_frames(frames: Any, **changes: Any) -> Record:
    one = record(task("A task"))
    return replace(one, frames=frames, sample=replace(one.sample, **changes))


def strips(view: str = "full", *, offered: bool = True) -> Strips:
    return Strips(view=view, offered=offered)


def test_recorded_frames_want_a_strip() -> None:
    found = strips()
    row = found.shown(with_frames(FRAMES)).row()
    assert (row["indices"], row["seconds"], row["strip"]) == ([4, 9, 14], [0.4, 0.9, 1.4], 0)
    assert row["facts"]["source_size"] == "320 × 240" and row["facts"]["notes"] == ["end clamped"]
    assert "tiles" not in row
    assert [(one.video, one.indices, one.decoder) for one in found.wanted] == [("a_task/0.mp4", (4, 9, 14), "pyav")]


def test_equal_strips_are_wanted_once() -> None:
    found = strips()
    numbers = [found.shown(with_frames(frames)).strip for frames in (FRAMES, FRAMES | {"indices": [4, 9, 15]}, FRAMES)]
    assert numbers == [0, 1, 0] and len(found.wanted) == 2


@pytest.mark.parametrize(
    ("indices", "tiles"), [([14, 9, 4], [[0, 2], [1, 1], [2, 0]]), ([9, 9, 9], [[0, 0], [1, 0], [2, 0]])]
)
def test_frames_in_another_order_or_twice_share_their_tiles(indices: list[int], tiles: list[list[int]]) -> None:
    found = strips("shuffle")
    row = found.shown(with_frames(FRAMES | {"indices": indices})).row()
    assert row["tiles"] == tiles and "order" in row["remark"]
    assert found.wanted[0].indices == tuple(sorted(set(indices)))


def test_of_many_frames_some_are_shown() -> None:
    found = strips()
    many = list(range(1000))
    row = found.shown(with_frames({"indices": many, "pts_seconds": [float(one) for one in many]})).row()
    assert len(row["tiles"]) == len(found.wanted[0].indices) == MOST_THUMBNAILS
    assert row["tiles"][0] == [0, 0] and row["tiles"][-1] == [999, MOST_THUMBNAILS - 1]


@pytest.mark.parametrize(("view", "words"), [("zeros", "Black"), ("noise", "noise"), ("none", "Nothing")])
def test_views_without_pixels_of_a_video_say_so(view: str, words: str) -> None:
    found = strips(view)
    row = found.shown(with_frames(FRAMES)).row()
    assert words in row["why_not"] and "strip" not in row and found.wanted == []


def test_a_swapped_clip_is_shown_and_told() -> None:
    assert "another question" in strips("swap").shown(with_frames(FRAMES)).row()["remark"]


@pytest.mark.parametrize(
    "frames",
    [
        {"indices": ["4"]},
        {"indices": [-1]},
        {"indices": [1.5]},
        {"indices": [True]},
        {"indices": [2**40]},
        {"indices": list(range(5000))},
        {"indices": {"0": 1}},
        {"indices": []},
        {},
        [],
        "frames",
        7,
    ],
)
def test_frames_that_mean_nothing_are_not_looked_for(frames: Any) -> None:
    found = strips()
    assert "does not say" in found.shown(with_frames(frames)).row()["why_not"]
    assert found.wanted == []


@pytest.mark.parametrize("video", ["../secret.mp4", "/etc/passwd", "a/../../b.mp4", "C:\\x.mp4", "", "a\nb.mp4"])
def test_a_video_outside_the_data_folder_is_never_opened(video: str) -> None:
    found = strips()
    assert "no place" in found.shown(with_frames(FRAMES, video=video)).row()["why_not"]
    assert found.wanted == []


def test_a_kind_that_is_none_is_not_opened() -> None:
    one = with_frames(FRAMES)
    odd = replace(one, sample=replace(one.sample, clip=replace(one.sample.clip, kind=["video"])))  # type: ignore[arg-type]
    assert "no place" in strips().shown(odd).row()["why_not"]


@pytest.mark.parametrize("seconds", [["now"] * 3, [1.0], None, [float("nan")] * 3])
def test_times_that_are_none_are_left_out(seconds: Any) -> None:
    assert "seconds" not in strips().shown(with_frames(FRAMES | {"pts_seconds": seconds})).row()


def test_without_frames_it_says_why() -> None:
    assert "read the clip itself" in strips().shown(with_frames(None)).row()["why_not"]
    assert "Nothing" in strips("none").shown(with_frames(None)).row()["why_not"]
    failed = record(task("A task"), status=Status.ERROR)
    assert "error" in strips().shown(failed).row()["why_not"]


def test_where_no_thumbnails_are_offered_the_numbers_stay() -> None:
    found = strips(offered=False)
    row = found.shown(with_frames(FRAMES)).row()
    assert row["indices"] == [4, 9, 14] and "strip" not in row and found.wanted == []


def test_some_of_many_are_evenly_spread() -> None:
    assert spread(10, 64) == tuple(range(10))
    assert spread(1, 64) == (0,)
    chosen = spread(4096, 64)
    assert len(set(chosen)) == 64 and (chosen[0], chosen[-1]) == (0, 4095)
