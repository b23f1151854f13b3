"""A corridor as seen while walking down its middle: one ray per pixel, none of which ever turns.

The camera only moves ahead, so where a ray meets wall, floor or ceiling is worked out once; a picture looks up what is
painted there, then puts the crossings' passages and the doors on it, the furthest first.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from qa_gen.synth.drawing.colours import Colour, darker, lighter, mixed
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.vlnce.corridor import Corridor
from qa_gen.synth.worlds.vlnce.textures import ACROSS, ALONG, BLURS, CEILING, FLOOR, LEFT, RIGHT, atlas

SIDE = 224
"""Pixels of a picture along either side, as Habitat renders for VLN-CE."""

NEAREST_METRES = 0.05
PERIODS_SEEN = 6
CLEAR_METRES = 9.0
"""At this distance, a third is left of a colour, and two thirds are the far end's."""

JAMB_METRES = 0.16
CASING_METRES = 0.12


@dataclass(frozen=True, slots=True, eq=False)
class Rays:
    """Of each pixel, `(SIDE, SIDE)`: where in the atlas it looks from the start of a period, and how clearly."""

    base: npt.NDArray[np.int32]
    along: npt.NDArray[np.int32]
    clear: npt.NDArray[np.uint16]
    haze: npt.NDArray[np.uint16]
    floor_rows: npt.NDArray[np.uint8]


@lru_cache(maxsize=192)
def picture(corridor: Corridor, phase: int, phases: int) -> RGB:
    """The view from `phase / phases` of a period past a crossing. Phase 0 is in the middle of it."""
    rays = cast(corridor)
    points = rays.base + ((rays.along + round(phase * ALONG / phases)) & (ALONG - 1))
    rgb = atlas(corridor)[points].view(np.uint8).reshape(SIDE, SIDE, 4)[..., :3]
    frame: RGB = ((rgb * rays.clear + rays.haze) >> 8).astype(np.uint8)
    painter = Painter(corridor, frame, rays)
    walked = corridor.period * phase / phases
    for number in range(PERIODS_SEEN, -1, -1):
        painter.door((number + 0.5) * corridor.period - walked)
        painter.crossing(number * corridor.period - walked)
    frame.flags.writeable = False
    return frame


