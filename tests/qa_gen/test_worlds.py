"""What every world promises, world by world and task by task: whole orbits, shared words, true pixels."""

import hashlib
import json
from collections import Counter
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mvbench.tasks import public_tasks
from qa_gen import SOURCES
from qa_gen.orbits import Orbit
from qa_gen.synth import film as films
from qa_gen.synth.plan import by_questions
from qa_gen.synth.sight import sampled, seen
from qa_gen.synth.world import Place, Scene
from qa_gen.synth.worlds import world

FED = [(source, task) for source in SOURCES for task in world(source).TASKS]

SAME_FRAMES = {
    "action_sequence", "action_prediction", "action_antonym", "object_shuffle", "action_localization",
    "scene_transition", "action_count", "state_change", "character_order", "egocentric_navigation",
    "episodic_reasoning",
}  # fmt: skip
"""Tasks whose members show the same sampled frames, only in another order."""

SAME_IN_PAIRS = {"fine_grained_action", "fine_grained_pose"}
"""Two of the members show the same sampled frames, and so do the other two."""

OPTIONS = {
    "action_antonym": {2}, "object_existence": {2}, "object_shuffle": {3}, "action_count": {3}, "state_change": {3},
    "character_order": {3}, "episodic_reasoning": {5}, "moving_attribute": {2, 3, 4},
    "counterfactual_inference": {2, 3, 4},
}  # fmt: skip
"""Numbers of options in an orbit; four where nothing is said."""


MULTIPLE = {"episodic_reasoning": 32}
"""Frames of what is asked about are a multiple of this: 8 equal slots, of which 8, 16 and 32 samples see the same."""


def place(source: str, task: str, index: int = 0, *, seed: int = 0, split: str = "test") -> Place:
    first = sum(world(source).orbit_size(task, earlier) for earlier in range(index))
    return Place(seed, split, source, task, index, first)  # type: ignore[arg-type]


def orbits_of(source: str, task: str) -> list[list[Scene]]:
    return [world(source).scenes(place(source, task, index)) for index in range(6)]


def part_in(scene: Scene, task: str) -> Orbit:
    (mark,) = [mark for mark in scene.marks if mark.orbit.task == task]
    return mark.orbit


def digests(scene: Scene, orbit: Orbit, num_frames: int) -> Counter[str]:
    """The sampled pictures before encoding, as a multiset."""
    found = {
        index: hashlib.blake2b(np.ascontiguousarray(scene.film.frame(index)).tobytes()).hexdigest()
        for index in set(sampled(scene.film, orbit, num_frames))
    }
    return Counter(found[index] for index in sampled(scene.film, orbit, num_frames))


def test_every_task_is_fed_by_the_source_that_the_benchmark_names() -> None:
    assert sorted(task for _, task in FED) == sorted(task.key for task in public_tasks())


@pytest.mark.parametrize(("source", "task"), FED)
def test_members_share_every_word_and_each_makes_another_option_right(source: str, task: str) -> None:
    for index, scenes in enumerate(orbits_of(source, task)):
        marks = [mark for scene in scenes for mark in scene.marks if mark.orbit.task == task]
        k = world(source).orbit_size(task, index)
        assert k in OPTIONS.get(task, {4})
        assert len(scenes) == len(marks) == k
        assert {mark.orbit.k for mark in marks} == {k}
        assert {(mark.orbit.orbit, mark.question, mark.choices) for mark in marks} == {
            (marks[0].orbit.orbit, marks[0].question, marks[0].choices)
        }
        assert len(set(marks[0].choices)) == k
        assert sorted(mark.answer for mark in marks) == list(range(k))
        assert sorted(mark.orbit.member for mark in marks) == list(range(k))
        assert len({scene.film.path for scene in scenes}) == k
        assert all(mark.orbit.video == scene.film.path for scene in scenes for mark in scene.marks)
        assert all(scene.captions for scene in scenes)


@pytest.mark.parametrize(("source", "task"), FED)
def test_the_order_of_the_videos_tells_nothing_of_the_answer(source: str, task: str) -> None:
    orders = {
        tuple(mark.answer for scene in scenes for mark in scene.marks if mark.orbit.task == task)
        for scenes in orbits_of(source, task)
    }
    assert len(orders) > 1


@pytest.mark.parametrize(("source", "task"), FED)
def test_difficulty_is_told_in_plain_values(source: str, task: str) -> None:
    for scenes in orbits_of(source, task):
        for scene in scenes:
            dials = part_in(scene, task).dials
            assert dials
            assert json.loads(json.dumps(dials)) == dials


