"""Things with two states, in a room. Whatever they are, being on or open makes their part of the picture brighter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from PIL import ImageDraw

from qa_gen.synth.drawing.colours import Colour, darker, lighter, mixed
from qa_gen.synth.drawing.sprites import Sprite, drawn, lamp, paste, rotated, shadow, side_lit
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.perception_test.stage import Stage

WOOD: Colour = (120, 108, 96)


@dataclass(frozen=True, slots=True)
class Looks:
    """`colour` is the thing's own; a clock with a pendulum may hang at the left (-1) or right (1) side."""

    colour: Colour
    size: float
    clock: int
    pendulum: Colour | None


Draw = Callable[[RGB, Stage, Looks, float], RGB]


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """`on` and `off` are the words for its states, `labels` those of the actions that lead to off and to on. What fills
    the wall leaves no room for a clock."""

    thing: str
    on: str
    off: str
    labels: tuple[str, str]
    draw: Draw
    fills_wall: bool = False


SWITCHED = ("Turning something off", "Turning something on")
MOVED = ("Closing something", "Opening something")


def desk(picture: RGB, stage: Stage) -> None:
    """A board on the wall or a side table on which the thing stands; its top is at 62 points."""
    paste(picture, shadow(round(196 * stage.point, 1), round(30 * stage.point, 1), 0.3), *stage.at(0, 92))
    paste(picture, board(round(stage.point, 3)), *stage.at(0, 62))


@lru_cache(maxsize=16)
def board(size: float) -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        s *= size
        canvas.polygon([(12 * s, 0), (168 * s, 0), (180 * s, 16 * s), (0, 16 * s)], fill=lighter(WOOD, 0.25))
        canvas.rounded_rectangle([0, 15 * s, 180 * s, 26 * s], 2 * s, fill=WOOD)
        for x in (10, 160):
            canvas.rectangle([x * s, 26 * s, (x + 10) * s, 60 * s], fill=darker(WOOD, 0.25))

    return drawn(180 * size, 60 * size, draw, anchor=(90 * size, 8 * size))


def lit(picture: RGB, stage: Stage, x: float, y: float, level: float, *, dusk: float = 0.74) -> RGB:
    """The picture in the light of one source: at level 0 in the dusk, at level 1 warm and bright around the source."""
    columns, rows = np.arange(stage.width, dtype=np.float32), np.arange(stage.height, dtype=np.float32)
    at_x, at_y = stage.at(x, y)
    distance = ((columns[None, :] - at_x) ** 2 + (rows[:, None] - at_y) ** 2) / (105 * stage.point) ** 2
    near = np.exp(-distance)[..., None] * np.asarray((1.0, 0.94, 0.74), np.float32)
    light = dusk + level * (0.18 + 0.4 * near)
    bright = np.minimum(picture * light + level * 18 * near, 255)
    return np.asarray(bright, np.uint8)


def table_lamp(picture: RGB, stage: Stage, looks: Looks, level: float) -> RGB:
    desk(picture, stage)
    paste(picture, shadow(round(60 * stage.point, 1), round(14 * stage.point, 1)), *stage.at(0, 62))
    height = round(112 * looks.size * stage.point, 1)
    paste(picture, lamp(height, looks.colour, False), *stage.at(0, 66))
    picture = lit(picture, stage, 0, -10, level)
    paste(picture, lamp(height, looks.colour, True), *stage.at(0, 66), opacity=level)
    return picture


def candle(picture: RGB, stage: Stage, looks: Looks, level: float) -> RGB:
    desk(picture, stage)
    paste(picture, shadow(round(56 * stage.point, 1), round(14 * stage.point, 1)), *stage.at(0, 64))
    paste(picture, wax(round(stage.point * looks.size, 3), looks.colour), *stage.at(0, 66))
    top = 66 - 84 * looks.size
    picture = lit(picture, stage, 0, top - 14, level)
    paste(picture, flame(round(stage.point * looks.size, 3)), *stage.at(0, top + 2), opacity=level)
    return picture


@lru_cache(maxsize=32)
def wax(size: float, colour: Colour) -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        s *= size
        canvas.ellipse([0, 72 * s, 60 * s, 92 * s], fill=(112, 112, 116))
        canvas.ellipse([6 * s, 72 * s, 54 * s, 86 * s], fill=(140, 140, 144))
        canvas.rounded_rectangle([17 * s, 8 * s, 43 * s, 84 * s], 4 * s, fill=lighter(colour, 0.45))
        canvas.ellipse([17 * s, 4 * s, 43 * s, 13 * s], fill=lighter(colour, 0.65))
        canvas.line([(30 * s, 9 * s), (30 * s, 0)], fill=(40, 36, 34), width=round(2.4 * s))

    return side_lit(drawn(60 * size, 92 * size, draw, anchor=(30 * size, 84 * size)), 0.35)


