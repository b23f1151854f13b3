"""A lift, a ladder with a door, a tank. Each draws a state: how far its first and its second motion have come."""

from __future__ import annotations

import math
from functools import lru_cache
from random import Random

from PIL import ImageDraw

from qa_gen.synth.drawing.colours import Colour, darker, lighter
from qa_gen.synth.drawing.dress import dressed_in, plain
from qa_gen.synth.drawing.easing import ease, span
from qa_gen.synth.drawing.figure import figure
from qa_gen.synth.drawing.pose import STANDING, Arm, Leg, Pose, walking
from qa_gen.synth.drawing.sprites import Sprite, drawn, paste, shadow
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.moments_in_time.stage import SIZE, STEPS, Stage, polygon, rectangle

FLOOR = 232.0
WALLS: tuple[Colour, ...] = ((172, 164, 152), (158, 164, 170), (182, 176, 170), (150, 152, 144))


def lift(stage: Stage, opened: float, risen: float) -> RGB:
    """The cabin of a lift opens its doors, or goes up its shaft."""
    frame = facade(stage.ground).copy()
    y = FLOOR - 112 * risen
    paste(frame, shaft(), stage.x, 256)
    rope = int(max(0.0, y - 92))
    middle = int(stage.x)
    frame[:rope, middle - 1 : middle + 1] = (60, 60, 64)
    paste(frame, cabin_inside(), stage.x, y)
    paste(frame, figure(plain(stage.look), STANDING, 66), stage.x + 4, y - 5)
    paste(frame, cabin(stage.cool_colour(), round(opened * STEPS)), stage.x, y)
    return frame


