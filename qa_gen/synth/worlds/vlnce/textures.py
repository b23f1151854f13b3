"""Walls, floor and ceiling of one period of a corridor, as pictures that repeat along it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from random import Random

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from qa_gen.synth.drawing.colours import Colour, darker, lighter, mixed
from qa_gen.synth.worlds.vlnce.corridor import Corridor

ALONG, ACROSS = 512, 192
"""Points of a surface along the corridor, which is one period, and across it."""

BLURS = (1, 4, 16, 64)
"""Points along the corridor that are averaged, level by level, for what is further and further away."""

LEFT, RIGHT, FLOOR, CEILING = range(4)

Texture = npt.NDArray[np.float32]
"""`(ACROSS, ALONG, 3)`: walls from the ceiling down, floor and ceiling from left to right."""


@lru_cache(maxsize=2)
def atlas(corridor: Corridor) -> npt.NDArray[np.uint32]:
    """Every point of every surface at every level, flat: `((surface * levels + level) * ACROSS + u) * ALONG + v`.

    Four bytes each, red, green, blue and nothing.
    """
    surfaces = [wall(corridor, LEFT), wall(corridor, RIGHT), floor(corridor), ceiling(corridor)]
    levels = np.stack([blurred(surface, size) for surface in surfaces for size in BLURS])
    rgbx = np.zeros((*levels.shape[:3], 4), np.uint8)
    rgbx[..., :3] = np.clip(levels + 0.5, 0, 255)
    return rgbx.view(np.uint32).ravel()


def blurred(texture: Texture, size: int) -> Texture:
    """Averaged over `size` points along the corridor, and over a quarter of that across it."""
    if size == 1:
        return texture
    return averaged(averaged(texture, size, axis=1, mode="wrap"), max(1, size // 4), axis=0, mode="edge")


def averaged(texture: Texture, size: int, *, axis: int, mode: str) -> Texture:
    before = [(0, 0)] * 3
    before[axis] = (size // 2, size - size // 2)
    sums = np.cumsum(np.pad(texture, before, mode=mode), axis=axis, dtype=np.float64)  # type: ignore[call-overload]
    length = texture.shape[axis]
    upper = np.take(sums, range(size, size + length), axis=axis)
    return ((upper - np.take(sums, range(length), axis=axis)) / size).astype(np.float32)


def wall(corridor: Corridor, side: int) -> Texture:
    image = Image.new("RGB", (ALONG, ACROSS), corridor.wall)
    canvas = ImageDraw.Draw(image)
    WALL_PAINTERS[corridor.wall_kind](canvas, corridor.wall)
    rail = round(ACROSS * (1 - 0.95 / corridor.height))
    canvas.rectangle([0, rail, ALONG, ACROSS], fill=darker(corridor.wall, 0.22))
    for left in range(0, ALONG, ALONG // 8):
        box = [left + 8, rail + 14, left + ALONG // 8 - 8, ACROSS - 22]
        canvas.rectangle(box, outline=darker(corridor.wall, 0.38), fill=darker(corridor.wall, 0.17), width=2)
    canvas.rectangle([0, rail - 3, ALONG, rail + 3], fill=lighter(corridor.wall, 0.45))
    canvas.rectangle([0, ACROSS - 12, ALONG, ACROSS], fill=darker(corridor.wall, 0.5))
    if side == LEFT:
        painting(canvas, corridor, Random(corridor.seed))
    return lit(np.asarray(image, np.float32), strength=0.22)


def panels(canvas: ImageDraw.ImageDraw, colour: Colour) -> None:
    for left in range(0, ALONG, ALONG // 4):
        canvas.rectangle([left + 12, 16, left + ALONG // 4 - 12, ACROSS], outline=darker(colour, 0.14), width=3)


def stripes(canvas: ImageDraw.ImageDraw, colour: Colour) -> None:
    for left in range(0, ALONG, 32):
        canvas.rectangle([left, 0, left + 15, ACROSS], fill=darker(colour, 0.08))


def bricks(canvas: ImageDraw.ImageDraw, colour: Colour) -> None:
    mortar = lighter(colour, 0.25)
    for row, top in enumerate(range(0, ACROSS, 8)):
        canvas.line([0, top, ALONG, top], fill=mortar)
        for left in range((row % 2) * 16, ALONG, 32):
            canvas.rectangle(
                [left + 1, top + 1, left + 31, top + 7], fill=darker(colour, 0.05 * ((left // 32 + row) % 3))
            )
            canvas.line([left, top, left, top + 8], fill=mortar)


WALL_PAINTERS: dict[str, Callable[[ImageDraw.ImageDraw, Colour], None]] = {
    "panels": panels,
    "stripes": stripes,
    "bricks": bricks,
}


def painting(canvas: ImageDraw.ImageDraw, corridor: Corridor, rng: Random) -> None:
    """A picture in a frame, on the wall between a door and the next crossing, at the height of the eyes."""
    middle = ALONG * 3 // 4
    width = round(0.28 / corridor.period * ALONG)
    top, bottom = (round(ACROSS * (1 - height / corridor.height)) for height in (1.85, 1.3))
    canvas.rectangle([middle - width, top, middle + width, bottom], fill=(72, 58, 44))
    sky, land = (mixed(colour, (140, 140, 140), 0.35) for colour in ((150, 170, 196), (120, 132, 104)))
    canvas.rectangle([middle - width + 5, top + 5, middle + width - 5, bottom - 5], fill=sky)
    ridge = round(top + (bottom - top) * rng.uniform(0.45, 0.65))
    left, right = middle - width + 5, middle + width - 5
    hills = [(left, ridge), (middle - width // 3, ridge - 9), (middle + width // 3, ridge + 5), (right, ridge - 5)]
    canvas.polygon([(left, bottom - 5), *hills, (right, bottom - 5)], fill=land)


def floor(corridor: Corridor) -> Texture:
    """Darker towards the walls."""
    image = Image.new("RGB", (ALONG, ACROSS), corridor.floor)
    FLOOR_PAINTERS[corridor.floor_kind](ImageDraw.Draw(image), corridor.floor, Random(corridor.seed))
    bend = (0.72 + 0.28 * np.sin(np.linspace(0.25, np.pi - 0.25, ACROSS))).astype(np.float32)
    return lit(np.asarray(image, np.float32) * bend[:, None, None], strength=0.16)


def planks(canvas: ImageDraw.ImageDraw, colour: Colour, rng: Random) -> None:
    for row, top in enumerate(range(0, ACROSS, ACROSS // 8)):
        for left in range(-(row % 3) * 85, ALONG, 256):
            shade = darker(colour, rng.uniform(0.0, 0.16))
            canvas.rectangle([left, top, left + 255, top + ACROSS // 8], fill=shade, outline=darker(shade, 0.3))


def tiles(canvas: ImageDraw.ImageDraw, colour: Colour, rng: Random) -> None:
    width, height = ALONG // 8, ACROSS // 4
    for row, top in enumerate(range(0, ACROSS, height)):
        for column, left in enumerate(range(0, ALONG, width)):
            shade = darker(colour, 0.3 * ((row + column) % 2) + rng.uniform(0.0, 0.05))
            box = [left, top, left + width - 1, top + height - 1]
            canvas.rectangle(box, fill=shade, outline=darker(shade, 0.2))


def carpet(canvas: ImageDraw.ImageDraw, colour: Colour, rng: Random) -> None:
    """A runner with a border and a row of diamonds."""
    middle, size = ACROSS // 2, rng.choice((14, 18, 22))
    canvas.rectangle([0, ACROSS // 8, ALONG, ACROSS - ACROSS // 8], fill=lighter(colour, 0.25))
    canvas.rectangle([0, ACROSS // 6, ALONG, ACROSS - ACROSS // 6], fill=lighter(colour, 0.1))
    for left in range(0, ALONG, ALONG // 16):
        diamond = [(left, middle), (left + 16, middle - size), (left + 32, middle), (left + 16, middle + size)]
        canvas.polygon(diamond, fill=darker(colour, 0.15))


FLOOR_PAINTERS: dict[str, Callable[[ImageDraw.ImageDraw, Colour, Random], None]] = {
    "planks": planks,
    "tiles": tiles,
    "carpet": carpet,
}


def ceiling(corridor: Corridor) -> Texture:
    """Plain, with one lamp over each crossing."""
    image = Image.new("RGB", (ALONG, ACROSS), corridor.ceiling)
    canvas = ImageDraw.Draw(image)
    for left in range(0, ALONG, ALONG // 4):
        canvas.line([left, 0, left, ACROSS], fill=darker(corridor.ceiling, 0.12), width=2)
    half = round(0.3 / corridor.period * ALONG)
    for middle in (0, ALONG):
        box = [middle - half, ACROSS * 0.3, middle + half, ACROSS * 0.7]
        canvas.rectangle(box, fill=(255, 252, 240), outline=(150, 150, 150), width=3)
    return lit(np.asarray(image, np.float32), strength=0.18)


def lit(texture: Texture, *, strength: float) -> Texture:
    """Brighter under the lamps, which hang over the crossings, at the ends of the period."""
    along = np.cos(np.arange(ALONG, dtype=np.float32) * np.float32(2 * np.pi / ALONG))
    bright: Texture = texture * (1.0 - strength / 2 + strength / 2 * along)[None, :, None]
    return bright
