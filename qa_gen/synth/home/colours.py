"""The colours of things that are handled: strong ones, each a hue of its own. Everything else in a room is muted."""

from __future__ import annotations

import colorsys
from collections.abc import Mapping
from random import Random
from types import MappingProxyType

from qa_gen.synth.drawing.colours import Colour

HUES: Mapping[str, float] = MappingProxyType(
    {"red": 358, "orange": 27, "yellow": 51, "green": 138, "cyan": 186, "blue": 222, "purple": 276, "pink": 326}
)
"""Degrees of the colour circle."""

LARGEST_SHIFT = 4.0

CLOTHES: tuple[Colour, ...] = (
    (236, 234, 228), (58, 60, 70), (112, 116, 124), (190, 180, 162), (92, 104, 120), (160, 168, 172),
)  # fmt: skip
HAIRS: tuple[Colour, ...] = ((40, 32, 30), (72, 52, 40), (112, 88, 66), (176, 156, 120), (120, 116, 114))
SHOES: tuple[Colour, ...] = ((44, 40, 40), (236, 234, 228), (104, 84, 68))


def strong(rng: Random, hue: str) -> Colour:
    """A strong colour of this hue."""
    degrees = HUES[hue] + rng.uniform(-LARGEST_SHIFT, LARGEST_SHIFT)
    red, green, blue = colorsys.hsv_to_rgb(degrees / 360 % 1, rng.uniform(0.78, 0.9), rng.uniform(0.8, 0.94))
    return round(255 * red), round(255 * green), round(255 * blue)