@lru_cache(maxsize=4)
def cast(corridor: Corridor) -> Rays:
    focal = corridor.focal * SIDE / 2
    x = (np.arange(SIDE) + 0.5 - SIDE / 2)[None, :] / focal
    y = (np.arange(SIDE) + 0.5 - corridor.horizon * SIDE)[:, None] / focal
    wall = corridor.half_width / np.abs(x)
    level = np.where(y > 0, corridor.eyes, corridor.eyes - corridor.height) / y
    depth = np.minimum(wall, level)
    walls = np.where(x < 0, LEFT, RIGHT)
    surface = np.where(wall <= level, walls, np.where(y > 0, FLOOR, CEILING))
    down = 1.0 - (corridor.eyes - y * depth) / corridor.height
    across = np.where(surface <= RIGHT, down, (x * depth / corridor.half_width + 1) / 2)
    footprint = depth**2 / focal / np.where(surface <= RIGHT, corridor.half_width, corridor.eyes)
    points = footprint * ALONG / corridor.period
    blur = np.clip(np.round(np.log2(np.maximum(points, 1)) / 2), 0, len(BLURS) - 1)
    row = (surface * len(BLURS) + blur) * ACROSS + np.clip(across * ACROSS, 0, ACROSS - 1).astype(int)
    clear, haze = hazy(depth[..., None], corridor.deep)
    floor_depth = np.minimum(corridor.eyes / np.maximum(y, 1e-6), 1e3)
    ceiling_depth = np.minimum((corridor.height - corridor.eyes) / np.maximum(-y, 1e-6), 1e3)
    sides = np.where(y > 0, np.asarray(darker(corridor.floor, 0.35)), np.asarray(darker(corridor.ceiling, 0.3)))
    side_clear, side_haze = hazy(np.where(y > 0, floor_depth, ceiling_depth), corridor.deep)
    return Rays(
        base=(row * ALONG).astype(np.int32),
        along=(depth * ALONG / corridor.period).astype(np.int32),
        clear=np.repeat(clear, 3, axis=2),
        haze=haze,
        floor_rows=((sides * side_clear + side_haze) // 256).astype(np.uint8),
    )


Floats = npt.NDArray[np.float64]
Hazy = tuple[npt.NDArray[np.uint16], npt.NDArray[np.uint16]]


def hazy(depth: Floats, deep: Colour) -> Hazy:
    """What is left of a colour at a depth, in 256, and what the far end adds to it, times 256."""
    clear = np.round(256 * np.exp(-depth / CLEAR_METRES))
    return clear.astype(np.uint16), ((256 - clear) * np.asarray(deep)).astype(np.uint16)


@dataclass(frozen=True, slots=True, eq=False)
class Painter:
    """Puts what stands in the corridor on a picture, in place. Depths in metres ahead of the eyes."""

    corridor: Corridor
    frame: RGB
    rays: Rays

    def column(self, x: float, depth: float) -> float:
        return SIDE / 2 + self.corridor.focal * SIDE / 2 * x / depth

    def row(self, height: float, depth: float) -> float:
        return self.corridor.horizon * SIDE + self.corridor.focal * SIDE / 2 * (self.corridor.eyes - height) / depth

    def rows(self, height: float, depths: Floats) -> Floats:
        return self.corridor.horizon * SIDE + self.corridor.focal * SIDE / 2 * (self.corridor.eyes - height) / depths

    def bounded_row(self, height: float, depth: float) -> int:
        return min(SIDE, max(0, round(self.row(height, depth))))

    def colour(self, colour: Colour, depth: float) -> Colour:
        clear = float(np.exp(-depth / CLEAR_METRES))
        return mixed(self.corridor.deep, colour, clear)

    def upright(self, left: float, right: float, bottom: float, top: float, depth: float, colour: Colour) -> None:
        """A rectangle across the corridor: sides in metres from its middle, bottom and top in metres of height."""
        self.rectangle(
            self.column(left, depth),
            self.row(top, depth),
            self.column(right, depth),
            self.row(bottom, depth),
            self.colour(colour, depth),
        )

    def rectangle(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        """In pixels; the edges are as soft as they lie between pixels."""
        left, top = max(left, 0.0), max(top, 0.0)
        right, bottom = min(right, float(SIDE)), min(bottom, float(SIDE))
        if right <= left or bottom <= top:
            return
        columns, rows = slice(int(left), int(np.ceil(right))), slice(int(top), int(np.ceil(bottom)))
        region = self.frame[rows, columns]
        before = [region[:, 0].copy(), region[:, -1].copy(), region[0].copy(), region[-1].copy()]
        region[:] = colour
        for edge, old, part in (
            (region[:, 0], before[0], left - columns.start),
            (region[:, -1], before[1], columns.stop - right),
            (region[0], before[2], top - rows.start),
            (region[-1], before[3], rows.stop - bottom),
        ):
            if part > 0.04:
                edge[:] = old * part + edge * (1 - part)

    def crossing(self, middle: float) -> None:
        """The passages to both sides: their far walls, and floor and ceiling before them."""
        start, end = middle - self.corridor.passage / 2, middle + self.corridor.passage / 2
        if end <= NEAREST_METRES:
            return
        for side in (-1, 1):
            inner = self.column(side * self.corridor.half_width, end)
            outer = self.column(side * self.corridor.half_width, max(start, NEAREST_METRES))
            self.passage(inner, outer, end, left=side < 0)

    def passage(self, inner: float, outer: float, end: float, *, left: bool) -> None:
        """What is seen of one passage between two columns; it gets darker away from the corridor."""
        columns = slice(*sorted((min(max(round(inner), 0), SIDE), min(max(round(outer), 0), SIDE))))
        if columns.start == columns.stop:
            return
        away = np.abs(np.arange(columns.start, columns.stop) + 0.5 - SIDE / 2)
        light = np.clip(1.0 - 0.5 * (away / abs(inner - SIDE / 2) - 1.0), 0.45, 1.0)
        colour = self.colour(darker(self.corridor.wall, 0.36 if left else 0.28), end)
        top, rail, bottom = (self.bounded_row(height, end) for height in (self.corridor.height, 0.95, 0.0))
        column = self.rays.floor_rows.copy()
        column[top:rail] = colour
        column[rail:bottom] = darker(colour, 0.22)
        column[rail : rail + 2] = lighter(colour, 0.3)
        seen = (column[:, None] * light[None, :, None]).astype(np.uint8)
        # Only where there would be wall: floor and ceiling of the corridor lie before the passage.
        depth = self.corridor.half_width * self.corridor.focal * SIDE / 2 / away
        rows = np.arange(SIDE)[:, None] + 0.5
        open_ = (rows < self.rows(0.0, depth)) & (rows > self.rows(self.corridor.height, depth))
        np.copyto(self.frame[:, columns], seen, where=open_[..., None])

    def door(self, front: float) -> None:
        """A wall across the corridor with a frame to walk through, all of it `JAMB_METRES` thick."""
        corridor = self.corridor
        back, opening, width = front + JAMB_METRES, corridor.half_opening, corridor.half_width
        colour = corridor.door_colour
        if back <= NEAREST_METRES:
            return
        near = max(front, NEAREST_METRES)
        for side in (-1, 1):  # the inner faces of the frame
            edges = sorted((self.column(side * opening, back), self.column(side * opening, near)))
            self.jamb(edges[0], edges[1], near, self.colour(darker(colour, 0.38 if side < 0 else 0.25), back))
        self.rectangle(
            self.column(-opening, back), self.row(corridor.lintel, near), self.column(opening, back),
            self.row(corridor.lintel, back), self.colour(darker(colour, 0.5), back),
        )  # fmt: skip
        self.rectangle(
            self.column(-opening, near), self.row(0.0, back), self.column(opening, near), self.row(0.0, near),
            self.colour(darker(corridor.floor, 0.45), near),
        )  # fmt: skip
        if front <= NEAREST_METRES:
            return
        plaster = darker(corridor.wall, 0.12)
        for side in (-1, 1):
            left, right = sorted((side * (opening + CASING_METRES), side * width))
            self.upright(left, right, 0.0, corridor.height, front, plaster)
            left, right = sorted((side * opening, side * (opening + CASING_METRES)))
            self.upright(left, right, 0.0, corridor.lintel + CASING_METRES, front, colour)
        self.upright(-width, width, corridor.lintel + CASING_METRES, corridor.height, front, plaster)
        frame = opening + CASING_METRES
        self.upright(-frame, frame, corridor.lintel, corridor.lintel + CASING_METRES, front, lighter(colour, 0.12))

    def jamb(self, left: float, right: float, depth: float, colour: Colour) -> None:
        self.rectangle(left, self.row(self.corridor.lintel, depth), right, self.row(0.0, depth), colour)
