"""lmms-eval's samples: what version 0.7 keeps of a question, what others keep, and what no version writes."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvbench.errors import DataError
from mvbench.importers import lmms_eval
from mvbench.importers.joining import Choice, join
from mvbench.importers.rows import LMMS_EVAL, Logged
from mvbench.types import LETTERS, Sample
from tests.importers import logs
from tests.importers.command import import_files

LINE: dict[str, Any] = {
    "doc_id": 0,
    "target": "a box",
    "filtered_resps": ["B"],
    "input": "Question:What?\nOption:\n(A) a cup\n(B) a box\nOnly give the best option.",
}


def read(tmp_path: Path, *lines: Any, name: str = "x_samples_mvbench_action_count.jsonl") -> list[Any]:
    return lmms_eval.read(logs.write_lines(tmp_path / name, lines))


def test_the_question_is_read_back_out_of_the_prompt(tmp_path: Path) -> None:
    (row,) = read(tmp_path, LINE)
    assert (row.task, row.index, row.reply) == ("mvbench_action_count", 0, "B")
    assert (row.question, row.choices, row.answer, row.video) == ("What?", ("a cup", "a box"), "a box", None)


plain_texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)


@given(
    question=plain_texts,
    choices=st.lists(plain_texts, min_size=1, max_size=26),
    closing=st.sampled_from(["Only give the best option.", "Answer with the option's letter directly.", ""]),
)
def test_any_one_line_question_comes_back_from_its_prompt(question: str, choices: list[str], closing: str) -> None:
    options = "".join(f"({letter}) {choice}\n" for letter, choice in zip(LETTERS, choices, strict=False))
    prompt = f"Question:{question}\nOption:\n{options}{closing}"
    assert lmms_eval.asked(prompt, where="here") == (question, tuple(choices))


def test_a_document_tells_more_than_the_prompt(tmp_path: Path) -> None:
    doc = {"video": "1.mp4", "question": "Who?", "candidates": ["x", 3], "answer": 3, "start": 2, "end": "4.5"}
    (row,) = read(tmp_path, LINE | {"doc": doc})
    assert (row.question, row.choices, row.answer, row.video) == ("Who?", ("x", "3"), "3", "1.mp4")
    assert (row.start, row.end) == (2.0, 4.5)


@pytest.mark.parametrize(
    ("fields", "reply"),
    [
        ({"filtered_resps": ["B"]}, "B"),
        ({"filtered_resps": "B"}, "B"),
        ({"filtered_resps": ["B"], "resps": [["<think>hm</think> B"]]}, "<think>hm</think> B"),
        ({"filtered_resps": ["B"], "resps": ["<think>hm</think> B"]}, "<think>hm</think> B"),
        ({"filtered_resps": [None]}, ""),
        ({"filtered_resps": ["None"]}, "None"),
        ({"filtered_resps": []}, ""),
        ({"filtered_resps": [float("nan")]}, ""),
        ({"filtered_resps": [3]}, "3"),
        ({"filtered_resps": ["half \ud83d"]}, "half ?"),
    ],
)
def test_the_reply_is_what_the_model_said_before_any_filter(tmp_path: Path, fields: Any, reply: str) -> None:
    (row,) = lmms_eval.read(write_ascii(tmp_path, LINE | fields))
    assert row.reply == reply


def write_ascii(folder: Path, line: Any) -> Path:
    path = folder / "samples_mvbench_action_count.jsonl"
    path.write_text(json.dumps(line) + "\n")
    return path


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"doc_id": 0}, "line 1 holds 'doc_id'; a sample of lmms-eval has"),
        (LINE | {"doc_id": "x"}, "doc_id is 'x'"),
        (LINE | {"doc_id": -1}, "doc_id is -1"),
        (LINE | {"doc_id": True}, "doc_id is True"),
        (LINE | {"doc_id": 1e300}, "doc_id is 1e"),
        (LINE | {"input": "What is this?"}, "not the prompt of an MVBench task"),
        (LINE | {"input": None}, "not the prompt of an MVBench task"),
        (LINE | {"doc": [1]}, "doc is"),
        (LINE | {"doc": {"candidates": "AB"}}, "candidates is 'AB'"),
        (LINE | {"doc": {"candidates": ["a"], "start": "soon"}}, "a bound is 'soon'"),
        (LINE | {"filtered_resps": ["A", "B"]}, "2 replies to one question"),
        (LINE | {"filtered_resps": [{"text": "A"}]}, "the reply is"),
        (["a list"], "line 1 is not JSON as lmms-eval writes it"),
    ],
)
def test_a_line_that_cannot_be_meant_is_named(tmp_path: Path, line: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path, line)


@pytest.mark.parametrize("junk", [b"{", b"\xff\xfe", b"[" * 100_000, b'{"doc_id": ' + b"9" * 5000 + b"}"])
def test_a_broken_line_is_named_by_its_number(tmp_path: Path, junk: bytes) -> None:
    path = logs.write_lines(tmp_path / "s.jsonl", [LINE])
    path.write_bytes(path.read_bytes() + junk + b"\n")
    with pytest.raises(DataError, match="line 2"):
        lmms_eval.read(path)


def test_an_endless_line_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lmms_eval, "MAX_CELL_CHARS", 1000)
    with pytest.raises(DataError, match="line 2 is longer than 1,000 bytes"):
        read(tmp_path, LINE, LINE | {"filtered_resps": ["x" * 2000]})


def test_an_endless_file_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lmms_eval, "MAX_JSON_BYTES", 50)
    with pytest.raises(DataError, match="more than 50 are not read"):
        read(tmp_path, LINE)


def test_a_renamed_file_of_several_tasks_is_told_apart_by_the_data(
    tmp_path: Path, data: Path, samples: tuple[Sample, ...], replies: dict[str, str]
) -> None:
    folder = logs.write_lmms(tmp_path / "m", samples, replies)
    joined = tmp_path / "samples.jsonl"
    joined.write_text("".join(path.read_text() for path in sorted(folder.iterdir())))
    assert import_files(joined, "--data", data, "--out", tmp_path / "run") == 0
    with pytest.raises(DataError, match="rows of several tasks are mixed"):
        import_files(joined)


def test_a_renamed_file_of_one_task_is_called_after_itself(
    tmp_path: Path, samples: tuple[Sample, ...], replies: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = logs.write_lmms(tmp_path / "m", samples, replies)
    path = (folder / logs.lmms_name("action_sequence")).rename(folder / "samples.jsonl")
    assert import_files(path) == 0
    assert "no name tells the task of these rows; they are called 'samples'" in capsys.readouterr().out


def test_a_renamed_file_of_other_data_is_refused(tmp_path: Path, data: Path) -> None:
    path = logs.write_lines(tmp_path / "samples.jsonl", [LINE])
    with pytest.raises(DataError, match="no task of the data has this question at place 0"):
        import_files(path, "--data", data)


@pytest.mark.parametrize("video", ["../../etc/passwd", "/etc/passwd", "a\x1b[2Jb.mp4", "C:\\x.mp4", ""])
def test_a_hostile_video_name_never_becomes_a_path(tmp_path: Path, video: str) -> None:
    doc = {"video": video, "question": "Who?", "candidates": ["x", "y"], "answer": "y"}
    rows = read(tmp_path, LINE | {"doc": doc})
    joined = join(Logged(LMMS_EVAL, "m", tuple(rows), {"s.jsonl": "0"}), Choice())
    ((sample, _),) = joined.pairs
    assert sample.video == "" and str(sample.clip.path) == "."
    assert video == "" or video not in sample.cluster
