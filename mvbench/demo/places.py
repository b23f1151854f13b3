"""Clips that go somewhere: scene transition, egocentric navigation."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from random import Random

from mvbench.demo.canvas import COLOURS, FLOOR, INK, MIDDLE, WIDTH, Canvas, Colour, dark, light
from mvbench.demo.film import Draft, Film
from mvbench.demo.props import ramp

SKY: Colour = (150, 200, 236)
NIGHT: Colour = (24, 28, 60)


def stars(canvas: Canvas) -> None:
    for number in range(26):
        canvas.oval(number * 53 % WIDTH, number * 37 % 96, 1 + number % 2 * 0.6, (240, 240, 220))


def forest(canvas: Canvas) -> None:
    canvas.box(0, 0, WIDTH, 100, SKY)
    canvas.box(0, 92, WIDTH, FLOOR, light(COLOURS["green"], 0.2))
    for x, foot in ((20, 96), (54, 108), (90, 98), (126, 112), (160, 100), (186, 110)):
        canvas.box(x - 3, foot - 14, x + 3, foot, COLOURS["brown"])
        for tier in range(3):
            top = foot - 62 + 16 * tier
            canvas.polygon(
                [(x, top), (x + 11 + 3 * tier, top + 24), (x - 11 - 3 * tier, top + 24)], dark(COLOURS["green"], 0.3)
            )


def beach(canvas: Canvas) -> None:
    canvas.box(0, 0, WIDTH, 62, SKY)
    canvas.oval(136, 26, 13, (255, 226, 110))
    canvas.box(0, 60, WIDTH, 96, COLOURS["blue"])
    for x in range(-10, WIDTH, 26):
        canvas.oval(x + 13, 97, 15, (236, 244, 250), height=5)
    canvas.box(0, 98, WIDTH, FLOOR, (238, 214, 160))


def city(canvas: Canvas) -> None:
    canvas.box(0, 0, WIDTH, FLOOR, NIGHT)
    stars(canvas)
    for number, x in enumerate(range(0, WIDTH, 24)):
        top = 30 + number * 29 % 48
        canvas.box(x, top, x + 22, FLOOR, (58, 62, 84))
        for window in range(10):
            left, upper = x + 4 + window % 2 * 9, top + 6 + window // 2 * 14
            if (number + window) % 3 and upper < FLOOR - 10:
                canvas.box(left, upper, left + 5, upper + 6, (250, 220, 120))


def desert(canvas: Canvas) -> None:
    canvas.box(0, 0, WIDTH, 90, (248, 212, 160))
    canvas.oval(60, 30, 15, (250, 170, 80))
    canvas.oval(40, 130, 110, (226, 176, 102), height=48)
    canvas.oval(170, 138, 110, (210, 156, 84), height=48)
    canvas.box(0, 122, WIDTH, FLOOR, (210, 156, 84))
    canvas.line([(126, 116), (126, 62)], COLOURS["green"], width=8)
    canvas.line([(126, 94), (142, 94), (142, 74)], COLOURS["green"], width=6)
    canvas.line([(126, 86), (112, 86), (112, 70)], COLOURS["green"], width=6)


def mountains(canvas: Canvas) -> None:
    canvas.box(0, 0, WIDTH, FLOOR, (196, 218, 236))
    for x, top in ((40, 46), (146, 52), (92, 22)):
        canvas.polygon([(x, top), (x + 74, FLOOR), (x - 74, FLOOR)], (112, 122, 142))
        canvas.polygon(
            [(x, top), (x + 22, top + 33), (x + 7, top + 26), (x - 6, top + 36), (x - 21, top + 32)], (250, 250, 252)
        )


def ocean_floor(canvas: Canvas) -> None:
    canvas.box(0, 0, WIDTH, FLOOR, (32, 104, 160))
    canvas.box(0, 112, WIDTH, FLOOR, (196, 180, 130))
    for x, y, hue in ((60, 40, "orange"), (122, 66, "yellow"), (84, 88, "red")):
        canvas.oval(x, y, 11, COLOURS[hue], height=6)
        canvas.polygon([(x + 8, y), (x + 19, y - 7), (x + 19, y + 7)], COLOURS[hue])
        canvas.oval(x - 6, y - 1, 1.4, INK)
    for x in (40, 108, 150):
        canvas.line([(x, 114), (x - 5, 100), (x + 4, 88), (x - 3, 74)], COLOURS["green"], width=4)


def kitchen(canvas: Canvas) -> None:
    canvas.box(0, 0, WIDTH, FLOOR, (246, 232, 206))
    canvas.box(0, 78, WIDTH, FLOOR, (150, 108, 74))
    canvas.box(0, 72, WIDTH, 80, (226, 226, 226))
    canvas.box(36, 84, 84, 128, (70, 74, 80))
    canvas.box(42, 96, 78, 122, (240, 160, 70))
    canvas.box(104, 16, 154, 56, (150, 200, 236))
    canvas.line([(104, 16), (154, 16), (154, 56), (104, 56), (104, 14)], (250, 250, 250), width=3)
    canvas.line([(129, 16), (129, 56)], (250, 250, 250), width=2)
    canvas.box(46, 52, 70, 72, COLOURS["red"])
    canvas.line([(70, 58), (84, 54)], COLOURS["red"], width=4)


def moon(canvas: Canvas) -> None:
    canvas.box(0, 0, WIDTH, FLOOR, (10, 10, 18))
    stars(canvas)
    canvas.oval(132, 36, 18, COLOURS["blue"])
    canvas.oval(128, 32, 8, COLOURS["green"], height=6)
    canvas.oval(MIDDLE, 168, 150, (170, 170, 172), height=80)
    for x, y in ((52, 116), (92, 104), (130, 120)):
        canvas.oval(x, y, 12, (132, 132, 136), height=4)


PLACES: dict[str, Callable[[Canvas], None]] = {
    "forest": forest, "beach": beach, "city at night": city, "desert": desert,
    "mountains": mountains, "sea floor": ocean_floor, "kitchen": kitchen, "moon": moon,
}  # fmt: skip


def journey(first: str, second: str) -> Callable[[Canvas, float], None]:
    """One place slides away and the other follows."""

    def paint(canvas: Canvas, now: float) -> None:
        PLACES[first](canvas)
        if share := ramp(now, 1.2, 1.7):
            other = Canvas()
            PLACES[second](other)
            canvas.shift(-share * WIDTH, other)

    return paint


def transition_drafts(rng: Random) -> Iterator[tuple[str, Draft]]:
    names = list(PLACES)
    for number, first in enumerate(names):
        second, third, fourth = rng.sample([name for name in names if name != first], 3)
        film = Film(f"Top{number + 1:03d}_{4700 + 31 * number:05d}.mp4", 3.0, journey(first, second))
        pairs = [(first, second), (second, first), (first, third), (fourth, second)]
        right, *others = (f"From the {start} to the {end}." for start, end in pairs)
        question = rng.choice(("Where does the video begin and where does it end?", "How does the scene change?"))
        yield "scene_transition", Draft(film, question, right, tuple(others))


# A corridor with coloured arches. Depth 1 is where the viewer stands; an arch at depth d is drawn d times smaller.

STEPS = {
    "turn left at the {} arch": "Turn left and move forward",
    "turn right at the {} arch": "Turn right and move forward",
    "go through the {} arch": "Move forward",
    "stop in front of the {} arch": "Stop",
}
WALK_SECONDS, TURN_SECONDS = 1.6, 0.7
HORIZON = 62


def corridor(canvas: Canvas, hue: str, depth: float, walked: float) -> None:
    """A straight corridor with one arch `depth` ahead."""
    walls, half = light(COLOURS["gray"], 0.55), (96, 68)
    canvas.box(0, 0, WIDTH, FLOOR, walls)
    canvas.polygon(
        [(0, FLOOR), (WIDTH, FLOOR), (MIDDLE + 8, HORIZON + 6), (MIDDLE - 8, HORIZON + 6)],
        light(COLOURS["brown"], 0.35),
    )
    canvas.polygon(
        [(0, -6), (WIDTH, -6), (MIDDLE + 8, HORIZON - 6), (MIDDLE - 8, HORIZON - 6)], light(COLOURS["gray"], 0.85)
    )
    canvas.box(MIDDLE - 8, HORIZON - 6, MIDDLE + 8, HORIZON + 6, dark(walls, 0.5))
    for number in range(10):
        away = 1 + (number - walked * 3) % 10
        tile = half[0] / away, half[1] / away
        canvas.line(
            [(MIDDLE - tile[0], HORIZON + tile[1]), (MIDDLE + tile[0], HORIZON + tile[1])],
            dark(COLOURS["brown"], 0.1),
            width=1.5,
        )
    wide, tall = half[0] * 0.8 / depth, half[1] / depth
    frame = [
        (MIDDLE - wide, HORIZON + tall),
        (MIDDLE - wide, HORIZON - tall * 0.85),
        (MIDDLE + wide, HORIZON - tall * 0.85),
        (MIDDLE + wide, HORIZON + tall),
    ]
    canvas.line(frame, COLOURS[hue], width=max(2.0, 16 / depth))


def walk(hues: tuple[str, ...], steps: tuple[str, ...]) -> Callable[[Canvas, float], None]:
    """Towards every arch in turn, doing at each what its step says; the last step is not done any more."""

    def paint(canvas: Canvas, now: float) -> None:
        leg, since = 0, now
        while leg < len(steps) - 1 and since >= WALK_SECONDS + TURN_SECONDS:
            leg, since = leg + 1, since - WALK_SECONDS - TURN_SECONDS
        near = ramp(since, 0, WALK_SECONDS)
        turning = 0.0 if leg == len(steps) - 1 else min(1.0, max(0.0, (since - WALK_SECONDS) / TURN_SECONDS))
        depth = 7 / (1 + 4 * near) - (turning if steps[leg].startswith("go") else 0.0)
        corridor(canvas, hues[leg], max(0.4, depth), near)
        if turning and not steps[leg].startswith("go"):
            other = Canvas()
            corridor(other, hues[leg + 1], 7, 0)
            side = 1 if "left" in steps[leg] else -1
            canvas.shift(side * WIDTH * turning, other)

    return paint


def navigation_drafts(rng: Random) -> Iterator[tuple[str, Draft]]:
    texts = list(STEPS)
    for number in range(8):
        hues = tuple(rng.sample(("red", "blue", "green", "orange", "purple"), 3))
        last = texts[number % 4]
        legs = 1 + (number + number // 4) % 2
        before = tuple(rng.choices(texts[:3], k=legs))
        coming = rng.choices(texts[:3], k=2 - legs) if last != texts[3] else []
        steps = (*before, last)
        told = ", ".join(text.format(hue) for text, hue in zip((*steps, *coming), hues, strict=False))
        seconds = WALK_SECONDS * len(steps) + TURN_SECONDS * legs + 0.4
        film = Film(f"demo/{9000 + number}_frame{math.floor(seconds * 8)}.mp4", seconds, walk(hues, steps))
        others = tuple(action for action in STEPS.values() if action != STEPS[last])
        question = f'An agent was told: "{told[0].upper()}{told[1:]}." Which action must come next?'
        yield "egocentric_navigation", Draft(film, question, STEPS[last], others)
