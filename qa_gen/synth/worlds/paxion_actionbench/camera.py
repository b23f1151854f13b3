"""Motions of the camera over a table that lies still. Each draws its moment `done`, 0 to 1."""

from __future__ import annotations

from functools import lru_cache
from random import Random

import numpy as np
from PIL import Image

from qa_gen.synth.drawing.grounds import table
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.paxion_actionbench.stage import HEIGHT, WIDTH, Stage

MARGIN_X, MARGIN_Y = 148, 92
"""How far the camera turns, in pixels of the picture."""

FINE = 1.6
"""How much larger than a picture the still is drawn that the camera approaches."""


@lru_cache(maxsize=2)
def still(stage: Stage, width: int, height: int, x: float, y: float, size: float) -> RGB:
    """The table, larger than a picture, with a thing at (x, y)."""
    frame = table(Random(stage.ground), width, height).copy()
    for item in stage.clutter:
        item.prop.paste(frame, item.x * width / WIDTH, item.y * height / HEIGHT, item.size * size / stage.size)
    stage.first.paste(frame, x, y, size)
    return frame


def closer(stage: Stage, done: float) -> RGB:
    """The camera approaches the thing."""
    width, height = round(WIDTH * FINE), round(HEIGHT * FINE)
    x, y = stage.x * FINE, (stage.y + 6) * FINE
    picture = still(stage, width, height, x, y, stage.size * 0.9)
    part = 1.0 - 0.52 * done
    middle_y = y - stage.size * 0.4
    left = min(max(x - width * part / 2, 0.0), width * (1 - part))
    top = min(max(middle_y - height * part / 2, 0.0), height * (1 - part))
    around = (left, top, left + width * part, top + height * part)
    small = Image.fromarray(picture).resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR, box=around)
    return np.asarray(small)


def turned_right(stage: Stage, done: float) -> RGB:
    picture = still(stage, WIDTH + MARGIN_X, HEIGHT, WIDTH / 2 + MARGIN_X / 2, stage.y, stage.size)
    left = round(MARGIN_X * done)
    return picture[:, left : left + WIDTH]


def turned_up(stage: Stage, done: float) -> RGB:
    picture = still(stage, WIDTH, HEIGHT + MARGIN_Y, stage.x, HEIGHT / 2 + MARGIN_Y / 2 + stage.size * 0.5, stage.size)
    top = round(MARGIN_Y * (1.0 - done))
    return picture[top : top + HEIGHT]
