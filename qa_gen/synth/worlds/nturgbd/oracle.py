"""The pixel oracle: which of two things moves, and which way -> which of four actions it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from qa_gen.synth.drawing.colours import PALETTE
from qa_gen.synth.seeing import Mask, hue_of, hues_of
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.nturgbd import gear
from qa_gen.synth.worlds.nturgbd.actions import PAIRS

LEAST_CHROMA, LEAST_SATURATION = 56, 0.42
HUE_REACH = 14.0
"""Degrees around a thing's hue that are still its colour."""

LEAST_AREA = 10
SEAT_ROWS = 14.0
"""A top goes up or down by more rows than this only when its wearer sits down or stands up."""


class Track(NamedTuple):
    """How much of a colour there is in each frame, its mean row and column, and where it begins; each `(T,)`."""

    area: npt.NDArray[np.float64]
    row: npt.NDArray[np.float64]
    column: npt.NDArray[np.float64]
    top: npt.NDArray[np.float64]


def look(task: str, frames: RGB, question: str, choices: Sequence[str]) -> int:
    """Finds the pair of actions by what moves, and the one of the two by the direction."""
    kinds = [kind for kind, pair in PAIRS.items() if pair.first.words in choices]
    kind, forwards = seen(frames, kinds)
    pair = PAIRS[kind]
    return list(choices).index((pair.first if forwards else pair.second).words)


def seen(frames: RGB, kinds: Sequence[str]) -> tuple[str, bool]:
    """The pair that is shown, one of `kinds`, and whether it goes the way of its first class."""
    hues = hues_of(frames)
    strong = hues.strong(chroma=LEAST_CHROMA, share=LEAST_SATURATION)
    if "seat" in kinds:
        tops = np.logical_or.reduce([hues.near(hue_of(PALETTE[top]), HUE_REACH) for top in gear.TOPS]) & strong
        down = change(track(tops).row)
        if abs(down) > SEAT_ROWS:
            return "seat", down > 0
    things = {kind: PAIRS[kind].thing for kind in kinds}
    tracks = {
        kind: track(hues.near(hue_of(gear.COLOURS[thing]), HUE_REACH) & strong)
        for kind, thing in things.items()
        if thing is not None
    }
    kind = max(tracks, key=lambda kind: movement(tracks[kind]))
    return kind, first_class(kind, tracks[kind])


def first_class(kind: str, told: Track) -> bool:
    """Put on, or put inside: what is worn ends higher than it began, what is put away cannot be seen any more."""
    if kind == "inside":
        return change(told.area) < 0
    return change(told.top if kind == "bag" else told.row) < 0


def movement(told: Track) -> float:
    """Pixels that a colour moved, be it that it vanished."""
    if not (told.area >= LEAST_AREA).any():
        return 0.0
    gone = 1.0 - told.area.min() / told.area.max()
    return float(
        max(np.nanmax(told.row) - np.nanmin(told.row), np.nanmax(told.column) - np.nanmin(told.column), 30 * gone)
    )


def change(values: npt.NDArray[np.float64]) -> float:
    """From the first frames to the last ones."""
    known = values[np.isfinite(values)]
    part = max(1, len(known) // 8)
    return float(known[-part:].mean() - known[:part].mean()) if known.size else 0.0


def track(mask: Mask) -> Track:
    """Of a mask `(T, height, width)`. Where there is too little of it all but the area is nan."""
    counts, columns = mask.sum(axis=2), mask.sum(axis=1)
    area = counts.sum(axis=1).astype(np.float64)
    whole = np.where(area >= LEAST_AREA, area, np.nan)
    row = (counts * np.arange(counts.shape[1])).sum(axis=1) / whole
    column = (columns * np.arange(columns.shape[1])).sum(axis=1) / whole
    top = np.where(np.isnan(whole), np.nan, (np.cumsum(counts, axis=1) > 0.03 * area[:, None]).argmax(axis=1))
    return Track(area, row, column, top)
