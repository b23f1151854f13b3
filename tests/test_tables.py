import io
import re
from collections.abc import Iterable, Sequence

import pytest
from rich.console import Console

from mvbench.errors import UsageError
from mvbench.exports import RunFacts
from mvbench.metrics import Summary, summarise
from mvbench.tables import result_table
from mvbench.types import Record, Status
from tests.fabricated import JUDGES, record, records, task, twenty_tasks, whole_mvbench

TASKS = twenty_tasks()
FACTS = RunFacts(model="videochat2", frames="16", protocol="mvbench")
TROUBLES = [status for status in Status if status is not Status.OK]


def shown(
    summary: Summary, facts: RunFacts = FACTS, *, width: int = 80, judge: str = "parsed", terminal: bool = False
) -> str:
    printed = io.StringIO()
    console = Console(file=printed, width=width, force_terminal=terminal)
    console.print(result_table(summary, facts, judge=judge))
    return printed.getvalue()


def summary_of(drawn: Iterable[Record], *, data_name: str = "custom", expected: int | None = None) -> Summary:
    return summarise(drawn, TASKS, data_name=data_name, expected=expected)


def troubled(troubles: Sequence[Status]) -> Summary:
    """Twenty full tasks, all correct (so that intervals are at their widest in print), a few troubles in each."""
    drawn = []
    for of in TASKS:
        for index in range(200):
            status = troubles[index] if index < len(troubles) else Status.OK
            drawn.append(record(of, index, correct=status is Status.OK, status=status))
    return summary_of(drawn, data_name="MVBench", expected=4_000)


@pytest.mark.parametrize("troubles", [TROUBLES[:count] for count in range(5)], ids=len)
def test_twenty_tasks_fit_eighty_columns_with_every_title_whole(troubles: Sequence[Status]) -> None:
    text = shown(troubled(troubles))
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text
    for of in TASKS:
        assert re.search(rf"^ {of.title} +200 +\d+\.\d +\d+\.\d-\d+\.\d +25\.0", text, re.MULTILINE), text


def test_statuses_have_a_column_only_where_they_occur() -> None:
    assert "unparsed" not in shown(troubled([]))
    heads = shown(troubled([Status.TRUNCATED, Status.ERROR]), width=120).partition("─")[0]
    assert "truncated" in heads
    assert "error" in heads
    assert "unparsed" not in heads
    assert "refused" not in heads


def test_statuses_are_written_out_where_there_is_room() -> None:
    assert "tru  ref  err" in shown(troubled(TROUBLES), width=80)
    assert re.search("unparsed +truncated +refused +error", shown(troubled(TROUBLES), width=120))


def test_tasks_stand_below_their_skill_which_has_a_number_when_it_is_a_mean() -> None:
    drawn = [
        one
        for of, correct in ((TASKS[0], 3), (TASKS[1], 1), (TASKS[10], 4))
        for one in records(of, correct=correct, total=4)
    ]
    lines = shown(summary_of(drawn)).splitlines()
    rows = lines[lines.index(next(line for line in lines if "─" in line)) + 1 :]
    assert re.match(r"Action +8 +50\.0 +\d+\.\d-\d+\.\d +25\.0$", rows[0])
    assert re.match(r" Action Sequence +4 +75\.0 ", rows[1])
    assert re.match(r" Action Prediction +4 +25\.0 ", rows[2])
    assert rows[3].rstrip() == "Scene"
    assert re.match(r" Scene Transition +4 +100\.0 ", rows[4])


def test_the_foot_gives_the_score_its_error_and_chance() -> None:
    drawn = [one for of in TASKS for one in records(of, correct=122, total=200)]
    text = shown(summary_of(drawn, data_name="MVBench", expected=4_000))
    assert "MVBench: 61.0 ± 1.5 (95 % interval 59.5-62.5), chance 25.0, above chance 48.0 %" in text
    assert "official judge, micro mean: 61.0 (what the public board's upload holds)" in text
    assert "incomplete" not in text
    assert "counted wrong" not in text


def test_the_foot_of_anything_else_names_it_a_mean_and_promises_no_upload() -> None:
    text = shown(summary_of(records(TASKS[0], correct=3, total=4)))
    assert "mean of 1 task (4 questions): 75.0 ± " in text
    assert "upload" not in text


def test_errors_are_shown_as_bounds() -> None:
    text = shown(summary_of(records(TASKS[0], correct=30, total=100, errors=4)))
    assert "4 errors counted wrong: between 30.0 and 34.0" in text
    assert "100 questions: 96 ok, 4 error" in text


def test_repeats_are_said() -> None:
    drawn = [record(TASKS[0], 0, repeat=turn, status=Status.UNPARSED, correct=False) for turn in (1, 2, 3)]
    assert "1 question in 3 replies: 3 unparsed" in shown(summary_of(drawn))


def test_an_incomplete_run_says_so_loudly() -> None:
    drawn = records(TASKS[0], correct=30, total=100, errors=10)
    text = shown(summary_of(drawn, expected=120))
    assert "incomplete: 100 of 120 replies are there" in text
    assert "incomplete: 10.0 % errors, more than the 5 % allowed" in text
    assert "(incomplete): 30.0" in text


def test_an_incomplete_mvbench_promises_no_upload() -> None:
    text = shown(summary_of(whole_mvbench(), data_name="MVBench", expected=4_001))
    assert "MVBench (incomplete): " in text
    assert "upload" not in text


def test_one_video_gets_no_interval() -> None:
    text = shown(summary_of([record(TASKS[0], index, cluster="one") for index in range(3)]))
    assert "100.0 (no interval: too few questions or videos)" in " ".join(text.split())


def test_the_published_protocol_is_named_unless_it_was_used() -> None:
    summary = summary_of(whole_mvbench())
    assert "`notebook`" in shown(summary)
    assert "`notebook`" not in shown(summary, RunFacts(model="m", frames="16", protocol="notebook"))


def test_a_table_is_of_one_judge_and_says_which() -> None:
    right = {judge: judge == "lmms" for judge in JUDGES}
    summary = summary_of([record(TASKS[0], index, correct=right) for index in range(4)])
    assert "judge lmms" in shown(summary, judge="lmms")
    assert re.search(r"Action Sequence +4 +100\.0", shown(summary, judge="lmms"))
    assert re.search(r"Action Sequence +4 +0\.0", shown(summary, judge="parsed"))
    with pytest.raises(UsageError, match="did you mean 'parsed'"):
        shown(summary, judge="parse")


def test_names_from_outside_are_neither_markup_nor_control_codes() -> None:
    evil = "[red]x[/red]\x1b[31m\r\n\u202e:smile:"
    odd = task(f"A[b]{evil}", skill="[bold]")
    summary = summarise(
        [record(odd), record(task("B", skill="[bold]"))], [odd, task("B", skill="[bold]")], data_name=evil
    )
    text = shown(summary, RunFacts(model=evil, frames=evil, protocol=evil), width=200)
    assert text.count("[red]x[/red]\N{REPLACEMENT CHARACTER}[31m") == 5
    assert text.count(":smile:") == 5
    assert not set("\x1b\r\u202e") & set(text)


def test_colours_are_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    for variable in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(variable, raising=False)
    assert "\x1b[" not in shown(troubled(TROUBLES))
    assert "\x1b[" in shown(troubled(TROUBLES), terminal=True)
