"""Inventions: a picture that comes alive, and a plant. Each event draws a moment of the clip, `time` 0 to 1."""

from __future__ import annotations

from functools import lru_cache

from PIL import ImageDraw

from qa_gen.synth.drawing.colours import Colour, darker, lighter
from qa_gen.synth.drawing.dress import plain
from qa_gen.synth.drawing.easing import ease, span
from qa_gen.synth.drawing.figure import figure
from qa_gen.synth.drawing.pose import CLAPPING_OPEN, POINTING, STANDING, blend
from qa_gen.synth.drawing.sprites import Sprite, drawn, paste
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.funqa.stage import FLOOR, Stage, cast, stand, table

BOARD_LOW = 158.0
PAINTED = 44.0
"""How large the thing in the picture is."""


@lru_cache(maxsize=8)
def easel(wood: Colour) -> Sprite:
    """A canvas on three legs, anchored on the floor."""

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        for start, end in ((38, 8), (82, 112), (60, 60)):
            canvas.line([start * s, 100 * s, end * s, 168 * s], fill=darker(wood, 0.3), width=round(6 * s))
        canvas.rectangle([0, 0, 120 * s, 108 * s], fill=darker(wood, 0.12))
        canvas.rectangle([5 * s, 5 * s, 115 * s, 103 * s], fill=(244, 240, 230))
        canvas.line([14 * s, 88 * s, 106 * s, 88 * s], fill=(196, 190, 178), width=round(1.5 * s))
        canvas.arc([70 * s, 14 * s, 98 * s, 42 * s], 0, 360, fill=(206, 200, 188), width=round(1.5 * s))

    return drawn(120, 170, draw, anchor=(60, 168))


def easel_x(stage: Stage) -> float:
    return stage.x + 34


def painter(stage: Stage, time: float) -> RGB:
    """Somebody shows a picture to the camera."""
    frame = stage.inside()
    cast(frame, easel_x(stage), FLOOR, 120)
    paste(frame, easel(stage.wood), easel_x(stage), FLOOR)
    pose = blend(STANDING, POINTING, stage.gesture(time))
    cast(frame, stage.x - 76, FLOOR, 56)
    paste(
        frame, figure(plain(stage.look), pose, round(148 * stage.size), facing="front-right"), stage.x - 76, FLOOR + 1
    )
    return frame


def painted(frame: RGB, stage: Stage, dx: float = 0.0, dy: float = 0.0, size: float = PAINTED) -> None:
    stand(frame, stage.thing, stage.warm_colour(), easel_x(stage) + dx, BOARD_LOW - 16 + dy, size)


def picture_drops_it(stage: Stage, time: float) -> RGB:
    frame, done = painter(stage, time), span(time, stage.begins, stage.ends)
    cast(frame, easel_x(stage), FLOOR + 5, 44, opacity=done)
    painted(frame, stage, dy=(FLOOR + 8 - BOARD_LOW + 16) * done**2)
    return frame


def picture_sends_it_up(stage: Stage, time: float) -> RGB:
    frame = painter(stage, time)
    painted(frame, stage, dy=-82 * stage.done(time))
    return frame


def picture_is_filled(stage: Stage, time: float) -> RGB:
    frame, done = painter(stage, time), stage.done(time)
    painted(frame, stage, size=PAINTED + 46 * done, dy=10 * done)
    return frame


def picture_recolours(stage: Stage, time: float) -> RGB:
    frame = painter(stage, time)
    painted(frame, stage)
    stand(frame, stage.thing, stage.cool_colour(), easel_x(stage), BOARD_LOW - 16, PAINTED, opacity=stage.done(time))
    return frame


def picture_doubles(stage: Stage, time: float) -> RGB:
    frame, done = painter(stage, time), stage.done(time)
    for side in (1, -1) if done > 0 else (0,):
        painted(frame, stage, dx=side * 26 * done)
    return frame


POT_TOP = 166.0
STEM: Colour = (96, 110, 88)