@lru_cache(maxsize=4)
def facade(name: str) -> RGB:
    """A wall of bricks with two floors, no two alike."""
    rng = Random(name)
    red, green, blue = (shade + rng.randint(-10, 10) for shade in rng.choice(WALLS))
    wall = red, green, blue
    columns = rng.uniform(10, 30), rng.uniform(192, 212)

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        rectangle(canvas, s, 0, 0, SIZE, SIZE, wall)
        for row in range(0, SIZE, 8):
            for column in range(-16, SIZE, 16):
                left = column + 8 * (row // 8 % 2)
                brick = (
                    lighter(wall, rng.uniform(0.0, 0.08)) if rng.random() < 0.5 else darker(wall, rng.uniform(0, 0.06))
                )
                rectangle(canvas, s, left, row, left + 15, row + 7, brick)
        for floor in (FLOOR, FLOOR - 112):
            rectangle(canvas, s, 0, floor, SIZE, floor + 9, darker(wall, 0.3))
            rectangle(canvas, s, 0, floor + 9, SIZE, floor + 12, darker(wall, 0.45))
            rectangle(canvas, s, 0, floor - 9, SIZE, floor, darker(wall, 0.12))
            for x in columns:
                rectangle(canvas, s, x, floor - 84, x + 34, floor - 36, darker(wall, 0.3))
                rectangle(canvas, s, x + 3, floor - 81, x + 31, floor - 39, (186, 198, 206))
                rectangle(canvas, s, x + 3, floor - 81, x + 31, floor - 64, (204, 214, 220))
                rectangle(canvas, s, x + 16, floor - 81, x + 18, floor - 39, darker(wall, 0.3))

    frame = drawn(SIZE, SIZE, draw).rgba[..., :3].copy()
    frame.flags.writeable = False
    return frame


@lru_cache(maxsize=1)
def shaft() -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        rectangle(canvas, s, 0, 0, 98, 256, (92, 92, 96))
        rectangle(canvas, s, 5, 0, 93, 256, (58, 58, 64))
        for y in range(8, 256, 24):
            rectangle(canvas, s, 5, y, 93, y + 2, (70, 70, 76))

    return drawn(98, 256, draw, anchor=(49, 256))


@lru_cache(maxsize=1)
def cabin_inside() -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        rectangle(canvas, s, 0, 0, 80, 90, (214, 206, 190))
        rectangle(canvas, s, 0, 78, 80, 90, (150, 142, 130))
        rectangle(canvas, s, 8, 40, 72, 43, (176, 168, 154))

    return drawn(80, 90, draw, anchor=(40, 90))


@lru_cache(maxsize=60)
def cabin(colour: Colour, step: int) -> Sprite:
    """The frame and the two doors, which slide into the sides. Anchored at the bottom centre."""
    gap = 33 * step / STEPS

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        for left, right in ((6, 40 - gap), (40 + gap, 74)):
            rectangle(canvas, s, left, 8, right, 86, lighter(colour, 0.12))
            inner = left + 4, right - 4
            if inner[1] - inner[0] > 6:
                rectangle(canvas, s, inner[0], 14, inner[1], 44, darker(colour, 0.18))
        rectangle(canvas, s, 39.4 - gap, 8, 40.6 - gap, 86, darker(colour, 0.4))
        rectangle(canvas, s, 39.4 + gap, 8, 40.6 + gap, 86, darker(colour, 0.4))
        for box in ((0, 0, 80, 8), (0, 86, 80, 90), (0, 0, 6, 90), (74, 0, 80, 90)):
            rectangle(canvas, s, *box, darker(colour, 0.1))
        rectangle(canvas, s, 32, 2, 48, 6, (236, 232, 214))

    return drawn(80, 90, draw, anchor=(40, 90))


LADDER_X, DOOR_X = 84.0, 182.0
DOOR_HALF = 27


def ladder(stage: Stage, climbed: float, entered: float) -> RGB:
    """A person at the foot of a ladder climbs it, or goes through the door beside it."""
    frame = facade(stage.ground).copy()
    paste(frame, doorway(), DOOR_X, FLOOR + 1)
    paste(frame, rungs(), LADDER_X, FLOOR + 4)
    look = dressed_in(stage.look, stage.cool_colour(), darker(stage.cool_colour(), 0.15))
    tall = round(94 * stage.size)
    if stage.pair == 1:
        jamb = frame[:, int(DOOR_X) + DOOR_HALF :].copy()
        x = LADDER_X + (DOOR_X + 52 - LADDER_X) * entered
        steps = 0.0 if entered in (0.0, 1.0) else (x - LADDER_X) / (0.75 * tall)
        sprite = figure(look, walking(steps), tall, facing="right")
        paste(frame, shadow(46, 10), x, FLOOR + 4)
        paste(frame, sprite, x, FLOOR + 5 - 5 * span(entered, 0.4, 0.7))
        frame[:, int(DOOR_X) + DOOR_HALF :] = jamb
        return frame
    y = FLOOR + 4 - 106 * climbed
    paste(frame, shadow(46, 10), LADDER_X, FLOOR + 4, opacity=1.0 - 0.8 * climbed)
    paste(frame, figure(look, climbing(climbed * 4), tall), LADDER_X, y)
    return frame


def climbing(phase: float) -> Pose:
    """Hands and feet one rung after the other, seen from behind."""
    up = (1 + math.sin(2 * math.pi * phase)) / 2

    def arm(raised: float) -> Arm:
        return Arm(100 + 62 * raised, 8, 34 - 20 * raised)

    def leg(raised: float) -> Leg:
        return Leg(14 + 50 * raised, 6, 16 + 66 * raised)

    return Pose(turn=180, lean=4, left_arm=arm(up), right_arm=arm(1 - up), left_leg=leg(1 - up), right_leg=leg(up))


@lru_cache(maxsize=1)
def rungs() -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        for y in range(10, 210, 13):
            rectangle(canvas, s, 3, y, 41, y + 3, (120, 104, 86))
        for x in (0, 39):
            rectangle(canvas, s, x, 0, x + 5, 210, (142, 124, 102))

    return drawn(44, 210, draw, anchor=(22, 210))


@lru_cache(maxsize=1)
def doorway() -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        rectangle(canvas, s, 0, 0, 2 * DOOR_HALF + 12, 118, (106, 92, 78))
        rectangle(canvas, s, 6, 6, 2 * DOOR_HALF + 6, 118, (46, 42, 42))
        polygon(canvas, s, ((6, 118), (2 * DOOR_HALF + 6, 118), (2 * DOOR_HALF - 2, 104), (14, 104)), (84, 78, 72))

    return drawn(2 * DOOR_HALF + 12, 118, draw, anchor=(DOOR_HALF + 6, 118))


def tank(stage: Stage, filled: float, opened: float) -> RGB:
    """A tank fills through a pipe at its foot, or its lid opens."""
    frame = stage.inside()
    paste(frame, shadow(150, 22), stage.x, 226)
    paste(frame, vessel(stage.cool_colour(), round(filled * STEPS)), stage.x, 228)
    paste(frame, flap(stage.warm_colour(), round(opened * STEPS)), stage.x, 228 - 112)
    return frame


@lru_cache(maxsize=60)
def vessel(colour: Colour, step: int) -> Sprite:
    """Anchored at the bottom centre, a pipe to its right."""
    level = 108 - 92 * (0.07 + 0.93 * step / STEPS)

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        rectangle(canvas, s, 118, 94, 160, 104, (126, 126, 130))
        rectangle(canvas, s, 130, 88, 142, 110, (98, 98, 102))
        rectangle(canvas, s, 0, 0, 120, 112, (206, 212, 214))
        rectangle(canvas, s, 5, 0, 115, 108, (188, 196, 200))
        rectangle(canvas, s, 5, level, 115, 108, colour)
        rectangle(canvas, s, 5, level, 115, level + 4, lighter(colour, 0.3))
        rectangle(canvas, s, 98, level + 4, 115, 108, darker(colour, 0.14))
        for mark in range(1, 6):
            rectangle(canvas, s, 5, 108 - 16 * mark, 15, 110 - 16 * mark, (110, 116, 120))

    return drawn(160, 112, draw, anchor=(60, 112))


@lru_cache(maxsize=60)
def flap(colour: Colour, step: int) -> Sprite:
    """A lid hinged at its left end, anchored below its middle."""
    angle = math.radians(82 * ease(step / STEPS))
    along, across = (math.cos(angle), -math.sin(angle)), (math.sin(angle), math.cos(angle))

    def at(length: float, height: float) -> tuple[float, float]:
        return 6 + along[0] * length - across[0] * height, 130 + along[1] * length - across[1] * height

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        polygon(canvas, s, (at(0, 0), at(124, 0), at(124, 9), at(0, 9)), colour)
        polygon(canvas, s, (at(54, 9), at(70, 9), at(70, 15), at(54, 15)), darker(colour, 0.3))

    return drawn(136, 130, draw, anchor=(68, 130))
