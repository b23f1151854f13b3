"""STAR: questions about situations, with class files that may be there."""

import gzip
import zipfile
from pathlib import Path
from typing import Any

import orjson
import pytest

from mvbench.errors import DataError
from qa_gen.sources.star import Choice, Keyframe, SeenAction, Step
from tests.qa_gen.sources.samples import SAMPLES, facts_of, write_json, write_orbit

RECORD: dict[str, Any] = {
    "question_id": "Sequence_T3_12",
    "video_id": "QX2BB",
    "start": 2.3,
    "end": 18.6,
    "question": "What happened after the person opened the book?",
    "answer": "Took the shoe.",
    "question_program": [{"function": "Situations", "value_input": []}],
    "choices": [
        {"choice_id": 0, "choice": "Put down the pillow.", "choice_program": []},
        {"choice_id": 1, "choice": "Took the shoe.", "choice_program": []},
    ],
    "situations": {"000045": {"actions": ["a021"], "rel_pairs": [["o000", "o017"]], "rel_labels": ["r009"]}},
}
CHOICES = RECORD["choices"]


def situation(**change: Any) -> dict[str, Any]:
    return RECORD | {"situations": {"000045": RECORD["situations"]["000045"] | change}}


def test_the_sample_is_read():
    facts, rejects = facts_of("star")
    assert not rejects.counts
    assert [
        (fact.question_id, fact.kind, fact.template, fact.video, fact.start_seconds, fact.end_seconds, fact.answer)
        for fact in facts
    ] == [
        ("Interaction_T1_7", "Interaction", 1, "QX1AA", 6.2, 12.8, 1),
        ("Sequence_T3_12", "Sequence", 3, "QX2BB", 2.3, 18.6, 1),
        ("Sequence_T4_3", "Sequence", 4, "QX3CC", 3.0, 24.4, 0),
        ("Prediction_T1_9", "Prediction", 1, "QX4DD", 0.4, 10.65, 2),
        ("Prediction_T2_5", "Prediction", 2, "QX4DD", 3.7, 14.125, 3),
        ("Feasibility_T1_1", "Feasibility", 1, "QX5EE", 2.0, 20.5, 0),
    ]
    first, second = facts[:2]
    assert first.question == "Which object was taken by the person?"
    assert first.choices[1] == Choice(text="The box.", program=(Step("Equal", ("box",)),))
    assert first.program[2] == Step("Filter_Actions_with_Verb", ("take",))
    assert first.keyframes[0] == Keyframe(frame=180, actions=("a034",), relations=(("o000", "r009", "o015"),))
    assert [keyframe.frame for keyframe in first.keyframes] == [180, 231, 302, 377]
    assert first.actions == (
        SeenAction(number="a034", label=None, verb="take", thing="box", first_frame=180, last_frame=377),
    )
    assert first.videos == ("Charades_v1_480/QX1AA.mp4", "Charades_v1/QX1AA.mp4", "QX1AA.mp4")
    assert [(action.number, action.verb, action.thing) for action in second.actions] == [
        ("a021", "open", "book"),
        ("a059", "tidy", "blanket"),
    ]
    assert all(fact.orbits == () for fact in facts)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"answer": " Took  the shoe. "}, {"answer": 1}),
        ({"answer": None}, {"answer": None}),
        ({"answer": ""}, {"answer": None}),
        ({"question": "What  happened\nnext? "}, {"question": "What happened next?"}),
        ({"video_id": "QX2BB.mp4"}, {"video": "QX2BB"}),
        ({"start": "2.3", "end": 18}, {"start_seconds": 2.3, "end_seconds": 18.0}),
        ({"situations": None}, {"keyframes": (), "actions": ()}),
        ({"question_program": None}, {"program": ()}),
        ({"further": [[[]]]}, {}),
    ],
)
def test_records_that_differ_a_little_are_read(tmp_path: Path, change: dict[str, Any], expected: dict[str, Any]):
    write_json(tmp_path / "STAR_val.json", [RECORD | change])
    (fact,), rejects = facts_of("star", tmp_path)
    assert not rejects.counts
    assert {key: getattr(fact, key) for key in expected} == expected


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (RECORD | {"question_id": "Sequence-3"}, "question_id is not Kind_T<template>_<number>"),
        (RECORD | {"question_id": None}, "no question_id"),
        (RECORD | {"video_id": "../QX2BB"}, "video_id names no video"),
        (RECORD | {"start": 18.6}, "window does not end after it starts"),
        (RECORD | {"start": -1}, "window does not end after it starts"),
        (RECORD | {"end": "nan"}, "end is no finite number"),
        (RECORD | {"end": None}, "end is no number"),
        (RECORD | {"answer": "Took the shoes."}, "answer is none of the choices"),
        (RECORD | {"choices": [CHOICES[1], CHOICES[1]]}, "answer is more than one of the choices"),
        (RECORD | {"choices": [CHOICES[1]]}, "fewer than two choices"),
        (RECORD | {"choices": "Took the shoe."}, "choices are no list"),
        (RECORD | {"choices": [None, CHOICES[1]]}, "no object"),
        (RECORD | {"question_program": "Situations"}, "program is no list"),
        (RECORD | {"question_program": [{"function": "Equal", "value_input": [5]}]}, "value_input is no list of texts"),
        (RECORD | {"situations": {"first": {}}}, "keyframe is no number"),
        (situation(actions=["../a"]), "situation holds what is no number of a class"),
        (situation(rel_labels=[]), "rel_pairs and rel_labels do not match"),
        (situation(rel_pairs=[["o000"]]), "rel_pairs and rel_labels do not match"),
        (situation(rel_pairs="o000"), "rel_pairs are no list"),
        ([RECORD], "no object"),
    ],
)
def test_a_bad_record_is_counted_and_the_others_are_read(tmp_path: Path, record: Any, reason: str):
    write_json(tmp_path / "STAR_val.json", [record, RECORD | {"question_id": "Sequence_T3_13"}])
    facts, rejects = facts_of("star", tmp_path)
    assert [fact.question_id for fact in facts] == ["Sequence_T3_13"]
    assert rejects.counts == {reason: 1}


