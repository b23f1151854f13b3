"""What is behind everything: muted pictures, so that what happens before them stands out.

Each call but that of `ground` draws anew, and takes some milliseconds: keep what you get. No saturation is above 0.25,
which is `(max - min) / max` of red, green and blue, so that what is colourful is never the ground.
"""

from __future__ import annotations

import colorsys
import math
from collections.abc import Callable
from functools import lru_cache
from random import Random

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from qa_gen.synth.drawing.colours import Colour, darker, lighter, mixed
from qa_gen.synth.world import RGB

SATURATION = 0.25
"""No pixel has more."""

LARGE = 2
"""Edges are drawn this much larger, then averaged."""


@lru_cache(maxsize=8)
def ground(paint: Callable[[Random, int, int], RGB], seed: str, width: int, height: int) -> RGB:
    """What one of the others paints from this seed, kept: draw on a copy of it."""
    picture = paint(Random(seed), width, height)
    picture.flags.writeable = False
    return picture


def table(rng: Random, width: int, height: int) -> RGB:
    """A table top from above: wood, cloth or stone, darker towards the corners."""
    hue = rng.choice((0.07, 0.1, 0.12, rng.random()))
    colour = muted(rng, hue=hue, lightness=rng.uniform(0.6, 0.84))
    texture = rng.choice((planks, weave, speckles))(rng, width, height)
    return finished(flat(colour, width, height) * texture[..., None] * vignette(width, height)[..., None])


def wall(rng: Random, width: int, height: int) -> RGB:
    """A wall from the front: plain, striped or tiled, lit from one side."""
    return finished(walled(rng, width, height))


def room(rng: Random, width: int, height: int, *, floor: float = 0.72) -> RGB:
    """A wall, and a floor from `floor` of the height down; a window, a picture and furniture, none in the middle."""
    edge = round(height * floor)
    rgb = walled(rng, width, height)
    rgb[edge:] = boards(rng, width, height - edge, flooring(rng))
    picture = furnished(rng, Image.fromarray(finished(rgb)), edge)
    return finished(np.asarray(picture, np.float32) * vignette(width, height, strength=0.14)[..., None])


def outdoors(rng: Random, width: int, height: int, *, floor: float = 0.62) -> RGB:
    """A pale sky with clouds, hills, some trees, and a meadow or a road from `floor` of the height down."""
    edge = round(height * floor)
    sky = muted(rng, hue=rng.uniform(0.55, 0.62), lightness=0.86)
    ground = muted(rng, hue=rng.choice((0.13, 0.22, 0.3)), lightness=rng.uniform(0.58, 0.7))
    down = np.linspace(0.0, 1.0, height, dtype=np.float32)[:, None, None]
    rgb = flat(sky, width, height) * (1 - 0.5 * down) + 255.0 * 0.5 * down
    image = Image.fromarray(finished(rgb)).resize((width * LARGE, height * LARGE))
    draw = ImageDraw.Draw(image)
    clouds(rng, draw, width * LARGE, edge * LARGE, sky)
    hills(rng, draw, width * LARGE, edge * LARGE, ground)
    for x in spots(rng, count=rng.randint(2, 4)):
        tree(rng, draw, x * width * LARGE, (edge + 2) * LARGE, rng.uniform(0.2, 0.36) * height * LARGE)
    far = np.asarray(image.reduce(LARGE), np.float32).copy()
    far[edge:] = meadow(rng, width, height - edge, ground)
    return finished(far * vignette(width, height, strength=0.12)[..., None])


def muted(rng: Random, *, lightness: float, hue: float | None = None) -> Colour:
    """A colour with little saturation."""
    hue = rng.random() if hue is None else hue
    red, green, blue = colorsys.hsv_to_rgb(hue, rng.uniform(0.06, 0.18), lightness)
    return round(red * 255), round(green * 255), round(blue * 255)


def flooring(rng: Random) -> Colour:
    """Mostly wood."""
    return muted(rng, hue=rng.choice((0.06, 0.08, 0.1, rng.random())), lightness=rng.uniform(0.5, 0.72))


