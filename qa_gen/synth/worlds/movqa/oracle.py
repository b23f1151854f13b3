"""Which places the pictures show, told by how such places are painted, and which order that is.

Of each place a few variants are known, none of them of a film. Pictures are alike whose upper, middle and lower thirds
have the same colours in the same amounts.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.movqa.places import places_of
from qa_gen.synth.worlds.movqa.shots import Shot, part_of_stage

VARIANTS = 5
BANDS = 3
LEVELS = 4
"""Of red, green and blue: 64 colours are told apart."""

ZOOM = 0.88

Shares = npt.NDArray[np.float64]
"""`(n, BANDS, LEVELS ** 3)`: how much of each band has which colour; each band sums to 1."""


def look(task: str, frames: RGB, question: str, choices: Sequence[str]) -> int:
    orders = [places_of(choice) for choice in choices]
    shown = shares(frames)
    slots = np.arange(len(frames)) * len(orders[0]) // len(frames)
    unlike = {place: unlikeness(shown, place) for place in orders[0]}
    costs = [sum(float(unlike[place][slots == slot].sum()) for slot, place in enumerate(order)) for order in orders]
    return int(np.argmin(costs))


def unlikeness(shown: Shares, place: str) -> Shares:
    """Of each picture, `(n,)`, the difference from the variant that is most like it: 0 none, 2 all."""
    difference: Shares = np.abs(shown[:, None] - typical(place)[None]).sum(axis=3).mean(axis=2).min(axis=1)
    return difference


@lru_cache(maxsize=32)
def typical(place: str) -> Shares:
    box = part_of_stage(ZOOM, 0.0, 0.0)
    return shares(np.stack([middle_square(Shot(place, variant, box, box).at(0.5)) for variant in range(VARIANTS)]))


def middle_square(rgb: RGB) -> RGB:
    height, width = rgb.shape[:2]
    left = (width - height) // 2
    return rgb[:, left : left + height]


def shares(rgb: RGB) -> Shares:
    """Of pictures `(n, height, width, 3)`."""
    level = rgb.astype(np.int64) * LEVELS // 256
    colours = (level[..., 0] * LEVELS + level[..., 1]) * LEVELS + level[..., 2]
    counts = [
        [np.bincount(band.ravel(), minlength=LEVELS**3) / band.size for band in np.array_split(picture, BANDS)]
        for picture in colours
    ]
    return np.array(counts)
