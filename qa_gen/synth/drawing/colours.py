"""Named colours that stay apart after coding, and their lighter and darker neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

Colour = tuple[int, int, int]
"""Red, green, blue, each 0 to 255."""

PALETTE: Mapping[str, Colour] = MappingProxyType(
    {
        "red": (214, 40, 40),
        "orange": (244, 132, 30),
        "yellow": (247, 214, 44),
        "green": (52, 160, 70),
        "cyan": (48, 198, 210),
        "blue": (42, 92, 214),
        "purple": (130, 58, 186),
        "pink": (246, 120, 178),
        "brown": (130, 80, 44),
        "gray": (136, 138, 142),
        "white": (244, 244, 240),
        "black": (38, 38, 44),
    }
)
"""The least distance between two of them is above 60 in RGB."""


def lighter(colour: Colour, fraction: float) -> Colour:
    """The colour on its way to white: 0 leaves it, 1 is white."""
    return mixed(colour, (255, 255, 255), fraction)


def darker(colour: Colour, fraction: float) -> Colour:
    """The colour on its way to black: 0 leaves it, 1 is black."""
    return mixed(colour, (0, 0, 0), fraction)


def mixed(first: Colour, second: Colour, fraction: float) -> Colour:
    """0 is the first colour, 1 the second."""
    red, green, blue = (round(a + (b - a) * fraction) for a, b in zip(first, second, strict=True))
    return red, green, blue
