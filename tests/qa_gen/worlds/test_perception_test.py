"""The world of the Perception Test: what happens in it, what its files say of that, and what can be seen."""

import itertools
import json
import re
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvbench.sampling import frame_indices
from qa_gen.sources.perception_test import read
from qa_gen.sources.rejects import Rejects
from qa_gen.splits import Split
from qa_gen.synth import film as films
from qa_gen.synth.sight import seen
from qa_gen.synth.world import RGB, Place, Scene, Told
from qa_gen.synth.worlds import perception_test as world
from qa_gen.synth.worlds.perception_test import counting as counted
from qa_gen.synth.worlds.perception_test import cups_view, lamp
from qa_gen.synth.worlds.perception_test import letters as letters_shown
from qa_gen.synth.worlds.perception_test.acts import ACTS
from qa_gen.synth.worlds.perception_test.acts import Looks as ActLooks
from qa_gen.synth.worlds.perception_test.counting import FEW, MANY, Repetition
from qa_gen.synth.worlds.perception_test.cups import ORDERS, ordered
from qa_gen.synth.worlds.perception_test.devices import DEVICES
from qa_gen.synth.worlds.perception_test.devices import Looks as DeviceLooks
from qa_gen.synth.worlds.perception_test.files import LABELS
from qa_gen.synth.worlds.perception_test.lamp import CAME_BACK, WENT_OFF, WENT_ON, Switching
from qa_gen.synth.worlds.perception_test.letters import LETTERS, Show
from qa_gen.synth.worlds.perception_test.letters import Looks as ShowLooks
from qa_gen.synth.worlds.perception_test.oracle import counting, cups, letters, states
from qa_gen.synth.worlds.perception_test.oracle.hues import masks
from qa_gen.synth.worlds.perception_test.shuffle import Looks, Shuffle, Swap, ball_box, cup_box
from qa_gen.synth.worlds.perception_test.stage import Stage

RED, BLUE, SKIN, SLEEVE = (214, 40, 40), (42, 92, 214), (222, 172, 136), (96, 104, 118)


def place(task: str, index: int = 0, *, split: Split = "test") -> Place:
    return Place(7, split, world.SOURCE, task, index, 1000 * world.TASKS.index(task) + 3 * index)


def stage(*, unit: int = 2) -> Stage:
    return Stage(place("object_shuffle"), 320, 240, 12, unit, 1.0, 160.0, 120.0)


def shuffle(order: str, *, start: int = 1, in_front: bool = True, unit: int = 2) -> Shuffle:
    looks = Looks("cup", RED, BLUE, SKIN, SLEEVE, 1.0, ())
    moves = {"a": [Swap(0, in_front)] * 2, "b": [Swap(1, in_front)] * 2}
    return Shuffle(stage(unit=unit), looks, start, ordered(moves, order))


def shown(frame: Callable[[int], RGB], num_frames: int) -> RGB:
    """The sampled frames of a clip that was never encoded: 224 x 224 pixels from the middle."""
    indices = frame_indices(num_frames, fps=12, max_frame=stage().last)
    return np.stack([frame(index)[8:232, 48:272] for index in indices])


def told_of(scenes: list[Scene]) -> list[Told]:
    return [
        Told(
            scene.film.path, float(scene.film.fps), scene.film.num_frames, json.loads(json.dumps(scene.records)),
            scene.captions, [mark.orbit for mark in scene.marks],
        )
        for scene in scenes
    ]  # fmt: skip


def published(folder: Path, scenes: list[Scene], split: Split = "test") -> dict[str, Any]:
    """The content of the files, by name."""
    folder.mkdir(exist_ok=True)
    world.publish(folder, lambda: told_of(scenes), split)
    return {file.name: json.loads(file.read_bytes()) for file in sorted(folder.iterdir())}


# What happens.


@pytest.mark.parametrize("start", [0, 1, 2])
def test_the_three_orders_of_the_same_swaps_leave_the_ball_under_three_cups(start: int):
    shuffles = [shuffle(order, start=start) for order in ORDERS]
    assert sorted(one.end for one in shuffles) == [0, 1, 2]
    assert len({tuple(sorted(map(repr, one.swaps))) for one in shuffles}) == 1


