"""Comparison -> what people read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import fsum
from typing import TypeVar

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from mvbench.importers.comparison import Comparison
from mvbench.importers.joining import Joined
from mvbench.importers.rows import Logged
from mvbench.metrics import Summary
from mvbench.scoring import HEADLINE
from mvbench.scoring.totals import KitTotal, LmmsTask, Stopped
from mvbench.terminal import plain

Total = TypeVar("Total")


def report(logged: Logged, summary: Summary, comparison: Comparison) -> RenderableType:
    """Every judge side by side, and each tool's own numbers task by task; needs 80 columns."""
    names = [plain(name) for name in logged.hashes]
    files = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
    return Group(
        Text.assemble(
            (plain(logged.model), "bold"), f" · {plain(summary.data_name)} · replies logged by {logged.tool.name}"
        ),
        Text(files + "\n", style="dim"),
        judge_table(comparison),
        Text(""),
        tool_table(summary, comparison),
        Text(""),
    )


def judge_table(comparison: Comparison) -> Table:
    """One row per judge; the last four columns count the replies it sees otherwise than the headline judge."""
    table = new_table("judge", "mean of\ntasks", "mean of\nquestions", f"right\nof {comparison.asked:,}")
    for head in ("blank\ncredited", "no answer\ncredited", "wrong\ncredited", "right\nrefused"):
        table.add_column(head, justify="right", no_wrap=True)
    for row in comparison.judges:
        differences = (row.blank, row.no_answer, row.wrong_answer, row.missed)
        table.add_row(
            Text(row.judge, style="bold" if row.judge == HEADLINE else ""),
            f"{row.macro:.2f}",
            f"{row.micro:.2f}",
            f"{row.correct:,}",
            *(Text(f"{count:,}", style="yellow") if count else Text("") for count in differences),
        )
    return table


def tool_table(summary: Summary, comparison: Comparison) -> Table:
    """One row per task: our accuracy, and what each tool's own program prints for the same replies."""
    table = new_table("task", "n", HEADLINE, "notebook\nprints", "lmms-eval\nprints", "out of", "VLMEvalKit\nprints")
    notebook, lmms, kit = comparison.notebook, comparison.lmms, comparison.kit
    printed = cells(notebook, lambda total: total.printed)
    saved = cells(lmms, lambda total: {task: row.value for task, row in total.printed.items()})
    counted = cells(lmms, lambda total: {task: f"{row.counted:,}" for task, row in total.tasks.items()})
    rated = cells(kit, lambda total: {task: row[2] for task, row in total.rating.items()})
    headline = summary.judge(HEADLINE)
    for row in headline.tasks:
        title = row.task.title
        table.add_row(
            Text(plain(title)),
            f"{row.asked:,}",
            f"{row.accuracy:.2f}",
            printed.get(title, "-"),
            saved.get(title, "-"),
            counted.get(title, "-"),
            rated.get(title, "-"),
        )
    table.add_row(
        Text("all questions", style="bold"),
        f"{comparison.asked:,}",
        f"{headline.micro:.2f}",
        cells(notebook, lambda total: {"": total.printed_total}).get("", "-"),
        "none" if not isinstance(lmms, Stopped) else "-",
        "",
        rated.get("overall", "-"),
    )
    return table


def new_table(first: str, *others: str) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 0, 0, 1), header_style="")
    table.add_column(first, no_wrap=True)
    for head in others:
        table.add_column(head, justify="right", no_wrap=True)
    return table


def cells(total: Total | Stopped, read: Callable[[Total], Mapping[str, str]]) -> Mapping[str, str]:
    """What a program prints by task; nothing where it stops."""
    return {} if isinstance(total, Stopped) else read(total)


def remarks(logged: Logged, joined: Joined, summary: Summary, comparison: Comparison) -> Iterator[str]:
    """One line each for what a reader must know."""
    yield from rows_in_words(joined, comparison)
    if logged.skipped:
        yield skipped_in_words(logged.skipped)
    yield from (f"note: {note}" for note in joined.notes)
    if not isinstance(comparison.lmms, Stopped):
        yield from dropped_in_words(list(comparison.lmms.tasks.values()))
    if not isinstance(comparison.kit, Stopped):
        yield from unscored_in_words(comparison.kit)
    for name, total in (
        ("the notebook", comparison.notebook),
        ("lmms-eval", comparison.lmms),
        ("VLMEvalKit", comparison.kit),
    ):
        if isinstance(total, Stopped):
            yield f"{name} would print nothing for these replies: it stops with {total.exception}"
    if comparison.own is not None:
        theirs, ours = comparison.own
        judge = logged.tool.judge
        if theirs == ours:
            yield f"the file itself counts {theirs:,} right, and so does the judge {judge}"
        else:
            yield f"the file itself counts {theirs:,} right, the judge {judge} {ours:,}: it was made by other rules"
    worst = max(comparison.judges, key=lambda row: row.false_credits)
    if worst.false_credits:
        yield f"most false credits: {worst.false_credits:,}, by the judge {worst.judge}"
    yield from (f"incomplete: {shortfall}" for shortfall in summary.shortfalls)


def dropped_in_words(rows: Sequence[LmmsTask]) -> Iterator[str]:
    dropped = sum(row.questions - row.counted for row in rows)
    if dropped:
        without = fsum(row.saved for row in rows) / len(rows)
        over_all = fsum(100 * row.correct / row.questions for row in rows) / len(rows)
        yield (
            f"lmms-eval leaves {number(dropped, 'blank reply', 'blank replies')} out of its denominators: its tasks "
            f"have a mean of {without:.2f}, over all their questions {over_all:.2f}"
        )


def unscored_in_words(total: KitTotal) -> Iterator[str]:
    unscored = total.no_prediction + total.no_score
    if unscored:
        credited, asked, percentage = total.rating["overall"]
        yield (
            f"VLMEvalKit counts {number(unscored, 'reply', 'replies')} without a score as right "
            f"({total.no_prediction:,} lost in its file, {total.no_score:,} failed requests): {percentage}, "
            f"without them {100 * (credited - unscored) / asked:.2f}%"
        )


def rows_in_words(joined: Joined, comparison: Comparison) -> Iterator[str]:
    parts = [f"{number(joined.rows, 'row')} for {number(comparison.asked, 'question')}"]
    if joined.missing:
        parts.append(f"{joined.missing:,} without a row, counted wrong")
    if joined.duplicates:
        parts.append(f"{joined.duplicates:,} replaced by a later row for the same question")
    if joined.left_out:
        parts.append(f"{joined.left_out:,} about questions that were not chosen")
    yield ", ".join(parts)
    if joined.gaps:
        yield (
            f"{number(joined.gaps, 'number')} below the highest {'has' if joined.gaps == 1 else 'have'} no row; "
            "with --data DIR they count as wrong"
        )


def skipped_in_words(names: Sequence[str]) -> str:
    named = ", ".join(plain(name) for name in names[:5])
    more = f" and {len(names) - 5:,} more" if len(names) > 5 else ""
    return f"skipped, as samples of other benchmarks: {named}{more}"


def number(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"
