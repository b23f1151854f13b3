"""Summary -> what people read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from mvbench.exports import RunFacts, upload
from mvbench.metrics import JudgeSummary, SkillSummary, Summary, TaskSummary
from mvbench.statistics import Estimate
from mvbench.terminal import counted, plain
from mvbench.types import Status, Task

if TYPE_CHECKING:
    from mvbench.verify import Verification

PUBLISHED_PROTOCOL = "notebook"


def result_table(summary: Summary, facts: RunFacts, *, judge: str = "parsed") -> RenderableType:
    """One row per task under one judge, skill by skill, with the score and all that qualifies it below.

    Needs 80 columns; where more are needed for words at the head of each column, their first three letters stand there.
    Names from outside are printed as they are, never as markup or terminal control codes.
    Raises UsageError when the records hold no verdicts by this judge.
    """
    chosen = summary.judge(judge)
    return Group(
        heading(summary, facts, judge),
        _Fitted(_task_table(chosen, head_letters=None), _task_table(chosen, head_letters=3)),
        *foot(summary, chosen, facts),
    )


@dataclass(frozen=True, slots=True)
class _Fitted:
    """The roomy form where the console is wide enough for it, else the narrow one."""

    roomy: Table
    narrow: Table

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        needed = Measurement.get(console, options.update(max_width=10_000), self.roomy).maximum
        yield self.roomy if needed <= options.max_width else self.narrow


def verification_table(result: Verification, tasks: Sequence[Task]) -> RenderableType:
    """One row per task: questions, how many can be shown, and how many cannot for each reason that occurs."""
    reasons = sorted({finding.reason for finding in result.findings if finding.reason})
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="")
    table.add_column("task", no_wrap=True)
    for head in ("questions", "readable", "files", "MB", *reasons):
        table.add_column(head, justify="right", no_wrap=True)
    for task in tasks:
        rows = [finding for finding in result.findings if finding.task == task.key]
        files = {finding.video: finding.size_bytes for finding in rows if finding.size_bytes}
        counts = Counter(finding.reason for finding in rows)
        table.add_row(
            Text(plain(task.title)),
            f"{len(rows):,}",
            f"{counts[None]:,}",
            f"{len(files):,}",
            f"{sum(files.values()) / 1e6:,.1f}",
            *(_count(counts[reason]) for reason in reasons),
        )
    return Group(Text(f"{plain(result.data)}, {len(result.findings):,} questions\n", style="bold"), table, Text(""))


def heading(summary: Summary, facts: RunFacts, judge: str) -> Text:
    """What the numbers are about, and a line break."""
    words = [summary.data_name, f"{facts.frames} frames", f"protocol {facts.protocol}", f"judge {judge}"]
    if facts.view != "full":
        words.insert(2, f"view {facts.view}")
    return Text.assemble((plain(facts.model), "bold"), *(f" · {plain(word)}" for word in words), "\n")


def _task_table(judge: JudgeSummary, *, head_letters: int | None) -> Table:
    troubles = [status for status, count in judge.statuses.items() if status is not Status.OK and count]
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 0, 0, 1), header_style="")
    table.add_column("task", no_wrap=True)
    for head in (
        "n",
        "accuracy"[:head_letters],
        "95 %\ninterval",
        "chance",
        *(name[:head_letters] for name in troubles),
    ):
        table.add_column(head, justify="right", no_wrap=True)
    for skill in judge.skills:
        if len(skill.tasks) > 1:
            table.add_row(*_skill_cells(skill, troubles), style="bold")
        else:
            table.add_row(Text(plain(skill.skill)), style="bold")
        for task in skill.tasks:
            table.add_row(*_task_cells(task, troubles))
    return table


def _skill_cells(skill: SkillSummary, troubles: Sequence[Status]) -> Iterator[Text]:
    yield Text(plain(skill.skill))
    yield Text(str(sum(task.questions for task in skill.tasks)))
    yield Text(f"{skill.macro.mean:.1f}")
    yield Text(interval(skill.macro.low, skill.macro.high))
    yield Text(f"{skill.chance:.1f}")
    for status in troubles:
        yield _count(sum(task.statuses[status] for task in skill.tasks))


def _task_cells(task: TaskSummary, troubles: Sequence[Status]) -> Iterator[Text]:
    yield Text(" " + plain(task.task.title))
    yield Text(str(task.questions))
    yield Text(f"{task.accuracy:.1f}")
    yield Text(interval(task.low, task.high), style="dim")
    yield Text(f"{task.chance:.1f}", style="dim")
    for status in troubles:
        yield _count(task.statuses[status])


def foot(summary: Summary, judge: JudgeSummary, facts: RunFacts) -> Iterator[Text]:
    """An empty line, then the score and all that qualifies it."""
    yield Text("")
    for shortfall in summary.shortfalls:
        yield Text(f"incomplete: {shortfall}", style="bold red")
    yield Text.assemble(
        (f"{plain(summary.name)}{'' if summary.complete else ' (incomplete)'}: {_value(judge.macro)}", "bold"),
        f", chance {judge.chance:.1f}",
        "" if judge.above_chance is None else f", above chance {judge.above_chance:.1f} %",
    )
    public = "what the public board's upload holds" if upload(summary, facts) else "as the public board counts"
    yield Text(f"official judge, micro mean: {summary.judge('official').micro:.1f} ({public})")
    if any(count for status, count in judge.statuses.items() if status is not Status.OK):
        parts = ", ".join(f"{count:,} {status}" for status, count in judge.statuses.items() if count)
        repeats = "" if summary.asked == summary.questions else f" in {summary.asked:,} replies"
        yield Text(f"{counted(summary.questions, 'question')}{repeats}: {parts}")
    if summary.errors:
        bounds = f"between {judge.macro.mean:.1f} and {judge.best:.1f}"
        yield Text(f"{counted(summary.errors, 'error')} counted wrong: {bounds}", style="yellow")
    if facts.protocol != PUBLISHED_PROTOCOL:
        yield Text(
            f"published VideoChat2 numbers were made with `{PUBLISHED_PROTOCOL}` and the official scorer",
            style="dim",
        )


def _value(estimate: Estimate) -> str:
    if estimate.margin is None:
        return f"{estimate.mean:.1f} (no interval: too few questions or videos)"
    bounds = interval(estimate.low, estimate.high)
    return f"{estimate.mean:.1f} ± {estimate.margin:.1f} (95 % interval {bounds})"


def interval(low: float | None, high: float | None) -> str:
    """`4.2-55.8`, or nothing where it is unknown."""
    return "" if low is None or high is None else f"{low:.1f}-{high:.1f}"


def _count(count: int) -> Text:
    return Text(str(count), style="yellow") if count else Text("")
