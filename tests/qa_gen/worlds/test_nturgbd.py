"""The world of NTU RGB+D: actions that are each other backwards, named in the file names alone."""

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_gen.sources.nturgbd import public_action_names
from qa_gen.splits import Split
from qa_gen.synth import film as films
from qa_gen.synth.drawing.skeleton import joints
from qa_gen.synth.seeing import hues_of
from qa_gen.synth.sight import seen
from qa_gen.synth.world import Place, Scene, Told
from qa_gen.synth.worlds import nturgbd
from qa_gen.synth.worlds.nturgbd import stage
from qa_gen.synth.worlds.nturgbd.actions import PAIRS, pose_at
from qa_gen.synth.worlds.nturgbd.oracle import LEAST_CHROMA, LEAST_SATURATION

TASK = "fine_grained_pose"
NAME = re.compile(r"(S\d{3}C(\d{3})P\d{3}R\d{3})A(\d{3})_rgb\.avi")
ACTIONS = [action for pair in PAIRS.values() for action in (pair.first, pair.second)]


def scenes(index: int, split: Split = "test") -> list[Scene]:
    return nturgbd.scenes(Place(3, split, "nturgbd", TASK, index, 4 * index))


def partner(words: str) -> str:
    """The action that is this one backwards."""
    (pair,) = [pair for pair in PAIRS.values() if words in (pair.first.words, pair.second.words)]
    return pair.second.words if words == pair.first.words else pair.first.words


def test_classes_are_named_as_in_the_list_of_the_source():
    names = public_action_names()
    assert {action.number: action.name for action in ACTIONS} == {
        action.number: names[action.number] for action in ACTIONS
    }
    assert len({action.words for action in ACTIONS}) == len(ACTIONS)


@pytest.mark.parametrize("index", range(6))
def test_the_number_in_a_name_is_the_class_that_is_right(index: int):
    numbers = {action.words: action.number for action in ACTIONS}
    recordings = set()
    for scene in scenes(index):
        name = NAME.fullmatch(Path(scene.film.path).name)
        assert name is not None
        (mark,) = scene.marks
        assert int(name[3]) == numbers[mark.choices[mark.answer]]
        assert int(name[2]) == mark.orbit.dials["camera"]
        recordings.add(name[1])
    assert len(recordings) == 1  # one figure, one camera, one room


@pytest.mark.parametrize("index", range(3))
def test_each_clip_is_another_one_of_its_orbit_backwards(index: int):
    by_words = {scene.marks[0].choices[scene.marks[0].answer]: scene.film for scene in scenes(index)}
    for words, film in by_words.items():
        other = by_words[partner(words)]
        for frame in range(0, stage.NUM_FRAMES, 8):
            assert np.array_equal(film.frame(frame), other.frame(stage.NUM_FRAMES - 1 - frame))
        assert not np.array_equal(film.frame(0), other.frame(0))


@pytest.mark.parametrize("index", range(8))
def test_captions_name_the_action_of_this_clip_and_none_of_the_other_three(index: int):
    for scene in scenes(index):
        (mark,) = scene.marks
        for caption in scene.captions:
            told = [words for words in mark.choices if caption.endswith(f" {words.replace(' ', 's ', 1)}.")]
            assert told == [mark.choices[mark.answer]]


@given(kind=st.sampled_from(sorted(PAIRS)), step=st.integers(0, 127))
def test_nothing_jumps(kind: str, step: int):
    before, after = (joints(pose_at(kind, time / 128), "right") for time in (step, step + 1))
    assert max(np.hypot(before[name].x - after[name].x, before[name].y - after[name].y) for name in before) < 0.06


@pytest.mark.parametrize("kind", sorted(PAIRS))
def test_a_pair_begins_and_ends_in_different_poses_or_with_another_place_of_the_thing(kind: str):
    setting = stage.setting((kind, "seat" if kind != "seat" else "hat"), 3, Place(0, "test", "", "", 0, 0).rng())
    first, last = (stage.picture(setting, kind, step).astype(int) for step in (0, stage.NUM_FRAMES - 1))
    assert (np.abs(first - last).sum(axis=2) > 60).sum() > 150


@pytest.mark.parametrize("camera", [1, 2, 3])
def test_the_figure_and_the_thing_stay_in_the_middle_square(camera: int):
    margin = (stage.WIDTH - stage.HEIGHT) // 2
    for index in range(2):
        for kinds in pairwise(sorted(PAIRS)):
            setting = stage.setting(kinds, camera, Place(index, "test", "", "", 0, 0).rng())
            for kind in kinds:
                for step in (0, 40):
                    hues = hues_of(stage.picture(setting, kind, step)[None])
                    strong = hues.strong(chroma=LEAST_CHROMA, share=LEAST_SATURATION)[0]
                    assert strong[:, margin:-margin].sum() > 300
                    assert strong[:, :margin].sum() + strong[:, -margin:].sum() == 0


def test_recordings_have_names_of_their_own():
    pairs = nturgbd.SETUPS * nturgbd.PERFORMERS
    action = PAIRS["hat"].first
    names = {nturgbd.recording(index, camera=1, action=action, salt="test") for index in range(2 * pairs)}
    assert len(names) == 2 * pairs
    assert {name[12:16] for name in names} == {"R001", "R002"}
    assert {name[1:4] for name in names} == {f"{setup:03d}" for setup in range(1, 33)}
    assert {name[9:12] for name in names} == {f"{performer:03d}" for performer in range(1, 107)}


@pytest.mark.parametrize("split", ["test", "train"])
def test_files_list_the_clips_and_the_classes(split: Split, tmp_path: Path):
    there = scenes(0, split) + scenes(1, split)
    nturgbd.publish(tmp_path, lambda: [Told(one.film.path, 30.0, 65, one.records) for one in there], split)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["action_names.tsv", "ntu_rgb_names.txt"]
    names = (tmp_path / "ntu_rgb_names.txt").read_text("utf-8").splitlines()
    assert names == [Path(one.film.path).name for one in there]
    lines = (tmp_path / "action_names.tsv").read_bytes().decode().splitlines()
    assert lines[:2] == ["A008\tsitting down", "A009\tstanding up (from sitting position)"]
    assert len(lines) == len(ACTIONS)


@pytest.mark.slow
def test_the_eye_knows_every_action_and_calls_it_the_other_when_it_is_reversed(tmp_path: Path):
    met = set()
    for index in range(8):
        for scene in scenes(index):
            (mark,) = scene.marks
            words = mark.choices[mark.answer]
            if words in met:
                continue
            met.add(words)
            films.write(scene.film, tmp_path)
            frames = seen(tmp_path, scene.film, mark.orbit)
            assert mark.choices[nturgbd.look(TASK, frames, mark.question, mark.choices)] == words
            backwards = nturgbd.look(TASK, frames[::-1], mark.question, mark.choices)
            assert mark.choices[backwards] == partner(words)
    assert met == {action.words for action in ACTIONS}
