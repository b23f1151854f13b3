"""Everyday things, each drawn once in its own little square."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from PIL import ImageDraw

from qa_gen.synth.drawing.colours import PALETTE, Colour, darker, lighter
from qa_gen.synth.drawing.sprites import Sprite, drawn

STEEL: Colour = (150, 154, 160)
INK: Colour = (44, 44, 50)
PAPER: Colour = (248, 246, 238)
WOOD: Colour = (158, 112, 70)


class Pen:
    """Draws in parts of a thing's width and height: (0, 0) is its upper left corner, (1, 1) its lower right one."""

    def __init__(self, canvas: ImageDraw.ImageDraw, *, width: float, height: float) -> None:
        self.canvas, self.width, self.height = canvas, width, height

    def rect(self, x0: float, y0: float, x1: float, y1: float, fill: Colour, *, round_: float = 0.0) -> None:
        """`round_` is the radius of the corners in parts of the shorter side of the rectangle."""
        box = self.box(x0, y0, x1, y1)
        radius = round_ * min(box[2] - box[0], box[3] - box[1])
        self.canvas.rounded_rectangle(box, radius, fill=fill)

    def oval(self, x0: float, y0: float, x1: float, y1: float, fill: Colour) -> None:
        self.canvas.ellipse(self.box(x0, y0, x1, y1), fill=fill)

    def ring(self, x0: float, y0: float, x1: float, y1: float, colour: Colour, thick: float) -> None:
        """The outline of an oval; `thick` in parts of the thing's height."""
        self.canvas.ellipse(self.box(x0, y0, x1, y1), outline=colour, width=round(thick * self.height))

    def pie(self, x0: float, y0: float, x1: float, y1: float, start: float, end: float, fill: Colour) -> None:
        """Part of an oval; degrees go clockwise from the right."""
        self.canvas.pieslice(self.box(x0, y0, x1, y1), start, end, fill=fill)

    def shape(self, corners: Sequence[tuple[float, float]], fill: Colour) -> None:
        self.canvas.polygon([(x * self.width, y * self.height) for x, y in corners], fill=fill)

    def line(self, ends: Sequence[tuple[float, float]], colour: Colour, thick: float) -> None:
        places = [(x * self.width, y * self.height) for x, y in ends]
        self.canvas.line(places, fill=colour, width=max(1, round(thick * self.height)), joint="curve")

    def box(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        left, top = x0 * self.width, y0 * self.height
        return left, top, max(left, x1 * self.width - 1), max(top, y1 * self.height - 1)


def cup(pen: Pen, colour: Colour) -> None:
    pen.ring(0.58, 0.22, 1.0, 0.74, darker(colour, 0.2), 0.1)
    pen.rect(0.0, 0.1, 0.74, 1.0, darker(colour, 0.24), round_=0.22)
    pen.rect(0.0, 0.1, 0.58, 1.0, colour, round_=0.26)
    pen.rect(0.1, 0.2, 0.2, 0.86, lighter(colour, 0.35), round_=0.5)
    pen.oval(0.0, 0.0, 0.74, 0.24, lighter(colour, 0.25))
    pen.oval(0.07, 0.05, 0.67, 0.22, (92, 60, 42))


def book(pen: Pen, colour: Colour) -> None:
    pen.rect(0.0, 0.0, 1.0, 1.0, darker(colour, 0.35), round_=0.08)
    pen.rect(0.12, 0.04, 0.98, 0.94, PAPER)
    pen.rect(0.0, 0.0, 0.94, 0.9, colour, round_=0.06)
    pen.rect(0.0, 0.0, 0.14, 0.9, darker(colour, 0.25))
    pen.rect(0.3, 0.16, 0.8, 0.4, lighter(colour, 0.6))
    pen.rect(0.36, 0.56, 0.74, 0.61, lighter(colour, 0.45))


def phone(pen: Pen, colour: Colour) -> None:
    pen.rect(0.0, 0.0, 1.0, 1.0, darker(colour, 0.3), round_=0.2)
    pen.rect(0.04, 0.0, 0.92, 0.97, colour, round_=0.2)
    pen.rect(0.12, 0.1, 0.84, 0.84, (196, 226, 240))
    pen.shape([(0.12, 0.6), (0.84, 0.2), (0.84, 0.84), (0.12, 0.84)], (150, 196, 220))
    pen.oval(0.4, 0.87, 0.56, 0.94, lighter(colour, 0.6))


def box(pen: Pen, colour: Colour) -> None:
    pen.shape([(0.0, 0.24), (0.2, 0.0), (1.0, 0.0), (0.8, 0.24)], lighter(colour, 0.3))
    pen.shape([(0.8, 0.24), (1.0, 0.0), (1.0, 0.78), (0.8, 1.0)], darker(colour, 0.35))
    pen.rect(0.0, 0.24, 0.81, 1.0, colour)
    pen.shape([(0.33, 0.24), (0.53, 0.0), (0.67, 0.0), (0.47, 0.24)], lighter(colour, 0.55))
    pen.rect(0.33, 0.24, 0.47, 0.5, lighter(colour, 0.35))


def towel(pen: Pen, colour: Colour) -> None:
    for index in range(3):
        top = 0.04 + 0.31 * index
        pen.rect(0.0, top, 1.0, top + 0.34, darker(colour, 0.28), round_=0.45)
        pen.rect(0.0, top, 0.97, top + 0.27, lighter(colour, 0.1 * (2 - index)), round_=0.45)
        pen.rect(0.68, top + 0.02, 0.76, top + 0.26, lighter(colour, 0.6))


def blanket(pen: Pen, colour: Colour) -> None:
    pen.shape([(0.1, 0.1), (0.9, 0.0), (1.0, 0.94), (0.82, 0.9), (0.62, 1.0), (0.4, 0.91), (0.2, 1.0), (0.0, 0.92)],
              darker(colour, 0.12))  # fmt: skip
    pen.shape([(0.14, 0.12), (0.5, 0.06), (0.5, 0.94), (0.4, 0.88), (0.2, 0.96), (0.04, 0.9)], colour)
    for y in (0.3, 0.56, 0.8):
        pen.line([(0.09, y + 0.03), (0.93, y - 0.02)], lighter(colour, 0.4), 0.06)
    for x in (0.3, 0.55, 0.76):
        pen.line([(x, 0.08), (x - 0.02, 0.92)], lighter(colour, 0.2), 0.05)


def laptop(pen: Pen, colour: Colour) -> None:
    pen.rect(0.12, 0.0, 0.88, 0.78, darker(colour, 0.35), round_=0.08)
    pen.rect(0.17, 0.06, 0.83, 0.7, (120, 176, 210))
    pen.shape([(0.17, 0.7), (0.17, 0.4), (0.62, 0.06), (0.83, 0.06)], (156, 204, 228))
    pen.shape([(0.12, 0.76), (0.88, 0.76), (1.0, 0.96), (0.0, 0.96)], lighter(colour, 0.25))
    pen.shape([(0.18, 0.8), (0.82, 0.8), (0.88, 0.89), (0.12, 0.89)], darker(colour, 0.3))
    pen.rect(0.0, 0.94, 1.0, 1.0, darker(colour, 0.2), round_=0.4)


def shoe(pen: Pen, colour: Colour) -> None:
    pen.shape([(0.02, 0.1), (0.36, 0.0), (0.5, 0.36), (0.86, 0.52), (1.0, 0.74), (0.98, 0.84), (0.0, 0.84)], colour)
    pen.shape([(0.02, 0.1), (0.36, 0.0), (0.38, 0.14), (0.04, 0.24)], darker(colour, 0.35))
    pen.shape([(0.72, 0.46), (0.86, 0.52), (1.0, 0.74), (0.98, 0.84), (0.74, 0.84)], lighter(colour, 0.3))
    for x in (0.42, 0.5, 0.58):
        pen.line([(x, 0.3 + (x - 0.42)), (x + 0.1, 0.18 + (x - 0.42))], PAPER, 0.06)
    pen.rect(0.0, 0.8, 1.0, 1.0, PAPER, round_=0.4)
    pen.rect(0.0, 0.92, 1.0, 1.0, darker(PAPER, 0.35), round_=0.5)


def bag(pen: Pen, colour: Colour) -> None:
    pen.ring(0.26, 0.0, 0.74, 0.6, darker(colour, 0.4), 0.06)
    pen.rect(0.04, 0.26, 1.0, 1.0, darker(colour, 0.3), round_=0.24)
    pen.rect(0.0, 0.26, 0.93, 0.97, colour, round_=0.24)
    pen.rect(0.0, 0.26, 0.93, 0.5, lighter(colour, 0.22), round_=0.4)
    pen.rect(0.4, 0.42, 0.54, 0.6, (232, 204, 110), round_=0.3)


def sandwich(pen: Pen, colour: Colour) -> None:
    crust = darker(colour, 0.3)
    pen.rect(0.03, 0.66, 0.97, 1.0, crust, round_=0.4)
    pen.rect(0.03, 0.64, 0.95, 0.92, colour, round_=0.4)
    pen.rect(0.0, 0.56, 1.0, 0.7, (110, 180, 76), round_=0.5)
    pen.rect(0.04, 0.46, 0.96, 0.6, (206, 66, 50), round_=0.4)
    pen.rect(0.02, 0.4, 0.98, 0.5, (246, 206, 92), round_=0.4)
    pen.pie(0.03, 0.0, 0.97, 0.84, 180, 360, crust)
    pen.pie(0.05, 0.0, 0.9, 0.8, 180, 360, colour)
    pen.oval(0.24, 0.1, 0.46, 0.2, lighter(colour, 0.4))


def bowl(pen: Pen, colour: Colour) -> None:
    pen.oval(0.1, 0.0, 0.56, 0.6, (226, 196, 132))
    pen.oval(0.4, 0.04, 0.9, 0.6, (236, 210, 152))
    for x, y, bit in ((0.24, 0.14, "red"), (0.5, 0.08, "green"), (0.68, 0.2, "orange")):
        pen.oval(x, y, x + 0.12, y + 0.16, PALETTE[bit])
    pen.rect(0.3, 0.84, 0.7, 1.0, darker(colour, 0.35), round_=0.3)
    pen.pie(0.0, -0.2, 1.0, 0.96, 0, 180, darker(colour, 0.15))
    pen.pie(0.0, -0.2, 0.8, 0.92, 0, 180, colour)
    pen.rect(0.0, 0.34, 1.0, 0.46, lighter(colour, 0.3), round_=0.5)


def pillow(pen: Pen, colour: Colour) -> None:
    pen.shape([(0.0, 0.04), (0.5, 0.12), (1.0, 0.0), (0.94, 0.5), (1.0, 0.98), (0.5, 0.9), (0.0, 1.0), (0.06, 0.5)],
              darker(colour, 0.2))  # fmt: skip
    pen.shape([(0.03, 0.07), (0.5, 0.14), (0.93, 0.05), (0.87, 0.48), (0.9, 0.86), (0.5, 0.8), (0.06, 0.9), (0.1, 0.5)],
              colour)  # fmt: skip
    pen.oval(0.2, 0.24, 0.62, 0.5, lighter(colour, 0.35))


def broom(pen: Pen, colour: Colour) -> None:
    pen.rect(0.44, 0.0, 0.56, 0.74, WOOD, round_=0.4)
    pen.rect(0.44, 0.0, 0.49, 0.74, lighter(WOOD, 0.25), round_=0.4)
    pen.shape([(0.3, 0.7), (0.7, 0.7), (1.0, 1.0), (0.0, 1.0)], colour)
    pen.rect(0.26, 0.69, 0.74, 0.76, darker(colour, 0.45), round_=0.3)
    for x in (0.16, 0.36, 0.56, 0.78):
        pen.line([(0.35 + 0.3 * x, 0.77), (x, 1.0)], darker(colour, 0.25), 0.012)


def bottle(pen: Pen, colour: Colour) -> None:
    pen.rect(0.34, 0.0, 0.66, 0.1, INK, round_=0.3)
    pen.rect(0.37, 0.08, 0.63, 0.4, colour)
    pen.rect(0.04, 0.34, 0.96, 1.0, darker(colour, 0.25), round_=0.34)
    pen.rect(0.04, 0.34, 0.8, 1.0, colour, round_=0.34)
    pen.rect(0.04, 0.56, 0.96, 0.82, PAPER)
    pen.rect(0.16, 0.42, 0.28, 0.92, lighter(colour, 0.55), round_=0.5)


def hat(pen: Pen, colour: Colour) -> None:
    pen.oval(0.0, 0.62, 1.0, 1.0, darker(colour, 0.2))
    pen.oval(0.0, 0.6, 1.0, 0.92, colour)
    pen.rect(0.2, 0.0, 0.8, 0.8, darker(colour, 0.15), round_=0.32)
    pen.rect(0.2, 0.0, 0.64, 0.8, lighter(colour, 0.12), round_=0.32)
    pen.rect(0.2, 0.54, 0.8, 0.74, INK)


def lamp(pen: Pen, colour: Colour) -> None:
    pen.oval(0.22, 0.88, 0.78, 1.0, darker(STEEL, 0.3))
    pen.rect(0.45, 0.4, 0.55, 0.95, STEEL)
    pen.shape([(0.24, 0.0), (0.76, 0.0), (1.0, 0.46), (0.0, 0.46)], darker(colour, 0.2))
    pen.shape([(0.24, 0.0), (0.56, 0.0), (0.66, 0.46), (0.0, 0.46)], colour)


def ball(pen: Pen, colour: Colour) -> None:
    pen.oval(0.0, 0.0, 1.0, 1.0, darker(colour, 0.3))
    pen.oval(0.0, 0.0, 0.9, 0.9, colour)
    pen.shape([(0.01, 0.44), (0.97, 0.36), (0.99, 0.54), (0.03, 0.62)], PAPER)
    pen.oval(0.2, 0.12, 0.42, 0.3, lighter(colour, 0.65))


def teddy(pen: Pen, colour: Colour) -> None:
    dark = darker(colour, 0.25)
    for x in (0.12, 0.62):
        pen.oval(x, 0.0, x + 0.26, 0.24, dark)
    for x in (0.0, 0.72):
        pen.oval(x, 0.46, x + 0.28, 0.72, dark)
    for x in (0.06, 0.56):
        pen.oval(x, 0.74, x + 0.38, 1.0, dark)
    pen.oval(0.16, 0.42, 0.84, 0.96, colour)
    pen.oval(0.3, 0.52, 0.7, 0.88, lighter(colour, 0.4))
    pen.oval(0.14, 0.04, 0.86, 0.52, colour)
    pen.oval(0.34, 0.28, 0.66, 0.5, lighter(colour, 0.5))
    for x in (0.3, 0.6):
        pen.oval(x, 0.18, x + 0.1, 0.27, INK)
    pen.oval(0.44, 0.3, 0.56, 0.38, INK)


def plate(pen: Pen, colour: Colour) -> None:
    pen.rect(0.3, 0.8, 0.7, 1.0, darker(colour, 0.35), round_=0.4)
    pen.pie(0.0, -0.36, 1.0, 0.96, 0, 180, darker(colour, 0.15))
    pen.oval(0.0, 0.0, 1.0, 0.62, colour)
    pen.oval(0.14, 0.1, 0.86, 0.5, darker(colour, 0.12))
    pen.oval(0.18, 0.16, 0.82, 0.5, lighter(colour, 0.2))


def vase(pen: Pen, colour: Colour) -> None:
    for x, y, petal in ((0.28, 0.12, "pink"), (0.7, 0.1, "yellow"), (0.5, 0.02, "red")):
        pen.line([(0.5, 0.6), (x, y + 0.06)], (76, 140, 70), 0.025)
        pen.oval(x - 0.16, y - 0.02, x + 0.16, y + 0.14, PALETTE[petal])
        pen.oval(x - 0.05, y + 0.04, x + 0.05, y + 0.09, (250, 226, 140))
    pen.rect(0.3, 0.46, 0.7, 0.6, darker(colour, 0.15), round_=0.2)
    pen.oval(0.06, 0.52, 0.94, 1.0, darker(colour, 0.25))
    pen.oval(0.06, 0.52, 0.8, 1.0, colour)
    pen.oval(0.2, 0.6, 0.36, 0.8, lighter(colour, 0.5))


def key(pen: Pen, colour: Colour) -> None:
    pen.ring(0.0, 0.06, 0.42, 1.0, colour, 0.24)
    pen.rect(0.38, 0.42, 1.0, 0.64, colour, round_=0.3)
    pen.rect(0.74, 0.5, 0.82, 0.92, darker(colour, 0.15))
    pen.rect(0.9, 0.5, 1.0, 0.98, darker(colour, 0.15))


def camera(pen: Pen, colour: Colour) -> None:
    pen.rect(0.34, 0.0, 0.66, 0.4, darker(colour, 0.25), round_=0.3)
    pen.rect(0.0, 0.18, 1.0, 1.0, darker(colour, 0.2), round_=0.16)
    pen.rect(0.0, 0.18, 0.96, 0.94, colour, round_=0.16)
    pen.oval(0.26, 0.28, 0.74, 0.94, INK)
    pen.oval(0.34, 0.38, 0.66, 0.84, (104, 148, 190))
    pen.oval(0.4, 0.44, 0.5, 0.58, PAPER)
    pen.rect(0.78, 0.26, 0.9, 0.38, PAPER, round_=0.3)


def plant(pen: Pen, colour: Colour) -> None:
    for x, y in ((0.1, 0.2), (0.9, 0.22), (0.3, 0.02), (0.7, 0.04), (0.5, 0.0)):
        pen.shape([(0.5, 0.66), (x - 0.1, y + 0.18), (x, y), (x + 0.1, y + 0.18)], (78, 150 - round(60 * y), 76))
    pen.shape([(0.2, 0.64), (0.8, 0.64), (0.7, 1.0), (0.3, 1.0)], darker(colour, 0.2))
    pen.shape([(0.2, 0.64), (0.62, 0.64), (0.56, 1.0), (0.3, 1.0)], colour)
    pen.rect(0.16, 0.6, 0.84, 0.71, lighter(colour, 0.2), round_=0.3)


@dataclass(frozen=True, slots=True)
class Kind:
    """`width` and `height` in parts of the size, the larger of them 1."""

    width: float
    height: float
    colour: Colour
    draw: Callable[[Pen, Colour], None]


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "bag": Kind(0.95, 1.0, PALETTE["purple"], bag),
        "ball": Kind(1.0, 1.0, PALETTE["orange"], ball),
        "blanket": Kind(1.0, 0.72, PALETTE["blue"], blanket),
        "book": Kind(0.8, 1.0, PALETTE["green"], book),
        "bottle": Kind(0.38, 1.0, PALETTE["cyan"], bottle),
        "box": Kind(1.0, 0.86, (200, 156, 104), box),
        "broom": Kind(0.34, 1.0, (226, 186, 92), broom),
        "camera": Kind(1.0, 0.76, (84, 84, 92), camera),
        "cup": Kind(1.0, 0.94, PALETTE["blue"], cup),
        "food": Kind(1.0, 0.72, PALETTE["red"], bowl),
        "hat": Kind(1.0, 0.62, PALETTE["brown"], hat),
        "key": Kind(1.0, 0.46, (232, 186, 60), key),
        "lamp": Kind(0.66, 1.0, PALETTE["yellow"], lamp),
        "laptop": Kind(1.0, 0.74, STEEL, laptop),
        "phone": Kind(0.54, 1.0, INK, phone),
        "pillow": Kind(1.0, 0.66, PALETTE["pink"], pillow),
        "plant": Kind(0.86, 1.0, (190, 104, 70), plant),
        "plate": Kind(1.0, 0.34, PALETTE["white"], plate),
        "sandwich": Kind(1.0, 0.7, (226, 174, 104), sandwich),
        "shoe": Kind(1.0, 0.6, PALETTE["red"], shoe),
        "teddy": Kind(0.82, 1.0, (176, 122, 72), teddy),
        "towel": Kind(1.0, 0.6, PALETTE["cyan"], towel),
        "vase": Kind(0.62, 1.0, PALETTE["cyan"], vase),
    }
)


@lru_cache(maxsize=512)
def thing(name: str, size: int, colour: Colour | None = None) -> Sprite:
    """The thing in this colour or its usual one, anchored at the bottom centre. `size` is its longer side in pixels.

    Raises KeyError for a name that is not in KINDS.
    """
    kind = KINDS[name]
    width, height = kind.width * size, kind.height * size

    def draw(canvas: ImageDraw.ImageDraw, scale: float) -> None:
        kind.draw(Pen(canvas, width=width * scale, height=height * scale), colour or kind.colour)

    return drawn(width, height, draw, anchor=(width / 2, height))
