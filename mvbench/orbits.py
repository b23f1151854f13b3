"""Orbits: questions that share their words about clips that differ, so that each choice is right for one of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from mvbench.types import Sample

Item = TypeVar("Item")


class Member(NamedTuple):
    """What makes a question one of an orbit; `orbit` is None for one of none."""

    task: str
    orbit: str | None
    choices: Sequence[str]
    answer_text: str


def orbit_of(sample: Sample) -> str | None:
    """The orbit an item says it belongs to."""
    name = sample.extras.get("orbit") if isinstance(sample.extras, Mapping) else None
    return name if isinstance(name, str) and name else None


def complete_orbits(
    items: Iterable[Item], member: Callable[[Item], Member]
) -> tuple[list[list[Item]], list[list[Item]]]:
    """The items of each complete orbit, and of each that is not, in the order in which they come.

    `member` says what an item is in its orbit. Orbits of different tasks are different, whatever their names.
    """
    orbits: dict[tuple[str, str], list[tuple[Item, Member]]] = defaultdict(list)
    for item in items:
        found = member(item)
        if found.orbit is not None:
            orbits[found.task, found.orbit].append((item, found))
    sorted_out: tuple[list[list[Item]], list[list[Item]]] = ([], [])
    for pairs in orbits.values():
        whole = is_complete([found for _, found in pairs])
        sorted_out[0 if whole else 1].append([item for item, _ in pairs])
    return sorted_out


def is_complete(members: Sequence[Member]) -> bool:
    """Whether all members share their choices, in whatever order, and each of these is right for one of them.

    A part of an orbit is easier to get all right.

    >>> up, down = Member("t", "o", ("up", "down"), "up"), Member("t", "o", ("down", "up"), "down")
    >>> is_complete([up, down]), is_complete([up])
    (True, False)
    """
    answers = sorted(member.answer_text for member in members)
    return len(members) > 1 and all(sorted(member.choices) == answers for member in members)
