"""What the four games share: the picture's size and place, the clock, and the nouns of what was played."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any

from qa_gen.synth.drawing import grounds
from qa_gen.synth.drawing.colours import Colour
from qa_gen.synth.world import RGB, Place

SIZES = ((320, 240), (320, 240), (352, 240), (400, 224))
"""Width and height. What is asked about stays in the square in the middle."""

CLOCKS = ((2, 12), (2, 14), (2, 16), (2, 12), (3, 20))
"""Unit and frames per second: a clip has 64 units, and a frame more."""

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The table and the camera above it, the same for all members of an orbit.

    Lengths in the games are in points: 240 of them are as high as the picture at zoom 1. `x`, `y` is the middle of
    what happens, in pixels.
    """

    place: Place
    width: int
    height: int
    fps: int
    unit: int
    zoom: float
    x: float
    y: float

    @property
    def last(self) -> int:
        """Index of the last frame of the game: 64 units, of which every public sampling sees the same places."""
        return 64 * self.unit

    @property
    def point(self) -> float:
        """One point in pixels."""
        return self.height / 240 * self.zoom

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Points from the middle of what happens -> pixels."""
        return self.x + x * self.point, self.y + y * self.point

    def slot(self, index: int, slots: int) -> tuple[int, float]:
        """Which of the equal parts a frame is in, and how far into it; the last frame ends the last part.

        Only the place inside the part enters the second number, so equal places are equal to the last bit.
        """
        length = self.last // slots
        part = min(index // length, slots - 1)
        return part, (index - part * length) / length

    def seconds(self, index: int) -> Fraction:
        return Fraction(index, self.fps)


def stage(place: Place) -> Stage:
    rng = place.rng("stage")
    width, height = rng.choice(SIZES)
    unit, fps = rng.choice(CLOCKS)
    zoom = rng.uniform(0.95, 1.15)
    x, y = width / 2 + rng.uniform(-8, 8), height / 2 + rng.uniform(-5, 5)
    return Stage(place, width, height, fps, unit, zoom, round(x, 2), round(y, 2))


@lru_cache(maxsize=8)
def table(stage: Stage) -> RGB:
    return grounds.table(stage.place.rng("ground"), stage.width, stage.height)


@lru_cache(maxsize=8)
def wall(stage: Stage) -> RGB:
    return grounds.wall(stage.place.rng("ground"), stage.width, stage.height)


@lru_cache(maxsize=8)
def room(stage: Stage) -> RGB:
    return grounds.room(stage.place.rng("ground"), stage.width, stage.height)


@dataclass(frozen=True, slots=True)
class Action:
    """What was done from one frame to another, to which of the tracked objects."""

    label: str
    first: int
    last: int
    objects: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Track:
    """Where an object is, whether it can be seen there or not."""

    label: str
    is_occluder: bool
    box: Callable[[int], Box]


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """One member's video and all that is true of it. `cut` is the number of frames before the ending tells."""

    frame: Callable[[int], RGB]
    num_frames: int
    captions: tuple[str, ...]
    actions: tuple[Action, ...]
    tracks: tuple[Track, ...] = ()
    cut: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Game:
    """A question and the takes that answer it: take i makes choice i the right one."""

    question: str
    choices: tuple[str, ...]
    takes: Sequence[Take]
    area: str
    tags: tuple[str, ...]
    is_cup_game: bool = False
    dials: Mapping[str, Any] = field(default_factory=dict)


HUES = ("red", "yellow", "green", "cyan", "blue", "purple", "pink")
"""Colours of what is counted, hidden or hides something. Skin and wood lie between red and yellow."""

COUNTS = ("zero", "one", "two", "three", "four", "five", "six", "seven")


def times(count: int) -> str:
    """
    >>> times(1), times(3)
    ('once', 'three times')
    """
    return {1: "once", 2: "twice"}.get(count, f"{COUNTS[count]} times")


SKINS: tuple[Colour, ...] = ((238, 196, 166), (222, 172, 136), (190, 136, 100), (140, 96, 68), (104, 70, 52))
SLEEVES: tuple[Colour, ...] = ((96, 104, 118), (120, 112, 104), (78, 84, 88), (134, 130, 138), (92, 108, 98))
"""Muted, so that what is counted, hidden or switched stands out."""