@lru_cache(maxsize=16)
def flame(size: float) -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        s *= size
        outer = [(14, 0), (20, 10), (25, 22), (22, 33), (14, 38), (6, 33), (3, 22), (8, 10)]
        canvas.polygon([(x * s, y * s) for x, y in outer], fill=(255, 176, 60))
        inner = [(14, 10), (18, 19), (20, 26), (14, 35), (8, 26), (10, 19)]
        canvas.polygon([(x * s, y * s) for x, y in inner], fill=(255, 246, 196))

    return drawn(28 * size, 40 * size, draw, anchor=(14 * size, 39 * size))


def television(picture: RGB, stage: Stage, looks: Looks, level: float) -> RGB:
    desk(picture, stage)
    picture = lit(picture, stage, 0, 6, 0.55 * level, dusk=0.86)
    size = round(stage.point * looks.size, 3)
    paste(picture, screen(size, looks.colour, on=False), *stage.at(0, 66))
    paste(picture, screen(size, looks.colour, on=True), *stage.at(0, 66), opacity=level)
    return picture


@lru_cache(maxsize=64)
def screen(size: float, colour: Colour, *, on: bool) -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        s *= size
        canvas.polygon([(56 * s, 92 * s), (88 * s, 92 * s), (100 * s, 104 * s), (44 * s, 104 * s)], fill=(70, 70, 74))
        canvas.rounded_rectangle([0, 0, 144 * s, 94 * s], 6 * s, fill=(52, 52, 56))
        canvas.rectangle([7 * s, 7 * s, 137 * s, 85 * s], fill=(190, 226, 246) if on else (26, 28, 32))
        if on:
            canvas.ellipse([94 * s, 14 * s, 116 * s, 36 * s], fill=(255, 236, 130))
            hills = [(7, 66), (40, 40), (70, 62), (100, 46), (137, 70), (137, 85), (7, 85)]
            canvas.polygon([(x * s, y * s) for x, y in hills], fill=lighter(colour, 0.25))
        else:
            gleam = [(84, 7), (112, 7), (58, 85), (30, 85)]
            canvas.polygon([(x * s, y * s) for x, y in gleam], fill=(36, 38, 43))

    return drawn(144 * size, 104 * size, draw, anchor=(72 * size, 104 * size))


def curtain(picture: RGB, stage: Stage, looks: Looks, level: float) -> RGB:
    """Two halves before a window, pulled aside as far as the level says."""
    picture = lit(picture, stage, 0, 0, 0.5 * level, dusk=0.84)
    size = round(stage.point * looks.size, 3)
    paste(picture, pane(size), *stage.at(0, 0))
    for side in (-1, 1):
        half = cloth(size, looks.colour, round(72 - 50 * level))
        paste(picture, half, *stage.at(side * 72 * looks.size - (0 if side < 0 else half.width / stage.point), -78))
    paste(picture, pole(size), *stage.at(0, -80))
    return picture


@lru_cache(maxsize=16)
def pane(size: float) -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        s *= size
        canvas.rectangle([0, 0, 124 * s, 132 * s], fill=(226, 222, 214))
        canvas.rectangle([6 * s, 6 * s, 118 * s, 126 * s], fill=(196, 228, 250))
        canvas.polygon([(6 * s, 98 * s), (50 * s, 84 * s), (118 * s, 100 * s), (118 * s, 126 * s), (6 * s, 126 * s)],
                       fill=(166, 204, 150))  # fmt: skip
        canvas.ellipse([20 * s, 20 * s, 56 * s, 36 * s], fill=(248, 252, 255))
        canvas.rectangle([59 * s, 6 * s, 65 * s, 126 * s], fill=(226, 222, 214))
        canvas.rectangle([6 * s, 62 * s, 118 * s, 67 * s], fill=(226, 222, 214))

    return drawn(124 * size, 132 * size, draw, anchor=(62 * size, 66 * size))


@lru_cache(maxsize=64)
def cloth(size: float, colour: Colour, width: int) -> Sprite:
    """Half of a curtain in folds, anchored at its upper left corner."""

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        s *= size
        step = width / 6
        for fold in range(6):
            shade = darker(colour, 0.28 if fold % 2 else 0.42)
            canvas.rectangle([fold * step * s, 0, (fold + 1) * step * s, 156 * s], fill=shade)

    return drawn(width * size, 156 * size, draw, anchor=(0, 0))


