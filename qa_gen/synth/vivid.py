"""Where the strong colours are in frames: what the pixel oracles of the worlds of short clips see with.

Things that matter wear a warm or a cool colour; grounds are muted, skin and wood lie in the hues between.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qa_gen.synth.seeing import Mask, Track, hues_of
from qa_gen.synth.world import RGB

WARM = ("red", "pink", "yellow")
COOL = ("green", "cyan", "blue", "purple")
STRONG = WARM + COOL
"""Keys of the palette. Orange and brown are left out: they are the colours of hands and tables."""

LEAST_CHROMA = 62
"""Largest minus smallest channel, above which a pixel counts as strongly coloured."""

LEAST_PART = 0.36
"""The same as a part of the largest channel: pale colours do not count however bright they are."""

SKIN_HUES = (9.0, 41.0)
"""Degrees, counted from red towards yellow."""


@dataclass(frozen=True, slots=True)
class Spots:
    """What a mask `(T, height, width)` holds in each frame, in pixels. Where it holds nothing all but `area` is nan."""

    area: Track
    x: Track
    y: Track
    left: Track
    right: Track
    top: Track
    bottom: Track

    @property
    def width(self) -> Track:
        return self.right - self.left

    @property
    def height(self) -> Track:
        return self.bottom - self.top


def warm(frames: RGB) -> Mask:
    """`(T, height, width)`: reds, pinks and yellows."""
    hues = hues_of(frames)
    skin = (hues.degrees > SKIN_HUES[0]) & (hues.degrees < SKIN_HUES[1])
    return np.asarray(hues.strong(chroma=LEAST_CHROMA, share=LEAST_PART) & hues.near(0.0, 60.0 + 1e-4) & ~skin)


def cool(frames: RGB) -> Mask:
    """`(T, height, width)`: greens, cyans, blues and purples."""
    hues = hues_of(frames)
    return np.asarray(hues.strong(chroma=LEAST_CHROMA, share=LEAST_PART) & ~hues.near(0.0, 60.0 + 1e-4))


def strong(frames: RGB) -> Mask:
    return np.asarray(warm(frames) | cool(frames))


def spots(mask: Mask, *, at_least: int = 12) -> Spots:
    """The mask measured frame by frame; fewer pixels than `at_least` are nothing. Borders leave out stray pixels."""
    columns, rows = mask.sum(axis=1), mask.sum(axis=2)  # (T, width), (T, height)
    area = columns.sum(axis=1)
    there = area >= at_least
    left, right, x = borders(columns, area, there)
    top, bottom, y = borders(rows, area, there)
    return Spots(np.where(there, area, 0).astype(np.float64), x, y, left, right, top, bottom)


def borders(
    counts: npt.NDArray[np.int64], area: npt.NDArray[np.int64], there: npt.NDArray[np.bool_]
) -> tuple[Track, Track, Track]:
    """First and last place between which all but a hundredth at each end lies, and the mean place."""
    share = np.cumsum(counts, axis=1) / np.maximum(area, 1)[:, None]
    first, last = (share > 0.01).argmax(axis=1), (share >= 0.99).argmax(axis=1)
    mean = (counts * np.arange(counts.shape[1])).sum(axis=1) / np.maximum(area, 1)
    return tuple(np.where(there, values, np.nan) for values in (first, last + 1, mean))  # type: ignore[return-value]


def trend(values: Track) -> float:
    """How much the values grow from the first frame to the last along their straight line; nan frames do not count.

    >>> trend(np.array([1.0, 2.0, np.nan, 4.0]))
    3.0
    """
    known = np.isfinite(values)
    if known.sum() < 2:
        return 0.0
    times = np.linspace(-0.5, 0.5, values.size)[known]
    times = times - times.mean()
    return round(float((times * values[known]).sum() / (times**2).sum()), 9)


def share_of_first(track: Track) -> Track:
    """The values as parts of their largest, 0 to 1; all 0 stays so."""
    return track / max(float(np.nanmax(track)), 1.0)


Measure = Callable[[Spots], Track]
