"""One judge's scores -> the cells of a printed table, before any markup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from mvbench.metrics import JudgeSummary, SkillSummary, Summary, TaskSummary
from mvbench.tables import interval
from mvbench.terminal import plain
from mvbench.types import Status

NUMBERS = ("n", "accuracy", "95 % interval", "chance")


@dataclass(frozen=True, slots=True)
class Line:
    """One row. `cells`: a text for each of the heads; all empty for a skill of one task."""

    kind: Literal["skill", "task", "mean"]
    label: str
    cells: tuple[str, ...]


def troubles(judge: JudgeSummary) -> list[Status]:
    """The statuses other than `ok` that occur, which get a column each."""
    return [status for status, count in judge.statuses.items() if status is not Status.OK and count]


def heads(judge: JudgeSummary) -> tuple[str, ...]:
    return (*NUMBERS, *map(str, troubles(judge)))


def lines(summary: Summary, judge: JudgeSummary) -> Iterator[Line]:
    """Skill by skill as everywhere, then the headline. Labels are plain text on one line."""
    counted = troubles(judge)
    for skill in judge.skills:
        yield skill_line(skill, counted)
        for task in skill.tasks:
            yield task_line(task, counted)
    bounds = interval(judge.macro.low, judge.macro.high)
    counts = (str(judge.statuses[status]) for status in counted)
    label = plain(summary.name) + ("" if summary.complete else " (incomplete)")
    numbers = (str(summary.questions), f"{judge.macro.mean:.1f}", bounds, f"{judge.chance:.1f}")
    yield Line("mean", label, (*numbers, *counts))


def skill_line(skill: SkillSummary, counted: Sequence[Status]) -> Line:
    label = plain(skill.skill)
    if len(skill.tasks) == 1:
        return Line("skill", label, ("",) * (len(NUMBERS) + len(counted)))
    questions = sum(task.questions for task in skill.tasks)
    bounds = interval(skill.macro.low, skill.macro.high)
    counts = (str(sum(task.statuses[status] for task in skill.tasks)) for status in counted)
    return Line("skill", label, (str(questions), f"{skill.macro.mean:.1f}", bounds, f"{skill.chance:.1f}", *counts))


def task_line(task: TaskSummary, counted: Sequence[Status]) -> Line:
    numbers = (str(task.questions), f"{task.accuracy:.1f}", interval(task.low, task.high), f"{task.chance:.1f}")
    return Line("task", plain(task.task.title), (*numbers, *(str(task.statuses[status]) for status in counted)))
