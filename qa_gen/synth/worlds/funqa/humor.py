"""Mishaps: at a party, and at play. Each event draws a moment of the clip, `time` 0 to 1."""

from __future__ import annotations

import math
from functools import lru_cache

from PIL import ImageDraw

from qa_gen.synth.drawing.colours import Colour, darker, lighter
from qa_gen.synth.drawing.dress import dressed_in, plain
from qa_gen.synth.drawing.easing import ease, span, there_and_back
from qa_gen.synth.drawing.figure import figure
from qa_gen.synth.drawing.pose import (
    ARMS_UP,
    FALLEN_BACK,
    KICKING,
    KICKING_BACK,
    REACHING_FORWARD,
    STANDING,
    Pose,
    blend,
    walking,
)
from qa_gen.synth.drawing.sprites import Sprite, ball, drawn, paste
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.funqa.stage import FLOOR, Stage, cast, stand, table

SLIDE = 52.0
"""How far the feet of somebody slide who falls on the back."""

CAKE_TOP = 160.0
LEG = 46


@lru_cache(maxsize=16)
def cake(colour: Colour) -> Sprite:
    """With two layers and a candle, anchored at the bottom centre."""

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        canvas.ellipse([0, 40 * s, 58 * s - 1, 50 * s - 1], fill=(232, 230, 224))
        for left, top, right, bottom in ((6, 26, 52, 46), (14, 12, 44, 27)):
            canvas.rounded_rectangle([left * s, top * s, right * s, bottom * s], 4 * s, fill=colour)
            canvas.rectangle([left * s, (top + 1) * s, right * s, (top + 5) * s], fill=lighter(colour, 0.25))
            for x in range(left + 2, right - 3, 8):
                canvas.ellipse([x * s, (top + 2) * s, (x + 6) * s, (top + 10) * s], fill=lighter(colour, 0.25))
            canvas.rectangle([left * s, (bottom - 3) * s, right * s, bottom * s], fill=darker(colour, 0.2))
        canvas.rectangle([28 * s, 3 * s, 30 * s, 13 * s], fill=(240, 240, 236))

    return drawn(58, 50, draw, anchor=(29, 48))


def guest_x(stage: Stage) -> float:
    return stage.x - 52


def cake_x(stage: Stage) -> float:
    return stage.x + 44


def party(stage: Stage, time: float, *, pose: Pose | None = None, legs: int = LEG, ahead: float = 0.0) -> RGB:
    """A guest at a table reaches for what is on it; with a pose, and feet that slide ahead, something else happens."""
    frame = stage.inside()
    reaching = blend(STANDING, REACHING_FORWARD, ease(span(time, 0.05, stage.begins - 0.05)))
    cast(frame, guest_x(stage) + ahead, FLOOR, 56)
    person = figure(plain(stage.look), pose or blend(reaching, ARMS_UP, stage.done(time)), tall(stage), facing="right")
    paste(frame, person, guest_x(stage) + ahead, FLOOR)
    table(frame, stage.wood, cake_x(stage), width=92, height=legs)
    return frame


def tall(stage: Stage) -> int:
    return round(146 * stage.size)


def head(stage: Stage) -> tuple[float, float]:
    """Where a hat sits."""
    return guest_x(stage) + 4, FLOOR - tall(stage) * 0.93


def put_hat(frame: RGB, stage: Stage, x: float, y: float) -> None:
    stand(frame, "hat", stage.cool_colour(), x, y, 42)


def put_cake(frame: RGB, stage: Stage, x: float, y: float) -> None:
    paste(frame, cake(stage.warm_colour()), x, y)


def hat_flies(stage: Stage, time: float) -> RGB:
    frame, done = party(stage, time), stage.done(time)
    put_cake(frame, stage, cake_x(stage), CAKE_TOP)
    x, y = head(stage)
    put_hat(frame, stage, x + 90 * done * done, y - 130 * done)
    return frame


def cake_slides(stage: Stage, time: float) -> RGB:
    frame, done = party(stage, time), stage.done(time)
    across, down = ease(span(done, 0.0, 0.6)), span(done, 0.45, 1.0) ** 2
    cast(frame, cake_x(stage) + 60, FLOOR + 4, 50, opacity=down)
    put_cake(frame, stage, cake_x(stage) + 60 * across, CAKE_TOP + (FLOOR + 6 - CAKE_TOP) * down)
    put_hat(frame, stage, *head(stage))
    return frame


def table_breaks(stage: Stage, time: float) -> RGB:
    legs = round(LEG * (1.0 - stage.done(time) ** 2))
    frame = party(stage, time, legs=legs)
    put_cake(frame, stage, cake_x(stage), CAKE_TOP + LEG - legs)
    put_hat(frame, stage, *head(stage))
    return frame


