"""Motions that change a thing: opened, filled, unfolded, covered, put away. Each draws its moment `done`, 0 to 1."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType

from PIL import ImageDraw

from qa_gen.synth.drawing.colours import Colour, darker, lighter
from qa_gen.synth.drawing.easing import ease, span, there_and_back
from qa_gen.synth.drawing.sprites import Sprite, cup, drawn, paste, shadow
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.paxion_actionbench.stage import Stage

STEPS = 32
"""A thing that changes its shape is drawn in this many moments and no more, so that they can be kept."""

PAPER: Colour = (238, 234, 224)
INSIDE: Colour = (52, 46, 44)
COVERS: tuple[Colour, ...] = ((182, 176, 166), (118, 112, 110), (206, 200, 190), (148, 138, 124))

Points = tuple[tuple[float, float], ...]


def polygon(canvas: ImageDraw.ImageDraw, s: float, points: Points, fill: Colour | tuple[int, int, int, int]) -> None:
    canvas.polygon([(x * s, y * s) for x, y in points], fill=fill)


def opened(frame: RGB, stage: Stage, done: float, there: float) -> None:
    size = round(stage.size * 1.1)
    step = round(done * STEPS)
    if stage.first.name != "book":
        paste(frame, shadow(round(size * 1.5), round(size * 0.36)), stage.x, stage.y + 14)
    paste(frame, OPENED[stage.first.name](stage.colour(), size, step), stage.x, stage.y + 16)
    x, y = EDGES[stage.first.name](size, step / STEPS)
    stage.hand(frame, stage.x + x, stage.y + 16 + y, there)


def lid_edge(size: float, done: float) -> float:
    """How high the free edge of a lid stands above its hinge, negative when it lies in front of it."""
    angle = math.radians(112 * done)
    return size * (0.62 * math.sin(angle) - 0.2 * math.cos(angle))


@lru_cache(maxsize=80)
def box_opened(colour: Colour, size: int, step: int) -> Sprite:
    """A box with a hinged lid, anchored at the bottom centre."""
    wide, high, deep = size * 1.1, size * 0.52, size * 0.2
    left, bottom = size * 0.15, size * 1.5
    rim, hinge = bottom - high, bottom - high - deep
    edge = hinge - lid_edge(size, step / STEPS)
    spread = size * 0.06 * math.sin(math.pi * step / STEPS)

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        inner = ((left, rim), (left + wide, rim), (left + wide - 5, hinge), (left + 5, hinge))
        polygon(canvas, s, inner, INSIDE)
        lid = ((left + 5, hinge), (left + wide - 5, hinge), (left + wide + spread, edge), (left - spread, edge))
        front = ((left, rim), (left + wide, rim), (left + wide - 4, bottom), (left + 4, bottom))
        if edge < hinge:
            polygon(canvas, s, lid, darker(colour, 0.18))
        polygon(canvas, s, front, colour)
        polygon(canvas, s, ((left, rim), (left + wide, rim), (left + wide, rim + 5), (left, rim + 5)),
                darker(colour, 0.2))  # fmt: skip
        if edge >= hinge:
            polygon(canvas, s, lid, lighter(colour, 0.2))

    return drawn(size * 1.4, size * 1.5, draw, anchor=(size * 0.7, size * 1.5))


@lru_cache(maxsize=80)
def laptop_opened(colour: Colour, size: int, step: int) -> Sprite:
    """A laptop whose screen shows its colour, anchored at the bottom centre."""
    wide, deep = size * 1.15, size * 0.34
    left, bottom = size * 0.125, size * 1.2
    hinge = bottom - deep
    rise = math.radians(104 * step / STEPS)
    edge = hinge - size * (0.72 * math.sin(rise) - 0.3 * math.cos(rise))

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        base = ((left - 5, bottom - 5), (left + wide + 5, bottom - 5), (left + wide - 4, hinge), (left + 4, hinge))
        polygon(canvas, s, base, (176, 178, 182))
        front = ((left - 5, bottom - 5), (left + wide + 5, bottom - 5), (left + wide + 5, bottom), (left - 5, bottom))
        polygon(canvas, s, front, (120, 122, 128))
        for row in range(3):
            y, inset = hinge + (row + 0.7) * deep / 5, 12 - 2 * row
            polygon(canvas, s, ((left + inset, y), (left + wide - inset, y), (left + wide - inset, y + deep / 9),
                                (left + inset, y + deep / 9)), (84, 86, 92))  # fmt: skip
        lid = ((left + 4, hinge), (left + wide - 4, hinge), (left + wide + 2, edge), (left - 2, edge))
        polygon(canvas, s, lid, darker(colour, 0.3) if edge < hinge else colour)
        if edge < hinge - 6:
            inner = (
                (left + 9, hinge - 4),
                (left + wide - 9, hinge - 4),
                (left + wide - 4, edge + 4),
                (left + 4, edge + 4),
            )
            polygon(canvas, s, inner, lighter(colour, 0.15))

    return drawn(size * 1.4, size * 1.2, draw, anchor=(size * 0.7, size * 1.2))


@lru_cache(maxsize=80)
def book_opened(colour: Colour, size: int, step: int) -> Sprite:
    """A book seen from above, anchored at the lower end of its spine."""
    wide, high = size * 0.82, size * 1.02
    spine, bottom = size, size * 1.5
    angle = math.pi * step / STEPS
    edge, lift = spine + wide * math.cos(angle), size * 0.3 * math.sin(angle)

    def page(canvas: ImageDraw.ImageDraw, s: float, end: float, up: float, cover: Colour, paper: Colour | None) -> None:
        def part(left: float, right: float, foot: float, head: float, fill: Colour) -> None:
            """Of the page, between parts of its width and of its height."""
            sides = [(spine + (end - spine) * across, bottom - up * across) for across in (left, right)]
            (x0, y0), (x1, y1) = sides
            points = ((x0, y0 - high * foot), (x0, y0 - high * head), (x1, y1 - high * head), (x1, y1 - high * foot))
            polygon(canvas, s, points, fill)

        part(0.0, 1.0, 0.0, 1.0, cover)
        if paper:
            part(0.0, 0.93, 0.06, 0.94, paper)
        else:
            part(0.0, 0.1, 0.0, 1.0, darker(cover, 0.2))
            part(0.25, 0.85, 0.62, 0.8, lighter(cover, 0.35))
            part(0.4, 0.7, 0.16, 0.22, lighter(cover, 0.25))

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        page(canvas, s, spine + wide, 0, darker(colour, 0.25), PAPER)
        for line in range(6):
            y = bottom - high * (0.84 - 0.13 * line)
            canvas.line(
                [(spine + 12) * s, y * s, (spine + wide - 14) * s, y * s], fill=(176, 172, 166), width=round(2 * s)
            )
        page(canvas, s, edge, lift, colour, PAPER if edge < spine else None)

    return drawn(size * 2, size * 1.5, draw, anchor=(size, size * 1.5))


OPENED: Mapping[str, Callable[[Colour, int, int], Sprite]] = MappingProxyType(
    {"box": box_opened, "laptop": laptop_opened, "book": book_opened}
)
EDGES: Mapping[str, Callable[[int, float], tuple[float, float]]] = MappingProxyType(
    {
        "box": lambda size, done: (size * 0.4, -size * 0.72 - lid_edge(size, done)),
        "laptop": lambda size, done: (
            size * 0.45,
            -size * (0.34 + 0.72 * math.sin(math.radians(104 * done)) - 0.3 * math.cos(math.radians(104 * done))),
        ),
        "book": lambda size, done: (
            size * 0.78 * math.cos(math.pi * done),
            -size * (0.4 + 0.3 * math.sin(math.pi * done)),
        ),
    }
)
"""Where the hand holds what it opens, from the anchor of the sprite."""


def filled(frame: RGB, stage: Stage, done: float, there: float) -> None:
    """A glass fills through a hose that the hand holds."""
    size = round(stage.size * 1.25)
    paste(frame, shadow(round(size * 0.9), round(size * 0.25)), stage.x, stage.y + 22)
    away = 150 * (1.0 - there)
    paste(frame, hose(size), stage.x + 4 + away * 0.6, stage.y + 10 - away)
    paste(frame, glass(stage.colour(), size, round(done * STEPS)), stage.x, stage.y + 24)
    stage.hand(frame, stage.x + 10, stage.y - size * 0.95, there, degrees=74)


@lru_cache(maxsize=8)
def hose(size: int) -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        canvas.rounded_rectangle([0, 0, 9 * s, size * 1.6 * s], 4 * s, fill=(96, 98, 102))
        canvas.rectangle([2 * s, 0, 4 * s, size * 1.6 * s], fill=(150, 152, 156))

    return drawn(10, size * 1.6, draw, anchor=(5, size * 1.6))


@lru_cache(maxsize=80)
def glass(colour: Colour, size: int, step: int) -> Sprite:
    """A clear glass with that much in it, anchored at the bottom centre."""
    top, foot = size * 0.42, size * 0.31
    middle, level = size * 0.5, size * (0.98 - 0.84 * (0.06 + 0.94 * step / STEPS))

    def half(y: float) -> float:
        return foot + (top - foot) * (1.0 - y / size)

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        body = ((middle - top, 2), (middle + top, 2), (middle + foot, size - 1), (middle - foot, size - 1))
        polygon(canvas, s, body, (226, 232, 236, 70))
        wide = half(level) - 2
        polygon(canvas, s, ((middle - wide, level), (middle + wide, level), (middle + foot - 2, size * 0.97),
                            (middle - foot + 2, size * 0.97)), (*colour, 236))  # fmt: skip
        canvas.ellipse([(middle - wide) * s, (level - 4) * s, (middle + wide) * s, (level + 4) * s],
                       fill=(*lighter(colour, 0.25), 240))  # fmt: skip
        for sign in (-1, 1):
            canvas.line([(middle + sign * top) * s, 2 * s, (middle + sign * foot) * s, (size - 1) * s],
                        fill=(236, 240, 242, 220), width=round(2.2 * s))  # fmt: skip
        canvas.ellipse(
            [(middle - top) * s, 0, (middle + top) * s, 7 * s], outline=(240, 244, 246, 230), width=round(1.6 * s)
        )
        canvas.line([(middle - top * 0.62) * s, size * 0.2 * s, (middle - foot * 0.68) * s, size * 0.86 * s],
                    fill=(255, 255, 255, 120), width=round(3 * s))  # fmt: skip

    return drawn(size, size, draw, anchor=(size / 2, size))


def unfolded(frame: RGB, stage: Stage, done: float, there: float) -> None:
    """A cloth folded twice is spread out, seen from above."""
    size = round(stage.size * 1.7)
    step = round(done * 2 * STEPS)
    left, top = stage.x - size * 0.5, stage.y - size * 0.36
    paste(frame, cloth(stage.colour(), size, step), left, top - 20)
    across, down = min(1.0, max(0.0, 2 * done - 1)), min(1.0, 2 * done)
    x = size * (0.5 - 0.46 * math.cos(math.pi * across)) if done > 0.5 else size * 0.25
    y = size * 0.75 * (0.5 - 0.44 * math.cos(math.pi * down)) if done <= 0.5 else size * 0.5
    lift = 24 * there_and_back(down if done <= 0.5 else across)
    stage.hand(frame, left + x, top + y - lift * 0.6, there)


@lru_cache(maxsize=150)
def cloth(colour: Colour, size: int, step: int) -> Sprite:
    """First the lower half comes down, then the right half goes over. Anchored at its upper left, 20 pixels in."""
    down, across = min(1.0, step / STEPS), max(0.0, step / STEPS - 1.0)
    high, wide = size * 0.375, size * 0.5
    fold_y, fold_x = 20 + high, 20 + wide
    y = fold_y - high * math.cos(math.pi * down)
    x = fold_x - wide * math.cos(math.pi * across)
    lift_y, lift_x = 14 * math.sin(math.pi * down), 16 * math.sin(math.pi * across)

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        polygon(canvas, s, ((20, 20), (fold_x, 20), (fold_x, fold_y), (20, fold_y)), colour)
        below = ((20, fold_y), (fold_x, fold_y), (fold_x + lift_y / 3, y), (20 - lift_y / 3, y))
        polygon(canvas, s, below, darker(colour, 0.12) if down < 0.5 else colour)
        if across > 0:
            foot = y if down >= 1 else fold_y
            side = ((fold_x, 20), (fold_x, foot), (x, foot - lift_x), (x, 20 - lift_x))
            polygon(canvas, s, side, darker(colour, 0.14) if across < 0.5 else colour)
        canvas.line([20 * s, fold_y * s, fold_x * s, fold_y * s], fill=darker(colour, 0.22), width=round(1.5 * s))
        canvas.line([24 * s, 25 * s, (fold_x - 3) * s, 25 * s], fill=lighter(colour, 0.25), width=round(2 * s))
        for stripe in (0.12, 0.3):
            inset = 20 + wide * stripe
            canvas.line(
                [inset * s, 24 * s, inset * s, (fold_y - 2) * s], fill=lighter(colour, 0.25), width=round(2 * s)
            )

    return drawn(size + 44, size * 0.75 + 44, draw, anchor=(20, 0))


def covered(frame: RGB, stage: Stage, done: float, there: float) -> None:
    """A thing disappears under a large cup."""
    size = stage.size * 0.7
    colour = COVERS[stage.variant % len(COVERS)]
    cover = cup(round(size * 1.5), round(size * 1.5), colour)
    x = stage.x - 24 + 86 * (1.0 - ease(span(done, 0.1, 0.62)))
    low = stage.y + 18
    y = low - (size + 16) * there_and_back(done)
    stage.first.paste(frame, stage.x - 24, stage.y + 10, size)
    paste(frame, shadow(round(size * 1.5), 20), x, low - 2, opacity=0.9 - 0.5 * there_and_back(done))
    paste(frame, cover, x, y)
    stage.hand(frame, x + size * 0.3, y - size * 1.42, there)


def put_into(frame: RGB, stage: Stage, done: float, there: float) -> None:
    """A thing is lifted over the rim of a pot and let down into it."""
    size = stage.size * 0.62
    colour = COVERS[stage.variant % len(COVERS)]
    pot_x, low = stage.x + 42, stage.y + 14
    x = stage.x - 70 + 112 * ease(span(done, 0.18, 0.66))
    rim = low - size * 1.25
    up = ease(span(done, 0.0, 0.4)) - ease(span(done, 0.6, 1.0))
    y = low - (low - rim + 12) * up
    paste(frame, shadow(round(size * 2.1), 26), pot_x, low)
    paste(frame, pot_back(colour, round(size)), pot_x, low)
    if done < 0.4:
        paste(frame, shadow(round(size), 14), stage.x - 70, low, opacity=1.0 - 2 * done)
    stage.first.hang(frame, x, y, size)
    stage.hand(frame, x + size * 0.1, y - size * 0.62, there, degrees=152)
    paste(frame, pot_front(colour, round(size)), pot_x, low + 2)


@lru_cache(maxsize=8)
def pot_back(colour: Colour, size: int) -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        canvas.ellipse([0, 0, size * 1.8 * s, size * 0.5 * s], fill=darker(colour, 0.45))

    return drawn(size * 1.8, size * 1.4, draw, anchor=(size * 0.9, size * 1.4))


@lru_cache(maxsize=8)
def pot_front(colour: Colour, size: int) -> Sprite:
    wide, rim = size * 1.8, size * 0.25

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        canvas.rounded_rectangle([size * 0.1 * s, rim * s, (wide - size * 0.1) * s, size * 1.42 * s], size * 0.3 * s,
                                 fill=colour)  # fmt: skip
        canvas.rectangle([0, rim * s, wide * s, (rim + size * 0.18) * s], fill=lighter(colour, 0.18))
        canvas.rectangle([wide * 0.72 * s, (rim + size * 0.18) * s, (wide - size * 0.1) * s, size * 1.1 * s],
                         fill=darker(colour, 0.12))  # fmt: skip
        canvas.ellipse([0, 0, wide * s, rim * 2 * s], fill=(0, 0, 0, 0))

    return drawn(wide, size * 1.42, draw, anchor=(wide / 2, size * 1.42))


def stretched(frame: RGB, stage: Stage, done: float, there: float) -> None:
    size = round(stage.size)
    half = size * (0.42 + 0.62 * done)
    paste(frame, shadow(round(half * 2.1), 20), stage.x, stage.y + 16)
    paste(frame, sponge(stage.colour(), size, round(done * STEPS)), stage.x, stage.y + 18)
    for side in (1, -1):
        stage.hand(frame, stage.x + side * half, stage.y - 8, there, degrees=side * 58)


@lru_cache(maxsize=80)
def sponge(colour: Colour, size: int, step: int) -> Sprite:
    """Longer and thinner the further it is pulled; anchored at the bottom centre."""
    half, high = size * (0.42 + 0.62 * step / STEPS), size * (0.86 - 0.36 * step / STEPS)

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        middle, top = size * 1.1, size - high
        canvas.rounded_rectangle([(middle - half) * s, top * s, (middle + half) * s, size * s], size * 0.16 * s,
                                 fill=darker(colour, 0.14))  # fmt: skip
        canvas.rounded_rectangle([(middle - half) * s, top * s, (middle + half) * s, (size - high * 0.2) * s],
                                 size * 0.16 * s, fill=colour)  # fmt: skip
        for row in range(3):
            for column in range(7):
                x = middle + half * (column - 3 + 0.4 * (row % 2)) * 0.27
                y = top + high * (0.2 + 0.24 * row)
                canvas.ellipse([(x - 2.2) * s, (y - 1.6) * s, (x + 2.2) * s, (y + 1.6) * s], fill=darker(colour, 0.25))

    return drawn(size * 2.2, size, draw, anchor=(size * 1.1, size))
