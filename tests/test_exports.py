import csv
import io
import json
import re
from dataclasses import replace

import pytest

from mvbench.exports import RunFacts, csv_rows, upload
from mvbench.metrics import Summary, summarise
from mvbench.types import Record
from tests.fabricated import JUDGES, record, records, twenty_tasks, whole_mvbench

TASKS = twenty_tasks()
FACTS = RunFacts(model="videochat2", frames="16", protocol="mvbench")
PAPER_ORDER = re.findall("..", "ASAPAAFAUAOEOIOSMDALSTACMCMASCFPCOENERCI")


def whole(*, expected: int | None = 4_000) -> Summary:
    return summarise(whole_mvbench(), TASKS, data_name="MVBench", expected=expected)


def as_dict(summary: Summary, facts: RunFacts = FACTS) -> dict[str, str]:
    header, row = csv_rows(summary, facts)
    assert len(header) == len(row) == len(set(header))
    return dict(zip(header, row, strict=True))


def test_csv_has_the_twenty_tasks_in_the_order_of_the_paper() -> None:
    header, _ = csv_rows(whole(), FACTS)
    assert [name for name in header if name in PAPER_ORDER] == PAPER_ORDER


def test_csv_numbers_are_those_of_the_judge_parsed_but_for_one_column_that_says_so() -> None:
    drawn = [record(TASKS[0], index, correct={judge: judge == "official" for judge in JUDGES}) for index in range(4)]
    row = as_dict(summarise(drawn, TASKS, data_name="custom"))
    assert (row["judge"], row["AS"], row["macro_mean"]) == ("parsed", "0.000", "0.000")
    assert row["micro_mean_by_official_judge"] == "100.000"


def test_csv_says_what_the_numbers_are_about() -> None:
    row = as_dict(whole())
    about = ("model", "frames", "protocol", "data", "score", "complete", "questions")
    assert [row[name] for name in about] == ["videochat2", "16", "mvbench", "MVBench", "MVBench", "yes", "4000"]
    assert as_dict(whole(expected=4_001))["complete"] == "no"


def test_csv_leaves_an_unknown_interval_empty() -> None:
    row = as_dict(summarise([record(TASKS[0])], TASKS, data_name="custom"))
    assert (row["macro_mean"], row["standard_error"], row["interval_low"]) == ("100.000", "", "")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_csv_text_that_a_spreadsheet_would_run_is_made_inert(start: str) -> None:
    evil = f"{start}HYPERLINK(1)"
    first = replace(TASKS[0], abbreviation=evil)
    summary = summarise([record(first)], [first], data_name=evil)
    rows = csv_rows(summary, RunFacts(model=evil, frames=evil, protocol=evil))
    assert sum(cell == f"'{evil}" for row in rows for cell in row) == 5
    assert not any(cell.startswith(start) for row in rows for cell in row)


def test_csv_survives_a_writer_and_a_reader() -> None:
    rows = csv_rows(whole(), RunFacts(model='a "model", really', frames="16", protocol="mvbench"))
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    assert list(csv.reader(io.StringIO(text.getvalue()))) == rows


def test_upload_is_the_flat_object_of_the_public_board() -> None:
    summary = whole()
    board = upload(summary, FACTS)
    assert board is not None
    assert list(board) == [*(of.title for of in TASKS), "Avg"]
    assert "Fine-grained Action" in board
    correct = [result.correct for result in summary.judge("official").tasks]
    assert list(board.values()) == [*(count / 200 * 100 for count in correct), sum(correct) / 4_000 * 100]
    assert json.loads(json.dumps(board)) == board


def test_upload_is_by_the_official_judge() -> None:
    right = {judge: judge == "official" for judge in JUDGES}
    drawn = [record(of, index, correct=right) for of in TASKS for index in range(200)]
    board = upload(summarise(drawn, TASKS, data_name="MVBench"), FACTS)
    assert board is not None
    assert set(board.values()) == {100.0}


@pytest.mark.parametrize(
    ("drawn", "data_name", "expected"),
    [
        (list(whole_mvbench()), "custom-0123abcd", 4_000),
        (list(whole_mvbench()), "MVBench", 4_001),
        (list(whole_mvbench())[:-1], "MVBench", 4_000),
        ([one for one in whole_mvbench() if one.sample.task != "fine_grained_pose"], "MVBench", 3_800),
        ([one for of in TASKS for one in records(of, correct=100, total=200, errors=11)], "MVBench", 4_000),
        ([record(TASKS[0])], "MVBench", 1),
    ],
    ids=["other data", "missing record", "one question short", "19 tasks", "too many errors", "one question"],
)
def test_no_upload_of_anything_but_the_whole(drawn: list[Record], data_name: str, expected: int) -> None:
    assert upload(summarise(drawn, TASKS, data_name=data_name, expected=expected), FACTS) is None


def test_no_upload_of_a_run_that_did_not_show_the_clips_as_they_are() -> None:
    assert upload(whole(), replace(FACTS, view="none")) is None
