"""Samples as lmms-eval writes them: what a line holds, and that nothing is lost on the way there and back."""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mvbench.errors import DataError, Failure, MVBenchError, RunError
from mvbench.report.formats.writing import write
from mvbench.results import Run, to_line
from mvbench.scoring import judge
from mvbench.types import Record, Reply
from tests.importers.command import import_files
from tests.report.formats.runs import answered, run_of, sample, some


def lines(folder: Path) -> dict[str, list[dict[str, Any]]]:
    return {path.name: rows_of(path) for path in sorted(folder.iterdir())}


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def there_and_back(folder: Path, records: Sequence[Record]) -> list[Record]:
    """What `mvbench import` makes of the export, in the order of the records."""
    write(run_of(folder / "run", records), folder / "samples", format="lmms")
    import_files(folder / "samples", "--out", folder / "back")
    found = {record.sample.id: record for record in Run.read(folder / "back").records()}
    assert len(found) == len(records)
    return [found[record.sample.id] for record in records]


def test_a_file_is_named_by_the_moment_the_run_began_and_its_task(tmp_path: Path) -> None:
    found = lines(write(some(tmp_path / "run"), tmp_path / "out", format="lmms"))
    assert list(found) == [
        "20261121_232430_samples_mvbench_action_sequence.jsonl",
        "20261121_232430_samples_mvbench_object_existence.jsonl",
    ]


def test_a_line_holds_what_lmms_eval_writes_in_the_order_of_the_task(tmp_path: Path) -> None:
    first, second = next(iter(lines(write(some(tmp_path / "run"), tmp_path / "out", format="lmms")).values()))
    assert (first["doc_id"], second["doc_id"]) == (0, 1)
    assert second["doc"] == {
        "video": "1.mp4",
        "question": "What was taken (1)?",
        "candidates": ["The laptop.", "The tablet.", "The box.", "The shoe."],
        "answer": "The laptop.",
        "start": 1.0,
        "end": 5.5,
    }
    assert second["target"] == "The laptop."
    assert second["filtered_resps"] == ["A) The laptop."] and "resps" not in second
    assert second["mvbench_accuracy"] == {"pred_answer": "A) The laptop.", "gt_answer": "A", "score": 1}
    assert first["mvbench_accuracy"]["score"] == 0
    assert len(second["doc_hash"]) == 64
    assert {name: row["correct"] for name, row in second["mvbench"]["verdicts"].items()} == dict.fromkeys(
        ("official", "official-hd", "lmms", "vlmevalkit", "parsed"), True
    )


def test_the_prompt_is_the_one_of_the_runs_protocol(tmp_path: Path) -> None:
    record = answered(sample(0, choices=("yes", "no")), Reply("A"))
    written = {
        name: lines(write(run_of(tmp_path / name, [record], protocol=told), tmp_path / f"{name}-out", format="lmms"))
        for name, told in {
            "by-name": {"name": "notebook"},
            "own": {
                "name": "mine",
                "question": "Q {question} O {options}",
                "option": "{letter}: {text}",
                "closing": "!",
            },
            "unknown": {"name": "mine"},
            "broken": {"name": 3, "question": ["x"], "closing": None},
            "none": None,
        }.items()
    }
    prompts = {name: next(iter(found.values()))[0]["input"] for name, found in written.items()}
    assert prompts["by-name"] == (
        "Question: What was taken (0)?\nOptions:\n(A) yes\n(B) no\nOnly give the best option."
    )
    assert prompts["own"] == "Q What was taken (0)? O A: yes\nB: no!"
    tools = "Question:What was taken (0)?\nOption:\n(A) yes\n(B) no\nOnly give the best option."
    assert prompts["unknown"] == prompts["broken"] == prompts["none"] == tools


def test_thoughts_are_in_the_reply_and_not_in_what_the_tool_scores(tmp_path: Path) -> None:
    record = answered(sample(), Reply("<think>B or A?</think>\nA", "("))
    found = lines(write(run_of(tmp_path / "run", [record]), tmp_path / "out", format="lmms"))
    ((line,),) = found.values()
    assert line["resps"] == [["<think>B or A?</think>\nA"]] and line["filtered_resps"] == ["A"]