Floats = npt.NDArray[np.float32]


def flat(colour: Colour, width: int, height: int) -> Floats:
    return np.broadcast_to(np.asarray(colour, np.float32), (height, width, 3)).copy()


def finished(rgb: Floats) -> RGB:
    """Whole numbers, with the saturation brought down where shading has raised it."""
    rgb = np.clip(rgb, 0.0, 255.0)
    strongest = rgb.max(axis=2, keepdims=True)
    least = strongest * np.float32(1.0 - SATURATION + 0.01)
    lowest = rgb.min(axis=2, keepdims=True)
    share = np.where(lowest < least, (strongest - least) / np.maximum(strongest - lowest, 1e-3), 1.0)
    return np.asarray(np.round(strongest - (strongest - rgb) * share), np.uint8)


def vignette(width: int, height: int, *, strength: float = 0.22) -> Floats:
    """1 in the middle, less towards the corners."""
    x = np.linspace(-1.0, 1.0, width, dtype=np.float32)[None, :]
    y = np.linspace(-1.0, 1.0, height, dtype=np.float32)[:, None]
    return np.asarray(1.0 - strength * (x * x + y * y) / 2.0, np.float32)


def noise(rng: Random, width: int, height: int, *, grain: tuple[float, float]) -> Floats:
    """Smooth noise from -1 to 1 whose spots are `grain` (wide, high) pixels large."""
    numbers = np.random.default_rng(rng.getrandbits(64))
    size = max(2, round(width / grain[0])), max(2, round(height / grain[1]))
    small = Image.fromarray(numbers.integers(0, 256, (size[1], size[0]), dtype=np.uint8))
    large = np.asarray(small.resize((width, height), Image.Resampling.BICUBIC), np.float32)
    return np.asarray(large / 127.5 - 1.0, np.float32)


def planks(rng: Random, width: int, height: int) -> Floats:
    """Boards side by side, with a grain along them."""
    wide = rng.uniform(0.14, 0.24) * height
    row = np.arange(height, dtype=np.float32)
    shades = [rng.uniform(0.95, 1.04) for _ in range(math.ceil(height / wide) + 1)]
    tone = np.asarray([shades[int(y / wide)] * (0.86 if y % wide < 1.2 else 1.0) for y in row], np.float32)
    grain = noise(rng, width, height, grain=(70, 2.2)) * 0.035 + noise(rng, width, height, grain=(160, 9)) * 0.04
    return np.asarray(tone[:, None] + grain, np.float32)


def weave(rng: Random, width: int, height: int) -> Floats:
    """Cloth: soft checks and fine threads."""
    check = rng.uniform(0.16, 0.3) * height
    x = np.sign(np.sin(np.arange(width) * math.pi / check)).astype(np.float32) * 0.022
    y = np.sign(np.sin(np.arange(height) * math.pi / check)).astype(np.float32) * 0.022
    threads = noise(rng, width, height, grain=(2.5, 2.5)) * 0.02
    return np.asarray(1.0 + x[None, :] + y[:, None] + threads, np.float32)


def speckles(rng: Random, width: int, height: int) -> Floats:
    """Stone: clouds and grains."""
    return 1.0 + noise(rng, width, height, grain=(60, 40)) * 0.07 + noise(rng, width, height, grain=(3, 3)) * 0.035


def walled(rng: Random, width: int, height: int) -> Floats:
    colour = muted(rng, lightness=rng.uniform(0.68, 0.9))
    light = np.linspace(1.05, 0.9, width, dtype=np.float32)
    if rng.random() < 0.5:
        light = light[::-1]
    pattern = rng.choice((plain, stripes, tiles))(rng, width, height)
    return flat(colour, width, height) * pattern[..., None] * light[None, :, None]


def plain(rng: Random, width: int, height: int) -> Floats:
    return 1.0 + noise(rng, width, height, grain=(50, 50)) * 0.014


