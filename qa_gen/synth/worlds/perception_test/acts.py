"""The actions that are counted: each begins and ends at rest, and looks the same forwards and backwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from PIL import ImageDraw

from qa_gen.synth.drawing.colours import Colour, darker, lighter
from qa_gen.synth.drawing.easing import span, there_and_back
from qa_gen.synth.drawing.sprites import Sprite, ball, box, drawn, paste, rotated, shadow, side_lit
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.perception_test import arms
from qa_gen.synth.worlds.perception_test.stage import Stage

WOOD: Colour = (150, 138, 124)
METAL: Colour = (128, 130, 134)


@dataclass(frozen=True, slots=True)
class Looks:
    """`colour` is that of the thing which moves; `reach` makes movements larger or smaller."""

    colour: Colour
    skin: Colour
    sleeve: Colour
    reach: float


Draw = Callable[[RGB, Stage, Looks, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """`verb` stands in questions, `does` in captions. `away` is where the coloured thing goes from its rest, x to the
    right and y down. A slow act may be done only once in a clip."""

    verb: str
    does: str
    label: str
    away: tuple[float, float]
    draw: Draw
    slow: bool = False


def put(picture: RGB, stage: Stage, sprite: Sprite, x: float, y: float) -> None:
    paste(picture, sprite, *stage.at(x, y))


def hand(picture: RGB, stage: Stage, looks: Looks, x: float, y: float, lean: int = 20, *, fist: bool = False) -> None:
    sprite = arms.arm(round(stage.point * 1.1, 3), lean, skin=looks.skin, sleeve=looks.sleeve,
                      hold="fist" if fist else "fingers")  # fmt: skip
    put(picture, stage, sprite, x, y)


def dark(stage: Stage, width: float, height: float, opacity: float = 0.3) -> Sprite:
    return shadow(round(width * stage.point, 1), round(height * stage.point, 1), round(opacity, 2))


def throw(picture: RGB, stage: Stage, looks: Looks, phase: float) -> None:
    """A ball, under gravity while it is in the air."""
    fly = span(phase, 0.14, 0.86)
    height = 4 * fly * (1 - fly)
    dip = there_and_back(span(phase, 0.0, 0.28)) + there_and_back(span(phase, 0.72, 1.0))
    hand(picture, stage, looks, 6, 62 + 8 * dip, 10)
    put(picture, stage, ball(round(14 * stage.point, 1), looks.colour), 0, 52 + 8 * dip - 116 * looks.reach * height)


def lift(picture: RGB, stage: Stage, looks: Looks, phase: float) -> None:
    up = 88 * looks.reach * there_and_back(phase)
    put(picture, stage, dark(stage, 70 + up / 4, 22, 0.3 - round(up / 500, 2)), 2, 54)
    put(picture, stage, box(round(58 * stage.point, 1), round(50 * stage.point, 1), looks.colour), 0, 56 - up)
    hand(picture, stage, looks, 30, 32 - up, 38)


def roll(picture: RGB, stage: Stage, looks: Looks, phase: float) -> None:
    """Up a slanted plane and down again."""
    along = 0.86 * min(looks.reach, 1.0) * there_and_back(span(phase, 0.06, 0.94))
    push = there_and_back(span(phase, 0.0, 0.3)) + there_and_back(span(phase, 0.7, 1.0))
    put(picture, stage, plane(round(stage.point, 3)), 0, 62)
    x, y = -72 + 150 * along, 40 - 78 * along
    put(picture, stage, ball(round(13 * stage.point, 1), looks.colour), x, y)
    hand(picture, stage, looks, -92 + 12 * push, 52 - 6 * push, -16)


@lru_cache(maxsize=16)
def plane(size: float) -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        s *= size
        canvas.polygon([(0, 92 * s), (176 * s, 0), (186 * s, 4 * s), (186 * s, 96 * s), (0, 96 * s)], fill=WOOD)
        canvas.polygon([(0, 92 * s), (176 * s, 0), (186 * s, 4 * s), (10 * s, 96 * s)], fill=lighter(WOOD, 0.3))
        for x in (60, 100, 140):
            canvas.line([(x * s, 94 * s), (x * s, (96 - x * 0.44) * s)], fill=darker(WOOD, 0.15), width=round(2 * s))

    return drawn(188 * size, 98 * size, draw, anchor=(94 * size, 96 * size))


def wave(picture: RGB, stage: Stage, looks: Looks, phase: float) -> None:
    angle = round(27 - 54 * min(looks.reach, 1.0) * there_and_back(phase))
    put(picture, stage, flag(round(stage.point, 3), looks.colour, angle), 0, 78)
    hand(picture, stage, looks, 0, 66, 4, fist=True)


@lru_cache(maxsize=160)
def flag(size: float, colour: Colour, degrees: int) -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        s *= size
        cloth = [(33, 6), (50, 11), (66, 5), (84, 10), (84, 52), (66, 47), (50, 53), (33, 48)]
        canvas.polygon([(x * s, y * s) for x, y in cloth], fill=colour)
        fold = [(50, 11), (58, 8), (58, 50), (50, 53)]
        canvas.polygon([(x * s, y * s) for x, y in fold], fill=darker(colour, 0.18))
        canvas.rounded_rectangle([28 * s, 0, 33 * s, 140 * s], 2 * s, fill=METAL)

    return rotated(drawn(92 * size, 140 * size, draw, anchor=(30.5 * size, 134 * size)), degrees)


def hit(picture: RGB, stage: Stage, looks: Looks, phase: float) -> None:
    """A hammer comes down on a peg, which gives a little and comes up again."""
    down = there_and_back(phase)
    sink = 10 * span(down, 0.8, 1.0)
    put(picture, stage, dark(stage, 60, 18), -18, 78)
    put(picture, stage, peg(round(stage.point, 3)), -22, 78 + sink)
    put(picture, stage, block(round(stage.point, 3)), -22, 92)
    y = -52 * looks.reach + (52 * looks.reach + 24) * down
    put(picture, stage, hammer(round(stage.point, 3), looks.colour), -22, y)
    hand(picture, stage, looks, 33, y - 36, 40, fist=True)


@lru_cache(maxsize=16)
def peg(size: float) -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        canvas.rounded_rectangle([0, 0, 16 * s * size, 40 * s * size], 5 * s * size, fill=lighter(WOOD, 0.35))

    return side_lit(drawn(16 * size, 40 * size, draw, anchor=(8 * size, 40 * size)), 0.4)


@lru_cache(maxsize=16)
def block(size: float) -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        canvas.rounded_rectangle([0, 0, 64 * s * size, 26 * s * size], 4 * s * size, fill=darker(WOOD, 0.2))

    return drawn(64 * size, 26 * size, draw, anchor=(32 * size, 26 * size))


@lru_cache(maxsize=32)
def hammer(size: float, colour: Colour) -> Sprite:
    """Anchored at the middle of its head's lower side, the handle to the right."""

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        s *= size
        canvas.rounded_rectangle([18 * s, 16 * s, 84 * s, 24 * s], 4 * s, fill=METAL)
        canvas.rounded_rectangle([0, 0, 36 * s, 40 * s], 6 * s, fill=colour)
        canvas.rounded_rectangle([0, 0, 36 * s, 9 * s], 5 * s, fill=darker(colour, 0.25))
        canvas.rounded_rectangle([0, 31 * s, 36 * s, 40 * s], 5 * s, fill=darker(colour, 0.25))

    return drawn(86 * size, 40 * size, draw, anchor=(18 * size, 40 * size))


