"""A hand with its arm, coming into the picture from where a person with a camera would stand."""

from __future__ import annotations

import math
from functools import lru_cache

from PIL import ImageDraw

from qa_gen.synth.drawing.colours import Colour, darker, lighter
from qa_gen.synth.drawing.sprites import Sprite, drawn, mirrored, paste, rotated
from qa_gen.synth.world import RGB

SKINS: tuple[Colour, ...] = ((238, 194, 162), (222, 172, 132), (190, 134, 94), (144, 96, 64), (104, 70, 48))
SLEEVES: tuple[Colour, ...] = (
    (92, 98, 112),
    (58, 62, 74),
    (150, 146, 140),
    (112, 96, 92),
    (84, 102, 96),
    (196, 194, 188),
)

FINGERS = ((24.0, 12.0), (33.5, 4.0), (43.0, 3.0), (52.5, 10.0))
"""Middle line and tip of each finger, in pixels of the arm that `arm` draws."""

AWAY = 210.0
"""Pixels from where a hand works to where it is out of the picture."""


@lru_cache(maxsize=64)
def arm(skin: Colour, sleeve: Colour, degrees: int, right: bool) -> Sprite:
    """A hand that points upwards when `degrees` is 0, turned counter-clockwise; anchored between its fingertips."""

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        edge, shade = darker(skin, 0.22), lighter(skin, 0.12)
        limb(canvas, s, ((24, 62), (9, 40)), 13, edge)
        limb(canvas, s, ((24, 62), (9.5, 41)), 10.5, skin)
        canvas.polygon([(x * s, y * s) for x, y in ((25, 60), (55, 60), (53, 140), (27, 140))], fill=skin)
        canvas.rounded_rectangle([18.5 * s, 30 * s, 58.5 * s, 80 * s], 11 * s, fill=edge)
        canvas.rounded_rectangle([20 * s, 30 * s, 57 * s, 79 * s], 10 * s, fill=skin)
        for x, tip in FINGERS:
            limb(canvas, s, ((x, tip + 4), (x, 44)), 11, edge)
            limb(canvas, s, ((x, tip + 4.6), (x, 47)), 9, skin)
            limb(canvas, s, ((x - 1, tip + 3.5), (x - 1, tip + 6)), 4, shade)
        cuff = ((20, 112), (60, 112), (66, 300), (14, 300))
        canvas.polygon([(x * s, y * s) for x, y in cuff], fill=sleeve)
        canvas.polygon([(x * s, y * s) for x, y in ((20, 112), (60, 112), (61, 121), (19, 121))],
                       fill=darker(sleeve, 0.25))  # fmt: skip
        canvas.polygon([(x * s, y * s) for x, y in ((48, 121), (61, 121), (66, 300), (52, 300))],
                       fill=darker(sleeve, 0.14))  # fmt: skip

    sprite = drawn(76, 300, draw, anchor=(38, 14))
    return rotated(sprite if right else mirrored(sprite), degrees)


def limb(
    canvas: ImageDraw.ImageDraw, s: float, line: tuple[tuple[float, float], ...], width: float, fill: Colour
) -> None:
    """A line with round ends."""
    canvas.line([(x * s, y * s) for x, y in line], fill=fill, width=round(width * s))
    for x, y in line:
        canvas.ellipse([(x - width / 2) * s, (y - width / 2) * s, (x + width / 2) * s, (y + width / 2) * s], fill=fill)


def reach(
    frame: RGB, skin: Colour, sleeve: Colour, x: float, y: float, *, degrees: int, there: float, right: bool = True
) -> None:
    """Paste the arm with its fingertips at (x, y) when `there` is 1, out of the picture the way it came when 0."""
    if there <= 0.0:
        return
    back = AWAY * (1.0 - there)
    x += back * math.sin(math.radians(degrees))
    y += back * math.cos(math.radians(degrees))
    paste(frame, arm(skin, sleeve, degrees, right), x, y)
