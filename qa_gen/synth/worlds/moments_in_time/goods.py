"""A lorry, a suitcase, a porter. Each draws a state: how far its first and its second motion have come."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache

from PIL import ImageDraw

from qa_gen.synth.drawing.colours import Colour, darker, lighter
from qa_gen.synth.drawing.dress import dressed_in
from qa_gen.synth.drawing.easing import ease, span
from qa_gen.synth.drawing.figure import figure, hands
from qa_gen.synth.drawing.hand import reach
from qa_gen.synth.drawing.pose import BENDING, HOLDING, PUSHING, Pose, blend, walking
from qa_gen.synth.drawing.sprites import Sprite, box, drawn, paste, shadow
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.moments_in_time.stage import STEPS, Stage, ellipse, polygon, rectangle

ROAD = 222.0
DOCK_X, BED_X = 212.0, 88.0


def lorry(stage: Stage, loaded: float, arrived: float) -> RGB:
    """A crate is put on a lorry by a crane, or the lorry comes into the yard."""
    frame = stage.outside()
    x = -92 + (100 + 92) * arrived
    paste(frame, dock(), DOCK_X, ROAD + 6)
    paste(frame, shadow(150, 16), x, ROAD + 2)
    paste(frame, truck(stage.cool_colour()), x, ROAD)
    bed = ROAD - 29
    up = ease(span(loaded, 0.0, 0.3)) - ease(span(loaded, 0.7, 1.0))
    crate_x = DOCK_X + (BED_X - DOCK_X) * ease(span(loaded, 0.18, 0.82))
    crate_y = bed - 62 * up
    if 0.0 < loaded < 1.0:
        rope = int(crate_y - 38)
        frame[:rope, int(crate_x) - 1 : int(crate_x) + 1] = (58, 58, 62)
        paste(frame, hook(), crate_x, crate_y - 34)
    paste(frame, box(48, 38, stage.warm_colour()), crate_x, crate_y)
    return frame


@lru_cache(maxsize=1)
def hook() -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        polygon(canvas, s, ((12, 0), (2, 12), (22, 12)), (74, 76, 80))

    return drawn(24, 12, draw, anchor=(12, 12))


@lru_cache(maxsize=1)
def dock() -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        rectangle(canvas, s, 0, 0, 84, 36, (150, 148, 142))
        rectangle(canvas, s, 0, 0, 84, 6, (176, 174, 168))
        for x in range(6, 84, 20):
            rectangle(canvas, s, x, 14, x + 9, 36, (124, 122, 118))

    return drawn(84, 36, draw, anchor=(42, 36))


@lru_cache(maxsize=8)
def truck(colour: Colour) -> Sprite:
    """It looks to the right, its bed to the left; anchored on the road below its middle."""

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        rectangle(canvas, s, 0, 47, 100, 60, darker(colour, 0.25))
        canvas.rounded_rectangle([92 * s, 8 * s, 138 * s, 62 * s], 7 * s, fill=colour)
        polygon(canvas, s, ((112, 14), (132, 14), (136, 34), (112, 34)), (206, 222, 228))
        rectangle(canvas, s, 96, 40, 108, 43, lighter(colour, 0.35))
        rectangle(canvas, s, 132, 46, 140, 52, (240, 230, 190))
        for x in (24, 46, 116):
            ellipse(canvas, s, x - 13, 50, x + 13, 76, (44, 44, 48))
            ellipse(canvas, s, x - 6, 57, x + 6, 69, (150, 150, 154))

    return drawn(142, 76, draw, anchor=(76, 74))


CASE_X = 152.0
PLACES = ((38.0, 232.0), (74.0, 240.0), (56.0, 214.0))
"""Where the three pieces lie before they are packed."""


def suitcase(stage: Stage, packed: float, opened: float) -> RGB:
    """Clothes are put into an open suitcase one after the other, or its lid is opened."""
    frame = stage.inside()
    low = 234.0
    paste(frame, shadow(170, 22), CASE_X, low)
    lid_step = round(opened * STEPS)
    colour = stage.cool_colour()
    paste(frame, case_back(colour, lid_step), CASE_X, low)
    holding = None
    for number, (x, y) in enumerate(PLACES):
        done = span(packed, number / 3, (number + 1) / 3)
        if done >= 1.0:
            continue
        over = ease(span(done, 0.1, 0.7))
        up = ease(span(done, 0.0, 0.4)) - ease(span(done, 0.62, 1.0))
        piece_x, piece_y = x + (CASE_X - 6 - x) * over, y + (low - 8 - y) * over - 84 * up
        paste(frame, shirt(stage.warm_colour(), number), piece_x, piece_y)
        if 0.0 < done < 1.0:
            holding = piece_x, piece_y
    paste(frame, case_front(colour, lid_step), CASE_X, low)
    if holding:
        there = ease(min(1.0, 3 * min(packed, 1.0 - packed) + 0.55))
        reach(frame, stage.skin, stage.sleeve, holding[0] + 10, holding[1] - 22, degrees=-150, there=there)
    elif 0.0 < opened < 1.0:
        x, y = lid_edge(opened)
        there = ease(min(1.0, 8 * min(opened, 1.0 - opened)))
        reach(frame, stage.skin, stage.sleeve, CASE_X + x + 20, low + y + 8, degrees=-150, there=there)
    return frame


@lru_cache(maxsize=24)
def shirt(colour: Colour, number: int) -> Sprite:
    shade = (colour, lighter(colour, 0.14), darker(colour, 0.14))[number]

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        canvas.rounded_rectangle([0, 4 * s, 50 * s, 26 * s], 5 * s, fill=shade)
        polygon(canvas, s, ((18, 4), (25, 13), (32, 4)), darker(shade, 0.3))
        rectangle(canvas, s, 0, 20, 50, 22, darker(shade, 0.2))

    return drawn(50, 27, draw, anchor=(25, 26))


def lid_edge(opened: float) -> tuple[float, float]:
    """Where the free edge of the lid is, from the bottom centre of the case."""
    angle = math.radians(104 * opened)
    return 0.0, -64.0 - 74.0 * math.sin(angle) + 22.0 * math.cos(angle)


@lru_cache(maxsize=60)
def case_back(colour: Colour, step: int) -> Sprite:
    """The inside, and the lid when it stands up behind it."""
    edge = 150.0 + lid_edge(step / STEPS)[1]

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        polygon(canvas, s, ((6, 108), (154, 108), (144, 86), (16, 86)), (62, 56, 54))
        if edge < 86:
            polygon(canvas, s, ((16, 86), (144, 86), (149, edge), (11, edge)), colour)
            polygon(canvas, s, ((24, 82), (136, 82), (141, edge + 8), (19, edge + 8)), lighter(colour, 0.12))

    return drawn(160, 150, draw, anchor=(80, 150))


@lru_cache(maxsize=60)
def case_front(colour: Colour, step: int) -> Sprite:
    """The wall in front, and the lid while it lies in front of its hinge."""
    edge = 150.0 + lid_edge(step / STEPS)[1]

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        canvas.rounded_rectangle([6 * s, 107 * s, 154 * s, 150 * s], 6 * s, fill=colour)
        rectangle(canvas, s, 6, 106, 154, 112, darker(colour, 0.25))
        for x in (30, 122):
            rectangle(canvas, s, x, 108, x + 9, 118, (206, 196, 160))
        canvas.arc([66 * s, 108 * s, 94 * s, 132 * s], 0, 180, fill=darker(colour, 0.4), width=round(4 * s))
        if edge >= 86:
            polygon(canvas, s, ((16, 86), (144, 86), (154, edge), (6, edge)), lighter(colour, 0.16))

    return drawn(160, 150, draw, anchor=(80, 150))


def porter(stage: Stage, pushed: float, lifted: float) -> RGB:
    """A person pushes a crate over the floor, or lifts it."""
    frame = stage.inside()
    look = dressed_in(stage.look, stage.cool_colour())
    tall, side = round(112 * stage.size), round(56 * stage.size)
    pose, crate_x, rise = (lifting if stage.pair == 1 else pushing)(lifted if stage.pair == 1 else pushed, tall)
    hand_x = max(x for x, _ in hands(pose, tall, "right"))
    paste(frame, shadow(side + 24, 14), crate_x, FLOOR - 2, opacity=1.0 - 0.5 * lifted)
    stand = crate_x - side * GRIP[stage.pair] - hand_x
    paste(frame, shadow(52, 12), stand, FLOOR)
    paste(frame, box(side, side, stage.warm_colour()), crate_x, FLOOR - rise)
    paste(frame, figure(look, pose, tall, facing="right"), stand, FLOOR + 1)
    return frame


FLOOR = 230.0
GRIP = (0.44, 0.1)
"""How far from the middle of the crate the hands are, in its widths, when it is pushed and when it is lifted."""


def pushing(done: float, tall: int) -> tuple[Pose, float, float]:
    """The pose, where the crate stands, and how high it is held."""
    walked = 0.0 if done in (0.0, 1.0) else 74 * done / (0.7 * tall)
    arms = PUSHING.left_arm._replace(swing=56.0)
    pose = replace(walking(walked), lean=30.0, nod=-16.0, left_arm=arms, right_arm=arms)
    return pose, 118 + 74 * done, 0.0


def lifting(done: float, tall: int) -> tuple[Pose, float, float]:
    pose = blend(STOOPING, HOLDING, done)
    low, high = (max(y for _, y in hands(at, tall, "right")) for at in (STOOPING, pose))
    return pose, 150.0, max(0.0, low - high)


STOOPING = replace(BENDING, lean=78.0, right_arm=BENDING.left_arm._replace(swing=84.0), left_arm=BENDING.left_arm)
