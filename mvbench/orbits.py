"""Orbits: questions that share their words about clips that differ, so that each choice is right for one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mvbench.types import Sample


def orbit_of(sample: Sample) -> str | None:
    """The orbit an item says it belongs to."""
    name = sample.extras.get("orbit") if isinstance(sample.extras, Mapping) else None
    return name if isinstance(name, str) and name else None


def is_complete(members: Sequence[tuple[Sequence[str], str]]) -> bool:
    """Whether all members share their choices, in whatever order, and each of these is right for one of them.

    members: choices and right answer of each. A part of an orbit is easier to get all right.

    >>> is_complete([(("up", "down"), "up"), (("down", "up"), "down")]), is_complete([(("up", "down"), "up")])
    (True, False)
    """
    answers = sorted(answer for _, answer in members)
    return len(members) > 1 and all(sorted(choices) == answers for choices, _ in members)