def stripes(rng: Random, width: int, height: int) -> Floats:
    period = rng.uniform(0.07, 0.14) * width
    wave = np.clip(np.sin(np.arange(width) * 2 * math.pi / period) * 4, -1, 1).astype(np.float32) * 0.025
    return np.repeat(1.0 + wave[None, :], height, axis=0)


def tiles(rng: Random, width: int, height: int) -> Floats:
    side = rng.uniform(0.13, 0.2) * height
    rows, columns = np.arange(height) % side < 1.5, np.arange(width) % side < 1.5
    joints = (rows[:, None] | columns[None, :]).astype(np.float32)
    return 1.0 - joints * 0.08 + noise(rng, width, height, grain=(side, side)) * 0.02


def boards(rng: Random, width: int, height: int, colour: Colour) -> Floats:
    """A floor that runs away from the viewer."""
    near = np.linspace(0.35, 1.0, height, dtype=np.float32)[:, None]
    across = (np.arange(width, dtype=np.float32)[None, :] - width / 2) / near / (0.11 * width)
    shades = np.asarray([rng.uniform(0.93, 1.05) for _ in range(64)], np.float32)
    joints = np.where(np.abs(across - np.round(across)) < 0.03, np.float32(0.9), np.float32(1.0))
    light = 0.86 + 0.18 * near + noise(rng, width, height, grain=(9, 3)) * 0.015
    tone = shades[np.floor(across).astype(np.int64) % 64] * joints * light
    return np.asarray(flat(colour, width, height) * tone[..., None], np.float32)


