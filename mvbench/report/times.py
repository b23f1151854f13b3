"""How long reading clips and answering took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, fsum
from statistics import median

from mvbench.report.shortening import seconds_or_zero
from mvbench.types import Record

MOST_SLOW = 5


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage over all records that spent time on it; seconds, added up over processes that worked side by side."""

    name: str
    measured: int
    total_seconds: float
    median_seconds: float
    p95_seconds: float
    slowest: tuple[tuple[str, float], ...]


class Times:
    """What each stage took, while records stream by."""

    def __init__(self) -> None:
        self._seconds: dict[str, list[tuple[float, str]]] = {"read": [], "answer": []}

    def add(self, record: Record) -> None:
        for stage, seconds in (("read", record.read_seconds), ("answer", record.answer_seconds)):
            if usable := seconds_or_zero(seconds):
                self._seconds[stage].append((usable, record.sample.id))

    def stages(self) -> list[Stage]:
        """Those that took time; none for a run whose replies came from elsewhere."""
        return [stage_of(name, rows) for name, rows in self._seconds.items() if rows]


def stage_of(name: str, rows: Sequence[tuple[float, str]]) -> Stage:
    ordered = sorted(rows, key=lambda row: (-row[0], row[1]))
    seconds = [row[0] for row in ordered]
    return Stage(
        name=name,
        measured=len(rows),
        total_seconds=fsum(seconds),
        median_seconds=median(seconds),
        p95_seconds=seconds[len(seconds) - ceil(0.95 * len(seconds))],
        slowest=tuple((sample_id, value) for value, sample_id in ordered[:MOST_SLOW]),
    )
