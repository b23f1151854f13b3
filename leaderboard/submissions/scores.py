"""What every table of scores must be: all tasks of the set, each once, in percent."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from leaderboard.documents import Table
from leaderboard.entry import DataSet
from mvbench.errors import DataError
from mvbench.metrics import MVBENCH, MVBENCH_WITHOUT_POSE, UNOBTAINABLE
from mvbench.tasks import public_tasks


def data_of(keys: Collection[str], *, origin: str) -> DataSet:
    """MVBench, or the nineteen tasks without the one whose videos are given out on request.

    Raises DataError naming the tasks that are missing.
    """
    missing = [task.title for task in public_tasks() if task.key not in keys]
    if not missing:
        return DataSet(MVBENCH)
    if missing == [UNOBTAINABLE]:
        return DataSet(MVBENCH_WITHOUT_POSE)
    raise DataError(
        f"{origin}: no value for {len(missing)} of {len(public_tasks())} tasks ({', '.join(missing)}); a board takes "
        "whole results, and fills no gap"
    )


def task_of(table: Table, name: str, key: str, seen: Collection[str]) -> str:
    """The task's key. Raises DataError where another name meant the same task."""
    if key in seen:
        raise DataError(f"{table.where(name)}: {name!r:.60} names {key} a second time; keep one of them")
    return key


def refuse_shares(values: Iterable[float], *, origin: str) -> None:
    """Raises DataError for values that all lie between 0 and 1: shares, where percentages are meant."""
    numbers = list(values)
    if numbers and any(numbers) and all(0 <= number <= 1 for number in numbers):
        raise DataError(
            f"{origin}: all values lie between 0 and 1 (the largest is {max(numbers):g}); give percentages, 66.5 and "
            "not 0.665"
        )
