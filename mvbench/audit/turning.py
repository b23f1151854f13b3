"""What playing clips backwards does to the results, task by task as it ought to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mvbench.audit.results import Results, paired
from mvbench.contrasts import Contrast, Pair, contrast
from mvbench.reversal import reversed_place
from mvbench.types import Reversal, Task


@dataclass(frozen=True, slots=True)
class Sign:
    """The tasks of one sign: `change` is their accuracy on the clips as they are minus that on the reversed ones."""

    sign: Reversal
    tasks: tuple[str, ...]
    change: Contrast


@dataclass(frozen=True, slots=True)
class Flipped:
    """Reversed clips whose right choice is known, and another than that of the clip as it is.

    `kept`, `flipped`: percent of them answered with the old right choice and with the new one, by questions; `before`:
    percent of the same clips as they are that are answered with the new one. `gain`: flipped minus kept, `shift`:
    flipped minus before, means over tasks. Only both together tell of the clip: who always says "at the end" is right
    about more reversed clips than others where most answers were "at the start".
    """

    questions: int
    kept: float
    flipped: float
    before: float
    gain: Contrast
    shift: Contrast


@dataclass(frozen=True, slots=True)
class Turned:
    """`same`: reversed clips of equivariant tasks whose right choice is known to stay, and percent of them right."""

    signs: tuple[Sign, ...]
    flipped: Flipped | None
    same_questions: int
    same: float | None


def turned(full: Results, backwards: Results, tasks: Sequence[Task]) -> Turned:
    signs: dict[Reversal, list[str]] = {}
    for task in tasks:
        signs.setdefault(task.reversal, []).append(task.key)
    by_key = {task.key: task.reversal for task in tasks}
    pairs = paired(full, backwards)
    known = known_places(backwards, by_key)
    moved = {name: place for name, place in known.items() if place != backwards[name].sample.answer}
    stayed = [backwards[name].correct for name in known.keys() - moved.keys()]
    return Turned(
        tuple(
            Sign(sign, tuple(keys), contrast([pair for pair in pairs if pair.task in keys]))
            for sign, keys in sorted(signs.items())
        ),
        flipped(moved, full, backwards) if moved else None,
        len(stayed),
        100 * sum(stayed) / len(stayed) if stayed else None,
    )


def known_places(backwards: Results, signs: Mapping[str, Reversal]) -> dict[str, int]:
    """The right place for the reversed clip, where it is known and could have been another."""
    places = {
        name: reversed_place(result.sample, signs[result.sample.task])
        for name, result in backwards.items()
        if signs[result.sample.task] != "invariant"
    }
    return {name: place for name, place in places.items() if place is not None}


def flipped(moved: Mapping[str, int], full: Results, backwards: Results) -> Flipped:
    there = {name: float(backwards[name].chosen == place) for name, place in moved.items()}
    before = {name: float(full[name].chosen == place) for name, place in moved.items()}
    kept = {name: float(backwards[name].correct) for name in moved}

    def minus(others: Mapping[str, float]) -> Contrast:
        found = ((name, backwards[name], value) for name, value in there.items())
        return contrast([Pair(name, one.sample.task, one.cluster, value, others[name]) for name, one, value in found])

    return Flipped(
        len(moved),
        kept=100 * sum(kept.values()) / len(moved),
        flipped=100 * sum(there.values()) / len(moved),
        before=100 * sum(before.values()) / len(moved),
        gain=minus(kept),
        shift=minus(before),
    )