@lru_cache(maxsize=16)
def pot(colour: Colour) -> Sprite:
    """Anchored at the bottom centre."""

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        body = ((5, 10), (47, 10), (40, 40), (12, 40))
        canvas.polygon([(x * s, y * s) for x, y in body], fill=colour)
        canvas.polygon([(x * s, y * s) for x, y in ((36, 10), (47, 10), (40, 40), (33, 40))], fill=darker(colour, 0.18))
        canvas.rectangle([1 * s, 2 * s, 51 * s, 12 * s], fill=lighter(colour, 0.12))

    return drawn(52, 41, draw, anchor=(26, 40))


@lru_cache(maxsize=80)
def bloom(colour: Colour, size: int) -> Sprite:
    """A flower's head, anchored at its middle."""

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        unit = size * s / 6
        for x, y in ((3, 1.2), (4.6, 2.3), (4.1, 4.3), (1.9, 4.3), (1.4, 2.3)):
            canvas.ellipse([(x - 1.25) * unit, (y - 1.25) * unit, (x + 1.25) * unit, (y + 1.25) * unit], fill=colour)
            canvas.arc([(x - 1.25) * unit, (y - 1.25) * unit, (x + 1.25) * unit, (y + 1.25) * unit], 0, 360,
                       fill=darker(colour, 0.15), width=round(s))  # fmt: skip
        canvas.ellipse([2.1 * unit, 2.1 * unit, 3.9 * unit, 3.9 * unit], fill=(246, 240, 220))

    return drawn(size, size, draw, anchor=(size / 2, size / 2))


def plant_x(stage: Stage) -> float:
    return stage.x + 30


def gardener(stage: Stage, time: float) -> RGB:
    """Somebody beside a plant on a table, in the open."""
    frame = stage.outside()
    pose = blend(STANDING, CLAPPING_OPEN, stage.gesture(time))
    cast(frame, stage.x - 64, FLOOR, 56)
    paste(
        frame, figure(plain(stage.look), pose, round(148 * stage.size), facing="front-right"), stage.x - 64, FLOOR + 1
    )
    table(frame, stage.wood, plant_x(stage), width=96, height=40)
    cast(frame, plant_x(stage), POT_TOP, 52)
    return frame


def plant(
    frame: RGB, stage: Stage, *, stem: float, size: int = 40, lift: float = 0.0, colour: Colour | None = None,
    opacity: float = 1.0,
) -> None:  # fmt: skip
    x, rim = plant_x(stage), POT_TOP - 38 - lift
    if stem > 2:
        top = int(rim - stem)
        frame[max(0, top) : int(rim) + 4, int(x) - 1 : int(x) + 2] = STEM
        if size > 8:
            paste(frame, bloom(stage.warm_colour(), size), x, top)
            if colour:
                paste(frame, bloom(colour, size), x, top, opacity=opacity)
    paste(frame, pot(stage.cool_colour()), x, POT_TOP + 1 - lift)


def plant_shoots_up(stage: Stage, time: float) -> RGB:
    frame = gardener(stage, time)
    plant(frame, stage, stem=24 + 78 * stage.done(time))
    return frame


def plant_recolours(stage: Stage, time: float) -> RGB:
    frame = gardener(stage, time)
    plant(frame, stage, stem=24, colour=stage.cool_colour(), opacity=stage.done(time))
    return frame


def plant_hovers(stage: Stage, time: float) -> RGB:
    frame = gardener(stage, time)
    plant(frame, stage, stem=24, lift=64 * stage.done(time))
    return frame


def plant_hides(stage: Stage, time: float) -> RGB:
    frame, done = gardener(stage, time), stage.done(time)
    plant(frame, stage, stem=24 * (1.0 - done), size=round(40 * (1.0 - ease(span(done, 0.2, 1.0)))))
    return frame


def flower_swells(stage: Stage, time: float) -> RGB:
    frame, done = gardener(stage, time), stage.done(time)
    plant(frame, stage, stem=24 + 18 * done, size=round(40 + 44 * done))
    return frame