def test_a_reply_of_likelihoods_alone_is_the_letter_they_mean_and_comes_back_as_it_was(tmp_path: Path) -> None:
    record = answered(sample(), Reply("", "(", (-0.1, -2.0, float("nan"), -9.0)))
    likely = answered(sample(1), Reply("", "(", (-3.0, -2.0, -1.0, -9.0)))
    unknown, back = there_and_back(tmp_path, [record, likely])
    assert back.reply == likely.reply and back.verdicts == likely.verdicts
    assert to_line(unknown)["verdicts"] == to_line(record)["verdicts"]
    line = next(iter(lines(tmp_path / "samples").values()))[1]
    assert line["filtered_resps"] == ["C)"]


def test_an_error_is_an_empty_reply_there_and_the_same_error_when_it_comes_back(tmp_path: Path) -> None:
    failed = answered(sample(0), Failure("timeout", "no frame in 60 s \x1b[2J"))
    no_answer = answered(replace(sample(1), answer=None, answer_text="else"), Failure("answer", "none of the choices"))
    back = there_and_back(tmp_path, [failed, no_answer, answered(sample(2), Reply("A"))])
    assert [record.failure and record.failure.reason for record in back] == ["timeout", "answer", None]
    assert back[0].failure is not None and back[0].failure.detail == "no frame in 60 s \x1b[2J"
    assert [record.verdicts for record in back[:2]] == [failed.verdicts, no_answer.verdicts]
    line = next(iter(lines(tmp_path / "samples").values()))[0]
    assert line["filtered_resps"] == [""] and line["mvbench_accuracy"] == {
        "pred_answer": "",
        "gt_answer": "A",
        "score": 0,
    }


def test_errors_are_not_among_the_replies_that_each_tool_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there_and_back(tmp_path, [answered(sample(0), Failure("missing", "no file")), answered(sample(1), Reply("B"))])
    (row,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Action Sequence")]
    assert row.split()[2:] == ["2", "0.00", "0.00%", "0", "1", "0.00%"], "an empty reply would be credited"


texts = st.text(max_size=60) | st.sampled_from(
    ["", "A", "(B)", "Not A, it is (D).", "A person", "<think>x", "</think>B", "None", "null", "\u2028A\x85", "\r\nB\r"]
)
options = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), min_size=1, max_size=6)


@settings(max_examples=15, deadline=None)
@given(
    said=st.lists(texts, min_size=1, max_size=4),
    choices=options,
    question=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    prefix=st.sampled_from(["", "Best Option: (", "\n("]),
    finish=st.sampled_from([None, "stop", "length", "content_filter"]),
)
@example(said=["A person opens the door"], choices=["x", "y"], question="", prefix="Best Option: (", finish="length")
@example(
    said=["B", "\ud83d half"], choices=["a\n(B) b", "c", "c"], question="Q?\nOption:\n(A) z", prefix="", finish=None
)
def test_any_reply_comes_back_with_the_same_verdicts_by_every_judge(
    said: list[str], choices: list[str], question: str, prefix: str, finish: Any
) -> None:
    records = [
        answered(
            sample(place, choices=choices, answer=place % len(choices), question=question),
            Reply(text, prefix, None, finish, 7, place),
        )
        for place, text in enumerate(said)
    ]
    with tempfile.TemporaryDirectory() as folder:
        stored = list(run_of(Path(folder, "first"), records).records())
        back = there_and_back(Path(folder), records)
    for before, after in zip(stored, back, strict=True):
        assert before.reply is not None
        assert after.reply == before.reply
        assert after.verdicts == judge(before.sample, before.reply)
        assert (after.sample.choices, after.sample.answer) == (before.sample.choices, before.sample.answer)
        assert after.sample.item_hash == before.sample.item_hash