@pytest.mark.parametrize(("source", "task"), FED)
def test_scenes_are_made_alike_every_time(source: str, task: str) -> None:
    there, again = (world(source).scenes(place(source, task, 1)) for _ in range(2))
    for one, other in zip(there, again, strict=True):
        assert (one.records, one.captions, one.marks) == (other.records, other.captions, other.marks)
        assert (one.film.path, one.film.num_frames, one.film.fps) == (
            other.film.path,
            other.film.num_frames,
            other.film.fps,
        )
        middle = one.film.num_frames // 2
        assert np.array_equal(one.film.frame(middle), other.film.frame(middle))


@pytest.mark.parametrize(("source", "task"), FED)
def test_films_have_even_sizes_and_a_true_number_of_frames(source: str, task: str) -> None:
    scene = world(source).scenes(place(source, task))[0]
    film = scene.film
    assert film.width % 2 == film.height % 2 == 0
    assert isinstance(film.fps, Fraction)
    for index in (0, film.num_frames - 1):
        assert film.frame(index).shape == (film.height, film.width, 3)
        assert film.frame(index).dtype == np.uint8


@pytest.mark.parametrize(("source", "task"), [pair for pair in FED if pair[1] in SAME_FRAMES])
@pytest.mark.parametrize("num_frames", [8, 16, 32])
def test_members_show_the_same_frames_in_another_order(source: str, task: str, num_frames: int) -> None:
    scenes = world(source).scenes(place(source, task, 1))
    counts = [digests(scene, part_in(scene, task), num_frames) for scene in scenes]
    assert all(count == counts[0] for count in counts)
    orders = {
        tuple(
            hashlib.blake2b(np.ascontiguousarray(scene.film.frame(index)).tobytes()).hexdigest()
            for index in sampled(scene.film, part_in(scene, task), 16)
        )
        for scene in scenes
    }
    assert len(orders) == len(scenes)


@pytest.mark.parametrize(("source", "task"), [pair for pair in FED if pair[1] in SAME_IN_PAIRS])
@pytest.mark.parametrize("num_frames", [8, 16, 32])
def test_members_show_the_same_frames_in_pairs(source: str, task: str, num_frames: int) -> None:
    scenes = world(source).scenes(place(source, task, 1))
    counts = [digests(scene, part_in(scene, task), num_frames) for scene in scenes]
    assert [sum(count == other for other in counts) for count in counts] == [2, 2, 2, 2]


@pytest.mark.parametrize(("source", "task"), [pair for pair in FED if pair[1] in SAME_FRAMES | SAME_IN_PAIRS])
def test_what_is_asked_about_is_cut_evenly_by_slots_and_samples(source: str, task: str) -> None:
    for scenes in orbits_of(source, task):
        for scene in scenes:
            orbit, film = part_in(scene, task), scene.film
            length = film.num_frames - 1
            if orbit.start_seconds is not None and orbit.end_seconds is not None:
                length = round(orbit.end_seconds * float(film.fps)) - round(orbit.start_seconds * float(film.fps))
                assert round(orbit.end_seconds * float(film.fps)) < film.num_frames + 1
            assert length > 0
            assert length % MULTIPLE.get(task, 64) == 0


@pytest.mark.parametrize(("source", "task"), FED)
def test_no_scene_is_shared_between_seeds_splits_or_orbits(source: str, task: str) -> None:
    others = [(0, 1, "test"), (0, 0, "train"), (1, 0, "test"), (1, 1, "train")]  # in one thing each, and in all
    places = [place(source, task, index, seed=seed, split=split) for index, seed, split in [(0, 0, "test"), *others]]
    pictures = []
    for one in places:
        scene = world(source).scenes(one)[0]
        pictures.append({scene.film.frame(index).tobytes() for index in sampled(scene.film, part_in(scene, task), 4)})
    for number, shown in enumerate(pictures):
        assert not shown & set.union(*pictures[:number], set())


@pytest.mark.parametrize("source", SOURCES)
def test_videos_of_a_source_have_names_of_their_own(source: str) -> None:
    paths = [
        scene.film.path
        for one in by_questions([source], 40, seed=3, split="test")
        for scene in world(source).scenes(one)
    ]
    assert len(set(paths)) == len(paths)


@pytest.mark.slow
@pytest.mark.parametrize(("source", "task"), FED)
def test_the_fact_can_be_seen_in_the_16_frames_that_a_model_gets(source: str, task: str, tmp_path: Path) -> None:
    for index in range(1 + (task == "moving_attribute")):
        for scene in world(source).scenes(place(source, task, index, seed=5)):
            films.write(scene.film, tmp_path)
            (mark,) = [mark for mark in scene.marks if mark.orbit.task == task]
            frames = seen(tmp_path, scene.film, mark.orbit)
            assert world(source).look(task, frames, mark.question, mark.choices) == mark.answer, scene.film.path
