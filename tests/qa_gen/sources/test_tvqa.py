"""TVQA: questions from JSONL, joined with subtitles from JSONL or .srt."""

import gzip
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvbench.errors import DataError
from qa_gen.sources.records import Unfit
from qa_gen.sources.tvqa import Episode, Line, Subtitles, line_of, span_of
from tests.qa_gen.sources.samples import SAMPLES, facts_of, write_json, write_orbit

CLIP = "castle_s99e01_seg02_clip_03"
RECORD = {
    "qid": 7, "q": "Who sings?", "a0": "Ann", "a1": "Bob ", "a2": "Cy", "a3": "Di", "a4": "Ed", "answer_idx": 3,
    "ts": "1.5-9", "vid_name": CLIP, "show_name": "Castle",
}  # fmt: skip
SRT = (
    "1\r\n00:00:10,200 --> 00:00:13,100\r\n(Alex:) Where\r\nis it?\r\n\r\n2\r\n01:00:00,5 --> 01:00:01,000\r\nGone.\r\n"
)


def write_questions(folder: Path, *records: object, name: str = "tvqa_val.jsonl") -> Path:
    lines = [record if isinstance(record, bytes) else orjson.dumps(record) for record in records]
    return write_json(folder / name, b"\n".join(lines) + b"\n")


def test_the_sample_is_read():
    facts, rejects = facts_of("tvqa")
    assert not rejects.counts
    assert [(fact.question_id, fact.name, fact.show, fact.choices[fact.answer]) for fact in facts] == [
        ("990001", "castle_s99e01_seg02_clip_03", "Castle", "A letter"),
        ("990002", "friends_s99e02_seg01_clip_11", "Friends", "To win a bet"),
        ("990003", "s99e03_seg02_clip_07", "The Big Bang Theory", "red"),
    ]
    subtitles = facts[0].subtitles
    assert facts[0] == Episode(
        question_id="990001",
        question="What does Alex put on the desk after the phone rings?",
        choices=("A mug", "A letter", "A violin", "A helmet", "A fish"),
        answer=1,
        name="castle_s99e01_seg02_clip_03",
        videos=(
            "frames_hq/castle_frames/castle_s99e01_seg02_clip_03",
            "castle_frames/castle_s99e01_seg02_clip_03",
            "frames_fps3_hq/castle_s99e01_seg02_clip_03",
        ),
        show="Castle",
        start_seconds=12.4,
        end_seconds=31.07,
        subtitles=subtitles,
        fps=3.0,
        orbits=(),
    )
    assert subtitles.lines() == (
        Line("Alex", "Did you see where I left it?", 10.2, 13.1),
        Line(None, "Not since this morning.", 13.4, 15.0),
        Line("Kim", "Look under the desk.", 22.0, 24.8),
    )
    assert subtitles.text() == (
        "(Alex:) Did you see where I left it?\nNot since this morning.\n(Kim:) Look under the desk."
    )
    assert facts[1].choices[2] == "He forgot it"  # the file has a blank after it
    assert (facts[2].start_seconds, facts[2].end_seconds) == (None, None)  # the file has nan-nan
    assert facts[2].videos[0] == "frames_hq/bbt_frames/s99e03_seg02_clip_07"


def test_subtitles_come_from_srt_files_where_the_jsonl_file_is_not(tmp_path: Path):
    write_questions(tmp_path, *(SAMPLES / "tvqa" / "tvqa_val.jsonl").read_bytes().splitlines())
    write_json(
        tmp_path / "tvqa_subtitles" / f"{CLIP}.srt",
        (SAMPLES / "tvqa" / "tvqa_subtitles" / f"{CLIP}.srt").read_bytes(),
    )
    facts, rejects = facts_of("tvqa", tmp_path)
    assert not rejects.counts
    assert facts[0].subtitles.lines() == (
        Line("Alex", "Did you see where I left it?", 10.2, 13.1),
        Line(None, "Not since this morning.", 13.4, 15.0),
    )
    assert facts[1].subtitles.lines() == ()


@pytest.mark.parametrize("lead", ["", "\ufeff"])
def test_cues_may_have_several_lines_and_windows_line_ends(tmp_path: Path, lead: str):
    write_questions(tmp_path, RECORD)
    write_json(tmp_path / "tvqa_subtitles" / f"{CLIP}.srt", (lead + SRT).encode())
    (fact,), rejects = facts_of("tvqa", tmp_path)
    assert not rejects.counts
    assert fact.subtitles.lines() == (Line("Alex", "Where is it?", 10.2, 13.1), Line(None, "Gone.", 3600.5, 3601.0))


