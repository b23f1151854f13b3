"""Orbits all of whose members are right: what guessing hardly ever achieves."""

from __future__ import annotations

from dataclasses import dataclass

from mvbench.audit.results import Result, Results
from mvbench.orbits import Member, complete_orbits, orbit_of
from mvbench.statistics import wilson


@dataclass(frozen=True, slots=True)
class Orbits:
    """Complete orbits, of which each choice is right once, and percent of them all right with Wilson's 95 % interval.

    `chance`: percent that guessing gets all right, the mean of (1 / choices) to the power of the members.
    """

    complete: int
    incomplete: int
    all_right: int
    accuracy: float
    low: float
    high: float
    chance: float


def orbits(results: Results) -> Orbits | None:
    """None where no orbit is complete."""
    whole, parts = complete_orbits(results.values(), member)
    if not whole:
        return None
    right = sum(all(result.correct for result in found) for found in whole)
    low, high = wilson(right, len(whole))
    return Orbits(
        len(whole),
        len(parts),
        right,
        100 * right / len(whole),
        100 * low,
        100 * high,
        100 * sum((1 / len(found)) ** len(found) for found in whole) / len(whole),
    )


def member(result: Result) -> Member:
    sample = result.sample
    return Member(sample.task, orbit_of(sample), sample.choices, sample.answer_text)
