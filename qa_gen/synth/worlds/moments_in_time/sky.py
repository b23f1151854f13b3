"""Things that rise, fall, sink and take off. Each draws a state: how far its first and its second motion have come."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from PIL import ImageDraw

from qa_gen.synth.drawing.colours import Colour, darker, lighter
from qa_gen.synth.drawing.sprites import Sprite, drawn, paste, shadow, side_lit
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.moments_in_time.stage import SIZE, STEPS, Stage, ellipse, polygon, rectangle


def balloon(stage: Stage, inflated: float, risen: float) -> RGB:
    """A balloon with a basket: it inflates, or it rises."""
    frame = stage.outside()
    low = 232.0
    y = low - 92 * risen
    paste(frame, shadow(60, 14), stage.x, low, opacity=1.0 - 0.7 * risen)
    paste(
        frame, envelope(stage.warm_colour(), stage.cool_colour(), stage.size, round(inflated * STEPS)), stage.x, y - 30
    )
    paste(frame, basket(), stage.x, y)
    return frame


@lru_cache(maxsize=60)
def envelope(colour: Colour, stripe: Colour, size: float, step: int) -> Sprite:
    """Anchored where the ropes meet, at the bottom."""
    full = step / STEPS
    half, high = size * (17 + 29 * full), size * (38 + 54 * full)
    middle = 52 * size

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        bottom = 96 * size
        polygon(canvas, s, ((middle - half * 0.86, bottom - high * 0.4), (middle + half * 0.86, bottom - high * 0.4),
                            (middle + 9, bottom), (middle - 9, bottom)), colour)  # fmt: skip
        for part, fill in ((1.0, colour), (0.66, stripe), (0.3, lighter(colour, 0.15))):
            ellipse(canvas, s, middle - half * part, bottom - high, middle + half * part, bottom - high * 0.16, fill)
        polygon(canvas, s, ((middle - half * 0.3, bottom - high * 0.36), (middle + half * 0.3, bottom - high * 0.36),
                            (middle + 3, bottom), (middle - 3, bottom)), lighter(colour, 0.15))  # fmt: skip

    return side_lit(drawn(104 * size, 96 * size, draw, anchor=(middle, 96 * size)), 0.35)


@lru_cache(maxsize=1)
def basket() -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        for x in (3, 25):
            canvas.line([x * s, 16 * s, 14 * s, 0], fill=(80, 70, 62), width=round(1.6 * s))
        rectangle(canvas, s, 2, 15, 26, 34, (140, 112, 84))
        rectangle(canvas, s, 2, 15, 26, 19, (104, 82, 62))
        for x in (8, 14, 20):
            rectangle(canvas, s, x, 19, x + 1.5, 34, (114, 90, 68))

    return drawn(28, 34, draw, anchor=(14, 34))


def umbrella(stage: Stage, opened: float, risen: float) -> RGB:
    """An umbrella that opens, or goes up in the wind."""
    frame = stage.outside()
    y = 226 - 88 * risen
    paste(frame, shadow(70, 14), stage.x, 236, opacity=1.0 - 0.7 * risen)
    step = round(opened * STEPS)
    paste(frame, canopy(stage.warm_colour(), stage.cool_colour(), stage.size, step), stage.x, y)
    return frame


@lru_cache(maxsize=60)
def canopy(colour: Colour, handle: Colour, size: float, step: int) -> Sprite:
    """Anchored at the end of the handle."""
    wide = step / STEPS
    half, hang = size * (8 + 54 * wide), size * (62 - 26 * wide)
    middle, top, bottom = 66 * size, 4 * size, 124 * size

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        canvas.line([middle * s, 0, middle * s, (bottom - 10) * s], fill=(110, 112, 118), width=round(3 * s))
        grip = bottom - 34 * size
        rectangle(canvas, s, middle - 3, grip, middle + 3.5, bottom - 6, handle)
        canvas.arc([(middle - 3) * s, (bottom - 15) * s, (middle + 14) * s, bottom * s], 0, 180, fill=handle,
                   width=round(6 * s))  # fmt: skip
        ribs = [middle + half * part for part in (-1.0, -0.36, 0.36, 1.0)]
        rim = [top + hang * low for low in (1.0, 0.94, 0.94, 1.0)]
        for part in range(3):
            (start_x, start_y), (end_x, end_y) = (ribs[part], rim[part]), (ribs[part + 1], rim[part + 1])
            curve = [(start_x, start_y)]
            for at in range(1, 9):
                share = at / 8
                sag = 8 * wide * math.sin(math.pi * share)
                curve.append((start_x + (end_x - start_x) * share, start_y + (end_y - start_y) * share - sag))
            bulge = [(middle + (x - middle) * 0.72, top + (y - top) * 0.36) for x, y in (curve[-1], curve[0])]
            polygon(
                canvas, s, [*curve, bulge[0], (middle, top), bulge[1]], colour if part != 1 else lighter(colour, 0.2)
            )

    return side_lit(drawn(132 * size, 124 * size, draw, anchor=(middle, bottom)), 0.25)


def rocket(stage: Stage, launched: float, opened: float) -> RGB:
    """A rocket takes off, or opens its nose."""
    frame = stage.outside()
    y = 222 - 96 * launched
    paste(frame, pad(), stage.x, 236)
    if launched > 0:
        power = min(1.0, 4 * launched)
        for number in range(3):
            paste(
                frame, puff(round(30 + 26 * launched)), stage.x + (number - 1) * 26 * power, 226, opacity=0.55 * power
            )
        paste(frame, flame(round(18 + 26 * power)), stage.x, y - 3)
    paste(frame, hull(stage.warm_colour(), stage.cool_colour(), stage.size, round(opened * STEPS)), stage.x, y)
    return frame


@lru_cache(maxsize=60)
def hull(colour: Colour, nose: Colour, size: float, step: int) -> Sprite:
    """Anchored at the bottom centre. The two halves of the nose lean out as it opens."""
    half, high = 15 * size, 74 * size
    middle, bottom = 60 * size, 116 * size
    angle = math.radians(84 * step / STEPS)

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        shoulder = bottom - high
        for side in (-1, 1):
            polygon(canvas, s, ((middle + side * half * 0.8, bottom - 24), (middle + side * half * 2, bottom),
                                (middle + side * half * 0.8, bottom - 4)), darker(colour, 0.3))  # fmt: skip
        if step:
            rectangle(
                canvas, s, middle - half * 0.55, shoulder - 18 * size, middle + half * 0.55, shoulder, (206, 206, 200)
            )
            rectangle(canvas, s, middle - 1, shoulder - 30 * size, middle + 1, shoulder, (120, 122, 126))
        rectangle(canvas, s, middle - half, shoulder, middle + half, bottom - 3, colour)
        rectangle(canvas, s, middle + half * 0.4, shoulder, middle + half, bottom - 3, darker(colour, 0.18))
        rectangle(canvas, s, middle - half * 0.7, bottom - 4, middle + half * 0.7, bottom, (70, 72, 78))
        ellipse(canvas, s, middle - 7, shoulder + 16, middle + 7, shoulder + 30, (226, 232, 236))
        ellipse(canvas, s, middle - 5, shoulder + 18, middle + 5, shoulder + 28, (92, 104, 118))
        for side in (-1, 1):
            shell = ((0, 0), (0, -17 * size), (-half * 0.35, -33 * size), (-half, -40 * size), (-half, 0))
            turned = []
            for x, y in shell:
                turned.append((middle + side * (half + x * math.cos(angle) - y * math.sin(angle)),
                               shoulder + x * math.sin(angle) + y * math.cos(angle)))  # fmt: skip
            polygon(canvas, s, turned, nose if side < 0 else darker(nose, 0.15))

    return drawn(120 * size, 116 * size, draw, anchor=(middle, bottom))


@lru_cache(maxsize=40)
def flame(length: int) -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        for half, part, fill in ((9, 1.0, (236, 156, 84)), (6, 0.7, (250, 214, 150)), (3, 0.4, (255, 246, 226))):
            polygon(canvas, s, ((10 - half, 0), (10 + half, 0), (10, length * part)), fill)

    return drawn(20, length, draw, anchor=(10, 0))


@lru_cache(maxsize=60)
def puff(size: int) -> Sprite:
    ground = shadow(size * 2, size, 0.9)
    rgba = ground.rgba.copy()
    rgba[..., :3] = rgba[..., 3:] // 8 * 7
    return Sprite(rgba, ground.anchor)


@lru_cache(maxsize=1)
def pad() -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        polygon(canvas, s, ((14, 0), (126, 0), (140, 20), (0, 20)), (128, 128, 126))
        rectangle(canvas, s, 0, 20, 140, 26, (96, 96, 96))

    return drawn(140, 26, draw, anchor=(70, 22))


def submarine(stage: Stage, sunk: float, arrived: float) -> RGB:
    """A submarine goes under water, or comes into the picture."""
    frame = stage.outside()
    surface = 112
    sea(frame, surface, stage.variant)
    x = -80 + (stage.x + 80) * arrived
    y = surface + 14 + 78 * sunk
    paste(frame, boat(stage.warm_colour(), stage.size), x, y)
    veil(frame, surface + 6)
    return frame


WATER = (92, 122, 138)


def sea(frame: RGB, surface: int, variant: int) -> None:
    """Water from the surface down, darker with the depth, with a wavy edge."""
    depth = np.linspace(0.0, 0.34, SIZE - surface)[:, None, None]
    frame[surface:] = (np.asarray(WATER) * (1.0 - depth)).astype(np.uint8)
    columns = np.arange(SIZE)
    for row in range(4):
        crest = np.sin(columns / (9.0 + variant % 4) + variant) * 2.0 > row - 1.5
        frame[surface - row - 1, crest] = (132, 158, 170)


def veil(frame: RGB, surface: int) -> None:
    """What lies under the surface is seen through water."""
    below = frame[surface:].astype(np.uint16)
    frame[surface:] = (below * np.uint16(3) + np.asarray(WATER, np.uint16)) // np.uint16(4)


@lru_cache(maxsize=8)
def boat(colour: Colour, size: float) -> Sprite:
    """Anchored at its middle."""
    wide, high = 110 * size, 62 * size

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        middle = high * 0.66
        canvas.line([wide * 0.52 * s, 2 * s, wide * 0.52 * s, middle * s], fill=(86, 88, 94), width=round(3 * s))
        canvas.line([wide * 0.52 * s, 3 * s, wide * 0.6 * s, 3 * s], fill=(86, 88, 94), width=round(3 * s))
        rectangle(canvas, s, wide * 0.38, high * 0.22, wide * 0.58, middle, darker(colour, 0.16))
        polygon(canvas, s, ((0, high * 0.4), (wide * 0.14, middle), (0, high * 0.92)), darker(colour, 0.3))
        canvas.rounded_rectangle([wide * 0.06 * s, high * 0.38 * s, (wide - 1) * s, high * 0.94 * s], high * 0.28 * s,
                                 fill=colour)  # fmt: skip
        canvas.rounded_rectangle([wide * 0.1 * s, high * 0.43 * s, wide * 0.94 * s, high * 0.55 * s], high * 0.06 * s,
                                 fill=lighter(colour, 0.3))  # fmt: skip
        for part in (0.36, 0.54, 0.72):
            ellipse(canvas, s, wide * part, high * 0.58, wide * part + 11, high * 0.58 + 11, (74, 82, 92))
            ellipse(canvas, s, wide * part + 2, high * 0.58 + 2, wide * part + 9, high * 0.58 + 9, (206, 218, 222))

    return drawn(wide, high, draw, anchor=(wide / 2, high * 0.66))