def test_an_srt_file_of_something_else_is_counted(tmp_path: Path):
    write_questions(tmp_path, RECORD)
    write_json(tmp_path / "tvqa_subtitles" / f"{CLIP}.srt", b"<html>\nnot found\n")
    (fact,), rejects = facts_of("tvqa", tmp_path)
    assert fact.subtitles == Subtitles()
    assert dict(rejects.counts) == {"text before the first time of an .srt file": 2}


def test_archives_and_other_folders_are_read_in_place(tmp_path: Path):
    (tmp_path / "tvqa_qa_release").mkdir()
    packed = gzip.compress((SAMPLES / "tvqa" / "tvqa_val.jsonl").read_bytes())
    (tmp_path / "tvqa_qa_release" / "tvqa_val.jsonl.gz").write_bytes(packed)
    with zipfile.ZipFile(tmp_path / "subtitles.zip", "w") as archive:
        archive.writestr(f"tvqa_subtitles/{CLIP}.srt", SRT)
    facts, rejects = facts_of("tvqa", tmp_path)
    assert not rejects.counts
    assert len(facts) == 3
    assert len(facts[0].subtitles.lines()) == 2


def test_questions_that_keep_their_answer_back_are_read(tmp_path: Path):
    write_questions(tmp_path, {key: value for key, value in RECORD.items() if key not in ("answer_idx", "ts")})
    (fact,), rejects = facts_of("tvqa", tmp_path)
    assert not rejects.counts
    assert (fact.answer, fact.start_seconds, fact.choices[1]) == (None, None, "Bob")


def test_each_split_has_its_file(tmp_path: Path):
    write_questions(tmp_path, RECORD)
    write_questions(tmp_path, RECORD | {"qid": 8}, name="tvqa_train.jsonl")
    assert [fact.question_id for fact in facts_of("tvqa", tmp_path, split="train")[0]] == ["8"]
    assert [fact.question_id for fact in facts_of("tvqa", tmp_path)[0]] == ["7"]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (b"{not json", "line of questions is not JSON"),
        ([1], "no object"),
        (RECORD | {"qid": None}, "qid is no whole number"),
        (RECORD | {"q": "  "}, "q is empty"),
        (RECORD | {"a4": None}, "no a4"),
        (RECORD | {"answer_idx": 5}, "answer_idx is none of the five"),
        (RECORD | {"answer_idx": -1}, "answer_idx is no whole number"),
        (RECORD | {"answer_idx": True}, "answer_idx is no whole number"),
        (RECORD | {"ts": "9-1"}, "ts ends before it starts"),
        (RECORD | {"ts": "soon"}, "ts is not a span of time"),
        (RECORD | {"ts": 4.5}, "ts is not a span of time"),
        (RECORD | {"vid_name": "../../etc"}, "vid_name names no video"),
        (RECORD | {"vid_name": "/etc/passwd"}, "vid_name names no video"),
        (RECORD | {"vid_name": ""}, "vid_name names no video"),
        (RECORD | {"show_name": 3}, "show_name is no text"),
    ],
)
def test_a_bad_record_is_counted_and_the_others_are_read(tmp_path: Path, record: object, reason: str):
    write_questions(tmp_path, record, RECORD)
    facts, rejects = facts_of("tvqa", tmp_path)
    assert [fact.question_id for fact in facts] == ["7"]
    assert dict(rejects.counts) == {reason: 1}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"nonsense", "line of subtitles is not JSON"),
        ({"sub": []}, "subtitles name no clip"),
        ({"vid_name": CLIP, "sub": "text"}, "subtitles of a clip are no list"),
        ({"vid_name": CLIP, "sub": [7]}, "subtitle: no object"),
        ({"vid_name": CLIP, "sub": [{"text": "Hello", "end": 3}]}, "subtitle: start is no number"),
        ({"vid_name": CLIP, "sub": [{"text": 8, "start": 1, "end": 3}]}, "subtitle: text is no text"),
    ],
)
def test_bad_subtitles_are_counted_and_cost_no_question(tmp_path: Path, line: object, reason: str):
    write_questions(tmp_path, RECORD)
    write_questions(tmp_path, line, name="tvqa_preprocessed_subtitles.jsonl")
    (fact,), rejects = facts_of("tvqa", tmp_path)
    assert fact.subtitles.lines() == ()
    assert dict(rejects.counts) == {reason: 1}


def test_what_comes_twice_is_counted_and_the_first_is_kept(tmp_path: Path):
    write_questions(tmp_path, RECORD | {"a0": ""}, RECORD, RECORD | {"q": "Who else?"})
    said = [[{"text": text, "start": 1, "end": 2}] for text in ("first", "second")]
    write_questions(tmp_path, *({"vid_name": CLIP, "sub": sub} for sub in said), name=(
        "tvqa_preprocessed_subtitles.jsonl"
    ))  # fmt: skip
    (fact,), rejects = facts_of("tvqa", tmp_path)
    assert (fact.question, fact.subtitles.text()) == ("Who sings?", "first")
    assert dict(rejects.counts) == {"subtitles of a clip come twice": 1, "a0 is empty": 1, "qid comes twice": 1}


