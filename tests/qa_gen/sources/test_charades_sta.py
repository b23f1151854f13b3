"""Charades-STA: what happens when, within the video."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvbench.errors import DataError
from qa_gen.sources.charades_sta import Action, Described, action_of
from qa_gen.sources.records import Unfit
from tests.qa_gen.sources.samples import facts_of, write_json, write_orbit

HEADER = "id,subject,scene,quality,relevance,verified,script,objects,descriptions,actions,length\n"


def write(folder: Path, lines: str, lengths: str | None = None, *, split: str = "test") -> Path:
    if lengths is not None:
        write_json(folder / f"Charades_v1_{split}.csv", lengths.encode())
    return write_json(folder / f"charades_sta_{split}.txt", lines.encode())


def length_row(video: str, length: object, script: str = "Someone, somewhere.") -> str:
    return f'{video},S001,Den,6,7,Yes,"{script}",door,"It, is.",c006 0.00 6.10,{length}\n'


def test_the_sample_is_read():
    facts, rejects = facts_of("charades_sta")
    assert not rejects.counts
    assert [fact.video for fact in facts] == ["QX1AA", "QX2BB", "QX3CC", "QX4DD", "QX5EE"]
    action = Action(
        sentence="the person runs out of the room.",
        start_seconds=24.0,
        end_seconds=33.25,
        told_end_seconds=33.9,
    )
    assert facts[4] == Described(
        video="QX5EE",
        seconds=33.25,
        actions=(action,),
        videos=("Charades_v1_480/QX5EE.mp4", "Charades_v1/QX5EE.mp4", "sta_video/QX5EE.mp4", "QX5EE.mp4"),
    )


def test_actions_of_one_video_are_gathered_wherever_they_stand(tmp_path: Path):
    folder = write(tmp_path, "A1 0 2##one.\nB2 0.0 1.0##two.\r\n\nA1 1 3.5##three.")
    facts, rejects = facts_of("charades_sta", folder)
    assert not rejects.counts
    assert [(fact.video, [action.sentence for action in fact.actions]) for fact in facts] == [
        ("A1", ["one.", "three."]),
        ("B2", ["two."]),
    ]
    assert {fact.seconds for fact in facts} == {None}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("A1 0.0 6.1##person opens the door.", ("person opens the door.", 0.0, 6.1)),
        (" A1  0.0\t6.1 ## person  opens the door. ", ("person opens the door.", 0.0, 6.1)),
        ("A1 0 12##person says ## to a door.", ("person says ## to a door.", 0.0, 10.0)),
        ("A1 9.9 1e3##person waits.", ("person waits.", 9.9, 10.0)),
    ],
)
def test_lines_are_read_and_ends_past_the_video_are_moved_to_its_end(line: str, expected: tuple[str, float, float]):
    video, action = action_of(line, {"A1": 10.0})
    assert video == "A1"
    assert (action.sentence, action.start_seconds, action.end_seconds) == expected


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("A1 0.0 6.1 person opens the door.", "line is not `video start end##sentence`"),
        ("A1 0.0##person opens the door.", "line is not `video start end##sentence`"),
        ("A1 0.0 6.1 7##person opens the door.", "line is not `video start end##sentence`"),
        ("A1 zero 6.1##person opens the door.", "start is no number"),
        ("A1 nan 6.1##person opens the door.", "start is no finite number"),
        ("A1 0 inf##person opens the door.", "end is no finite number"),
        ("A1 6.1 6.1##person opens the door.", "action does not end after it starts"),
        ("A1 7 6.1##person opens the door.", "action does not end after it starts"),
        ("A1 -1 6.1##person opens the door.", "action does not end after it starts"),
        ("A1 10 12##person opens the door.", "action starts after the end of the video"),
        ("A1 0 1##", "sentence is empty"),
        ("../A1 0 1##person opens the door.", "line names no video"),
        ("A1 0 1##caf\ufffd.", "sentence holds what is no text"),
    ],
)
def test_a_bad_line_is_counted_and_the_others_are_read(tmp_path: Path, line: str, reason: str):
    folder = write(tmp_path, f"A1 1 2##good.\n{line}\nA1 2 3##also good.\n", HEADER + length_row("A1", 10.0))
    (fact,), rejects = facts_of("charades_sta", folder)
    assert [action.sentence for action in fact.actions] == ["good.", "also good."]
    assert dict(rejects.counts) == {reason: 1}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (length_row("A1", ""), "length is no number"),
        (length_row("A1", "long"), "length is no number"),
        (length_row("A1", "nan"), "length is no finite number"),
        (length_row("A1", 0), "length is not positive"),
        ("A1,S001\n", "no row of CSV"),
        ('A1,S001,"Den,6,7,Yes,It goes.,door,It is.,c006,7.0\n', "no row of CSV"),
    ],
)
def test_a_bad_length_is_counted_and_unknown(tmp_path: Path, row: str, reason: str):
    lengths = HEADER + row + length_row("B2", 8.0, "It said: go and went.")
    facts, rejects = facts_of("charades_sta", write(tmp_path, "A1 0 9##a.\nB2 0 9##b.\n", lengths))
    assert [(fact.seconds, fact.actions[0].end_seconds) for fact in facts] == [(None, 9.0), (8.0, 8.0)]
    assert dict(rejects.counts) == {reason: 1}


def test_a_length_behind_a_stray_quote_is_read(tmp_path: Path):
    rows = 'A1,S001,"Den\n' + "".join(length_row(f"B{number}", 8.0) for number in range(5000))
    facts, rejects = facts_of("charades_sta", write(tmp_path, "B0 0 9##a.\nB4999 0 9##b.\n", HEADER + rows))
    assert [fact.seconds for fact in facts] == [8.0, 8.0]
    assert dict(rejects.counts) == {"no row of CSV": 1}


def test_an_action_that_comes_twice_counts_once(tmp_path: Path):
    lines = "A1 0 2##one.\nA1 0 3##one.\nA1 0.0 2.0##one.\nB2 0 2##one.\nA1 0 2##two.\n"
    facts, rejects = facts_of("charades_sta", write(tmp_path, lines))
    assert [[(action.sentence, action.end_seconds) for action in fact.actions] for fact in facts] == [
        [("one.", 2.0), ("one.", 3.0), ("two.", 2.0)],
        [("one.", 2.0)],
    ]
    assert dict(rejects.counts) == {"action comes twice": 1}


def test_the_training_split_and_the_orbit_of_a_video_are_found(tmp_path: Path):
    write(tmp_path, "A1 0 2##one.\nA1 2 4##two.\nA11 0 2##three.\n", split="train")
    write_orbit(tmp_path, "videos/A1.mp4", start=0.5, end=4.5)
    facts, _ = facts_of("charades_sta", tmp_path, split="train")
    assert facts[0].videos[0] == "videos/A1.mp4"
    assert [len(fact.orbits) for fact in facts] == [1, 0]
    assert facts[0].orbits[0].end_seconds == 4.5


def test_missing_annotations_are_said(tmp_path: Path):
    with pytest.raises(DataError, match=r"holds no charades_sta_test\.txt"):
        facts_of("charades_sta", tmp_path)


@given(line=st.text(st.sampled_from("A1 .0#-ne\u0663\t"), max_size=30), length=st.floats(0.1, 100))
def test_any_line_is_an_action_within_its_video_or_unfit(line: str, length: float):
    try:
        video, action = action_of(line, {"A1": length})
    except Unfit:
        return
    assert 0 <= action.start_seconds < action.end_seconds <= action.told_end_seconds
    assert video != "A1" or action.end_seconds <= length
