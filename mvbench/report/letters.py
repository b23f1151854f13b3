"""Which letters were chosen, beside which were right."""

from __future__ import annotations

from collections import Counter

from mvbench.types import Record


class Letters:
    """Counts of (right letter, chosen letter) per judge and task, while records stream by; -1: no letter was chosen."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str, int, int]] = Counter()

    def add(self, record: Record) -> None:
        right = record.sample.answer
        if right is None:
            return
        for judge, verdict in record.verdicts.items():
            chosen = -1 if verdict.choice is None else verdict.choice
            self._counts[judge, record.sample.task, right, chosen] += 1

    def table(self) -> dict[str, dict[str, list[list[int]]]]:
        """`[right, chosen, count]` by judge and task, in order of the letters."""
        found: dict[str, dict[str, list[list[int]]]] = {}
        for (judge, task, right, chosen), count in sorted(self._counts.items()):
            found.setdefault(judge, {}).setdefault(task, []).append([right, chosen, count])
        return found
