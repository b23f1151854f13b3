"""The world of STAR: programs find the answers in the situations, and the pixels show them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mvbench.video.resize import resizer
from qa_gen.splits import Split
from qa_gen.synth import film as films
from qa_gen.synth.home.deeds import DEEDS, Deed, deeds_with, infinitive, past
from qa_gen.synth.sight import sampled, seen
from qa_gen.synth.world import RGB, Place, Scene, Told
from qa_gen.synth.worlds import star
from qa_gen.synth.worlds.star.classes import ACTIONS, OBJECTS, VERBS
from qa_gen.synth.worlds.star.oracle import deed_named, thing_named
from tests.qa_gen.sources.samples import facts_of

INDICES = range(12)


def scenes_of(task: str, index: int = 0, *, split: Split = "test", seed: int = 0) -> list[Scene]:
    return star.scenes(Place(seed, split, "star", task, index, 4 * index))


def record_of(scene: Scene) -> dict[str, Any]:
    record: dict[str, Any] = scene.records["star"]
    return record


def run(program: list[dict[str, Any]], situations: dict[str, Any]) -> Any:
    """What a program of STAR finds: inputs and results go on a stack, functions take theirs from it."""
    verb = {number: deed.verb if deed.verb != "sweep" else "tidy" for deed, (number, _) in ACTIONS.items()}
    thing = {number: deed.thing for deed, (number, _) in ACTIONS.items()}
    functions: dict[str, tuple[int, Callable[..., Any]]] = {
        "Situations": (0, lambda: situations),
        "Actions": (1, lambda of: list(dict.fromkeys(one for key in sorted(of) for one in of[key]["actions"]))),
        "Filter_Actions_with_Verb": (2, lambda of, name: [one for one in of if verb[one] == name]),
        "Filter_Actions_with_Obj": (2, lambda of, name: [one for one in of if thing[one] == name]),
        "Filter_After_Actions": (2, lambda of, one: of[of.index(one) + 1 :]),
        "Filter_Before_Actions": (2, lambda of, one: of[: of.index(one)]),
        "Query_Earliest_Action": (1, lambda of: of[0]),
        "Query_Latest_Action": (1, lambda of: of[-1]),
        "Unique": (1, lambda of: of[0] if len(of) == 1 else pytest.fail(f"{of} is not one")),
        "Query_Actions": (1, lambda one: f"{verb[one]} {thing[one]}"),
        "Query_Objs": (1, lambda one: thing[one]),
    }
    stack: list[Any] = []
    for step in program:
        stack += step["value_input"]
        count, function = functions[step["function"]]
        taken = [stack.pop() for _ in range(count)][::-1]
        stack.append(function(*taken))
    return stack[-1]


@pytest.mark.parametrize("task", star.TASKS)
@pytest.mark.parametrize("index", INDICES)
def test_the_program_of_a_question_finds_its_answer_in_the_situations(task: str, index: int) -> None:
    for scene in scenes_of(task, index):
        record, (mark,) = record_of(scene), scene.marks
        found = run(record["question_program"], record["situations"])
        right = [choice["choice_program"][0]["value_input"] == [found] for choice in record["choices"]]
        assert right.count(True) == 1
        assert right.index(True) == mark.answer
        assert record["choices"][mark.answer]["choice"] == record["answer"] == mark.choices[mark.answer]
        assert tuple(choice["choice"] for choice in record["choices"]) == mark.choices


@pytest.mark.parametrize("index", INDICES)
def test_what_is_asked_for_comes_right_after_or_before_what_is_named(index: int) -> None:
    word = ("right after", "right before")[index % 2]
    for scene in scenes_of("action_sequence", index):
        record, (mark,) = record_of(scene), scene.marks
        assert word in mark.question
        assert mark.orbit.dials["asked"] in word
        deeds = order_of(scene)
        named = next(place for place, deed in enumerate(deeds) if deed and past(deed) in mark.question)
        neighbour = deeds[named + 1 if index % 2 == 0 else named - 1]
        assert neighbour is not None
        assert f"{past(neighbour).capitalize()}." == record["answer"]


def order_of(scene: Scene) -> list[Deed | None]:
    """The deeds of the window by the situations, None for a gesture."""
    by_number = {number: deed for deed, (number, _) in ACTIONS.items()}
    situations = record_of(scene)["situations"]
    shown = [situations[key]["actions"] for key in sorted(situations)][::2]
    return [by_number[actions[0]] if actions else None for actions in shown]


@pytest.mark.parametrize("index", INDICES)
def test_a_routine_is_done_twice_and_goes_on_with_the_answer(index: int) -> None:
    scenes = scenes_of("action_prediction", index)
    for scene in scenes:
        order, (mark,) = order_of(scene), scene.marks
        assert order[:4] == order[4:]
        assert len(set(order)) == 4
        first = order[0]
        assert first is not None
        assert f"{infinitive(first).capitalize()}." == mark.choices[mark.answer]
    cycles = {tuple(order_of(scene)[:4]) for scene in scenes}
    assert len(cycles) == 4


@pytest.mark.parametrize("index", range(4))
def test_the_window_of_a_prediction_shows_a_quarter_of_the_answer_and_the_orbit_nothing(index: int) -> None:
    for scene in scenes_of("action_prediction", index):
        record, (mark,) = record_of(scene), scene.marks
        slot = mark.orbit.dials["slot_seconds"]
        assert mark.orbit.end_seconds is not None
        assert record["end"] - mark.orbit.end_seconds == pytest.approx(slot / 4, abs=0.02)
        assert scene.film.num_frames / scene.film.fps == pytest.approx(mark.orbit.end_seconds + slot, abs=0.02)


@pytest.mark.parametrize("index", INDICES)
def test_one_thing_is_used_as_asked_within_the_window_of_an_interaction(index: int) -> None:
    for scene in scenes_of("object_interaction", index):
        record, (mark,) = record_of(scene), scene.marks
        orbit = mark.orbit
        assert orbit.start_seconds is not None and orbit.end_seconds is not None
        assert orbit.start_seconds <= record["start"] < record["end"] <= orbit.end_seconds
        assert record["end"] - record["start"] == pytest.approx(orbit.dials["slot_seconds"], abs=0.02)
        verb = orbit.dials["verb"]
        told = scene.captions[0].removeprefix("A person ").rstrip(".").split(", then ")
        assert len([words for words in told if words.startswith(f"{verb}s ")]) == 1


@pytest.mark.parametrize("task", star.TASKS)
def test_records_have_ids_of_their_own_and_keyframes_in_their_window(task: str) -> None:
    ids = [record_of(scene)["question_id"] for index in INDICES for scene in scenes_of(task, index)]
    assert len(set(ids)) == len(ids)
    for scene in scenes_of(task, 3):
        record = record_of(scene)
        assert len(record["situations"]) >= 4
        for key, situation in record["situations"].items():
            assert record["start"] <= int(key) / scene.film.fps <= record["end"]
            assert len(situation["bbox"]) == len(situation["bbox_labels"])
            assert len(situation["rel_pairs"]) == len(situation["rel_labels"]) == len(situation["actions"])


def test_videos_of_other_seeds_and_splits_have_other_names() -> None:
    corpora: list[tuple[Split, int]] = [("test", 0), ("train", 0), ("test", 1)]
    names = [
        {scene.film.path for index in INDICES for scene in scenes_of("action_sequence", index, split=split, seed=seed)}
        for split, seed in corpora
    ]
    assert len(set.union(*names)) == sum(map(len, names))


def test_every_deed_has_a_class_and_every_class_its_parts() -> None:
    assert set(ACTIONS) == {Deed(verb, thing) for verb, things in DEEDS.items() for thing in things}
    assert len({number for number, _ in ACTIONS.values()}) == len(ACTIONS)
    assert {deed.thing for deed in ACTIONS} <= set(OBJECTS)
    assert len(set(OBJECTS.values())) == len(OBJECTS)
    assert len(set(VERBS.values())) == len(VERBS)


@pytest.mark.parametrize(
    ("words", "deed"),
    [
        ("Took the phone/camera.", Deed("take", "phone/camera")),
        ("Tidy up with the broom.", Deed("sweep", "broom")),
        ("Tidied up the towel.", Deed("tidy", "towel")),
        ("drank from the cup/glass/bottle?", Deed("drink", "cup/glass/bottle")),
    ],
)
def test_the_deed_is_found_in_the_words(words: str, deed: Deed) -> None:
    assert deed_named(words) == deed


def test_the_thing_is_found_in_a_choice_of_things() -> None:
    assert thing_named("The closet/cabinet.") == "closet/cabinet"


def told_otherwise(words: str) -> str | None:
    """The words of a choice or a question's end with another verb for the thing; None where there is no other."""
    deed = deed_named(words)
    tell = past if past(deed) in words.lower() else infinitive
    others = [tell(other) for other in deeds_with(deed.thing) if other != deed]
    return f"{others[0]}." if others else None