def test_a_question_that_comes_twice_is_read_once(tmp_path: Path):
    write_json(tmp_path / "STAR_val.json", [RECORD, RECORD])
    facts, rejects = facts_of("star", tmp_path)
    assert len(facts) == 1
    assert rejects.counts == {"question_id comes twice": 1}


def test_actions_come_in_the_order_of_their_keyframes_whatever_that_of_the_file(tmp_path: Path):
    situations = {"000200": {"actions": ["a034", "a021"]}, "000045": {"actions": ["a021"]}}
    write_json(tmp_path / "STAR_val.json", [RECORD | {"situations": situations}])
    (fact,), _ = facts_of("star", tmp_path)
    assert [(one.number, one.first_frame, one.last_frame) for one in fact.actions] == [
        ("a021", 45, 200),
        ("a034", 200, 200),
    ]
    assert {(one.label, one.verb, one.thing) for one in fact.actions} == {(None, None, None)}


@pytest.mark.parametrize(
    "where", ["STAR_classes", "annotations/STAR_classes", "annotations/classes", "annotations", "."]
)
def test_class_files_are_found_where_users_have_them(tmp_path: Path, where: str):
    write_json(tmp_path / "STAR_val.json", [RECORD])
    for name, text in (
        ("action_classes.txt", b"a021 open a book\n"),
        ("action_mapping.txt", b"a021 v006 o017\r\n"),
        ("verb_classes.txt", b"v006 open\n\n"),
        ("object_classes.txt", b"o017 book\n"),
    ):
        write_json(tmp_path / where / name, text)
    (fact,), rejects = facts_of("star", tmp_path)
    assert not rejects.counts
    (action,) = fact.actions
    assert (action.label, action.verb, action.thing) == ("open a book", "open", "book")


def test_bad_lines_of_class_files_are_counted(tmp_path: Path):
    write_json(tmp_path / "STAR_val.json", [RECORD])
    write_json(tmp_path / "STAR_classes" / "verb_classes.txt", b"open\nv006 open\n")
    write_json(tmp_path / "STAR_classes" / "action_mapping.txt", b"a021 v006\na021 v006 o017 o018\n")
    (fact,), rejects = facts_of("star", tmp_path)
    assert fact.actions[0].verb is None
    assert rejects.counts == {"class is not `number label`": 1, "class is not `action verb object`": 2}


def test_the_question_of_an_orbit_has_it_and_others_of_the_video_have_not(tmp_path: Path):
    write_json(tmp_path / "STAR_val.json", [RECORD, RECORD | {"question_id": "Sequence_T3_13"}])
    write_orbit(tmp_path, "Charades_v1_480/QX2BB.mp4", task="action_sequence", record="Sequence_T3_13", start=1, end=9)
    facts, _ = facts_of("star", tmp_path)
    assert [len(fact.orbits) for fact in facts] == [0, 1]
    assert facts[1].orbits[0].start_seconds == 1.0
    assert facts[1].videos[0] == "Charades_v1_480/QX2BB.mp4"


def test_gzipped_files_and_archives_are_read_in_place(tmp_path: Path):
    (tmp_path / "gz").mkdir()
    (tmp_path / "gz" / "STAR_val.json.gz").write_bytes(gzip.compress((SAMPLES / "star" / "STAR_val.json").read_bytes()))
    (tmp_path / "zip").mkdir()
    with zipfile.ZipFile(tmp_path / "zip" / "star.zip", "w") as archive:
        for file in sorted((SAMPLES / "star").rglob("*.*")):
            archive.write(file, f"star/{file.relative_to(SAMPLES / 'star')}")
    plain, _ = facts_of("star")
    zipped, _ = facts_of("star", tmp_path / "zip")
    assert zipped == plain
    gzipped, _ = facts_of("star", tmp_path / "gz")
    assert [fact.question_id for fact in gzipped] == [fact.question_id for fact in plain]


def test_the_train_split_has_a_file_of_its_own(tmp_path: Path):
    write_json(tmp_path / "STAR_train.json", [RECORD])
    assert len(facts_of("star", tmp_path, split="train")[0]) == 1
    with pytest.raises(DataError, match=r"STAR_val\.json"):
        facts_of("star", tmp_path)


@pytest.mark.parametrize("content", [b"", b"{}", b"[{", orjson.dumps("text")])
def test_a_file_that_is_no_list_is_one_clear_line(tmp_path: Path, content: bytes):
    write_json(tmp_path / "STAR_val.json", content)
    with pytest.raises(DataError, match=r"STAR_val\.json") as caught:
        facts_of("star", tmp_path)
    assert "\n" not in str(caught.value)
