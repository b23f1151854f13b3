"""What lies on the plane: eight colours, two materials, three shapes, and how one names a thing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import pi
from random import Random
from types import MappingProxyType

from qa_gen.synth.drawing.colours import Colour

COLOURS: Mapping[str, Colour] = MappingProxyType(
    {
        "gray": (80, 81, 84),
        "red": (188, 32, 32),
        "blue": (42, 75, 215),
        "green": (28, 130, 38),
        "brown": (124, 70, 26),
        "cyan": (41, 200, 205),
        "purple": (132, 42, 192),
        "yellow": (250, 222, 46),
    }
)
"""The source's eight; each is told from the others by hue, brown from red and yellow by hue too."""

MATERIALS = ("metal", "rubber")
SHAPES = ("cube", "sphere", "cylinder")

RADII: Mapping[str, float] = MappingProxyType({"cube": 0.21, "sphere": 0.2, "cylinder": 0.2})
"""Of the disc that stands for a shape in collisions, in units of the plane."""

HALF_HEIGHT = 0.2
"""Of every shape: its centre lies this high, as `location[2]` of the source says."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One object. No two of a video have one colour, so colour and shape always name it."""

    colour: str
    material: str
    shape: str

    @property
    def name(self) -> str:
        return f"{self.colour} {self.shape}"

    @property
    def full_name(self) -> str:
        return f"{self.colour} {self.material} {self.shape}"

    @property
    def radius(self) -> float:
        return RADII[self.shape]


def draw_things(rng: Random, count: int) -> list[Thing]:
    """Things of different colours, everything else by chance."""
    return [Thing(colour, rng.choice(MATERIALS), rng.choice(SHAPES)) for colour in rng.sample(sorted(COLOURS), k=count)]


def some_yaw(rng: Random) -> float:
    """In radians; a cube turned so shows two of its sides."""
    return rng.uniform(0.17, 0.83) * pi / 2


def named(thing: Thing, among: Sequence[Thing], rng: Random) -> tuple[str, ...]:
    """Words that fit `thing` and no other, in the source's order: colour, material, shape."""
    ways = (("shape",), ("material", "shape"), ("colour", "shape"), ("colour", "material", "shape"))
    fitting = [way for way in ways if sum(worded(other, way) == worded(thing, way) for other in among) == 1]
    return worded(thing, rng.choice(fitting))


def worded(thing: Thing, way: Sequence[str]) -> tuple[str, ...]:
    return tuple(getattr(thing, part) for part in way)
