"""The printed report: who credits what the headline judge does not, and what each tool leaves out or invents."""

from pathlib import Path

import pytest

from mvbench import tasks
from mvbench.importers.comparison import Comparison, JudgeRow, compare
from mvbench.importers.found import read_all
from mvbench.importers.joining import Choice, join
from mvbench.importers.writing import write
from mvbench.scoring.totals import KitTotal, LmmsTotal, NotebookTotal, Stopped, lmms_eval, notebook, vlm_eval_kit
from mvbench.types import LETTERS, Sample
from tests.importers import logs
from tests.importers.command import import_files


def compared(tmp_path: Path, file: Path, data: Path | None) -> Comparison:
    logged = read_all([file])
    choice = Choice(data=None if data is None else str(data))
    joined = join(logged, choice)
    written = write(logged, joined, choice, out=tmp_path / "compared")
    return compare(logged, joined, written.records, written.summary)


def right_letters(samples: tuple[Sample, ...]) -> dict[str, str]:
    return {sample.id: LETTERS[sample.answer or 0] for sample in samples}


def row(comparison: Comparison, judge: str) -> JudgeRow:
    return next(row for row in comparison.judges if row.judge == judge)


def test_each_kind_of_false_credit_has_its_column(tmp_path: Path, data: Path, samples: tuple[Sample, ...]) -> None:
    replies = right_letters(samples)
    a, b, c, d, e, *_ = (sample.id for sample in samples if sample.task == "action_sequence")  # right: A, B, C, D, A
    replies |= {
        a: "A person walks by.",  # an article, which lmms takes for the letter
        b: "",  # which the public rule credits
        c: "(D) The towel.",  # another letter beside the right text
        d: "<think>Is it (A)?</think>(D) The shoe.",  # right, where the public rule sees the first piece only
        e: "A dog is carried, so (C).",
    }
    comparison = compared(tmp_path, logs.write_lmms(tmp_path / "m", samples, replies), data)
    assert comparison.judges[0].judge == "parsed" and comparison.judges[0].false_credits == 0
    assert (row(comparison, "official").blank, row(comparison, "official").missed) == (1, 1)
    assert row(comparison, "vlmevalkit").blank == 1
    lmms = row(comparison, "lmms")
    assert (lmms.blank, lmms.no_answer, lmms.wrong_answer, lmms.false_credits) == (0, 1, 1, 2)


def test_totals_are_over_the_rows_that_are_there_and_judges_over_all_questions(
    tmp_path: Path, data: Path, samples: tuple[Sample, ...]
) -> None:
    replies = right_letters(samples)
    blank, absent = samples[0].id, samples[1].id
    replies[blank] = ""
    replies.pop(absent)
    comparison = compared(tmp_path, logs.write_lmms(tmp_path / "m", samples, replies), data)
    assert (comparison.asked, comparison.replies) == (len(samples), len(samples) - 1)
    assert row(comparison, "parsed").correct == len(samples) - 2
    assert row(comparison, "parsed").micro == pytest.approx(100 * (len(samples) - 2) / len(samples))
    assert isinstance(comparison.lmms, LmmsTotal) and isinstance(comparison.kit, KitTotal)
    task = comparison.lmms.tasks["Action Sequence"]
    assert (task.questions, task.counted, task.saved) == (11, 10, 100.0)
    assert comparison.kit.no_prediction == 1 and comparison.kit.rating["overall"][:2] == (26, 26)
    assert isinstance(comparison.notebook, NotebookTotal) and comparison.notebook.printed_total == "100.00%"


def test_the_files_own_count_is_held_against_our_judge_of_its_rules(
    tmp_path: Path, data: Path, samples: tuple[Sample, ...], replies: dict[str, str]
) -> None:
    for number, file in enumerate(
        [
            logs.write_lmms(tmp_path / "m", samples, replies),
            logs.write_notebook(tmp_path / "n.json", samples, replies),
        ]
    ):
        own = compared(tmp_path / str(number), file, data).own
        assert own is not None and own[0] == own[1] > 0


def test_a_file_judged_by_other_rules_is_told(
    tmp_path: Path, data: Path, samples: tuple[Sample, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        logs.kit_row(sample, reply, number=number, score=1)
        for number, (sample, reply) in enumerate(
            (sample, LETTERS[sample.answer or 0] if number else "none of them") for number, sample in enumerate(samples)
        )
    ]
    import_files(logs.write_tsv(tmp_path / "m_MVBench.tsv", rows), "--data", data)
    count = len(samples)
    assert (
        f"counts {count} right, the judge vlmevalkit {count - 1}: it was made by other rules" in capsys.readouterr().out
    )


def test_what_is_dropped_or_invented_is_said_in_words(
    tmp_path: Path, data: Path, samples: tuple[Sample, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    replies = right_letters(samples)
    replies[samples[0].id] = ""
    replies[samples[1].id] = "Failed to obtain answer via API."
    import_files(logs.write_lmms(tmp_path / "m", samples, replies), "--data", data)
    out = capsys.readouterr().out
    assert "lmms-eval leaves 1 blank reply out of its denominators" in out
    assert (
        "VLMEvalKit counts 2 replies without a score as right (1 lost in its file, 1 failed requests): 100.00%" in out
    )
    assert f"without them {100 * (len(samples) - 2) / len(samples):.2f}%" in out
    assert "most false credits: 2, by the judge vlmevalkit" in out


def test_a_tool_that_would_stop_is_said_to(
    tmp_path: Path, data: Path, samples: tuple[Sample, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    file = logs.write_lmms(tmp_path / "m", samples, {sample.id: "" for sample in samples})
    assert compared(tmp_path, file, data).kit == Stopped("KeyError")
    import_files(file, "--data", data)
    assert "VLMEvalKit would print nothing for these replies: it stops with KeyError" in capsys.readouterr().out


def test_the_report_fits_eighty_columns_and_names_every_task(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = logs.folder_of(tmp_path / "all", {task.key: 3 for task in tasks.public_tasks()})
    samples = tasks.load(data).samples
    monkeypatch.setattr("mvbench.terminal.PLAIN_WIDTH", 80)
    import_files(logs.write_lmms(tmp_path / "m", samples, right_letters(samples)), "--data", data)
    lines = capsys.readouterr().out.splitlines()
    for task in tasks.public_tasks():
        (line,) = (line for line in lines if line.startswith(task.title))
        assert line.split()[-6:] == ["3", "100.00", "100.00%", "100", "3", "100.00%"]


def test_control_codes_in_names_do_not_reach_the_terminal(
    tmp_path: Path, samples: tuple[Sample, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    rows = logs.kit_rows(samples, right_letters(samples))
    for line in rows:
        line["task_type"] = "Evil\x1b[2J [red]task"
    import_files(logs.write_tsv(tmp_path / "m\x1b[31m_MVBench.tsv", rows), "--model", "[bold]m\x1b]0;x\x07")
    out = capsys.readouterr().out
    assert "\x1b" not in out and "\x07" not in out and "[bold]m" in out


def test_where_no_question_has_a_reply_no_tool_has_a_number() -> None:
    assert notebook([]) == Stopped("ZeroDivisionError")
    assert lmms_eval([]) == LmmsTotal({}) and LmmsTotal({}).printed == {}
    assert isinstance(vlm_eval_kit([]), Stopped)
