"""Frames as a model gets them -> where each colour is in each, and what shape and material it has.

As no two things of a video share a colour, a colour is a thing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.clevrer import camera, drawing
from qa_gen.synth.worlds.clevrer.hues import NUMBERS, brightness_of_plane, colours_of, weakest

SIDE = 224
SCALE = SIDE / camera.HEIGHT
"""Pixels of a frame per pixel of the video."""

REACH = 30
"""Pixels from the middle of a thing to its farthest point, and some."""

LEAST_AREA = 150
"""Pixels of a thing that can be seen, of some 750 to 1300 when nothing hides it."""

WHOLE = (0.82, 1.12)
"""Shares of its usual area between which a thing counts as seen whole: not hidden, nor run together with another."""

LEAST_DENSITY = 0.45
"""Share of a thing that shows its colour, the rest being glints; edges of other things are lines around nothing."""

OFTEN = 0.4
"""Share of the frames in which what is a thing can be seen; what is seen less is an edge of something else."""

MOVED = 13.0
"""Pixels. What moves goes some 40; what rests seems to move by 4 at most, when something hides part of it."""

NOWHERE = (float("nan"), float("nan"))

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Track:
    """One colour through the frames: centres `(T, 2)` as (column, row), nan where it is not seen; areas `(T,)`."""

    colour: str
    centres: Floats
    areas: npt.NDArray[np.int64]
    masks: tuple[Mask, ...]

    @property
    def usual_area(self) -> float:
        return float(np.percentile(self.areas[self.areas > 0], 75, method="nearest"))

    @property
    def whole(self) -> npt.NDArray[np.int64]:
        """The frames in which nothing hides it."""
        least, most = (share * self.usual_area for share in WHOLE)
        return np.flatnonzero((self.areas >= least) & (self.areas <= most))

    @property
    def moved(self) -> bool:
        centres = self.centres[self.whole]
        spread = np.hypot(*(centres[:, None] - centres[None, :]).transpose(2, 0, 1))
        return bool(spread.max() > MOVED)

    @property
    def best(self) -> int:
        return int(np.abs(self.areas - self.usual_area).argmin())


def tracks(frames: RGB) -> dict[str, Track]:
    """Every colour that is seen often enough to be a thing."""
    plane = brightness_of_plane(frames[len(frames) // 2])
    labelled = [colours_of(frame, plane) for frame in frames]
    found = {}
    for colour, number in NUMBERS.items():
        masks = tuple(outline_of(labels == number) for labels in labelled)
        areas = np.array([int(mask.sum()) for mask in masks])
        if np.mean(areas > 0) >= OFTEN:
            centres = np.array([middle(mask) if area else NOWHERE for mask, area in zip(masks, areas, strict=True)])
            found[colour] = Track(colour, centres, areas, masks)
    return found


def outline_of(mask: Mask) -> Mask:
    """All of a thing, of which the mask has what shows its colour; nothing where that is too little to be a thing."""
    near = without_lines(around_middle(mask))
    whole = filled(near)
    num_pixels, area = int(near.sum()), int(whole.sum())
    return whole if num_pixels >= LEAST_AREA and num_pixels >= LEAST_DENSITY * area else np.zeros_like(mask)


def around_middle(mask: Mask) -> Mask:
    """Without what lies far from the middle of it: pixels at the edges of other things."""
    for _ in range(2):
        rows, columns = np.divmod(np.flatnonzero(mask), mask.shape[1])
        if rows.size < LEAST_AREA:
            return np.zeros_like(mask)
        row, column = int(np.median(rows)), int(np.median(columns))
        kept = np.zeros_like(mask)
        window = (slice(max(0, row - REACH), row + REACH), slice(max(0, column - REACH), column + REACH))
        kept[window] = mask[window]
        mask = kept
    return mask


def without_lines(mask: Mask) -> Mask:
    """Without pixels that have few like them around: the dark rims of other things are lines one or two wide."""
    if not mask.any():
        return mask
    sums = np.pad(mask, ((3, 2), (3, 2))).astype(np.int32).cumsum(axis=0).cumsum(axis=1)
    around = sums[5:, 5:] - sums[:-5, 5:] - sums[5:, :-5] + sums[:-5, :-5]  # of 5 x 5
    return np.asarray(mask & (around >= 12))


def filled(mask: Mask) -> Mask:
    """With all that lies between the first and the last pixel of a row: glints on metal have no colour."""
    if not mask.any():
        return mask
    return np.asarray(np.logical_or.accumulate(mask, axis=1) & np.logical_or.accumulate(mask[:, ::-1], axis=1)[:, ::-1])


def middle(mask: Mask) -> tuple[float, float]:
    rows, columns = np.nonzero(mask)
    return float(columns.mean()) + 0.5, float(rows.mean()) + 0.5


def shape_of(track: Track) -> str:
    """By its outline: spheres are low, and cylinders and cubes fit different outlines."""
    masks = [track.masks[frame] for frame in track.whole[:: max(1, len(track.whole) // LOOKS)]]
    if np.median([height_of(mask) for mask in masks]) <= LOW:
        return "sphere"
    fits = {shape: sum(fit(mask, outlines(shape)) for mask in masks) for shape in ("cylinder", "cube")}
    return max(fits, key=lambda shape: fits[shape])


LOOKS = 3
"""Outlines are compared in about so many of the frames in which a thing is seen whole."""

LOW = 36
"""Pixels. A sphere is 31 high, the others are 40 or more."""


def height_of(mask: Mask) -> int:
    return int(np.ptp(np.flatnonzero(mask.any(axis=1)))) + 1


def fit(mask: Mask, outlines: npt.NDArray[np.bool_]) -> float:
    """Share of both that is in both, the mask laid over the best of the outlines as well as may be."""
    column, row = (round(value - 0.5) for value in middle(mask))
    size = outlines.shape[1]
    padded = np.pad(mask, size // 2 + 1)
    best = 0.0
    for down in (0, 1, 2):
        for right in (0, 1, 2):
            here = padded[row + down : row + down + size, column + right : column + right + size]
            shares = (here & outlines).sum(axis=(1, 2)) / (here | outlines).sum(axis=(1, 2))
            best = max(best, float(shares.max()))
    return best


@lru_cache(maxsize=2)
def outlines(shape: str) -> npt.NDArray[np.bool_]:
    """`(ways, height, width)`: of a shape in every way it may stand, in frame pixels, its middle in the middle."""
    half = REACH
    grid = (np.arange(2 * half) + 0.5 - half) / SCALE
    right, up = np.meshgrid(grid, -grid)
    if shape == "cylinder":
        return drawing.cylinder(right, up, 0)[0][None] > 0
    return np.stack([drawing.cube(right, up, step)[0] > 0 for step in range(drawing.YAWS)])


def material_of(track: Track, frames: RGB) -> str:
    """Metal glints: somewhere inside, even its weakest channel is bright."""
    mask = track.masks[track.best]
    inner = mask.copy()
    for axis, steps in ((0, (-3, 3)), (1, (-5, 5))):
        for step in steps:
            inner &= np.roll(mask, step, axis=axis)
    return "metal" if int((weakest(frames[track.best])[inner] >= GLINT).sum()) >= 5 else "rubber"


GLINT = 138
