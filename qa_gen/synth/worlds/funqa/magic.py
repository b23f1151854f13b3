"""Tricks on a table: a thing, and a box. Each event draws a moment of the clip, `time` 0 to 1."""

from __future__ import annotations

from qa_gen.synth.drawing.dress import plain
from qa_gen.synth.drawing.easing import ease, span
from qa_gen.synth.drawing.figure import figure
from qa_gen.synth.drawing.pose import HOLDING, HOLDING_UP, blend
from qa_gen.synth.drawing.sprites import ball, box, paste
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.funqa.stage import FLOOR, Stage, cast, stand, table

TOP = 166.0
"""Where things stand on the table."""


def thing_x(stage: Stage) -> float:
    return stage.x + 34


def performer(stage: Stage, time: float) -> RGB:
    """A person behind a table lifts both hands when it happens."""
    frame = stage.inside()
    pose = blend(HOLDING, HOLDING_UP, stage.gesture(time))
    paste(
        frame, figure(plain(stage.look), pose, round(150 * stage.size), facing="front-right"), stage.x - 50, FLOOR - 6
    )
    table(frame, stage.wood, stage.x, width=184, height=50)
    return frame


def floating(stage: Stage, time: float) -> RGB:
    frame, done = performer(stage, time), stage.done(time)
    cast(frame, thing_x(stage), TOP, 44, opacity=1.0 - 0.6 * done)
    stand(frame, stage.thing, stage.warm_colour(), thing_x(stage), TOP + 1 - 78 * done, 48)
    return frame


def vanishing(stage: Stage, time: float) -> RGB:
    frame, done = performer(stage, time), stage.done(time)
    cast(frame, thing_x(stage), TOP, 44, opacity=1.0 - done)
    stand(frame, stage.thing, stage.warm_colour(), thing_x(stage), TOP + 1, 48, opacity=1.0 - done)
    return frame


def swelling(stage: Stage, time: float) -> RGB:
    frame, size = performer(stage, time), 48 + 56 * stage.done(time)
    cast(frame, thing_x(stage), TOP, 44 / 48 * size)
    stand(frame, stage.thing, stage.warm_colour(), thing_x(stage), TOP + 1, size)
    return frame


def doubling(stage: Stage, time: float) -> RGB:
    frame, done = performer(stage, time), stage.done(time)
    for side in (1, -1) if done > 0 else (0,):
        x = thing_x(stage) + side * 28 * done
        cast(frame, x, TOP, 44)
        stand(frame, stage.thing, stage.warm_colour(), x, TOP + 1, 48)
    return frame


def recolouring(stage: Stage, time: float) -> RGB:
    frame = performer(stage, time)
    cast(frame, thing_x(stage), TOP, 44)
    stand(frame, stage.thing, stage.warm_colour(), thing_x(stage), TOP + 1, 48)
    stand(frame, stage.thing, stage.cool_colour(), thing_x(stage), TOP + 1, 48, opacity=stage.done(time))
    return frame


def show_box(frame: RGB, stage: Stage, x: float, y: float, size: float = 54.0) -> None:
    paste(frame, box(round(size), round(size * 0.84), stage.cool_colour()), x, y)


def box_releases_balloon(stage: Stage, time: float) -> RGB:
    frame, done = performer(stage, time), stage.done(time)
    x = thing_x(stage)
    if done > 0:
        y = TOP - 26 - 88 * done
        frame[int(y) : int(TOP - 30), int(x) : int(x) + 1] = (96, 96, 96)
        paste(frame, ball(8 + 14 * ease(span(done, 0.0, 0.6)), stage.warm_colour()), x, y)
    cast(frame, x, TOP, 58)
    show_box(frame, stage, x, TOP + 1)
    return frame


def box_becomes_ball(stage: Stage, time: float) -> RGB:
    frame, done = performer(stage, time), stage.done(time)
    x = thing_x(stage)
    cast(frame, x, TOP, 58)
    paste(frame, box(54, 45, stage.cool_colour()), x, TOP + 1, opacity=1.0 - ease(span(done, 0.35, 1.0)))
    paste(frame, ball(24, stage.warm_colour()), x, TOP - 23, opacity=ease(span(done, 0.0, 0.65)))
    return frame


def box_shrinks(stage: Stage, time: float) -> RGB:
    frame, size = performer(stage, time), 54 - 40 * stage.done(time)
    cast(frame, thing_x(stage), TOP, 58 / 54 * size)
    show_box(frame, stage, thing_x(stage), TOP + 1, size)
    return frame


def box_rises(stage: Stage, time: float) -> RGB:
    frame, done = performer(stage, time), stage.done(time)
    cast(frame, thing_x(stage), TOP, 58, opacity=1.0 - 0.6 * done)
    show_box(frame, stage, thing_x(stage), TOP + 1 - 80 * done)
    return frame


def box_slides(stage: Stage, time: float) -> RGB:
    frame = performer(stage, time)
    x = thing_x(stage) - 88 * stage.done(time)
    cast(frame, x, TOP, 58)
    show_box(frame, stage, x, TOP + 1)
    return frame
