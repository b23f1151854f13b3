"""A rung's run folder -> its result on each question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mvbench.audit.rungs import Rung
from mvbench.contrasts import Contrast, Pair, contrast, shared_by
from mvbench.errors import RunError
from mvbench.orbits import orbit_of
from mvbench.results import Run
from mvbench.statistics import Estimate, clustered_macro, components
from mvbench.types import Sample


@dataclass(frozen=True, slots=True)
class Result:
    """One question on one rung. `chosen`: the place of a choice, None where the reply names none.

    `cluster` is what dependent questions share: a video, an orbit, or both in a chain.
    """

    sample: Sample
    cluster: str
    chosen: int | None
    correct: bool
    failed: bool

    @property
    def content(self) -> str | None:
        """The text of the choice, which stays the same wherever the choice stands."""
        return None if self.chosen is None else self.sample.choices[self.chosen]


Results = Mapping[str, Result]
"""By sample id, in the order of the questions."""


def clusters(samples: Sequence[Sample]) -> dict[str, str]:
    """What each question shares with those that depend on it, by sample id."""
    keys = [shared_by(sample.cluster, orbit_of(sample)) for sample in samples]
    return dict(zip((sample.id for sample in samples), components(keys), strict=True))


def read_results(rung: Rung, run: Run, shared: Mapping[str, str], *, judge: str) -> Results:
    """Every question of the rung with its verdict by this judge. Raises RunError where one has none."""
    records = {record.sample.id: record for record in run.records()}
    results = {}
    for sample in rung.samples:
        record = records.get(sample.id)
        if record is None or judge not in record.verdicts:
            raise RunError(
                f"{str(run.path)!r} has no verdict by {judge!r} about {sample.id}; choose another --out, or --fresh to "
                "begin again"
            )
        verdict = record.verdicts[judge]
        known = type(verdict.choice) is int and 0 <= verdict.choice < len(sample.choices)
        results[sample.id] = Result(
            sample,
            shared[sample.id],
            chosen=verdict.choice if known else None,
            correct=verdict.correct is True,
            failed=record.failure is not None,
        )
    return results


def paired(before: Results, after: Results) -> list[Pair]:
    """The questions that both have: right or wrong in `before` and in `after`."""
    return [
        Pair(name, result.sample.task, result.cluster, float(before[name].correct), float(result.correct))
        for name, result in after.items()
        if name in before
    ]


def by_task(pairs: Sequence[Pair]) -> dict[str, Contrast]:
    """The contrast of each task."""
    tasks: dict[str, list[Pair]] = {}
    for pair in pairs:
        tasks.setdefault(pair.task, []).append(pair)
    return {task: contrast(found) for task, found in tasks.items()}


def macro(values: Mapping[str, float], results: Results) -> Estimate:
    """The mean over tasks of what is known of each question, a share; in percent, with its clustered error."""
    tasks: dict[str, list[tuple[str, float]]] = {}
    for name, value in values.items():
        result = results[name]
        tasks.setdefault(result.sample.task, []).append((result.cluster, value))
    return clustered_macro(list(tasks.values())).percent()
