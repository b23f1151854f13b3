"""What stands at the walls: sideboards under shelves, and closet, refrigerator and door, shut or open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType

from qa_gen.synth.drawing.colours import Colour, darker, lighter
from qa_gen.synth.drawing.sprites import Sprite, drawn
from qa_gen.synth.drawing.things import PAPER, Pen
from qa_gen.synth.home.deeds import THINGS

STEPS = 8
"""Positions of a door between shut and open."""

THINNEST = 0.18
"""Part of its width that an open door still shows."""

KNOB: Colour = (70, 66, 60)


@lru_cache(maxsize=32)
def sideboard(scale: float, wood: Colour) -> Sprite:
    """Anchored at the middle of its upper edge."""
    width, height = 84 * scale, 38 * scale

    def draw(pen: Pen) -> None:
        pen.rect(0.04, 0.1, 0.96, 0.88, darker(wood, 0.18))
        for left in (0.07, 0.52):
            pen.rect(left, 0.2, left + 0.41, 0.82, wood)
            pen.rect(left + 0.17, 0.3, left + 0.24, 0.36, darker(wood, 0.45))
        for left in (0.07, 0.87):
            pen.rect(left, 0.88, left + 0.06, 1, darker(wood, 0.4))
        pen.rect(0, 0, 1, 0.12, lighter(wood, 0.18))

    return piece(width, height, draw, anchor=(width / 2, 0.08 * height))


@lru_cache(maxsize=32)
def shelf(scale: float, wood: Colour) -> Sprite:
    """Anchored at the middle of its upper edge."""
    width, height = 80 * scale, 13 * scale

    def draw(pen: Pen) -> None:
        pen.rect(0, 0, 1, 0.34, lighter(wood, 0.15))
        pen.rect(0, 0.34, 1, 0.5, darker(wood, 0.3))
        for left in (0.14, 0.8):
            pen.shape([(left, 0.5), (left + 0.06, 0.5), (left, 1)], darker(wood, 0.35))

    return piece(width, height, draw, anchor=(width / 2, 0.16 * height))


@lru_cache(maxsize=128)
def wall_piece(name: str, scale: float, colour: Colour, step: int) -> Sprite:
    """Closet, refrigerator or door, open by `step` of STEPS; anchored at the middle of its foot.

    Its strong colour is inside and cannot be seen while it is shut.
    """
    width, height = THINGS[name].width * scale, THINGS[name].height * scale
    outside, inside = OUTSIDES[name], INSIDES[name]
    wide = 0.86 * (1 - step / STEPS * (1 - THINNEST))
    slant = 0.05 * (1 - wide / 0.86)

    def draw(pen: Pen) -> None:
        pen.rect(0, 0, 1, 1, darker(outside, 0.3))
        if step:
            inside(pen, colour)
        left, right = 0.07, 0.07 + wide
        pen.shape([(left, 0.04), (right, 0.04 + slant), (right, 0.98 + slant / 3), (left, 0.98)], outside)
        for top, bottom in ((0.1, 0.46), (0.53, 0.92)):
            pen.rect(left + 0.14 * wide, top, right - 0.16 * wide, bottom, lighter(outside, 0.14))
        pen.oval(right - 0.13 * wide, 0.48, right - 0.04 * wide, 0.51, KNOB)

    return piece(width, height, draw, anchor=(width / 2, height))


def piece(width: float, height: float, draw: Callable[[Pen], None], *, anchor: tuple[float, float]) -> Sprite:
    return drawn(width, height, lambda canvas, s: draw(Pen(canvas, width=width * s, height=height * s)), anchor=anchor)


def in_the_closet(pen: Pen, colour: Colour) -> None:
    """Clothes on a rail."""
    pen.rect(0.07, 0.04, 0.93, 0.98, (58, 52, 50))
    for number in range(4):
        left = 0.12 + 0.2 * number
        pen.rect(left, 0.14, left + 0.19, 0.8 + 0.04 * (number % 3), colour if number % 2 else darker(colour, 0.14))


def in_the_refrigerator(pen: Pen, colour: Colour) -> None:
    """Cold light on shelves."""
    pen.rect(0.07, 0.04, 0.93, 0.98, colour)
    for y in (0.28, 0.52, 0.76):
        pen.rect(0.07, y, 0.93, y + 0.02, lighter(colour, 0.5))
        pen.rect(0.5, y - 0.09, 0.62, y, PAPER)


def behind_the_door(pen: Pen, colour: Colour) -> None:
    """A meadow under the sky."""
    pen.rect(0.07, 0.04, 0.93, 0.98, (214, 226, 232))
    pen.oval(0.07, 0.26, 0.93, 0.8, darker(colour, 0.1))
    pen.rect(0.07, 0.45, 0.93, 0.98, colour)


OUTSIDES: Mapping[str, Colour] = MappingProxyType(
    {"closet/cabinet": (134, 116, 98), "refrigerator": (214, 216, 216), "door": (170, 160, 146)}
)
INSIDES: Mapping[str, Callable[[Pen, Colour], None]] = MappingProxyType(
    {"closet/cabinet": in_the_closet, "refrigerator": in_the_refrigerator, "door": behind_the_door}
)
