"""The world of Charades-STA: where in the window an action is, in the files and in the pixels."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mvbench.video.resize import resizer
from qa_gen.splits import Split
from qa_gen.synth.home.deeds import DEEDS, Deed, deeds_with, plain_gerund, plain_third
from qa_gen.synth.sight import sampled
from qa_gen.synth.world import RGB, Place, Scene, Told
from qa_gen.synth.worlds import charades_sta, star
from qa_gen.synth.worlds.charades_sta.oracle import deed_named
from qa_gen.synth.worlds.charades_sta.parts import PARTS, SLOTS
from qa_gen.synth.worlds.charades_sta.rows import CLASSES, COLUMNS
from tests.qa_gen.sources.samples import facts_of

TASK = "action_localization"
INDICES = range(10)


def scenes_of(index: int = 0, split: Split = "test") -> list[Scene]:
    return charades_sta.scenes(Place(0, split, "charades_sta", TASK, index, 4 * index))


def test_each_part_takes_three_slots_and_no_two_are_alike() -> None:
    assert all(len(set(slots)) == 3 and max(slots) < SLOTS for slots in PARTS.values())
    assert len(set(PARTS.values())) == len(PARTS)


@pytest.mark.parametrize("index", INDICES)
def test_the_described_action_lies_where_the_answer_says(index: int) -> None:
    for scene in scenes_of(index):
        (mark,) = scene.marks
        record, orbit = scene.records["sta"], mark.orbit
        assert orbit.start_seconds is not None and orbit.end_seconds is not None
        length = orbit.end_seconds - orbit.start_seconds
        first, last = ((record[key] - orbit.start_seconds) / length * SLOTS for key in ("start", "end"))
        slots = PARTS[mark.choices[mark.answer]]
        assert (first, last) == pytest.approx((min(slots), max(slots) + 1), abs=0.02)
        assert f"'{record['sentence'].rstrip('.')}'" in mark.question


@pytest.mark.parametrize("index", INDICES)
def test_a_window_three_times_as_long_as_the_action_lies_in_the_video(index: int) -> None:
    for scene in scenes_of(index):
        (mark,) = scene.marks
        start, end = scene.records["sta"]["start"], scene.records["sta"]["end"]
        length = end - start
        around = {
            "At the beginning of the video.": (start, end + 2 * length),
            "In the middle of the video.": (start - length, end + length),
            "At the end of the video.": (start - 2 * length, end),
            "Throughout the entire video.": (start, end),
        }[mark.choices[mark.answer]]
        assert around[0] >= -0.05
        assert around[1] <= scene.film.num_frames / scene.film.fps + 0.05


@pytest.mark.parametrize("index", INDICES)
def test_the_action_is_nowhere_else_in_the_video(index: int) -> None:
    for scene in scenes_of(index):
        (mark,) = scene.marks
        record = scene.records["sta"]
        thing = deed_named(mark.question).thing
        numbers = {number for deed, number in CLASSES.items() if deed.thing == thing}
        spans = [
            (float(start), float(end))
            for number, start, end in (action.split() for action in scene.records["csv"]["actions"].split(";"))
            if number in numbers
        ]
        assert len(spans) == 3
        assert min(spans)[0] == pytest.approx(record["start"], abs=0.01)
        assert max(spans)[1] == pytest.approx(record["end"], abs=0.01)


def test_every_deed_has_a_class_of_its_own() -> None:
    assert set(CLASSES) == {Deed(verb, thing) for verb, things in DEEDS.items() for thing in things}
    assert len(set(CLASSES.values())) == len(CLASSES)


@pytest.mark.parametrize("split", ["test", "train"])
def test_files_are_the_same_each_time_and_the_reader_knows_them(tmp_path: Path, split: Split) -> None:
    scenes = [
        Told(scene.film.path, float(scene.film.fps), scene.film.num_frames, scene.records)
        for index in range(2)
        for scene in scenes_of(index, split)
    ]
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        charades_sta.publish(folder, lambda: scenes, split)
    names = {f"charades_sta_{split}.txt", f"Charades_v1_{split}.csv"}
    assert {path.name for path in (tmp_path / "a").iterdir()} == names
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in names)
    with (tmp_path / "a" / f"Charades_v1_{split}.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert tuple(rows[0]) == COLUMNS
    facts, rejects = facts_of("charades_sta", tmp_path / "a", split=split)
    assert not rejects.counts
    for fact, row, scene in zip(facts, rows, scenes, strict=True):
        assert row["id"] == fact.video
        assert fact.seconds == float(row["length"]) == pytest.approx(scene.num_frames / scene.fps, abs=0.005)
        (action,) = fact.actions
        assert action.end_seconds == action.told_end_seconds <= fact.seconds
        assert scene.video in fact.videos


@pytest.mark.parametrize("num_frames", [8, 16, 32])
def test_the_oracle_sees_what_each_member_shows_and_not_what_was_meant(num_frames: int) -> None:
    found = []
    for scene in scenes_of(3):
        (mark,) = scene.marks
        found.append((charades_sta.look(TASK, frames_of(scene, num_frames), mark.question, mark.choices), mark.answer))
    assert all(seen == answer for seen, answer in found)
    assert {seen for seen, _ in found} == {0, 1, 2, 3}


def test_a_question_that_names_a_wrong_verb_has_no_answer_in_the_frames() -> None:
    index, question = next(
        (index, question)
        for index in INDICES
        for question in [told_otherwise(scenes_of(index)[0].marks[0].question)]
        if question is not None
    )
    found = [charades_sta.look(TASK, frames_of(scene), question, scene.marks[0].choices) for scene in scenes_of(index)]
    assert len(set(found)) == 1


def told_otherwise(question: str) -> str | None:
    """The question about another verb for the thing; None where there is no other."""
    deed = deed_named(question)
    others = [other for other in deeds_with(deed.thing) if other != deed]
    if not others:
        return None
    for tell in (plain_third, plain_gerund):
        question = question.replace(tell(deed), tell(others[0]))
    return question


@pytest.mark.parametrize("deed", CLASSES, ids=str)
@pytest.mark.parametrize("tell", [plain_third, plain_gerund])
def test_the_deed_is_found_in_the_question(deed: Deed, tell: Callable[[Deed], str]) -> None:
    assert deed_named(f"When does 'the person {tell(deed)} from the shelf' occur?") == deed


def frames_of(scene: Scene, num_frames: int = 16) -> RGB:
    """What is sampled of the film before it is coded."""
    crop = resizer("exact", side=224, max_pixels=None)
    (mark,) = scene.marks
    return np.stack([crop(scene.film.frame(index)) for index in sampled(scene.film, mark.orbit, num_frames)])


def test_videos_are_not_called_as_those_of_another_corpus() -> None:
    corpora = [(charades_sta, TASK, 0, "test"), (charades_sta, TASK, 0, "train"), (charades_sta, TASK, 1, "test"),
               (star, "action_sequence", 0, "test")]  # fmt: skip
    names = [
        scene.film.path
        for world, task, seed, split in corpora
        for index in INDICES
        for scene in world.scenes(Place(seed, split, world.SOURCE, task, index, 4 * index))
    ]
    assert len(set(names)) == len(names)