def furnished(rng: Random, image: Image.Image, edge: int) -> Image.Image:
    """Things at the wall, left and right of the middle, with their shadows."""
    width, height = image.size
    large = image.resize((width * LARGE, height * LARGE), Image.Resampling.BILINEAR)
    draw = ImageDraw.Draw(large)
    baseboard = darker(pixel(image, width // 2, edge // 2), 0.25)
    draw.rectangle((0, (edge - 0.018 * height) * LARGE, width * LARGE, edge * LARGE), fill=baseboard)
    hung: list[Callable[[Random, Pencil], None]] = [window, painting, shelf]
    stood: list[Callable[[Random, Pencil], None]] = [cabinet, bookcase, potted, sofa]
    rng.shuffle(hung)
    rng.shuffle(stood)
    for side, above, below in ((0.13, hung[0], stood[0]), (0.87, hung[1], stood[1])):
        middle = (side + rng.uniform(-0.04, 0.04)) * width
        above(rng, Pencil(draw, x=middle, y=edge * rng.uniform(0.3, 0.38), unit=height))
        below(rng, Pencil(draw, x=middle, y=edge + 0.03 * height, unit=height))
    return large.reduce(LARGE)


def pixel(image: Image.Image, x: int, y: int) -> Colour:
    red, green, blue = np.asarray(image)[y, x].tolist()
    return red, green, blue


class Pencil:
    """Draws around a point, (0, 0), in heights of the picture, y up."""

    def __init__(self, draw: ImageDraw.ImageDraw, *, x: float, y: float, unit: float) -> None:
        self.draw, self.x, self.y, self.unit = draw, x, y, unit

    def rect(self, left: float, bottom: float, right: float, top: float, fill: Colour) -> None:
        (x0, y0), (x1, y1) = self.at(left, top), self.at(right, bottom)
        self.draw.rectangle((x0, y0, x1, y1), fill=fill)

    def oval(self, left: float, bottom: float, right: float, top: float, fill: Colour) -> None:
        (x0, y0), (x1, y1) = self.at(left, top), self.at(right, bottom)
        self.draw.ellipse((x0, y0, x1, y1), fill=fill)

    def shape(self, corners: list[tuple[float, float]], fill: Colour) -> None:
        self.draw.polygon([self.at(x, y) for x, y in corners], fill=fill)

    def at(self, x: float, y: float) -> tuple[float, float]:
        return (self.x + x * self.unit) * LARGE, (self.y - y * self.unit) * LARGE


def window(rng: Random, pencil: Pencil) -> None:
    frame = muted(rng, lightness=0.92)
    sky = muted(rng, hue=0.58, lightness=0.88)
    pencil.rect(-0.13, -0.15, 0.13, 0.15, darker(frame, 0.2))
    pencil.rect(-0.125, -0.14, 0.125, 0.15, frame)
    for left, right in ((-0.11, -0.008), (0.008, 0.11)):
        for bottom, top in ((-0.125, -0.008), (0.008, 0.135)):
            pencil.rect(left, bottom, right, top, sky)
            pencil.shape([(left, bottom), (right, bottom), (right, top)], lighter(sky, 0.35))
    pencil.rect(-0.15, -0.17, 0.15, -0.145, darker(frame, 0.1))


def painting(rng: Random, pencil: Pencil) -> None:
    frame, sky, land = (muted(rng, lightness=value) for value in (0.4, 0.8, 0.56))
    pencil.rect(-0.1, -0.09, 0.11, 0.09, darker(frame, 0.35))
    pencil.rect(-0.105, -0.085, 0.105, 0.095, frame)
    pencil.rect(-0.085, -0.065, 0.085, 0.075, sky)
    pencil.shape(
        [(-0.085, -0.065), (-0.085, -0.01), (-0.03, 0.035), (0.02, -0.02), (0.085, 0.02), (0.085, -0.065)], land
    )
    pencil.oval(0.02, 0.025, 0.055, 0.06, lighter(sky, 0.7))


def shelf(rng: Random, pencil: Pencil) -> None:
    wood = muted(rng, hue=0.08, lightness=0.5)
    pencil.rect(-0.12, -0.05, 0.12, -0.03, darker(wood, 0.3))
    pencil.rect(-0.125, -0.035, 0.125, -0.02, wood)
    left = -0.1
    while left < 0.08:
        wide = rng.uniform(0.015, 0.03)
        pencil.rect(left, -0.02, left + wide, rng.uniform(0.05, 0.09), muted(rng, lightness=rng.uniform(0.4, 0.7)))
        left += wide + 0.003


def cabinet(rng: Random, pencil: Pencil) -> None:
    wood = muted(rng, hue=0.08, lightness=rng.uniform(0.45, 0.6))
    pencil.oval(-0.17, -0.02, 0.18, 0.015, (96, 94, 92))
    pencil.rect(-0.15, 0.0, 0.15, 0.24, darker(wood, 0.15))
    pencil.rect(-0.16, 0.23, 0.16, 0.255, lighter(wood, 0.15))
    for left in (-0.14, 0.005):
        for bottom in (0.015, 0.12):
            pencil.rect(left, bottom, left + 0.135, bottom + 0.095, wood)
            pencil.oval(left + 0.06, bottom + 0.04, left + 0.075, bottom + 0.055, darker(wood, 0.5))


def bookcase(rng: Random, pencil: Pencil) -> None:
    wood = muted(rng, hue=0.08, lightness=0.5)
    pencil.oval(-0.15, -0.02, 0.16, 0.015, (96, 94, 92))
    pencil.rect(-0.13, 0.0, 0.13, 0.4, wood)
    for bottom in (0.015, 0.145, 0.275):
        pencil.rect(-0.115, bottom, 0.115, bottom + 0.11, darker(wood, 0.4))
        left = -0.11
        while left < 0.08:
            wide = rng.uniform(0.015, 0.03)
            top = bottom + rng.uniform(0.06, 0.1)
            pencil.rect(left, bottom, left + wide, top, muted(rng, lightness=rng.uniform(0.4, 0.75)))
            left += wide + 0.002


def potted(rng: Random, pencil: Pencil) -> None:
    pot, leaf = muted(rng, hue=0.05, lightness=0.55), muted(rng, hue=0.33, lightness=rng.uniform(0.42, 0.55))
    pencil.oval(-0.08, -0.02, 0.09, 0.015, (96, 94, 92))
    for x, y in ((-0.12, 0.24), (0.12, 0.25), (-0.06, 0.33), (0.07, 0.34), (0.0, 0.38)):
        pencil.shape([(0.0, 0.08), (x - 0.03, y - 0.08), (x, y), (x + 0.03, y - 0.08)], mixed(leaf, pot, abs(x)))
    pencil.shape([(-0.055, 0.0), (0.055, 0.0), (0.075, 0.12), (-0.075, 0.12)], pot)
    pencil.rect(-0.08, 0.1, 0.08, 0.13, lighter(pot, 0.2))


def sofa(rng: Random, pencil: Pencil) -> None:
    cloth = muted(rng, lightness=rng.uniform(0.45, 0.65))
    pencil.oval(-0.2, -0.025, 0.2, 0.015, (96, 94, 92))
    pencil.rect(-0.16, 0.0, 0.16, 0.24, darker(cloth, 0.12))
    for left in (-0.15, 0.004):
        pencil.rect(left, 0.1, left + 0.146, 0.23, cloth)
    pencil.rect(-0.17, 0.02, 0.17, 0.11, lighter(cloth, 0.12))
    for left in (-0.2, 0.15):
        pencil.rect(left, 0.0, left + 0.05, 0.17, darker(cloth, 0.2))
        pencil.oval(left, 0.145, left + 0.05, 0.195, darker(cloth, 0.1))


def spots(rng: Random, *, count: int) -> list[float]:
    """Places from 0 to 1 that leave the middle free."""
    return [rng.uniform(0.02, 0.2) if rng.random() < 0.5 else rng.uniform(0.8, 0.98) for _ in range(count)]


def clouds(rng: Random, draw: ImageDraw.ImageDraw, width: int, edge: int, sky: Colour) -> None:
    for _ in range(rng.randint(2, 4)):
        x, y, size = rng.uniform(0.05, 0.95) * width, rng.uniform(0.08, 0.4) * edge, rng.uniform(0.05, 0.09) * width
        for step, part in ((-1.0, 0.5), (-0.4, 0.8), (0.3, 0.9), (0.95, 0.55)):
            radius = size * part * 0.5
            middle = x + step * size
            draw.ellipse(
                (middle - size * part, y - radius, middle + size * part, y + radius * 0.7), fill=lighter(sky, 0.7)
            )


def hills(rng: Random, draw: ImageDraw.ImageDraw, width: int, edge: int, ground: Colour) -> None:
    for layer, rise in enumerate((0.34, 0.2)):
        far = mixed(ground, (206, 212, 216), 0.62 - 0.3 * layer)
        start, waves = rng.uniform(0, 6), rng.uniform(1.0, 1.9)
        tops = [
            (x, edge * (1 - rise * (0.6 + 0.4 * math.sin(start + waves * 2 * math.pi * x / width))))
            for x in range(0, width + 8, 8)
        ]
        draw.polygon([(0, edge + 4), *tops, (width, edge + 4)], fill=far)


def tree(rng: Random, draw: ImageDraw.ImageDraw, x: float, y: float, size: float) -> None:
    leaf = muted(rng, hue=rng.uniform(0.25, 0.4), lightness=rng.uniform(0.4, 0.52))
    draw.rectangle((x - size * 0.05, y - size * 0.4, x + size * 0.05, y), fill=muted(rng, hue=0.08, lightness=0.4))
    for dx, dy, radius, shade in ((0.06, 0.62, 0.34, 0.15), (-0.16, 0.58, 0.24, 0.0), (-0.02, 0.76, 0.26, 0.0)):
        box = (x + (dx - radius) * size, y - (dy + radius) * size, x + (dx + radius) * size, y - (dy - radius) * size)
        draw.ellipse(box, fill=darker(leaf, shade))


def meadow(rng: Random, width: int, height: int, ground: Colour) -> Floats:
    near = np.linspace(0.9, 1.06, height, dtype=np.float32)[:, None]
    blades = noise(rng, width, height, grain=(4, 5)) * 0.03 + noise(rng, width, height, grain=(60, 12)) * 0.05
    return flat(ground, width, height) * (near + blades)[..., None]