def drop(picture: RGB, stage: Stage, looks: Looks, phase: float) -> None:
    """A yo-yo, down its string and up again; the hand comes from above."""
    fall = 120 * min(looks.reach, 1.0) * there_and_back(phase)
    top, y = -62.0, -50.0 + fall
    x, first = stage.at(0, top)
    last = stage.at(0, y)[1]
    picture[round(first) : round(last), round(x) - 1 : round(x) + 1] = (92, 92, 96)
    put(picture, stage, dark(stage, 40, 12, 0.15 + round(fall / 900, 2)), 0, 92)
    put(picture, stage, ball(round(19 * stage.point, 1), looks.colour), 0, y)
    put(picture, stage, ball(round(6 * stage.point, 1), METAL), 0, y)
    hand(picture, stage, looks, 0, top + 6, 180)


def push(picture: RGB, stage: Stage, looks: Looks, phase: float) -> None:
    x = -62 + 124 * min(looks.reach, 1.0) * there_and_back(phase)
    put(picture, stage, dark(stage, 92, 20), x + 4, 46)
    put(picture, stage, car(round(stage.point, 3), looks.colour), x, 48)
    hand(picture, stage, looks, x - 8, 8, -24)


@lru_cache(maxsize=32)
def car(size: float, colour: Colour) -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        s *= size
        canvas.rounded_rectangle([16 * s, 0, 60 * s, 30 * s], 10 * s, fill=lighter(colour, 0.12))
        canvas.rounded_rectangle([22 * s, 5 * s, 54 * s, 18 * s], 4 * s, fill=(206, 216, 220))
        canvas.rectangle([37 * s, 5 * s, 39 * s, 18 * s], fill=colour)
        canvas.rounded_rectangle([0, 17 * s, 84 * s, 38 * s], 8 * s, fill=colour)
        canvas.rectangle([4 * s, 31 * s, 80 * s, 35 * s], fill=darker(colour, 0.3))
        for x in (20, 64):
            canvas.ellipse([(x - 10) * s, 26 * s, (x + 10) * s, 46 * s], fill=(52, 52, 56))
            canvas.ellipse([(x - 4) * s, 32 * s, (x + 4) * s, 40 * s], fill=(176, 176, 178))

    return drawn(84 * size, 46 * size, draw, anchor=(42 * size, 46 * size))


ACTS: Mapping[str, Act] = MappingProxyType(
    {
        "throw": Act(
            verb="throw the ball into the air", does="throws a ball into the air and catches it",
            label="Throwing something in the air", away=(0, -1), draw=throw,
        ),
        "lift": Act(
            verb="lift the box off the table", does="lifts a box off the table and puts it back",
            label="Lifting something and putting it back", away=(0, -1), draw=lift, slow=True,
        ),
        "roll": Act(
            verb="roll the ball up the slanted plane", does="rolls a ball up a slanted plane",
            label="Rolling something on a slanted surface", away=(1, 0), draw=roll,
        ),
        "wave": Act(
            verb="swing the flag to the right side", does="swings a flag to the right side and back",
            label="Waving something", away=(1, 0), draw=wave, slow=True,
        ),
        "hit": Act(
            verb="hit the peg with the hammer", does="hits a peg with a hammer",
            label="Hitting something with something", away=(0, 1), draw=hit,
        ),
        "drop": Act(
            verb="let the yo-yo go down", does="lets a yo-yo go down and pulls it up",
            label="Dropping something and pulling it up", away=(0, 1), draw=drop, slow=True,
        ),
        "push": Act(
            verb="push the toy car to the right", does="pushes a toy car to the right and pulls it back",
            label="Pushing something from left to right", away=(1, 0), draw=push, slow=True,
        ),
    }
)  # fmt: skip
"""By the name that stands in the dials."""