@pytest.mark.parametrize("task", ["action_sequence", "action_prediction"])
def test_a_choice_that_names_a_wrong_verb_is_not_what_the_oracle_sees(task: str) -> None:
    tried = 0
    for scene in scenes_of(task, 2):
        (mark,) = scene.marks
        wrong = told_otherwise(mark.choices[mark.answer])
        if wrong is None:
            continue
        choices = [wrong if choice == mark.choices[mark.answer] else choice for choice in mark.choices]
        assert star.look(task, frames_of(scene), mark.question, choices) != mark.answer
        tried += 1
    assert tried >= 2


def test_a_question_that_names_a_wrong_verb_has_no_answer_in_the_frames() -> None:
    index, wrong = next(
        (index, question)
        for index in INDICES
        for question in [question_told_otherwise(scenes_of("action_sequence", index)[0].marks[0].question)]
        if question is not None
    )
    found = [
        star.look("action_sequence", frames_of(scene), wrong, scene.marks[0].choices)
        for scene in scenes_of("action_sequence", index)
    ]
    assert len(set(found)) == 1


def question_told_otherwise(question: str) -> str | None:
    start, said, deed = question.partition(" the person ")
    wrong = told_otherwise(deed)
    return wrong and start + said + wrong


def frames_of(scene: Scene, num_frames: int = 16) -> RGB:
    """What is sampled of the film before it is coded."""
    crop = resizer("exact", side=224, max_pixels=None)
    (mark,) = scene.marks
    return np.stack([crop(scene.film.frame(index)) for index in sampled(scene.film, mark.orbit, num_frames)])