def guest_falls(stage: Stage, time: float) -> RGB:
    done = stage.done(time)
    reaching = blend(STANDING, REACHING_FORWARD, ease(span(time, 0.05, stage.begins - 0.05)))
    frame = party(stage, time, pose=blend(reaching, FALLEN_BACK, done), ahead=SLIDE * done)
    put_cake(frame, stage, cake_x(stage), CAKE_TOP)
    x, y = head(stage)
    angle = math.radians(90 * done)
    high = FLOOR + 4 - y
    put_hat(frame, stage, x - 0.2 * high * math.sin(angle), FLOOR + 4 - high * math.cos(angle))
    return frame


def hat_lands_on_cake(stage: Stage, time: float) -> RGB:
    frame, done = party(stage, time), stage.done(time)
    put_cake(frame, stage, cake_x(stage), CAKE_TOP)
    x, y = head(stage)
    put_hat(frame, stage, x + (cake_x(stage) - x) * done, y + (CAKE_TOP - 34 - y) * done**2 - 26 * there_and_back(done))
    return frame


BALL_RADIUS = 17.0


def spot(stage: Stage) -> tuple[float, float]:
    """Where the ball lies."""
    return stage.x + 12, FLOOR - BALL_RADIUS


def player_x(stage: Stage) -> float:
    return stage.x - 32


def player(stage: Stage, time: float) -> tuple[RGB, Pose, float]:
    """Somebody walks up to a ball and kicks."""
    walked = span(time, 0.0, stage.begins - 0.1)
    x = player_x(stage) - 64 * (1.0 - walked)
    swing = span(time, stage.begins - 0.1, stage.begins)
    kicked = span(time, stage.begins, stage.begins + 0.1)
    if swing <= 0.0:
        pose = walking(64 * walked / (0.75 * tall(stage)))
    elif kicked <= 0.0:
        pose = blend(STANDING, KICKING_BACK, ease(swing))
    else:
        pose = blend(KICKING_BACK, KICKING, ease(kicked))
    return stage.outside(), pose, x


def show_player(frame: RGB, stage: Stage, pose: Pose, x: float) -> None:
    cast(frame, x, FLOOR, 56)
    paste(frame, figure(dressed_in(stage.look, stage.cool_colour()), pose, tall(stage), facing="right"), x, FLOOR)


def show_ball(
    frame: RGB, stage: Stage, x: float, y: float, *, opacity: float = 1.0, radius: float = BALL_RADIUS
) -> None:
    cast(frame, x, FLOOR, 36, opacity=opacity * max(0.0, 1.0 - (FLOOR - y) / 160))
    paste(frame, ball(radius, stage.warm_colour()), x, y, opacity=opacity)


def settled(stage: Stage, time: float, pose: Pose) -> Pose:
    return blend(pose, STANDING, ease(span(time, stage.begins + 0.12, stage.ends)))


def ball_lands_on_head(stage: Stage, time: float) -> RGB:
    frame, pose, x = player(stage, time)
    done = span(time, stage.begins + 0.03, stage.ends)
    show_player(frame, stage, settled(stage, time, pose), x)
    start_x, start_y = spot(stage)
    end_x, end_y = player_x(stage) + 5, FLOOR - tall(stage) - BALL_RADIUS + 4
    peak = 70 * 4 * done * (1 - done) * (0.5 + 0.5 * (1 - done))
    show_ball(frame, stage, start_x + (end_x - start_x) * done, max(20.0, start_y + (end_y - start_y) * done - peak))
    return frame


def player_falls(stage: Stage, time: float) -> RGB:
    frame, pose, x = player(stage, time)
    down = ease(span(time, stage.begins + 0.06, stage.ends))
    show_player(frame, stage, blend(pose, FALLEN_BACK, down), x + SLIDE * down)
    show_ball(frame, stage, *spot(stage))
    return frame


def ball_bursts(stage: Stage, time: float) -> RGB:
    frame, pose, x = player(stage, time)
    done = span(time, stage.begins + 0.04, stage.begins + 0.16)
    show_player(frame, stage, settled(stage, time, pose), x)
    ball_x, ball_y = spot(stage)
    show_ball(frame, stage, ball_x, ball_y, opacity=1.0 - done, radius=round(BALL_RADIUS * (1 + 0.5 * done), 1))
    fallen = span(time, stage.begins + 0.06, stage.ends)
    if done > 0:
        for number in range(6):
            away = (number - 2.5) * 17 * ease(min(1.0, 2 * fallen))
            up = 30 * there_and_back(fallen) * (1 + number % 3)
            paste(frame, ball(2.5, (92, 88, 84)), ball_x + away, min(FLOOR, ball_y + 15 * fallen - up))
    return frame


def ball_runs_away(stage: Stage, time: float) -> RGB:
    frame, pose, x = player(stage, time)
    show_player(frame, stage, settled(stage, time, pose), x)
    done = ease(span(time, stage.begins, stage.ends))
    ball_x, ball_y = spot(stage)
    show_ball(frame, stage, ball_x + 82 * done, ball_y - 10 * abs(math.sin(9 * done)))
    return frame
