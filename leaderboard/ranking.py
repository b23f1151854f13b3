"""Entries -> rankings: one data set, one judge, one protocol each; gaps inside the margin are ties."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum, sqrt
from types import MappingProxyType

from leaderboard.entry import DataSet, Entry, Scores
from mvbench.metrics import MVBENCH, MVBENCH_WITHOUT_POSE, QUESTIONS_PER_TASK, UNOBTAINABLE, Summary
from mvbench.scoring import HEADLINE
from mvbench.statistics import Z_95, Estimate, wilson
from mvbench.tasks import public_tasks
from mvbench.types import Task

OFFICIAL = "official"
"""The judge of every published number, and the only one whose numbers are ranked without a log."""

NO_LOGS: Mapping[str, Summary] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Row:
    """One entry in one ranking; percentages.

    `average`: as published, else the mean; None where neither is known, as for a part of the tasks. `mean`: over the
    tasks, recomputed, with its interval; None for a row of an average alone, or of a part of the tasks. `tasks`:
    percent, low and high (Wilson's 95 % interval) by task key. `first` and `last`: the places the row may hold, given
    the margins; None for a row that is not ranked.
    """

    entry: Entry
    average: float | None
    mean: Estimate | None
    tasks: Mapping[str, Estimate]
    first: int | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Ranking:
    """Rows that can be compared, best first. Below them, unranked: `averages` of which no task is known, `context`."""

    data: DataSet
    judge: str
    protocol: str
    tasks: tuple[Task, ...]
    rows: tuple[Row, ...]
    averages: tuple[Row, ...] = ()
    context: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class _Group:
    """What rows must share to stand in one ranking. Another choice of tasks is another data set."""

    name: str
    hash: str
    judge: str
    protocol: str
    tasks: tuple[str, ...]


def rank(entries: Iterable[Entry], *, logs: Mapping[str, Summary] = NO_LOGS) -> list[Ranking]:
    """MVBench first, then by data set, judge and protocol; a data set is told by its name and its content's hash.

    MVBench needs no hash: its two revisions differ by some thirty questions of 4,000, so each row says which it is of.
    `logs`: an entry's log, judged again, by the entry's slug; the interval of its mean is clustered. Without a log the
    error of the mean is that of independent questions, p (1 - p) / n a task, and only the judge `official` ranks: a
    number by another judge that nobody can check is shown as context.

    The order of the entries means nothing.
    """
    groups: dict[_Group, list[Row]] = defaultdict(list)
    for entry in entries:
        for judge, scores in entry.scores.items():
            row = _row(entry, judge, scores, logs.get(entry.slug))
            groups[_group(entry, judge, scores)].append(row)
    return [_ranking(group, groups[group]) for group in sorted(groups, key=_place)]


def tasks_of(data: DataSet, keys: Iterable[str]) -> tuple[Task, ...]:
    """The tasks of a data set in order: of MVBench all, whatever the keys; of another set these, its own tasks last."""
    public = public_tasks()
    if data.name == MVBENCH:
        return public
    if data.name == MVBENCH_WITHOUT_POSE:
        return tuple(task for task in public if task.title != UNOBTAINABLE)
    wanted = set(keys)
    own = sorted(wanted - {task.key for task in public})
    return tuple(task for task in public if task.key in wanted) + tuple(map(_own_task, own))


def questions_of(entry: Entry, key: str) -> int | None:
    """How many questions a task's percentage is of: told, or that of the public set; None where nobody knows."""
    public = entry.data.name in (MVBENCH, MVBENCH_WITHOUT_POSE)
    return entry.items.get(key) or (QUESTIONS_PER_TASK if public else None)


def places(means: Sequence[float], errors: Sequence[float | None]) -> list[tuple[int, int]]:
    """The first and the last place each may hold: nobody is ahead of another whose gap the margin covers.

    The margin of a difference, 1.96 sqrt(a^2 + b^2), takes two rows for unrelated. They answered the same questions, so
    it is a little too wide: `mvbench compare` of the two logs finds smaller gaps. Who has no error ties with everybody.

    >>> places([60, 50, 49, 10], [1, 1, 1, 1])
    [(1, 1), (2, 3), (2, 3), (4, 4)]
    """
    import numpy as np

    mean = np.asarray(means, dtype=float)
    variance = np.asarray([float("inf") if error is None else error**2 for error in errors])
    found = []
    for own, spread in zip(mean, variance, strict=True):
        gap, margin = mean - own, Z_95 * np.sqrt(variance + spread)
        found.append((1 + int((gap > margin).sum()), len(mean) - int((gap < -margin).sum())))
    return found


def _row(entry: Entry, judge: str, scores: Scores, log: Summary | None) -> Row:
    if log is not None and judge in log.judges:
        summary = log.judges[judge]
        tasks = {
            task.task.key: Estimate(task.accuracy, _error(task.accuracy, task.questions), task.low, task.high)
            for task in summary.tasks
        }
        mean: Estimate | None = summary.macro
    else:
        tasks = {
            key: _task_estimate(scores.tasks[key], questions_of(entry, key))
            for key in (task.key for task in tasks_of(entry.data, scores.tasks))
            if key in scores.tasks
        }
        whole = {task.key for task in tasks_of(entry.data, scores.tasks)} == tasks.keys()
        mean = _macro(list(tasks.values())) if tasks and whole else None
    average = scores.average if scores.average is not None else mean.mean if mean else None
    return Row(entry, average, mean, tasks)


def _task_estimate(percent: float, questions: int | None) -> Estimate:
    if not questions:
        return Estimate(percent, None, None, None)
    low, high = wilson(min(percent / 100 * questions, questions), questions)
    return Estimate(percent, _error(percent, questions), low * 100, high * 100)


def _error(percent: float, questions: int) -> float:
    return sqrt(percent * (100 - percent) / questions)


def _macro(tasks: Sequence[Estimate]) -> Estimate:
    mean = fsum(task.mean for task in tasks) / len(tasks)
    errors = [task.standard_error for task in tasks if task.standard_error is not None]
    if len(errors) < len(tasks):
        return Estimate(mean, None, None, None)
    error = sqrt(fsum(error**2 for error in errors)) / len(tasks)
    return Estimate(mean, error, max(0.0, mean - Z_95 * error), min(100.0, mean + Z_95 * error))


def _group(entry: Entry, judge: str, scores: Scores) -> _Group:
    tasks = tuple(task.key for task in tasks_of(entry.data, scores.tasks))
    digest = "" if entry.data.name == MVBENCH else entry.data.hash
    return _Group(entry.data.name, digest, judge, entry.protocol, tasks)


def _place(group: _Group) -> tuple[object, ...]:
    """MVBench first, and in it the numbers as published: the official judge, no protocol stated."""
    return (
        group.name != MVBENCH,
        group.name != MVBENCH_WITHOUT_POSE,
        group.name,
        group.hash,
        group.judge != OFFICIAL,
        group.judge != HEADLINE,
        group.judge,
        group.protocol,
        group.tasks,
    )


def _ranking(group: _Group, rows: Sequence[Row]) -> Ranking:
    data = DataSet(group.name, hash=group.hash)
    shown = [row for row in rows if not _ranks(row, group.judge)]
    averages = [row for row in rows if _ranks(row, group.judge) and row.mean is None]
    ranked = [row for row in rows if _ranks(row, group.judge) and row.mean is not None]
    return Ranking(
        data,
        group.judge,
        group.protocol,
        tasks_of(data, group.tasks),
        tuple(_placed(sorted(ranked, key=_order))),
        tuple(sorted(averages, key=_order)),
        tuple(sorted(shown, key=_order)),
    )


def _ranks(row: Row, judge: str) -> bool:
    """Whether a row stands among the others: neither context, nor a part of the tasks, nor another judge's word."""
    part = bool(row.tasks) and row.mean is None
    return not (row.entry.context or part or (judge != OFFICIAL and row.entry.log is None))


def _order(row: Row) -> tuple[float, str, str]:
    score = row.mean.mean if row.mean else row.average
    return (float("inf") if score is None else -score, row.entry.model, row.entry.slug)


def _placed(rows: Sequence[Row]) -> Iterator[Row]:
    means = [row.mean for row in rows if row.mean is not None]
    found = places([mean.mean for mean in means], [mean.standard_error for mean in means])
    for row, (first, last) in zip(rows, found, strict=True):
        yield replace(row, first=first, last=last)


def _own_task(key: str) -> Task:
    title = key.replace("_", " ").title()
    return Task(key, title, key, "Other", f"{key}.json", key, "video", False, key, "?")