def told(split: Split) -> list[Told]:
    return [
        Told(scene.film.path, float(scene.film.fps), scene.film.num_frames, scene.records)
        for task in star.TASKS
        for scene in scenes_of(task, 1, split=split)
    ]


@pytest.mark.parametrize(("split", "name"), [("test", "STAR_val.json"), ("train", "STAR_train.json")])
def test_files_are_the_same_each_time_and_the_reader_knows_them(tmp_path: Path, split: Split, name: str) -> None:
    scenes = told(split)
    contents = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        star.publish(folder, lambda: scenes, split)
        contents.append({path.name: path.read_bytes() for path in folder.rglob("*.*")})
    assert contents[0] == contents[1]
    assert set(contents[0]) == {
        name,
        *(f"{kind}_classes.txt" for kind in ("action", "object", "verb", "relationship")),
        "action_mapping.txt",
    }
    assert [row["video_id"] for row in json.loads(contents[0][name])] == [
        scene.video.split("/")[1].removesuffix(".mp4") for scene in scenes
    ]
    facts, rejects = facts_of("star", tmp_path / "a", split=split)
    assert not rejects.counts
    for fact, scene in zip(facts, scenes, strict=True):
        record = scene.records["star"]
        assert (fact.question_id, fact.start_seconds, fact.end_seconds) == tuple(
            record[key] for key in ("question_id", "start", "end")
        )
        assert fact.choices[fact.answer].text == record["answer"]
        assert fact.videos[0] == scene.video
        assert all(action.label and action.verb and action.thing for action in fact.actions)


@pytest.mark.parametrize("task", star.TASKS)
def test_the_oracle_sees_what_each_member_shows_and_not_what_was_meant(task: str) -> None:
    found = []
    for scene in scenes_of(task, 2):
        (mark,) = scene.marks
        found.append((star.look(task, frames_of(scene), mark.question, mark.choices), mark.answer))
    assert all(seen == answer for seen, answer in found)
    assert {seen for seen, _ in found} == {0, 1, 2, 3}


@pytest.mark.slow
@pytest.mark.parametrize("task", ["action_sequence", "action_prediction"])
def test_fewer_and_more_frames_of_the_coded_video_show_the_order_too(tmp_path: Path, task: str) -> None:
    for scene in scenes_of(task, 1, seed=9):
        films.write(scene.film, tmp_path)
        (mark,) = scene.marks
        for num_frames in (8, 32):
            frames = seen(tmp_path, scene.film, mark.orbit, num_frames)
            assert star.look(task, frames, mark.question, mark.choices) == mark.answer