def test_the_same_run_gives_the_same_bytes_whatever_the_order_of_its_records(tmp_path: Path) -> None:
    records = [answered(sample(place), Reply("A")) for place in range(11)]
    one = write(run_of(tmp_path / "a", records), tmp_path / "a-out", format="lmms")
    two = write(run_of(tmp_path / "b", records[::-1]), tmp_path / "b-out", format="lmms")
    (name,) = lines(one)
    assert (one / name).read_bytes() == (two / name).read_bytes()
    again = write(run_of(tmp_path / "a", records), tmp_path / "a-out", format="lmms")
    assert list(lines(again)) == [name]


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    run = some(tmp_path / "run")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(RunError, match=r"holds 'notes.txt', which is not of this report; choose another --out"):
        write(run, tmp_path / "mine", format="lmms")
    with pytest.raises(RunError, match="is a file, and --format lmms makes a folder"):
        write(run, tmp_path / "mine" / "notes.txt", format="lmms")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]


def test_several_replies_to_a_question_are_refused(tmp_path: Path) -> None:
    twice = [answered(sample(), Reply("A")), answered(replace(sample(), id="action_sequence/0000#2"), Reply("B"))]
    with pytest.raises(RunError, match=r"has several replies to a question .*without --repeats"):
        write(run_of(tmp_path / "run", twice), tmp_path / "out", format="lmms")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "name", ["../../../etc/x/0000", "action_sequence/../../x", "action_sequence", "", "other/0000"]
)
def test_an_id_that_is_no_place_in_a_task_never_becomes_a_path(tmp_path: Path, name: str) -> None:
    record = answered(replace(sample(), id=name), Reply("A"))
    with pytest.raises(MVBenchError, match="need task/number"):
        write(run_of(tmp_path / "run", [record]), tmp_path / "out", format="lmms")


@pytest.mark.parametrize("key", ["../../x", "a/b", "A\x00b", "x" * 101])
def test_a_task_that_is_no_plain_word_never_becomes_a_file_name(tmp_path: Path, key: str) -> None:
    of = replace(sample(), task=key, id=f"{key}/0000")
    task = replace(run_of(tmp_path / "a", [answered(sample(), Reply("A"))]).tasks[0], key=key)
    run = run_of(tmp_path / "run", [answered(of, Reply("A"))], tasks=[task])
    with pytest.raises(MVBenchError):
        write(run, tmp_path / "out", format="lmms")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("started", [None, "../..", "yesterday", 3, "2026-11-21"])
def test_a_run_that_does_not_say_when_it_began_is_undated_or_began_at_midnight(tmp_path: Path, started: Any) -> None:
    found = write(some(tmp_path / "run", started=started), tmp_path / "out", format="lmms")
    date = "20261121_000000" if started == "2026-11-21" else "undated"
    assert next(iter(lines(found))) == f"{date}_samples_mvbench_action_sequence.jsonl"
    import_files(found, "--out", tmp_path / "back", "--max-errors", "100%")


@pytest.mark.parametrize(
    "told",
    [
        "x",
        [1],
        {"reply": "A"},
        {"reply": {"prefix": 3}},
        {"reply": {"finish_reason": "tired"}},
        {"reply": {"choice_logprobs": [10**400]}},
        {"reply": {"text": 3}},
        {"failure": "lost"},
        {"failure": {"reason": "lost", "detail": "x"}},
        {"failure": {"reason": "missing", "detail": 3}},
        {"failure": {"reason": "missing"}},
    ],
)
def test_what_is_not_ours_under_our_key_is_refused_with_its_place(tmp_path: Path, told: Any) -> None:
    folder = write(some(tmp_path / "run"), tmp_path / "out", format="lmms")
    path = next(folder.iterdir())
    rows = rows_of(path)
    rows[1]["mvbench"] = told
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(DataError, match=f"{path.name}', line 2: mvbench"):
        import_files(folder, "--out", tmp_path / "back")


def test_a_run_without_records_is_refused(tmp_path: Path) -> None:
    for format in ("lmms", "csv", "latex"):
        with pytest.raises(DataError, match="no records, so nothing to"):
            write(run_of(tmp_path / "run", []), tmp_path / "out", format=format)