@given(st.integers(0, 2), st.lists(st.integers(0, 1), min_size=4, max_size=4))
def test_the_ball_goes_where_its_cup_goes(start: int, lefts: list[int]):
    looks = Looks("cup", RED, BLUE, SKIN, SLEEVE, 1.0, ())
    one = Shuffle(stage(), looks, start, tuple(Swap(left, True) for left in lefts))
    for index in range(40, one.stage.last + 1):
        cup_at, ball_at = cup_box(one, start, index), ball_box(one, index)
        assert cup_at[0] < ball_at[0] < ball_at[2] < cup_at[2]
        assert cup_at[1] < ball_at[1] < ball_at[3] < cup_at[3] + 8
    expected = start
    for left in lefts:
        expected = 2 * left + 1 - expected if expected in (left, left + 1) else expected
    assert one.end == expected


@pytest.mark.parametrize("order", ORDERS)
def test_cups_do_not_jump(order: str):
    one = shuffle(order)
    for number in range(3):
        boxes = np.array([cup_box(one, number, index) for index in range(one.num_frames)])
        assert np.abs(np.diff(boxes, axis=0)).max() < 16


@given(st.sampled_from(FEW + MANY), st.integers(1, 4), st.sampled_from([8, 16, 32]))
def test_an_odd_count_puts_the_sampled_frames_into_the_same_phases(count: int, unit: int, num_frames: int):
    looks = ActLooks(RED, SKIN, SLEEVE, 1.0)
    indices = frame_indices(num_frames, fps=12, max_frame=64 * unit)
    once, often = (Repetition(stage(unit=unit), looks, "throw", n, ()) for n in (1, count))
    assert Counter(map(often.phase, indices)) == Counter(map(once.phase, indices))


