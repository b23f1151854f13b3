"""lmms-eval's samples: what version 0.7 keeps of a question, what others keep, and what no version writes."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvbench import tasks
from mvbench.errors import DataError
from mvbench.importers import lmms_eval
from mvbench.importers.joining import Choice, join
from mvbench.importers.rows import LMMS_EVAL, Logged
from mvbench.results import Run
from mvbench.scoring import judge
from mvbench.types import LETTERS, Reply, Sample
from tests.data_folder import item
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


CLOSINGS = [
    "",
    "Only give the best option.",
    "Only give the best option.\n",
    "Only give the best option.\nAnswer:",
    "Answer with the option's letter directly.",
    "Answer with the option's letter from the given choices directly.",
    "\nAnswer:",
]

plain_texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)


@given(
    question=plain_texts,
    choices=st.lists(plain_texts, min_size=1, max_size=26),
    closing=st.sampled_from(CLOSINGS),
)
def test_any_one_line_question_comes_back_from_its_prompt(question: str, choices: list[str], closing: str) -> None:
    options = "".join(f"({letter}) {choice}\n" for letter, choice in zip(LETTERS, choices, strict=False))
    prompt = f"Question:{question}\nOption:\n{options}{closing}"
    assert lmms_eval.asked(prompt, where="here") == (question, tuple(choices))


@pytest.mark.parametrize("with_data", [False, True])
@pytest.mark.parametrize("closing", CLOSINGS)
def test_however_a_prompt_ends_the_run_has_the_options_of_the_data(
    tmp_path: Path, data: Path, samples: tuple[Sample, ...], replies: dict[str, str], closing: str, with_data: bool
) -> None:
    folder = logs.write_lmms(tmp_path / "m", samples, replies, closing=closing)
    words = ("--data", data) if with_data else ()
    assert import_files(folder, *words, "--out", tmp_path / "run") == 0
    records = {record.sample.id: record for record in Run.read(tmp_path / "run").records()}
    for sample in samples:
        record = records[sample.id]
        assert (record.sample.choices, record.sample.answer) == (sample.choices, sample.answer)
        assert record.verdicts == judge(sample, Reply(replies[sample.id]))


def test_an_option_of_several_lines_is_matched_with_the_data_to_the_character(tmp_path: Path) -> None:
    choices = ["a cup\n(C) of tea", "a box\nof shoes"]
    items = [item(question="What\nis it?", candidates=choices, answer=choices[number]) for number in range(2)]
    data = logs.write(tmp_path / "data", {"object_existence": items})
    samples = tasks.load(data).samples
    right = {samples[0].id: "A", samples[1].id: "B"}
    folder = logs.write_lmms(tmp_path / "m", samples, right)
    assert import_files(folder, "--data", data, "--out", tmp_path / "run") == 0
    records = list(Run.read(tmp_path / "run").records())
    assert [record.sample.choices for record in records] == [tuple(choices)] * 2
    assert all(record.verdicts["parsed"].correct for record in records)
    path = folder / logs.lmms_name("object_existence")
    path.write_text(path.read_text().replace("of shoes\\nOnly", "of hats\\nOnly"))
    with pytest.raises(DataError, match="line 1 is not object_existence/0000 of this data: its choices"):
        import_files(folder, "--data", data)


@pytest.mark.parametrize(
    "fields",
    [
        {"input": "Question:What \ud800?\nOption:\n(A) a cup\n(B) a \udfff box\nOnly give the best option.\n"},
        {"doc": {"video": "x\ud800.mp4", "question": "q\ud800", "candidates": ["a\ud800", "b"], "answer": "a\ud800"}},
        {"target": "\ud800"},
    ],
)
def test_half_a_surrogate_pair_in_a_question_becomes_a_question_mark(tmp_path: Path, fields: Any) -> None:
    path = write_ascii(tmp_path, LINE | fields)
    (row,) = lmms_eval.read(path)
    assert row.choices in {("a cup", "a ? box"), ("a?", "b"), ("a cup", "a box")}
    import_files(path, "--out", tmp_path / "run", "--max-errors", "100%")
    (record,) = Run.read(tmp_path / "run").records()
    assert record.sample.choices == row.choices and record.sample.question == row.question


def test_samples_of_other_benchmarks_in_a_folder_are_skipped_and_named(
    tmp_path: Path, samples: tuple[Sample, ...], replies: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = logs.write_lmms(tmp_path / "m", samples, replies)
    other = LINE | {"input": "What is this?\nA. a cup\nB. a box"}
    others = ("a", "b", "c", "d", "e", "videomme")
    names = [f"20260301_101112_samples_{task}.jsonl" for task in others]
    for name in names:
        logs.write_lines(folder / name, [other])
    assert import_files(folder, "--out", tmp_path / "run") == 0
    assert len(list(Run.read(tmp_path / "run").records())) == len(samples)
    said = [line for line in capsys.readouterr().out.splitlines() if "skipped" in line]
    assert said == [f"skipped, as samples of other benchmarks: {', '.join(names[:5])} and 1 more"]
    with pytest.raises(DataError, match="not the prompt of an MVBench task"):
        import_files(folder / names[5])


def test_a_folder_without_samples_of_mvbench_is_an_error(tmp_path: Path) -> None:
    logs.write_lines(tmp_path / "m_samples_videomme.jsonl", [LINE | {"input": "What is this?"}])
    with pytest.raises(DataError, match="not the prompt of an MVBench task"):
        import_files(tmp_path)


def test_what_is_read_as_another_tools_is_not_shown_at_length(tmp_path: Path) -> None:
    secret = {f"column{number}{'x' * 90}": "mine" for number in range(9)}
    path = logs.write_lines(tmp_path / "x.jsonl", [secret])
    for tool in ("lmms-eval", "vlmevalkit", "notebook"):
        with pytest.raises(DataError) as caught:
            import_files(path, "--from", tool)
        assert str(caught.value).count("x") < 90


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
