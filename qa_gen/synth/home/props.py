"""The things of a room as sprites: at their place, held, turned, open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from qa_gen.synth.drawing.colours import Colour, darker, lighter
from qa_gen.synth.drawing.sprites import Sprite, drawn, from_premultiplied, rotated
from qa_gen.synth.drawing.things import PAPER, Pen, thing
from qa_gen.synth.home.deeds import THINGS

TURN_STEP = 5

Draw = Callable[[Pen, Colour], None]

IN_THE_KIT: Mapping[str, str] = MappingProxyType(
    {
        "book": "book", "shoe": "shoe", "food": "food", "bag": "bag", "sandwich": "sandwich", "broom": "broom",
        "cup/glass/bottle": "cup", "towel": "towel", "dish": "plate", "phone/camera": "camera", "laptop": "laptop",
        "box": "box", "blanket": "blanket", "pillow": "pillow",
    }
)  # fmt: skip


@lru_cache(maxsize=512)
def prop(name: str, scale: float, colour: Colour, *, opened: bool = False, turn: int = 0) -> Sprite:
    """The thing, anchored in its middle, turned counter-clockwise by `turn` degrees, a multiple of TURN_STEP."""
    if turn:
        return rotated(prop(name, scale, colour, opened=opened), turn)
    width, height = THINGS[name].width * scale, THINGS[name].height * scale
    if opened:
        kind = OPEN[name]
        return drawn_by(kind.draw, width * kind.width, height * kind.height, colour)
    if name in OWN:
        return drawn_by(OWN[name], width, height, colour)
    sprite = thing(IN_THE_KIT[name], round(max(width, height)), colour)
    return from_premultiplied(sprite.rgba, (sprite.width / 2, sprite.height / 2))


@lru_cache(maxsize=16)
def foam(scale: float) -> Sprite:
    """Bubbles side by side, anchored in their middle."""

    def draw(pen: Pen, colour: Colour) -> None:
        for x, y, wide in BUBBLES:
            pen.oval(x, y, x + wide, y + 2 * wide, darker(colour, 0.16))
            pen.oval(x, y, x + 0.86 * wide, y + 1.72 * wide, colour)

    return drawn_by(draw, 44 * scale, 22 * scale, PAPER)


def drawn_by(draw: Draw, width: float, height: float, colour: Colour) -> Sprite:
    return drawn(width, height, lambda canvas, s: draw(Pen(canvas, width=width * s, height=height * s), colour))


def shirt(pen: Pen, colour: Colour) -> None:
    neck, sleeve = ((0.3, 0), (0.42, 0.1), (0.58, 0.1), (0.7, 0)), ((1, 0.24), (0.88, 0.5), (0.77, 0.42))
    other = ((0.23, 0.42), (0.12, 0.5), (0, 0.24))
    pen.shape([*neck, *sleeve, (0.77, 1), (0.23, 1), *other], colour)
    pen.shape([(0.64, 0.3), (0.77, 0.42), (0.77, 1), (0.64, 1)], darker(colour, 0.16))
    pen.rect(0.23, 0.58, 0.77, 0.7, lighter(colour, 0.3))


def painting(pen: Pen, colour: Colour) -> None:
    pen.rect(0, 0, 1, 1, darker(colour, 0.25))
    pen.rect(0, 0, 0.95, 0.94, colour)
    pen.rect(0.2, 0.22, 0.78, 0.76, (222, 228, 226))
    pen.shape([(0.2, 0.76), (0.42, 0.42), (0.6, 0.64), (0.68, 0.54), (0.78, 0.76)], (120, 128, 118))


def spread_cloth(pen: Pen, colour: Colour) -> None:
    """Hanging from two hands, its lower edge in waves."""
    waves = ((1, 0.9), (0.86, 1), (0.7, 0.92), (0.5, 1), (0.3, 0.92), (0.14, 1), (0, 0.9))
    pen.shape([(0.02, 0.02), (0.5, 0.09), (0.98, 0.02), *waves], colour)
    for x in (0.26, 0.52, 0.78):
        pen.shape([(x, 0.12), (x + 0.07, 0.95), (x - 0.02, 0.95)], darker(colour, 0.16))
    pen.shape([(0.01, 0.68), (0.99, 0.68), (1, 0.78), (0, 0.78)], lighter(colour, 0.35))


def spread_shirt(pen: Pen, colour: Colour) -> None:
    """With its sleeves held out."""
    neck, other = ((0.36, 0), (0.44, 0.1), (0.56, 0.1), (0.64, 0)), ((0, 0.26), (0, 0.04))
    pen.shape([*neck, (1, 0.04), (1, 0.26), (0.74, 0.3), (0.76, 1), (0.24, 1), (0.26, 0.3), *other], colour)
    pen.shape([(0.64, 0.2), (0.74, 0.3), (0.76, 1), (0.64, 1)], darker(colour, 0.16))
    pen.rect(0.25, 0.6, 0.75, 0.7, lighter(colour, 0.3))


def open_book(pen: Pen, colour: Colour) -> None:
    pen.shape([(0, 0.06), (0.5, 0.16), (1, 0.06), (1, 0.92), (0.5, 1), (0, 0.92)], colour)
    for near, far in ((0.47, 0.14), (0.53, 0.86)):
        pen.shape([(far, 0.2), (near, 0.27), (near, 0.82), (far, 0.76)], PAPER)


def open_box(pen: Pen, colour: Colour) -> None:
    pen.shape([(0.16, 0.4), (0, 0.12), (0.14, 0), (0.3, 0.28)], lighter(colour, 0.3))
    pen.shape([(0.84, 0.4), (1, 0.12), (0.86, 0), (0.7, 0.28)], lighter(colour, 0.2))
    pen.shape([(0.16, 0.36), (0.3, 0.24), (0.7, 0.24), (0.84, 0.36)], darker(colour, 0.6))
    pen.rect(0.16, 0.36, 0.84, 1, colour)
    pen.rect(0.46, 0.36, 0.56, 1, lighter(colour, 0.35))


def open_bag(pen: Pen, colour: Colour) -> None:
    pen.oval(0.14, 0.24, 0.86, 0.52, darker(colour, 0.65))
    pen.shape([(0.14, 0.38), (0.04, 1), (0.96, 1), (0.86, 0.38), (0.5, 0.56)], colour)
    pen.rect(0.08, 0.82, 0.92, 0.9, darker(colour, 0.2))


OWN: Mapping[str, Draw] = MappingProxyType({"clothes": shirt, "picture": painting})


@dataclass(frozen=True, slots=True)
class Open:
    """How a thing looks that is open or spread out; `width` and `height` in those of the shut thing."""

    draw: Draw
    width: float
    height: float


OPEN: Mapping[str, Open] = MappingProxyType(
    {
        "book": Open(open_book, 1.6, 1.15),
        "box": Open(open_box, 1.7, 1.2),
        "bag": Open(open_bag, 1.65, 1.15),
        "towel": Open(spread_cloth, 1.6, 2.0),
        "blanket": Open(spread_cloth, 1.7, 1.9),
        "clothes": Open(spread_shirt, 1.75, 1.4),
    }
)

BUBBLES = ((0.04, 0.3, 0.2), (0.2, 0.08, 0.22), (0.38, 0.34, 0.26), (0.6, 0.1, 0.22), (0.76, 0.36, 0.18),
           (0.24, 0.5, 0.2), (0.56, 0.52, 0.2))  # fmt: skip
"""Left, top and width, in parts of the foam's own width and height."""
