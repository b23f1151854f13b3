"""Runs -> the questions that all of them have, side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mvbench.compare.results import Result, RunResults
from mvbench.contrasts import Pair, shared_by
from mvbench.errors import DataError
from mvbench.statistics import components

Key = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Question:
    """One question as each run answered it, in the order of the runs. `cluster`: see `statistics.components`."""

    results: tuple[Result, ...]
    cluster: str

    @property
    def sample_id(self) -> str:
        return self.results[0].sample_id

    @property
    def task(self) -> str:
        return self.results[0].task

    @property
    def orbit(self) -> str | None:
        return next((result.orbit for result in self.results if result.orbit is not None), None)

    def pair(self, a: int, b: int, *, judge: str) -> Pair:
        """What two of the runs, by their places, make of it."""
        first, second = self.results[a], self.results[b]
        return Pair(self.sample_id, self.task, self.cluster, first.share(judge), second.share(judge))


def common_questions(runs: Sequence[RunResults]) -> list[Question]:
    """The questions that all these runs have, in the order of the first one's ids.

    Questions are the same when they stand in the same task and have the same content (`item_hash`); of several that
    are equal in all this, the k-th of one run goes with the k-th of another. Those with a common video or orbit, or
    linked by others that have, are one cluster. Raises DataError where there is none.
    """
    tables = [by_content(run) for run in runs]
    keys = [key for key in tables[0] if all(key in table for table in tables[1:])]
    if not keys:
        raise DataError(nothing_in_common(runs))
    rows = [tuple(table[key] for table in tables) for key in keys]
    shared = [[key for result in row for key in shared_by(result.cluster, result.orbit)] for row in rows]
    return [Question(row, cluster) for row, cluster in zip(rows, components(shared), strict=True)]


def by_content(run: RunResults) -> Mapping[Key, Result]:
    found: dict[Key, Result] = {}
    seen: dict[tuple[str, str], int] = defaultdict(int)
    for name in sorted(run.results):
        result = run.results[name]
        content = (result.task, result.item_hash)
        found[*content, seen[content]] = result
        seen[content] += 1
    return found


def nothing_in_common(runs: Sequence[RunResults]) -> str:
    about = ", ".join(f"{run.letter} asks {len(run.results):,} of {run.run.facts['data']['name']!r}" for run in runs)
    imported = any("import" in run.run.facts for run in runs)
    advice = (
        "an import pairs with other runs when it was made with --data DIR"
        if imported
        else "compare runs of one data set"
    )
    return f"these runs have no question in common ({about}): {advice}"
