"""Results and contrasts made from thin air."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mvbench.audit.results import Result
from mvbench.contrasts import Contrast
from mvbench.statistics import Estimate
from mvbench.types import Sample
from tests.fabricated import record, task

DEFAULT_TASK = "Moving Direction"


def sample(
    number: int, *, of: str = DEFAULT_TASK, choices: Sequence[str] = "ABCD", right: int = 0, **extras: object
) -> Sample:
    made = record(task(of), number).sample
    return replace(made, choices=tuple(choices), answer=right, answer_text=choices[right], extras=extras)


def result(about: Sample, chosen: int | None, *, failed: bool = False, cluster: str | None = None) -> Result:
    correct = chosen is not None and chosen == about.answer and not failed
    return Result(about, cluster or about.cluster, chosen, correct, failed)


def results(*found: Result) -> dict[str, Result]:
    return {one.sample.id: one for one in found}


def gain(
    mean: float,
    low: float | None,
    high: float | None,
    *,
    p: float | None = None,
    within: tuple[float | None, float | None] | None = None,
    n: int = 200,
    detectable: float | None = None,
) -> Contrast:
    """A contrast with this 95 % interval; `within` is its 90 % interval, by default as wide."""
    sure = None if low is None or high is None else 0.001 if low > 0 or high < 0 else 0.5
    low_90, high_90 = within or (low, high)
    error = None if low is None or high is None else (high - low) / 4
    return Contrast(
        Estimate(mean, error, low, high), p if p is not None else sure, low_90, high_90, detectable, n, n, 0, 0
    )
