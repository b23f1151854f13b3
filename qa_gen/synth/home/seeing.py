"""Frames as a model gets them -> which things are away from their place in which frame, by their hues alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qa_gen.synth.home.colours import HUES
from qa_gen.synth.home.deeds import THINGS, Thing
from qa_gen.synth.home.stage import FIGURE
from qa_gen.synth.seeing import Hues, Mask, Track, hues_of
from qa_gen.synth.world import RGB

LEAST_CHROMA, LEAST_SATURATION = 70, 0.45
ORANGE_CHROMA, ORANGE_SATURATION = 110, 0.62
"""Skin and wood are orange too, only paler."""

LARGEST_SHIFT = 12.0
"""Degrees between a pixel's hue and that of its thing."""

AROUND = 3
"""Pixels by which the place of a thing is widened."""

LEAST_AWAY, LEAST_PART = 45, 0.36
"""Pixels away from the place from which on a thing counts as away, and the same as a part of its size at home."""

WHOLE, SAME_PLACE = 0.5, 9.0
"""Part of its usual area from which on a thing counts as unhidden, and pixels by which it may seem to have moved."""

TALL, WIDE = 44, 22
"""How far from its middle, in pixels, a thing can reach: spots of its hue on other things are no part of it."""

THIN = 0.15
"""Part of the tallest column of a thing up to which columns are no part of it: a stripe on another thing beside it."""

OFTEN = 0.2
"""Part of the frames with the thing at home in which a pixel must show it to be of its place."""

FEET = 195.0
"""Row where the person stands."""

SCALE = 224 / 240 * 1.06
"""Pixels for one of the plan, as the usual camera sees it. Others make all 8 % smaller or larger."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing in the frames. `away` is 0 where it is at home, and the larger the more of it is elsewhere.

    `top` is how high the part that is away reaches, in pixels from the upper border, `height` how high its middle is
    above the ground, in heights of the person, `width` how wide it is, in widths of the thing, both as the usual camera
    sees them; all are nan where it is at home. What stands at the wall is infinitely wide while it is open.
    """

    away: Track
    top: Track
    height: Track
    width: Track

    @property
    def frames(self) -> npt.NDArray[np.intp]:
        """Indices of the frames in which it is away."""
        return np.flatnonzero(self.away > 0)


def things_in(frames: RGB, names: Sequence[str]) -> list[Seen]:
    """Each of the things, which must be of different hues; frames are uint8 `(T, 224, 224, 3)`."""
    hues = hues_of(frames)
    return [seen(coloured(hues, THINGS[name].hue), THINGS[name]) for name in names]


def coloured(hues: Hues, name: str) -> Mask:
    """Where a thing of the hue of this name is."""
    chroma, share = (ORANGE_CHROMA, ORANGE_SATURATION) if name == "orange" else (LEAST_CHROMA, LEAST_SATURATION)
    return np.asarray(hues.strong(chroma=chroma, share=share) & hues.near(HUES[name], LARGEST_SHIFT))


def seen(mask: Mask, thing: Thing) -> Seen:
    """What stands at the wall shows its colour only in use; the others have a place where they can be seen."""
    housed = thing.places != ("wall",)
    home = home_of(mask) if housed else np.zeros(mask.shape[1:], np.bool_)
    elsewhere = mask & ~widened(home)
    area = elsewhere.sum(axis=(1, 2))
    is_away = area >= max(LEAST_AWAY, LEAST_PART * home.sum())
    rows, columns = elsewhere.sum(axis=2), elsewhere.sum(axis=1)
    beside = np.abs(np.arange(mask.shape[2]) - medians(columns)[:, None]) <= thing.width * SCALE
    thick = columns > THIN * columns.max(axis=1, keepdims=True)
    width = (thick & beside).sum(axis=1) / (thing.width * SCALE)
    return Seen(
        away=np.where(is_away, area, 0).astype(np.float64),
        top=np.where(is_away & (rows >= 2).any(axis=1), (rows >= 2).argmax(axis=1), np.nan),
        height=np.where(is_away, (FEET - medians(rows)) / (FIGURE * SCALE), np.nan),
        width=np.where(is_away, width if housed else np.inf, np.nan),
    )


def home_of(mask: Mask) -> npt.NDArray[np.bool_]:
    """Where the thing is in the frames that show it farthest from the middle: people carry things inwards.

    In some frames the person stands before it, so the place where it is most often would not do.
    """
    area = mask.sum(axis=(1, 2))
    aside = np.abs(medians(mask.sum(axis=1)) - mask.shape[2] / 2)
    distance = np.where(area >= WHOLE * max(np.median(area), 1), aside, 0.0)
    often = mask[distance >= distance.max() - SAME_PLACE].mean(axis=0) >= OFTEN
    rows, columns = np.nonzero(often)
    if not len(rows):
        return np.asarray(often)
    near = np.zeros_like(often)
    top, left = (max(0, int(np.median(places)) - reach) for places, reach in ((rows, TALL), (columns, WIDE)))
    near[top : int(np.median(rows)) + TALL + 1, left : int(np.median(columns)) + WIDE + 1] = True
    return np.asarray(often & near)


def medians(counts: npt.NDArray[np.int_]) -> npt.NDArray[np.intp]:
    """Where half of the pixels of each row `(T, places)` have been counted."""
    return np.asarray((counts.cumsum(axis=1) * 2 >= counts.sum(axis=1, keepdims=True)).argmax(axis=1))


def widened(mask: Mask) -> Mask:
    """The mask and all pixels up to AROUND from it, along rows and columns."""
    wide = mask.copy()
    for axis in (0, 1):
        for _ in range(AROUND):
            before, after = np.roll(wide, 1, axis=axis), np.roll(wide, -1, axis=axis)
            wide = wide | before | after
    return wide
