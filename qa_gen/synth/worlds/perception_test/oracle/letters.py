"""Character order: find the card where it is wholly in sight, and read its letter."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image

from qa_gen.synth.drawing.sprites import card
from qa_gen.synth.seeing import slots_of
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.perception_test import letters as world
from qa_gen.synth.worlds.perception_test.letters import LETTERS, told

PAPER, INK = 226, 150
"""Least value of all channels of the card, most brightness of the letter on it."""

Shape = npt.NDArray[np.float32]
Box = tuple[int, int, int, int]


def look(frames: RGB, question: str, choices: Sequence[str]) -> int:
    asked = next(kind for kind in (world.ORDER, world.FIRST, world.LAST) if question in world.WORDINGS[kind])
    letters = shown(frames)
    return list(choices).index(answer) if letters and (answer := told(asked, letters)) in choices else 0


def shown(frames: RGB) -> str:
    """The letters in their order; what is shown in several frames counts once."""
    parts = slots_of(len(frames), world.SLOTS)
    empty = np.median(frames[~np.isin(parts, world.SHOWN)], axis=0)
    boxes = [card_box(frame, empty) for frame in frames]
    tallest = max(bottom - top for _, top, _, bottom in boxes)
    letters = ""
    for frame, (left, top, right, bottom) in zip(frames, boxes, strict=True):
        if bottom - top >= max(0.9 * tallest, 30):
            letter = read(frame[top:bottom, left:right])
            letters += letter if not letters.endswith(letter) else ""
    return letters


def card_box(frame: RGB, empty: npt.NDArray[np.float64]) -> Box:
    """Left, top, right, bottom of the paper that is not always there; all 0 where there is none."""
    paper = (frame.min(axis=2) >= PAPER) & (np.abs(frame - empty).max(axis=2) > 12)
    columns, rows = (np.flatnonzero(paper.sum(axis=axis) >= 12) for axis in (0, 1))
    if not columns.size or not rows.size:
        return 0, 0, 0, 0
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def read(picture: RGB) -> str:
    """The letter whose shape is nearest to the one on the card."""
    seen = letter_shape(picture)
    return max(LETTERS, key=lambda letter: float((seen * template(letter)).sum()))


@lru_cache(maxsize=len(LETTERS))
def template(letter: str) -> Shape:
    rgba = card(world.WIDTH, world.HEIGHT, letter, (30, 30, 30)).rgba.astype(np.int16)
    picture = np.minimum(rgba[..., :3] + (255 - rgba[..., 3:]), 255).astype(np.uint8)
    return letter_shape(picture)


def letter_shape(picture: RGB) -> Shape:
    """The ink inside the border, cut out and brought to one size, `(32, 24)`, with mean 0 and norm 1."""
    height, width = picture.shape[:2]
    inner = picture[round(0.16 * height) : round(0.84 * height), round(0.17 * width) : round(0.83 * width)]
    dark = np.clip((PAPER - inner.mean(axis=2)) / (PAPER - INK / 2), 0, 1).astype(np.float32)
    columns, rows = (np.flatnonzero((dark > 0.5).sum(axis=axis) > 0) for axis in (0, 1))
    if not columns.size:
        return np.zeros((32, 24), np.float32)
    ink = dark[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    shape = np.asarray(Image.fromarray(ink).resize((24, 32), Image.Resampling.BILINEAR), np.float32)
    shape = shape - shape.mean()
    return np.asarray(shape / max(float(np.linalg.norm(shape)), 1e-6), np.float32)
