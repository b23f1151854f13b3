"""Pixels of a frame -> which of the eight colours each has, or that it is plane.

Colours are told by hue, gray by being darker than any shadow on the plane.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from qa_gen.synth.world import RGB

Floats = npt.NDArray[np.float64]

LOWEST_HUE: Mapping[str, float] = MappingProxyType(
    {"red": -30.0, "brown": 13.0, "yellow": 39.0, "green": 80.0, "cyan": 152.0, "blue": 205.0, "purple": 254.0}
)
"""In degrees; each reaches up to the next, purple to 330."""

LEAST_COLOURFUL, LEAST_SHARE = 20, 0.28
"""Difference between the strongest and the weakest channel of what has a colour, and its share of the strongest."""

DARK = 0.66
"""Share of the plane's brightness below which something gray is a thing; shadows keep 0.7 of it."""

NUMBERS: Mapping[str, int] = MappingProxyType({colour: place + 1 for place, colour in enumerate((*LOWEST_HUE, "gray"))})
"""What a pixel is labelled with; 0 is the plane."""


def colours_of(frame: RGB, plane: Floats) -> npt.NDArray[np.uint8]:
    """The number of the colour of each pixel, 0 for the plane."""
    rgb = frame.astype(np.int16)
    most, least = strongest(rgb), weakest(rgb)
    spread = most - least
    colourful = (spread >= LEAST_COLOURFUL) & (spread >= LEAST_SHARE * most)
    labels = np.zeros(frame.shape[:2], np.uint8)
    labels[~colourful & (most < DARK * plane)] = NUMBERS["gray"]
    labels[colourful] = np.searchsorted(tuple(LOWEST_HUE.values()), hues(rgb[colourful]), side="right")
    return labels


def hues(pixels: npt.NDArray[np.int16]) -> Floats:
    """Degrees from -30 to 330 of pixels `(N, 3)` that are not gray."""
    red, green, blue = pixels.T.astype(np.float64)
    most = np.maximum(np.maximum(red, green), blue)
    spread = most - np.minimum(np.minimum(red, green), blue)
    degrees = np.select(
        [most == red, most == green],
        [60.0 * (green - blue) / spread, 120.0 + 60.0 * (blue - red) / spread],
        240.0 + 60.0 * (red - green) / spread,
    )
    return np.asarray((degrees + 30.0) % 360.0 - 30.0)


def strongest(rgb: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Of the three channels; several times as fast as `max` over the last axis."""
    return np.asarray(np.maximum(np.maximum(rgb[..., 0], rgb[..., 1]), rgb[..., 2]))


def weakest(rgb: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.asarray(np.minimum(np.minimum(rgb[..., 0], rgb[..., 1]), rgb[..., 2]))


def brightness_of_plane(frame: RGB) -> Floats:
    """`(height, width)`: a smooth surface through what is bright and has no colour, by every fourth pixel."""
    bright, least = strongest(frame).astype(np.float64), weakest(frame)
    rows, columns = np.meshgrid(*(np.linspace(-1, 1, size) for size in bright.shape), indexing="ij")
    basis = np.stack([rows**0, rows, columns, rows * columns, rows**2, columns**2], axis=2)
    few, level = basis[::4, ::4], bright[::4, ::4]
    plain = (level - least[::4, ::4] < 22) & (level > 120)
    weights = np.zeros(basis.shape[2])
    for _ in range(3):
        weights = np.linalg.lstsq(few[plain], level[plain], rcond=None)[0]
        plain &= np.abs(level / (few @ weights) - 1.0) < 0.07
    return np.asarray(basis @ weights)
