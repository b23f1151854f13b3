"""The pixel oracle: tags that come forward and colours that shine on the wall -> who acted next to the anchor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from qa_gen.synth.drawing.colours import Colour
from qa_gen.synth.seeing import Mask, hues_of
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.tvqa.cast import TAG
from qa_gen.synth.worlds.tvqa.props import SHINE
from qa_gen.synth.worlds.tvqa.stage import HEIGHT, WALL_END
from qa_gen.synth.worlds.tvqa.story import PROPS

WALL_ROWS = round(WALL_END * 224 / HEIGHT)
NEAR = 40.0
"""Distance in RGB within which a pixel has a colour, after coding. White letters on red are a pink just beyond it."""

LEAST_CHROMA = 76
"""Largest minus smallest channel."""

LEAST_CHANGE = 90.0
"""Of the three channels together, where a thing on the wall is not as it mostly is."""

ENOUGH_PIXELS = 24
LEAST_RISE = 5.0
"""Rows that a tag moves when its wearer acts."""


def look(task: str, frames: RGB, question: str, choices: Sequence[str]) -> int:
    """Follows everything that happens, and takes who acted right after (or before) what the question names."""
    relation, anchor = asked(question)
    told = happenings(frames, choices)
    if anchor not in told:
        return 0
    place = told.index(anchor) + (1 if relation == "after" else -1)
    who = told[place] if 0 <= place < len(told) else ""
    return list(choices).index(who) if who in choices else 0


def asked(question: str) -> tuple[str, str]:
    """("after" or "before", the thing on the wall) of a question."""
    anchor = next(kind for kind, phrase in PROPS.items() if phrase in question)
    return ("before" if " right before " in question else "after"), anchor


def happenings(frames: RGB, names: Sequence[str]) -> list[str]:
    """Who acts and what works, names and keys of `PROPS`, in order, each once in a row."""
    acting = actors(frames, names)
    working = shining(frames)
    told: list[str] = []
    for who, what in zip(acting, working, strict=True):
        seen = what or who
        if seen and told[-1:] != [seen]:
            told.append(seen)
    return told


def actors(frames: RGB, names: Sequence[str]) -> list[str | None]:
    """For each frame the name whose tag is furthest below its usual place, if one is."""
    below = frames[:, WALL_ROWS:]
    tags = hues_of(below).strong(chroma=LEAST_CHROMA)
    rows = np.stack([mean_row(near(below, TAG[name]) & tags) for name in names], axis=1)  # (T, names)
    down = rows - np.median(rows, axis=0)
    best = down.argmax(axis=1)
    return [names[place] if down[frame, place] >= LEAST_RISE else None for frame, place in enumerate(best)]


def mean_row(mask: Mask) -> npt.NDArray[np.float64]:
    """Of a mask `(T, height, width)`, for each frame; 0 where it is empty."""
    counts = mask.sum(axis=2)
    return np.asarray((counts * np.arange(counts.shape[1])).sum(axis=1) / np.maximum(counts.sum(axis=1), 1))


def shining(frames: RGB) -> list[str | None]:
    """For each frame the thing on the wall that changed to the colour of its work, if one did."""
    wall = frames[:, :WALL_ROWS]
    change = np.abs(wall - np.median(wall, axis=0))
    new = (change[..., 0] + change[..., 1] + change[..., 2] > LEAST_CHANGE) & hues_of(wall).strong(chroma=LEAST_CHROMA)
    kinds = list(SHINE)
    pixels = np.stack([(near(wall, SHINE[kind]) & new).sum(axis=(1, 2)) for kind in kinds], axis=1)  # (T, kinds)
    return [kinds[row.argmax()] if row.max() >= ENOUGH_PIXELS else None for row in pixels]


def near(frames: RGB, colour: Colour) -> Mask:
    """Where frames have about this colour."""
    red, green, blue = (frames[..., channel].astype(np.int32) - value for channel, value in enumerate(colour))
    return np.asarray(red**2 + green**2 + blue**2 < NEAR**2)
