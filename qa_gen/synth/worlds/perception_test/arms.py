"""Forearms and hands that reach into the picture."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from PIL import ImageDraw

from qa_gen.synth.drawing.colours import Colour, darker, lighter
from qa_gen.synth.drawing.sprites import Sprite, drawn, mirrored, rotated, side_lit

Hold = Literal["fingers", "fist"]

WIDTH, LENGTH = 34.0, 260.0
"""Of an arm of size 1, in pixels: longer than it is ever seen."""


@lru_cache(maxsize=256)
def arm(size: float, degrees: int, *, skin: Colour, sleeve: Colour, hold: Hold = "fingers") -> Sprite:
    """A right arm anchored near its fingertips. At 0 degrees it comes from straight below, at 90 from the right."""
    return rotated(upright(size, skin, sleeve, hold), degrees)


@lru_cache(maxsize=256)
def left_arm(size: float, degrees: int, *, skin: Colour, sleeve: Colour, hold: Hold = "fingers") -> Sprite:
    """A left arm; at 90 degrees it comes from the left."""
    return mirrored(arm(size, degrees, skin=skin, sleeve=sleeve, hold=hold))


@lru_cache(maxsize=32)
def upright(size: float, skin: Colour, sleeve: Colour, hold: Hold) -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, scale: float) -> None:
        limb(canvas, scale * size, skin, sleeve)
        (fingers if hold == "fingers" else fist)(canvas, scale * size, skin)

    return side_lit(drawn(WIDTH * size, LENGTH * size, draw, anchor=(WIDTH / 2 * size, 7 * size)), 0.22)


def limb(canvas: ImageDraw.ImageDraw, s: float, skin: Colour, sleeve: Colour) -> None:
    wrist = ((10, 30), (24, 30), (25, 54), (9, 54))
    canvas.polygon([(x * s, y * s) for x, y in wrist], fill=skin)
    cloth = ((6, 50), (28, 50), (34, LENGTH), (0, LENGTH))
    canvas.polygon([(x * s, y * s) for x, y in cloth], fill=sleeve)
    canvas.rounded_rectangle([5 * s, 47 * s, 29 * s, 56 * s], 3 * s, fill=darker(sleeve, 0.2))
    for y, x in ((70, 12), (92, 20), (112, 13), (150, 19)):
        canvas.line([(x * s, y * s), ((x + 8) * s, (y + 5) * s)], fill=darker(sleeve, 0.14), width=round(1.6 * s))


def fingers(canvas: ImageDraw.ImageDraw, s: float, skin: Colour) -> None:
    """The back of an open hand."""
    thumb = ((8, 26), (3, 17), (6, 14), (12, 20))
    canvas.line([(x * s, y * s) for x, y in ((9, 26), (4, 16))], fill=skin, width=round(6 * s), joint="curve")
    disc(canvas, s, 4, 15.5, 3, skin)
    canvas.polygon([(x * s, y * s) for x, y in thumb], fill=skin)
    for x, top in ((10, 6), (15.2, 3), (20.4, 4), (25.2, 8)):
        canvas.line([(x * s, top * s), ((16 + x) / 2 * s, 22 * s)], fill=skin, width=round(5 * s))
        disc(canvas, s, x, top, 2.5, skin)
        disc(canvas, s, x, top - 0.8, 1.4, lighter(skin, 0.3))
    canvas.ellipse([8 * s, 15 * s, 27 * s, 38 * s], fill=skin)
    for x, bottom in ((13, 20), (17.6, 20), (22, 20.5)):
        canvas.line([(x * s, 11 * s), (x * s, bottom * s)], fill=darker(skin, 0.2), width=round(0.9 * s))


def fist(canvas: ImageDraw.ImageDraw, s: float, skin: Colour) -> None:
    canvas.rounded_rectangle([6 * s, 8 * s, 28 * s, 34 * s], 8 * s, fill=skin)
    for x in (9, 14.2, 19.4, 24.4):
        disc(canvas, s, x, 9, 3.4, lighter(skin, 0.1))
    for x in (11.6, 16.8, 21.9):
        canvas.line([(x * s, 8 * s), (x * s, 17 * s)], fill=darker(skin, 0.25), width=round(0.9 * s))
    canvas.line([(7 * s, 26 * s), (17 * s, 19 * s)], fill=darker(skin, 0.12), width=round(5 * s))


def disc(canvas: ImageDraw.ImageDraw, s: float, x: float, y: float, radius: float, colour: Colour) -> None:
    canvas.ellipse([(x - radius) * s, (y - radius) * s, (x + radius) * s, (y + radius) * s], fill=colour)
