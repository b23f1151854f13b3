"""Colours in frames, and where they are: what the pixel oracles of the worlds see with.

Frames are uint8 `(T, height, width, 3)`. Each world knows its own colours and how strong they are.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from qa_gen.synth.drawing.colours import Colour
from qa_gen.synth.world import RGB

Mask = npt.NDArray[np.bool_]
"""`(T, height, width)`."""

Track = npt.NDArray[np.float64]
"""One value for each frame, `(T,)`."""


class Hues(NamedTuple):
    """Of each pixel: degrees of the colour circle from 0, red, to 360; largest minus smallest channel; the largest."""

    degrees: npt.NDArray[np.float32]
    chroma: npt.NDArray[np.int16]
    largest: npt.NDArray[np.int16]

    def strong(self, *, chroma: float = 0.0, share: float = 0.0) -> Mask:
        """Where there is more chroma than this, and more than this share of the largest channel."""
        return np.asarray((self.chroma > chroma) & (self.chroma > share * self.largest))

    def near(self, degrees: float, reach: float) -> Mask:
        """Where the hue is less than `reach` degrees away, around the circle.

        >>> hues_of(np.array([[[[255, 0, 20], [0, 0, 255]]]], np.uint8)).near(0.0, 14.0).tolist()
        [[[True, False]]]
        """
        return np.asarray(np.abs((self.degrees - degrees + 180.0) % 360.0 - 180.0) < reach)


def hues_of(frames: RGB) -> Hues:
    red, green, blue = (frames[..., channel].astype(np.int16) for channel in range(3))
    largest = np.maximum(np.maximum(red, green), blue)  # several times as fast as `max` over the last axis
    chroma = largest - np.minimum(np.minimum(red, green), blue)
    safe = np.maximum(chroma, 1).astype(np.float32)
    degrees = np.select(
        [largest == red, largest == green],
        [(green - blue) / safe, 2 + (blue - red) / safe],
        4 + (red - green) / safe,
    )
    return Hues((60 * degrees).astype(np.float32) % 360, chroma, largest)


def hue_of(colour: Colour) -> float:
    return float(hues_of(np.array(colour, np.uint8)[None, None, None]).degrees.item())


def centres(mask: Mask, *, at_least: int = 1) -> npt.NDArray[np.float64]:
    """Mean column and row in each frame, `(T, 2)`; nan where there are fewer pixels than `at_least`."""
    columns, rows = mask.sum(axis=1), mask.sum(axis=2)
    area = columns.sum(axis=1).astype(np.float64)
    area[area < at_least] = np.nan
    return np.stack([(columns * np.arange(mask.shape[2])).sum(axis=1) / area,
                     (rows * np.arange(mask.shape[1])).sum(axis=1) / area], axis=1)  # fmt: skip


def slots_of(num_frames: int, slots: int) -> npt.NDArray[np.intp]:
    """In which of so many equal parts each of the evenly sampled frames lies.

    >>> slots_of(16, 4).tolist()
    [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]
    """
    return (2 * np.arange(num_frames) + 1) * slots // (2 * num_frames)
