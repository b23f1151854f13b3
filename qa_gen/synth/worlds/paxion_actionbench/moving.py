"""Motions that take a thing from one place to another. Each draws its moment `done`, 0 to 1, into a laid table."""

from __future__ import annotations

from functools import lru_cache

from qa_gen.synth.drawing.colours import PALETTE, Colour
from qa_gen.synth.drawing.easing import ease, span, there_and_back
from qa_gen.synth.drawing.sprites import Sprite, box, paste, rotated, shadow
from qa_gen.synth.drawing.things import thing
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.paxion_actionbench.stage import Prop, Stage

BOX_COLOURS: tuple[Colour, ...] = ((176, 160, 140), (150, 152, 156), (198, 192, 182), (120, 112, 106))


def upwards(frame: RGB, stage: Stage, done: float, there: float) -> None:
    """The hand comes and goes where the thing stands, and holds it where it would fall."""
    x, ground = stage.x, stage.y + 20
    y = ground - 88 * done
    size = stage.size
    paste(frame, shadow(round(size * 0.95), round(size * 0.26)), x, ground, opacity=1.0 - 0.6 * done)
    stage.first.hang(frame, x, y, size)
    stage.hand(frame, x + size * 0.28, y - size * 0.3, there if done < 0.5 else 1.0)


def rightwards(frame: RGB, stage: Stage, done: float, there: float) -> None:
    x, y, size = stage.x - 62 + 124 * done, stage.y, stage.size
    stage.first.paste(frame, x, y, size)
    stage.hand(frame, x, y - size * 0.25, there, degrees=8)


def nearer(frame: RGB, stage: Stage, done: float, there: float) -> None:
    """Towards the camera."""
    size = stage.size * (0.55 + 0.85 * done)
    x, y = stage.x, stage.y - 50 + 80 * done
    stage.first.paste(frame, x, y, size)
    stage.hand(frame, x + size * 0.35, y - size * 0.3, there)


def together(frame: RGB, stage: Stage, done: float, there: float) -> None:
    """One thing comes close to another, which stays."""
    size = stage.size * 0.8
    x = stage.x - 76 + 74 * done
    stage.second.paste(frame, stage.x + 62, stage.y, size)
    stage.first.paste(frame, x, stage.y + 4, size)
    stage.hand(frame, x - size * 0.1, stage.y - size * 0.2, there, degrees=-14)


def both_together(frame: RGB, stage: Stage, done: float, there: float) -> None:
    size, gap = stage.size * 0.8, 84 - 50 * done
    for prop, side in ((stage.second, 1), (stage.first, -1)):
        prop.paste(frame, stage.x + side * gap, stage.y, size)
    for side in (1, -1):
        stage.hand(frame, stage.x + side * (gap + size * 0.2), stage.y - size * 0.25, there, degrees=side * 34)


def behind(frame: RGB, stage: Stage, done: float, there: float) -> None:
    """A thing goes behind a box."""
    size = stage.size * 0.82
    hidden = stage.x - 42
    x = hidden + 104 * (1.0 - done)
    stage.first.paste(frame, x, stage.y - 6, size)
    stage.hand(frame, x + size * 0.3, stage.y - size * 0.45, there, degrees=64)
    paste(frame, shadow(122, 26), hidden, stage.y + 14)
    paste(frame, box(112, 104, BOX_COLOURS[stage.variant % len(BOX_COLOURS)]), hidden, stage.y + 14)


def onto(frame: RGB, stage: Stage, done: float, there: float) -> None:
    """A thing is lifted from beside a block and put on top of it."""
    size, block = stage.size * 0.78, 58.0
    x = stage.x - 68 + 112 * ease(span(done, 0.2, 0.85))
    low, high = stage.y + 10, stage.y + 10 - block * 0.9
    y = low + (high - low) * ease(span(done, 0.0, 0.5)) - 26 * there_and_back(span(done, 0.25, 1.0))
    paste(frame, shadow(84, 24), stage.x + 44, stage.y + 12)
    paste(frame, box(74, block, PALETTE[stage.second.colour]), stage.x + 44, stage.y + 14)
    if done < 0.5:
        paste(frame, shadow(round(size), 14), stage.x - 68, low, opacity=1.0 - 1.6 * done)
    stage.first.hang(frame, x, y, size)
    stage.hand(frame, x + size * 0.2, y - size * 0.45, there)


def upright(frame: RGB, stage: Stage, done: float, there: float) -> None:
    """A thing that lies on its side is stood up."""
    size = stage.size * 1.15
    angle = 88 - 88 * done
    x, y = stage.x + 30 - 26 * done, stage.y + 14
    paste(frame, shadow(round(size * (1.1 - 0.4 * done)), round(size * 0.24)), x - size * 0.4 * (1 - done), y - 2)
    paste(frame, leaning(stage.first, round(size), round(angle / 2) * 2), x, y - size * 0.16 * (1 - done))
    tip_x, tip_y = x - size * 0.75 * (1 - done), y - size * (0.3 + 0.5 * done)
    stage.hand(frame, tip_x + 8, tip_y, there, degrees=22)


@lru_cache(maxsize=128)
def leaning(prop: Prop, size: int, degrees: int) -> Sprite:
    return rotated(thing(prop.name, size, PALETTE[prop.colour]), degrees)
