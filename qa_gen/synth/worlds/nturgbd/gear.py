"""What figures put on, take off and put away: drawn for the body that faces the camera in one of three ways."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from PIL import ImageDraw

from qa_gen.synth.drawing.colours import PALETTE, Colour, darker, lighter
from qa_gen.synth.drawing.sprites import Sprite, drawn

COLOURS: Mapping[str, Colour] = MappingProxyType(
    {
        "hat": PALETTE["red"],
        "glasses": PALETTE["purple"],
        "headphones": PALETTE["pink"],
        "bag": PALETTE["yellow"],
        "ball": PALETTE["green"],
    }
)
"""The colour that each thing has in all clips, and nothing else in them."""

TOPS = ("blue", "cyan")
"""Colours of what the figures wear, which no thing has."""

TOTE: Colour = (176, 160, 138)


@lru_cache(maxsize=64)
def hat(height: int) -> Sprite:
    """For a figure of this height; anchored at the middle of its brim."""
    colour, width, tall = COLOURS["hat"], 0.29 * height, 0.135 * height

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        brim, crown = 0.05 * height, 0.09 * height
        middle = tall - brim / 2
        canvas.ellipse([0, (middle - brim / 2) * s, width * s - 1, (middle + brim / 2) * s], fill=darker(colour, 0.25))
        left, right = width / 2 - crown, width / 2 + crown
        canvas.rounded_rectangle([left * s, 0, right * s, middle * s], 0.045 * height * s, fill=colour)
        canvas.ellipse([left * s, (middle - 0.016 * height) * s, right * s, (middle + 0.016 * height) * s], fill=colour)
        canvas.rectangle([left * s, (middle - 0.035 * height) * s, right * s, middle * s], fill=darker(colour, 0.45))
        canvas.ellipse([(left + 0.02 * height) * s, 0.012 * height * s, (left + 0.06 * height) * s, 0.04 * height * s],
                       fill=lighter(colour, 0.25))  # fmt: skip

    return drawn(width, tall, draw, anchor=(width / 2, tall - 0.025 * height))


@lru_cache(maxsize=64)
def glasses(height: int, apart: int) -> Sprite:
    """`apart` is how far the two glasses are from each other, in pixels; anchored between them."""
    colour, radius = COLOURS["glasses"], 0.04 * height
    width, tall = apart + 2 * radius + 2, 2 * radius + 2

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        middle = tall / 2
        canvas.rectangle([radius * s, (middle - 1.2) * s, (width - radius) * s, (middle + 0.6) * s], fill=colour)
        for x in (radius + 1, width - radius - 1):
            canvas.ellipse([(x - radius) * s, 1 * s, (x + radius) * s, (tall - 1) * s], fill=colour)
            inner = 0.5 * radius
            canvas.ellipse([(x - inner) * s, (middle - inner) * s, (x + inner) * s, (middle + inner) * s],
                           fill=lighter(colour, 0.18))  # fmt: skip

    return drawn(width, tall, draw)


@lru_cache(maxsize=64)
def headphones(height: int, across: int) -> Sprite:
    """`across` is how far the ears are from each other, in pixels, 0 from the side; anchored between them."""
    colour, rise, cup = COLOURS["headphones"], 0.115 * height, 0.042 * height
    width, tall = across + 2 * cup, rise + 2 * cup

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        thick = round(0.026 * height * s)
        if across:
            canvas.arc([cup * s, 0, (width - cup) * s, 2 * rise * s], 180, 360, fill=colour, width=thick)
        else:
            canvas.rounded_rectangle([cup * s - thick / 2, 0, cup * s + thick / 2, rise * s], thick / 2, fill=colour)
        for x in {cup, width - cup}:
            canvas.rounded_rectangle([(x - 0.8 * cup) * s, (rise - cup) * s, (x + 0.8 * cup) * s, (rise + cup) * s],
                                     0.5 * cup * s, fill=colour)  # fmt: skip
            canvas.rounded_rectangle([(x - 0.35 * cup) * s, (rise - 0.5 * cup) * s, (x + 0.35 * cup) * s,
                                      (rise + 0.5 * cup) * s], 0.3 * cup * s, fill=lighter(colour, 0.3))  # fmt: skip

    return drawn(width, tall, draw, anchor=(width / 2, rise))


@lru_cache(maxsize=64)
def bag(height: int) -> Sprite:
    """A satchel; anchored at the middle of its upper edge."""
    colour, width, tall = COLOURS["bag"], 0.2 * height, 0.16 * height

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        canvas.rounded_rectangle([0, 0, width * s - 1, tall * s - 1], 0.03 * height * s, fill=darker(colour, 0.18))
        canvas.rounded_rectangle([0, 0, width * s - 1, 0.6 * tall * s], 0.03 * height * s, fill=colour)
        canvas.rectangle(
            [0.42 * width * s, 0.5 * tall * s, 0.58 * width * s, 0.74 * tall * s], fill=darker(colour, 0.5)
        )

    return drawn(width, tall, draw, anchor=(width / 2, 0))


@lru_cache(maxsize=256)
def strap(dx: int, dy: int, height: int) -> Sprite:
    """From the anchor to (dx, dy) further, in pixels."""
    thick = max(2.0, 0.024 * height)
    width, tall = abs(dx) + 2 * thick, abs(dy) + 2 * thick
    left, top = min(dx, 0) - thick, min(dy, 0) - thick

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        ends = [(-left * s, -top * s), ((dx - left) * s, (dy - top) * s)]
        canvas.line(ends, fill=COLOURS["bag"], width=round(thick * s))

    return drawn(width, tall, draw, anchor=(-left, -top))


@lru_cache(maxsize=64)
def tote(height: int, front: bool) -> Sprite:
    """An open bag, its back or its front half; anchored at the middle of its opening."""
    width, tall, rim = 0.22 * height, 0.2 * height, 0.05 * height

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        if front:
            body = [(0, rim / 2), (width, rim / 2), (0.93 * width, tall), (0.07 * width, tall)]
            canvas.polygon([(x * s, y * s) for x, y in body], fill=TOTE)
            canvas.rectangle(
                [0.06 * width * s, 0.55 * tall * s, 0.94 * width * s, 0.64 * tall * s], fill=darker(TOTE, 0.3)
            )
        else:
            canvas.ellipse([0, 0, width * s - 1, rim * s], fill=darker(TOTE, 0.5))

    return drawn(width, tall, draw, anchor=(width / 2, rim / 2))