@pytest.mark.parametrize("top", ["", "tvqa/", "subtitles/", "tvqa/subtitles/"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_srt_files_are_found_further_down(tmp_path: Path, top: str, pack: Any):
    write_questions(tmp_path / "tvqa", RECORD)
    ending = ".srt" if pack is bytes else ".srt.gz"
    write_json(tmp_path / top / "tvqa_subtitles" / f"{CLIP}{ending}", pack(SRT.encode()))
    (fact,), rejects = facts_of("tvqa", tmp_path)
    assert not rejects.counts
    assert len(fact.subtitles.lines()) == 2


def test_an_srt_file_that_cannot_be_read_costs_no_question(tmp_path: Path):
    write_questions(tmp_path, RECORD, RECORD | {"qid": 8}, RECORD | {"qid": 9, "vid_name": "other"})
    write_json(tmp_path / "tvqa_subtitles" / f"{CLIP}.srt", b"")
    write_json(tmp_path / "tvqa_subtitles" / "other.srt", gzip.compress(SRT.encode())[:-9])
    facts, rejects = facts_of("tvqa", tmp_path)
    assert [fact.subtitles for fact in facts] == [Subtitles()] * 3
    assert dict(rejects.counts) == {"subtitles cannot be read": 2}


def test_lines_in_which_nothing_is_said_are_passed_over(tmp_path: Path):
    write_questions(tmp_path, RECORD)
    said: list[dict[str, Any]] = [{"text": " ", "start": 1, "end": 2}, {"text": "Yes.", "start": 3, "end": 4}]
    write_questions(tmp_path, {"vid_name": CLIP, "sub": said}, name="tvqa_preprocessed_subtitles.jsonl")
    (fact,), rejects = facts_of("tvqa", tmp_path)
    assert not rejects.counts
    assert fact.subtitles.text() == "Yes."


def test_only_the_orbit_of_the_question_is_attached(tmp_path: Path):
    write_questions(tmp_path, RECORD, RECORD | {"qid": 8})
    write_orbit(tmp_path, f"elsewhere/{CLIP}", task="episodic_reasoning", k=5, record="8")
    facts, _ = facts_of("tvqa", tmp_path)
    assert [len(fact.orbits) for fact in facts] == [0, 1]
    assert facts[1].videos[0] == f"elsewhere/{CLIP}"


def test_missing_questions_are_said_in_one_line(tmp_path: Path):
    with pytest.raises(DataError, match=r"holds no tvqa_val\.jsonl"):
        facts_of("tvqa", tmp_path)


@pytest.mark.parametrize(
    ("text", "speaker", "said"),
    [
        ("(Kim:) Go.", "Kim", "Go."),
        ("(Kim:)Go.", "Kim", "Go."),
        ("( Dr. House : ) Go.", "Dr. House", "Go."),
        ("(laughs) Go.", None, "(laughs) Go."),
        ("Go (Kim:) now", None, "Go (Kim:) now"),
        ("(:) Go.", None, "(:) Go."),
    ],
)
def test_the_speaker_stands_before_the_line(text: str, speaker: str | None, said: str):
    assert line_of(text, 0.0, 1.0) == Line(speaker, said, 0.0, 1.0)


@given(st.text() | st.floats().map(str) | st.integers().map(str))
def test_any_span_is_ordered_or_unknown_or_unfit(text: str):
    for whole in (text, f"{text}-{text}", f"1-{text}"):
        try:
            start, end = span_of(whole)
        except Unfit:
            continue
        assert (start is None and end is None) or (start is not None and end is not None and 0 <= start <= end)


@pytest.mark.slow
def test_subtitles_of_the_full_size_take_little_memory(tmp_path: Path):
    said = [
        {"text": f"(Name:) line {i} of the usual length, more or less", "start": i, "end": i + 2} for i in range(30)
    ]
    clips = [f"castle_s{i // 1000:02d}e01_seg01_clip_{i % 1000:03d}" for i in range(1500)]
    write_questions(tmp_path, *({"vid_name": clip, "sub": said} for clip in clips), name=(
        "tvqa_preprocessed_subtitles.jsonl"
    ))  # fmt: skip
    write_questions(tmp_path, *(RECORD | {"qid": i, "vid_name": clip} for i, clip in enumerate(clips)))
    tracemalloc.start()
    facts, _ = facts_of("tvqa", tmp_path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(facts) == 1500
    assert peak < 20e6  # of 21,793 clips it would be 15 times as much
