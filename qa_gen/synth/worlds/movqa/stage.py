"""A place as a painted stage, larger than the picture, with things that move before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from qa_gen.synth.drawing.colours import Colour
from qa_gen.synth.world import RGB

WIDTH, HEIGHT = 480, 270
LARGE = 2
"""Stages are painted this much larger, then averaged."""

Mover = Callable[[RGB, float], None]
"""Puts something onto a copy of the stage, as it is at a part of the shot from 0 to 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """`ground` is `(HEIGHT, WIDTH, 3)` and read-only."""

    ground: RGB
    movers: tuple[Mover, ...] = ()

    def at(self, t: float) -> RGB:
        if not self.movers:
            return self.ground
        rgb = self.ground.copy()
        for move in self.movers:
            move(rgb, t)
        return rgb


class Paper:
    """What a stage is painted on, in pixels of the stage, (0, 0) the upper left corner."""

    def __init__(self, colour: Colour) -> None:
        self._image = Image.new("RGB", (WIDTH * LARGE, HEIGHT * LARGE), colour)
        self._draw = ImageDraw.Draw(self._image)

    def rect(self, x0: float, y0: float, x1: float, y1: float, fill: Colour, *, radius: float = 0.0) -> None:
        self._draw.rounded_rectangle(box(x0, y0, x1, y1), radius * LARGE, fill=fill)

    def oval(self, x0: float, y0: float, x1: float, y1: float, fill: Colour) -> None:
        self._draw.ellipse(box(x0, y0, x1, y1), fill=fill)

    def disc(self, x: float, y: float, radius: float, fill: Colour) -> None:
        self.oval(x - radius, y - radius, x + radius, y + radius, fill)

    def shape(self, corners: Sequence[tuple[float, float]], fill: Colour) -> None:
        self._draw.polygon([(x * LARGE, y * LARGE) for x, y in corners], fill=fill)

    def line(self, ends: Sequence[tuple[float, float]], fill: Colour, *, width: float = 1.0) -> None:
        places = [(x * LARGE, y * LARGE) for x, y in ends]
        self._draw.line(places, fill=fill, width=max(1, round(width * LARGE)), joint="curve")

    def fade(self, x0: float, y0: float, x1: float, y1: float, first: Colour, last: Colour) -> None:
        """A rectangle whose colour changes from its top to its bottom."""
        left, top, right, bottom = (round(value) for value in box(x0, y0, x1, y1))
        down = np.linspace(0.0, 1.0, max(1, bottom - top + 1))[:, None]
        column = np.asarray(first) * (1 - down) + np.asarray(last) * down
        strip = Image.fromarray(np.round(column).astype(np.uint8)[:, None])
        self._image.paste(strip.resize((right - left + 1, strip.height)), (left, top))

    def soft(self, corners: Sequence[tuple[float, float]], colour: Colour, *, strength: float, blur: float) -> None:
        """Light or shadow in the shape of a polygon, its edges spread over `blur` pixels."""
        mask = Image.new("L", (WIDTH, HEIGHT), 0)
        ImageDraw.Draw(mask).polygon([tuple(corner) for corner in corners], fill=round(255 * strength))
        mask = mask.filter(ImageFilter.GaussianBlur(blur)).resize(self._image.size)
        self._image.paste(colour, (0, 0), mask)

    def shadow(self, x0: float, x1: float, y: float, colour: Colour, *, height: float = 11.0) -> None:
        """What a thing that stands between two columns throws on the ground, to the right."""
        corners = [(x0, y - 2), (x1, y), (x1 + 8, y + height), (x0 + 4, y + height)]
        self.soft(corners, colour, strength=0.6, blur=4)

    def shine(self, x: float, y: float, radius: float, colour: Colour, *, strength: float = 0.8) -> None:
        """Light around a lamp or the sun."""
        size = max(2, round(2 * radius * LARGE))
        across = (np.arange(size) + 0.5) / size * 2 - 1
        near = np.clip(1 - np.hypot(across[None], across[:, None]), 0, 1) ** 2
        mask = Image.fromarray(np.round(255 * strength * near).astype(np.uint8))
        self._image.paste(colour, (round((x - radius) * LARGE), round((y - radius) * LARGE)), mask)

    def grain(self, rng: Random, *, strength: float, size: tuple[int, int] = (1, 1), top: float = 0.0) -> None:
        """Unevenness from row `top` down: random brightness in patches of `size` pixels, smoothed."""
        height = HEIGHT - round(top)
        numbers = np.random.default_rng(rng.getrandbits(64))
        cells = numbers.normal(0.0, 1.0, (height // size[1] + 2, WIDTH // size[0] + 2)).astype(np.float32)
        large = (WIDTH * LARGE, height * LARGE)
        patches = Image.fromarray(cells).resize(large, Image.Resampling.BICUBIC)
        rgb = np.asarray(self._image, np.float32).copy()
        rgb[-height * LARGE :] *= 1.0 + strength * np.asarray(patches)[..., None]
        self._image = Image.fromarray(np.clip(rgb + 0.5, 0, 255).astype(np.uint8))
        self._draw = ImageDraw.Draw(self._image)

    def finished(self) -> RGB:
        """Averaged, and a little darker towards the corners."""
        rgb = np.asarray(self._image.reduce(LARGE), np.float32)
        x = np.linspace(-1.0, 1.0, WIDTH, dtype=np.float32)[None, :, None]
        y = np.linspace(-1.0, 1.0, HEIGHT, dtype=np.float32)[:, None, None]
        ground: RGB = np.clip(rgb * (1.0 - 0.09 * (x**2 + y**2)) + 0.5, 0, 255).astype(np.uint8)
        ground.flags.writeable = False
        return ground


def box(x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
    left, top = x0 * LARGE, y0 * LARGE
    return left, top, max(left, x1 * LARGE - 1), max(top, y1 * LARGE - 1)
