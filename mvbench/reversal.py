"""Which choice is right when the clip is played backwards, where the words of the choices tell."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from types import MappingProxyType

from mvbench.types import Reversal, Sample

KEY = "reversed_answer"
"""An item's own word for it: the text of the choice that is right for the reversed clip."""

Meaning = tuple[str, ...]
"""What a rule reads in a choice: one part of the video, directions, or places in their order."""

STEP = re.compile(r"(?:,\s*|\s+)(?:and\s+)?(?:then\s+|finally\s+)?(?:on\s+)?to\s+")
BACK = re.compile(r",?\s+(?:and\s+)?(?:then\s+)?back(?:\s+again)?$")
ARTICLE = re.compile(r"^(?:the|an?)\s+")

THROUGHOUT = re.compile(r"\b(?:throughout|entire|whole|all the way)\b")
PARTS = MappingProxyType(
    {
        "start": re.compile(r"\b(?:start|beginning|begins)\b"),
        "middle": re.compile(r"\b(?:middle|halfway)\b"),
        "end": re.compile(r"\b(?:end|ending|ends)\b"),
    }
)

DIRECTION = re.compile(r"\b(up|down|left|right)(?:wards?)?\b")
AT_REST = re.compile(r"\b(?:stationary|at rest|not moving|(?:not|never) moves?|stands still)\b")

OPPOSITE = MappingProxyType(
    {"start": "end", "end": "start", "up": "down", "down": "up", "left": "right", "right": "left"}
)


def reversed_place(sample: Sample, sign: Reversal) -> int | None:
    """The place of the choice that is right for the reversed clip; None where none is known to be.

    An item that says it itself is believed. Else a task that is `invariant` keeps its answer; of one that is
    `equivariant` the words tell: directions become their opposites, the start the end, a course from one place or
    state to others is gone through backwards. A rule counts only where exactly one choice fits.
    """
    if KEY in sample.extras:
        return only([choice == sample.extras[KEY] for choice in sample.choices])
    if sample.answer is None or sign == "undefined":
        return None
    if sign == "invariant":
        return sample.answer
    for read, turned in RULES:
        meaning = read(sample.choices[sample.answer])
        if meaning is not None:
            wanted = turned(meaning)
            return only([read(choice) == wanted for choice in sample.choices])
    return None


def only(fits: Sequence[bool]) -> int | None:
    """The place of the one that fits."""
    return fits.index(True) if sum(fits) == 1 else None


def course(text: str) -> Meaning | None:
    """The places or states a choice goes through, in their order.

    >>> course("From the beach to the desert, then to the rooftop."), course("From off to on and back.")
    (('beach', 'desert', 'rooftop'), ('off', 'on', 'off'))
    """
    words = text.strip().rstrip(".").lower()
    if not words.startswith("from "):
        return None
    told = words.removeprefix("from ")
    there = BACK.sub("", told)
    stations = tuple(ARTICLE.sub("", station.strip()) for station in STEP.split(there))
    if len(stations) < 2 or not all(stations):
        return None
    return stations if there == told else stations + stations[-2::-1]


def part(text: str) -> Meaning | None:
    """The part of the video a choice names.

    >>> part("At the beginning of the video."), part("Throughout the entire video."), part("In the kitchen.")
    (('start',), ('throughout',), None)
    """
    words = text.lower()
    if THROUGHOUT.search(words):
        return ("throughout",)
    named = [name for name, pattern in PARTS.items() if pattern.search(words)]
    return (named[0],) if len(named) == 1 else None


def directions(text: str) -> Meaning | None:
    """The directions a choice names, sorted, or none of them where it says that nothing moves.

    >>> directions("Up and to the right."), directions("The object is stationary."), directions("Under the cup.")
    (('right', 'up'), (), None)
    """
    words = text.lower()
    if AT_REST.search(words):
        return ()
    return tuple(sorted(set(DIRECTION.findall(words)))) or None


def backwards(stations: Meaning) -> Meaning:
    return stations[::-1]


def opposite(names: Meaning) -> Meaning:
    return tuple(sorted(OPPOSITE.get(name, name) for name in names))


RULES: tuple[tuple[Callable[[str], Meaning | None], Callable[[Meaning], Meaning]], ...] = (
    (course, backwards),
    (part, opposite),
    (directions, opposite),
)
"""How a choice is read, and what its meaning becomes; the first that reads the right choice decides."""
