"""Summary -> the rows and objects other programs read."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mvbench.metrics import MVBENCH, JudgeSummary, Summary

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a result is about, in the words to print: `frames` is "16", or "1 fps, at most 32"."""

    model: str
    frames: str
    protocol: str
    view: str = "full"


def csv_rows(summary: Summary, facts: RunFacts) -> list[list[str]]:
    """A header and one row for `results.csv`: accuracies of the tasks in their usual order, all by the judge `parsed`.

    Only the last column is another judge's, and says so. Numbers are in percent, with three decimals. Text that a
    spreadsheet would run as a formula gets a leading apostrophe.
    """
    judge = summary.judge("parsed")
    columns = [
        ("model", inert(facts.model)),
        ("frames", inert(facts.frames)),
        ("protocol", inert(facts.protocol)),
        ("view", inert(facts.view)),
        ("judge", judge.judge),
        ("data", inert(summary.data_name)),
        ("score", summary.name),
        ("complete", "yes" if summary.complete else "no"),
        ("questions", str(summary.questions)),
        ("errors", str(summary.errors)),
        ("macro_mean", _number(judge.macro.mean)),
        ("standard_error", _number(judge.macro.standard_error)),
        ("interval_low", _number(judge.macro.low)),
        ("interval_high", _number(judge.macro.high)),
        ("chance", _number(judge.chance)),
        *((inert(task.task.abbreviation), _number(task.accuracy)) for task in judge.tasks),
        ("micro_mean_by_official_judge", _number(summary.judge("official").micro)),
    ]
    return [[name for name, _ in columns], [value for _, value in columns]]


def upload(summary: Summary, facts: RunFacts) -> dict[str, float] | None:
    """The object the public MVBench board takes as `upload_leaderboard.json`, by the judge `official`.

    None unless this is the whole of MVBench, seen as it is: a board that fills gaps with zeros or shows a part as the
    whole helps nobody.
    """
    if summary.name != MVBENCH or not summary.complete or facts.view != "full":
        return None
    return board_percentages(summary.judge("official"))


def board_percentages(judge: JudgeSummary) -> dict[str, float]:
    """Full task title -> percent, and `Avg`, the mean over questions; unrounded, as the public notebook writes them."""
    return {**{task.task.title: task.accuracy for task in judge.tasks}, "Avg": judge.micro}


def inert(text: str) -> str:
    """The text, with a leading apostrophe where a spreadsheet would run it as a formula."""
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def csv_content(rows: Sequence[Mapping[str, object]]) -> bytes:
    """A header and a line per row, which all have the same keys. Text that a spreadsheet would run is made inert."""
    table = io.StringIO(newline="")
    # every text in quotes: unasked, the writer leaves a lone carriage return bare, and readers end the row there
    writer = csv.DictWriter(table, list(rows[0]), lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writeheader()
    for row in rows:
        writer.writerow({name: inert(value) if isinstance(value, str) else value for name, value in row.items()})
    return table.getvalue().encode()


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
