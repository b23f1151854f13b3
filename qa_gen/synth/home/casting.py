"""Random numbers -> who does what where: the choices that the orbits of both worlds begin with."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from random import Random

from qa_gen.synth.home.deeds import GESTURES, THINGS, Deed, deeds_with
from qa_gen.synth.home.stage import Stage, furnished

RATES = (Fraction(8), Fraction(9), Fraction(10))
"""Frames per second; a slot of 16 frames lasts 1.6 to 2 seconds."""

ATTEMPTS = 50


def room_with(rng: Random, needed: Sequence[str], *, others: int) -> tuple[Stage, list[str]]:
    """A room that holds the things needed and `others` more, all of different hues; the names of these others."""
    hues = {THINGS[name].hue for name in needed}
    assert len(hues) == len(needed), needed
    rest = [name for name in THINGS if name not in needed]
    for _ in range(ATTEMPTS):
        chosen = of_own_hues(rng.sample(rest, len(rest)), hues)[:others]
        try:
            return furnished(rng, [*needed, *chosen]), chosen
        except ValueError:  # two walls, or more things for shelves than shelves
            continue
    raise ValueError(f"no room for {', '.join(needed)} and {others} more things")


def some_things(rng: Random, count: int) -> tuple[Stage, list[str]]:
    """A room with so many things of different hues."""
    return room_with(rng, (), others=count)


def of_own_hues(names: Sequence[str], taken: set[str]) -> list[str]:
    """The names whose hue neither is taken nor came before."""
    seen, kept = set(taken), []
    for name in names:
        if THINGS[name].hue not in seen:
            seen.add(THINGS[name].hue)
            kept.append(name)
    return kept


def a_deed(rng: Random, thing: str) -> Deed:
    """Something to do with the thing, anything but taking it where there is a choice, most of the time."""
    deeds = deeds_with(thing)
    special = [deed for deed in deeds if deed.verb != "take"]
    return rng.choice(special if special and rng.random() < 0.7 else deeds)


def a_gesture(rng: Random) -> Deed:
    return rng.choice(tuple(GESTURES))
