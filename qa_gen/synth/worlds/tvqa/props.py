"""The things on the wall, at rest and while they do what they can."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType

from PIL import ImageDraw

from qa_gen.synth.drawing.colours import PALETTE, Colour, darker, lighter, mixed
from qa_gen.synth.drawing.sprites import Sprite, drawn

PROP_WIDTH, PROP_HEIGHT = 46, 36
"""Of the sprite of each, in pixels; nothing reaches beyond it."""

SHINE: Mapping[str, Colour] = MappingProxyType(
    {
        "lamp": PALETTE["yellow"],
        "phone": PALETTE["red"],
        "screen": PALETTE["cyan"],
        "clock": PALETTE["green"],
        "curtain": PALETTE["purple"],
        "bowl": PALETTE["orange"],
    }
)
"""The colour by which one sees that a thing is at work."""

WOOD, IRON, PALE = (122, 90, 62), (70, 70, 76), (214, 218, 216)


class Board:
    """A canvas that counts in pixels of the sprite."""

    def __init__(self, canvas: ImageDraw.ImageDraw, scale: float) -> None:
        self.canvas, self.scale = canvas, scale

    def box(self, left: float, top: float, right: float, bottom: float, fill: Colour, *, round_: float = 0.0) -> None:
        s = self.scale
        if right > left and bottom > top:
            self.canvas.rounded_rectangle([left * s, top * s, right * s - 1, bottom * s - 1], round_ * s, fill=fill)

    def disc(self, x: float, y: float, across: float, down: float, fill: Colour) -> None:
        """An ellipse around (x, y) with these radii."""
        s = self.scale
        self.canvas.ellipse([(x - across) * s, (y - down) * s, (x + across) * s, (y + down) * s], fill=fill)

    def shape(self, *points: tuple[float, float], fill: Colour) -> None:
        self.canvas.polygon([(x * self.scale, y * self.scale) for x, y in points], fill=fill)

    def arc(self, x: float, y: float, radius: float, start: float, end: float, fill: Colour) -> None:
        s = self.scale
        edges = [(x - radius) * s, (y - radius) * s, (x + radius) * s, (y + radius) * s]
        self.canvas.arc(edges, start, end, fill=fill, width=round(2.2 * s))


@lru_cache(maxsize=128)
def prop(kind: str, amount: float) -> Sprite:
    """A thing on its way from rest (0) to full work (1), anchored at its centre."""

    def draw(canvas: ImageDraw.ImageDraw, scale: float) -> None:
        DRAWINGS[kind](Board(canvas, scale), amount)

    return drawn(PROP_WIDTH, PROP_HEIGHT, draw)


def lamp(board: Board, amount: float) -> None:
    light = mixed((150, 142, 128), SHINE["lamp"], amount)
    if amount > 0:
        board.disc(23, 19, 7 + 16 * amount, 6 + 11 * amount, lighter(SHINE["lamp"], 0.12))
    board.box(21.5, 0, 24.5, 10, IRON)
    board.shape((16, 8), (30, 8), (37, 25), (9, 25), fill=light)
    board.disc(23, 25, 14, 3, lighter(light, 0.35))


def phone(board: Board, amount: float) -> None:
    body = mixed(IRON, SHINE["phone"], amount)
    lift = 4 * amount
    board.box(13, 13, 33, 35, body, round_=4)
    board.disc(23, 25, 6.5, 6.5, PALE)
    board.disc(23, 25, 2.5, 2.5, body)
    board.box(9, 8 - lift, 37, 13 - lift, darker(body, 0.2), round_=2.5)
    board.box(8, 8 - lift, 15, 16 - lift, darker(body, 0.2), round_=2)
    board.box(31, 8 - lift, 38, 16 - lift, darker(body, 0.2), round_=2)
    if amount > 0.4:
        for radius in (15, 20):
            board.arc(23, 20, radius, 150, 210, SHINE["phone"])
            board.arc(23, 20, radius, -30, 30, SHINE["phone"])


def screen(board: Board, amount: float) -> None:
    board.box(1, 2, 45, 32, IRON, round_=2)
    board.box(3.5, 4.5, 42.5, 29.5, mixed((46, 48, 54), SHINE["screen"], amount), round_=1)
    board.box(17, 32, 29, 35, IRON)
    if amount > 0.4:
        board.disc(33, 11, 3.5, 3.5, lighter(SHINE["screen"], 0.8))
        board.shape((4, 29), (15, 16), (26, 29), fill=darker(SHINE["screen"], 0.3))
        board.shape((18, 29), (30, 19), (42, 29), fill=darker(SHINE["screen"], 0.15))


def clock(board: Board, amount: float) -> None:
    board.shape((23, 0), (39, 11), (7, 11), fill=darker(WOOD, 0.3))
    board.box(10, 10, 36, 36, WOOD)
    board.disc(23, 28.5, 6.5, 6.5, PALE)
    board.box(22.3, 23.5, 23.7, 29, IRON)
    board.box(22.3, 27.8, 27, 29.2, IRON)
    board.box(16, 11.5, 30, 20.5, darker(WOOD, 0.6), round_=2)
    if amount > 0:
        size, x = amount, 23 + 9 * amount
        board.shape((x - 9 * size, 16), (x - 15 * size, 11), (x - 14 * size, 20), fill=darker(SHINE["clock"], 0.25))
        board.disc(x - 4 * size, 16, 9 * size, 6.5 * size, SHINE["clock"])
        board.disc(x + 5 * size, 11.5, 4.8 * size, 4.8 * size, SHINE["clock"])
        board.shape((x + 9 * size, 9.5), (x + 13 * size, 12), (x + 9 * size, 13.5), fill=(226, 168, 70))
        board.disc(x + 6 * size, 10.5, 1.1 * size, 1.1 * size, (30, 30, 34))


def curtain(board: Board, amount: float) -> None:
    board.box(3, 3, 43, 36, (186, 180, 168))
    board.box(6, 6, 22, 34, (196, 208, 216))
    board.box(24, 6, 40, 34, (196, 208, 216))
    board.box(6, 26, 22, 34, (158, 172, 158))
    board.box(24, 26, 40, 34, (158, 172, 158))
    reach = 5 + 17 * amount
    for left, right in ((2, 2 + reach), (44 - reach, 44)):
        board.box(left, 2, right, 36, SHINE["curtain"])
        for fold in range(1, 3):
            middle = left + (right - left) * fold / 3
            board.box(middle - 0.6, 3, middle + 0.6, 36, darker(SHINE["curtain"], 0.25))
    board.box(0, 0, 46, 3, darker(WOOD, 0.2), round_=1.5)


def bowl(board: Board, amount: float) -> None:
    board.disc(23, 25, 17, 11, (208, 216, 218))
    board.disc(23, 26, 15.5, 9.5, (160, 184, 192))
    board.disc(23, 18, 12, 2.6, (190, 204, 208))
    x, y = 19 + 5 * amount, 27 - 20 * amount
    size = 0.8 + 0.5 * amount
    board.shape(
        (x - 5 * size, y),
        (x - 11 * size, y - 5 * size),
        (x - 11 * size, y + 5 * size),
        fill=darker(SHINE["bowl"], 0.15),
    )
    board.disc(x, y, 7.5 * size, 4.6 * size, SHINE["bowl"])
    board.disc(x + 4 * size, y - 1.2 * size, 1, 1, (30, 30, 34))
    board.box(1, 34, 45, 36, WOOD)


DRAWINGS: Mapping[str, Callable[[Board, float], None]] = MappingProxyType(
    {"lamp": lamp, "phone": phone, "screen": screen, "clock": clock, "curtain": curtain, "bowl": bowl}
)