@pytest.mark.parametrize("pattern", [WENT_OFF, WENT_ON, *CAME_BACK])
@pytest.mark.parametrize("unit", [1, 2, 3])
def test_a_thing_is_wholly_on_or_off_wherever_frames_are_sampled(pattern: str, unit: int):
    assert pattern.count("1") == 4
    switching = Switching(stage(unit=unit), DeviceLooks(RED, 1.0, 1, None), "lamp", pattern)
    for num_frames in (8, 16, 32):
        for index in frame_indices(num_frames, fps=12, max_frame=64 * unit):
            assert switching.level(index) == int(pattern[index // (8 * unit)])
    levels = [switching.level(index) for index in range(64 * unit + 1)]
    assert max(abs(a - b) for a, b in itertools.pairwise(levels)) <= 0.7


def test_all_acts_devices_and_questions_come_up():
    dials = {
        task: [world.scenes(place(task, index))[0].marks[0].orbit.dials for index in range(60)] for task in world.TASKS
    }
    assert {one["act"] for one in dials["action_count"]} == set(ACTS)
    assert {one["most"] for one in dials["action_count"]} == {5, 7}
    assert {one["device"] for one in dials["state_change"]} == set(DEVICES)
    assert {one["back"] for one in dials["state_change"]} == set(CAME_BACK)
    assert {one["asked"] for one in dials["character_order"]} == {"order", "first", "last"}
    assert {one["shape"] for one in dials["object_shuffle"]} == {"cup", "box", "cylinder"}


# What the captions say.


@pytest.mark.parametrize("index", range(8))
def test_captions_of_the_cups_name_the_one_that_is_right(index: int):
    for scene in world.scenes(place("object_shuffle", index)):
        (mark,) = scene.marks
        told = [name for name in ("first", "second", "third") if f"the {name} " in scene.captions[1]]
        assert len(told) == 1
        assert [choice for choice in mark.choices if f"he {told[0]} " in choice] == [mark.choices[mark.answer]]


@pytest.mark.parametrize("index", range(8))
def test_captions_of_actions_count_them(index: int):
    words = {"1": "once", "3": "three times", "5": "five times", "7": "seven times"}
    for scene in world.scenes(place("action_count", index)):
        (mark,) = scene.marks
        told = [count for count, word in words.items() if scene.captions[0].endswith(f" {word}.")]
        assert told == [mark.choices[mark.answer]]


@pytest.mark.parametrize("index", range(12))
def test_captions_of_things_with_two_states_tell_their_order(index: int):
    for scene in world.scenes(place("state_change", index)):
        (mark,) = scene.marks
        (caption,) = scene.captions
        first, second = mark.choices[mark.answer].removeprefix("From ").removesuffix(".").split(" to ")
        told = f" is {first} at first, then {second}."
        assert caption.endswith(told.replace(" and back.", f", then {first} again."))
        assert caption.startswith("The ")


@pytest.mark.parametrize("index", range(8))
def test_captions_of_cards_tell_their_order(index: int):
    for scene in world.scenes(place("character_order", index)):
        (mark,) = scene.marks
        letters = re.findall(r"(?:first|then) ([A-Z])\b", scene.captions[0])
        told = {"order": " ".join(letters), "first": letters[0], "last": letters[-1]}
        assert told[mark.orbit.dials["asked"]] == mark.choices[mark.answer]
        assert len(letters) == 3


# What the files say.


@pytest.mark.parametrize(("split", "name"), [("test", "valid"), ("train", "train")])
def test_the_official_files_are_written_under_their_names(tmp_path: Path, split: Split, name: str):
    scenes = [scene for task in world.TASKS for scene in world.scenes(place(task, split=split))]
    files = published(tmp_path, scenes, split)
    assert list(files) == [f"{kind}_{name}.json" for kind in ("all", "cut_frame_mapping", "mc_question")]
    row = next(iter(files[f"all_{name}.json"].values()))
    assert list(row) == [
        "metadata", "object_tracking", "point_tracking", "action_localisation", "sound_localisation", "mc_question",
        "grounded_question",
    ]  # fmt: skip
    assert list(row["metadata"]) == [
        "split", "video_id", "frame_rate", "num_frames", "resolution", "audio_samples", "audio_sample_rate",
        "is_cup_game", "is_camera_moving",
    ]  # fmt: skip
    assert row["metadata"]["split"] == name
    for video_id, value in files[f"all_{name}.json"].items():
        assert files[f"mc_question_{name}.json"][video_id] == {key: value[key] for key in ("metadata", "mc_question")}


def test_metadata_and_cut_agree_with_the_film(tmp_path: Path):
    scenes = [scene for task in world.TASKS for scene in world.scenes(place(task, 1))]
    files = published(tmp_path, scenes)
    for scene in scenes:
        film, (mark,) = scene.film, scene.marks
        row = files["all_valid.json"][Path(film.path).stem]
        facts = row["metadata"]
        assert (facts["frame_rate"], facts["num_frames"]) == (film.fps, film.num_frames)
        assert facts["resolution"] == [film.height, film.width]
        assert row["mc_question"][0]["options"][row["mc_question"][0]["answer_id"]] == mark.choices[mark.answer]
        cut = files["cut_frame_mapping_valid.json"].get(facts["video_id"])
        assert (cut is not None) == bool(facts["is_cup_game"]) == (mark.orbit.task == "object_shuffle")
        if cut is not None:
            assert mark.orbit.start_seconds == 0
            assert round((mark.orbit.end_seconds or 0) * film.fps) == cut - 1 < film.num_frames - 1
            assert (cut - 1) % 64 == 0


def test_actions_and_boxes_lie_in_the_video_and_boxes_in_the_picture(tmp_path: Path):
    scenes = [scene for task in world.TASKS for scene in world.scenes(place(task, 2))]
    for row in published(tmp_path, scenes)["all_valid.json"].values():
        last = row["metadata"]["num_frames"] - 1
        assert row["action_localisation"]
        for action in row["action_localisation"]:
            first, end = action["frame_ids"]
            assert 0 <= first < end <= last
            assert action["timestamps"] == [int(frame * 1e6 // row["metadata"]["frame_rate"]) for frame in (first, end)]
            assert LABELS[action["label_id"]] == action["label"]
        for track in row["object_tracking"]:
            assert len(track["bounding_boxes"]) == len(track["frame_ids"]) == len(track["timestamps"])
            for left, top, right, bottom in track["bounding_boxes"]:
                assert 0 <= left < right <= 1
                assert 0 <= top < bottom <= 1


def test_a_counted_action_is_localised_as_often_as_it_is_done(tmp_path: Path):
    scenes = world.scenes(place("action_count", 3))
    for row in published(tmp_path, scenes)["all_valid.json"].values():
        (question,) = row["mc_question"]
        assert len(row["action_localisation"]) == int(question["options"][question["answer_id"]])


def test_files_are_the_same_every_time(tmp_path: Path):
    scenes = world.scenes(place("object_shuffle"))
    assert published(tmp_path / "one", scenes) == published(tmp_path / "two", scenes)
    for name in ("all_valid.json", "mc_question_valid.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_the_reader_finds_every_question_and_answer(tmp_path: Path):
    scenes = [scene for task in world.TASKS for scene in world.scenes(place(task))]
    published(tmp_path, scenes)
    rejects = Rejects(world.SOURCE)
    facts = list(read(tmp_path, rejects=rejects))
    assert not rejects.counts
    assert [(fact.question, fact.choices, fact.answer, fact.videos[0]) for fact in facts] == [
        (scene.marks[0].question, scene.marks[0].choices, scene.marks[0].answer, scene.film.path) for scene in scenes
    ]


# What can be seen, before encoding.


@pytest.mark.parametrize("num_frames", [8, 16, 32])
@pytest.mark.parametrize(("order", "in_front"), [*itertools.product(ORDERS, (True, False))])
def test_the_oracle_follows_the_ball(order: str, in_front: bool, num_frames: int):
    one = shuffle(order, in_front=in_front)
    assert cups.final_place(shown(partial(cups_view.frame, one), num_frames)) == one.end


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("count", sorted({*FEW, *MANY}))
def test_the_oracle_counts_every_act(name: str, count: int):
    one = Repetition(stage(), ActLooks(BLUE, SKIN, SLEEVE, 1.0), name, count, ())
    frames = shown(partial(counted.frame, one), 16)
    choices = [str(number) for number in range(1, 8)]
    assert choices[counting.look(frames, ACTS[name].verb, choices)] == str(count)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("pattern", [WENT_OFF, WENT_ON, *CAME_BACK])
def test_being_on_makes_every_thing_brighter(device: str, pattern: str):
    one = Switching(stage(), DeviceLooks(RED, 1.0, 1, BLUE), device, pattern)
    on = states.brightness(shown(partial(lamp.frame, one), 8)) > 0
    assert "".join(str(int(state)) for state in on) == pattern


@pytest.mark.parametrize("ink", [RED, BLUE, (38, 38, 44)])
def test_the_oracle_reads_every_letter(ink: tuple[int, int, int]):
    for first in range(0, len(LETTERS), 3):
        three = (LETTERS + LETTERS)[first : first + 3]
        show = Show(stage(), ShowLooks(ink, SKIN, SLEEVE, 0.4, None), three)
        assert letters.shown(shown(partial(letters_shown.frame, show), 16)) == three


@pytest.mark.parametrize("index", range(3))
def test_the_reveal_after_the_cut_shows_the_ball_where_the_answer_is(index: int):
    for scene in world.scenes(place("object_shuffle", index)):
        cut = scene.records["cut"]
        pictures = np.stack([scene.film.frame(scene.film.num_frames - 1), scene.film.frame(cut - 1)])
        by_hue = masks(pictures)
        hue = max(by_hue, key=lambda name: by_hue[name][-1].sum())
        others = {name: mask for name, mask in by_hue.items() if name != hue}
        found = cups.hidden_at(others, np.array([True, False]), cups.standing(by_hue[hue][-1]))
        (mark,) = scene.marks
        assert cups.PLACES[found] in mark.choices[mark.answer]


@pytest.mark.slow
@pytest.mark.parametrize("task", world.TASKS)
def test_the_oracle_is_right_from_the_encoded_file(task: str, tmp_path: Path):
    for scene in itertools.chain.from_iterable(world.scenes(place(task, index)) for index in (1,)):
        films.write(scene.film, tmp_path)
        (mark,) = scene.marks
        for num_frames in (8, 32):
            frames = seen(tmp_path, scene.film, mark.orbit, num_frames)
            assert world.look(task, frames, mark.question, mark.choices) == mark.answer, (scene.film.path, num_frames)