@lru_cache(maxsize=16)
def pole(size: float) -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        s *= size
        canvas.rounded_rectangle([0, 0, 164 * s, 7 * s], 3 * s, fill=(104, 88, 72))

    return drawn(164 * size, 8 * size, draw, anchor=(82 * size, 4 * size))


def chest(picture: RGB, stage: Stage, looks: Looks, level: float) -> RGB:
    """A jewel box: with its lid up, its light lining shows."""
    desk(picture, stage)
    size = round(stage.point * looks.size * 1.1, 3)
    paste(picture, shadow(round(130 * stage.point, 1), round(22 * stage.point, 1)), *stage.at(2, 66))
    paste(picture, lid(size, looks.colour, round(level * 8) / 8), *stage.at(0, 66 - 44 * looks.size * 1.1))
    paste(picture, coffer(size, looks.colour), *stage.at(0, 66))
    return picture


@lru_cache(maxsize=32)
def coffer(size: float, colour: Colour) -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        s *= size
        canvas.rounded_rectangle([0, 0, 104 * s, 46 * s], 4 * s, fill=darker(colour, 0.3))
        canvas.rectangle([0, 0, 104 * s, 5 * s], fill=darker(colour, 0.5))
        canvas.rounded_rectangle([44 * s, -4 * s, 60 * s, 14 * s], 3 * s, fill=(196, 172, 108))

    return side_lit(drawn(104 * size, 46 * size, draw, anchor=(52 * size, 46 * size)), 0.3)


@lru_cache(maxsize=64)
def lid(size: float, colour: Colour, level: float) -> Sprite:
    """Closed it is a flat top, open it stands up and turns its lining to us; anchored at its hinge."""
    height = 14 + 52 * level

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        s *= size
        canvas.polygon([(6 * s, 0), (98 * s, 0), (104 * s, height * s), (0, height * s)], fill=darker(colour, 0.2))
        if level > 0.1:
            lining = mixed(colour, (255, 244, 214), 0.25 + 0.65 * level)
            inner = [(12, 6), (92, 6), (97, height - 2), (7, height - 2)]
            canvas.polygon([(x * s, y * s) for x, y in inner], fill=lining)
            for x in (30, 52, 74):
                canvas.ellipse([(x - 5) * s, (height - 10) * s, (x + 5) * s, height * s], fill=(255, 250, 236))

    return drawn(104 * size, height * size, draw, anchor=(52 * size, height * size))


@lru_cache(maxsize=16)
def clock(size: float) -> Sprite:
    """A wall clock without its pendulum, anchored where the pendulum hangs."""

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        s *= size
        canvas.rounded_rectangle([0, 0, 34 * s, 84 * s], 5 * s, fill=darker(WOOD, 0.25))
        canvas.rounded_rectangle([4 * s, 34 * s, 30 * s, 80 * s], 3 * s, fill=(74, 68, 62))
        canvas.ellipse([4 * s, 4 * s, 30 * s, 30 * s], fill=(236, 232, 222))
        canvas.line([(17 * s, 17 * s), (17 * s, 8 * s)], fill=(40, 40, 44), width=round(2 * s))
        canvas.line([(17 * s, 17 * s), (24 * s, 20 * s)], fill=(40, 40, 44), width=round(2 * s))

    return drawn(34 * size, 84 * size, draw, anchor=(17 * size, 34 * size))


@lru_cache(maxsize=128)
def pendulum(size: float, colour: Colour, degrees: int) -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        s *= size
        canvas.rectangle([6.4 * s, 0, 7.6 * s, 34 * s], fill=(196, 190, 176))
        canvas.ellipse([1 * s, 26 * s, 13 * s, 38 * s], fill=colour)

    return rotated(drawn(14 * size, 40 * size, draw, anchor=(7 * size, 1)), degrees)


DEVICES: Mapping[str, Device] = MappingProxyType(
    {
        "lamp": Device(thing="lighting device", on="on", off="off", labels=SWITCHED, draw=table_lamp),
        "candle": Device(thing="candle", on="burning", off="not burning", labels=SWITCHED, draw=candle),
        "television": Device(thing="electric device", on="on", off="off", labels=SWITCHED, draw=television),
        "curtain": Device(thing="curtain", on="open", off="closed", labels=MOVED, draw=curtain, fills_wall=True),
        "chest": Device(thing="lid of the box", on="open", off="closed", labels=MOVED, draw=chest),
    }
)
"""By the name that stands in the dials."""
