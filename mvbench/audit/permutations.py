"""What becomes of results when the choices are turned round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mvbench.audit.results import Result, Results, macro
from mvbench.statistics import Estimate


@dataclass(frozen=True, slots=True)
class AboveChance:
    """An accuracy, what chance is worth, and how far the accuracy lies on the way from chance to 100, all in percent.

    All are means over tasks; `corrected` is None where a task leaves no choice.
    """

    accuracy: Estimate
    chance: float
    corrected: float | None


@dataclass(frozen=True, slots=True)
class Permutations:
    """Questions asked with their choices in every cyclic order.

    `first`: in the order of the file. `every`: the mean over all orders. `all_right`: right in every order.
    `flips`: percent of the questions to which another content was chosen in some order than in others, a mean over
    tasks; no choice at all counts as a content.
    """

    questions: int
    first: AboveChance
    every: AboveChance
    all_right: AboveChance
    flips: Estimate


def permutations(full: Results, rotations: Sequence[Results]) -> Permutations | None:
    """None where no question with two choices was asked in every order without an error."""
    turns = {name: turns_of(result, rotations) for name, result in full.items()}
    whole = {name: found for name, found in turns.items() if found is not None}
    if not whole:
        return None
    chance = {name: 1 / len(found) for name, found in whole.items()}
    return Permutations(
        len(whole),
        above_chance({name: float(found[0].correct) for name, found in whole.items()}, chance, full),
        above_chance(
            {name: sum(turn.correct for turn in found) / len(found) for name, found in whole.items()}, chance, full
        ),
        above_chance(
            {name: float(all(turn.correct for turn in found)) for name, found in whole.items()},
            {name: (1 / len(found)) ** len(found) for name, found in whole.items()},
            full,
        ),
        macro({name: float(len({turn.content for turn in found}) > 1) for name, found in whole.items()}, full),
    )


def turns_of(result: Result, rotations: Sequence[Results]) -> list[Result] | None:
    """The question's results in every order of its choices, None where there are not all of them."""
    name, orders = result.sample.id, len(result.sample.choices)
    turns = [result, *(rotation[name] for rotation in rotations if name in rotation)]
    complete = orders > 1 and len(turns) == orders and not any(turn.failed for turn in turns)
    return turns if complete else None


def above_chance(values: Mapping[str, float], chance: Mapping[str, float], results: Results) -> AboveChance:
    right, lucky = by_task(values, results), by_task(chance, results)
    corrected = [(right[task] - lucky[task]) / (1 - lucky[task]) for task in right if lucky[task] < 1]
    return AboveChance(
        macro(values, results),
        100 * sum(lucky.values()) / len(lucky),
        100 * sum(corrected) / len(corrected) if len(corrected) == len(right) else None,
    )


def by_task(values: Mapping[str, float], results: Results) -> dict[str, float]:
    """The mean of each task."""
    tasks: dict[str, list[float]] = {}
    for name, value in values.items():
        tasks.setdefault(results[name].sample.task, []).append(value)
    return {task: sum(found) / len(found) for task, found in tasks.items()}
