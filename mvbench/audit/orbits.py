"""Orbits all of whose members are right: what guessing hardly ever achieves."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from mvbench.audit.results import Result, Results
from mvbench.orbits import is_complete, orbit_of
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
    members: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for result in results.values():
        if (name := orbit_of(result.sample)) is not None:
            members[result.sample.task, name].append(result)
    whole = [
        found
        for found in members.values()
        if is_complete([(one.sample.choices, one.sample.answer_text) for one in found])
    ]
    if not whole:
        return None
    right = sum(all(result.correct for result in found) for found in whole)
    low, high = wilson(right, len(whole))
    return Orbits(
        len(whole),
        len(members) - len(whole),
        right,
        100 * right / len(whole),
        100 * low,
        100 * high,
        100 * sum((1 / len(found)) ** len(found) for found in whole) / len(whole),
    )
