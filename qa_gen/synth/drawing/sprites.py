"""Small pictures with soft edges, put onto a frame at any quarter of a pixel.

A sprite is drawn once, at four times its size, and pasted often: 60x60 pixels take some ten microseconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from qa_gen.synth.drawing.colours import Colour, darker, lighter, mixed
from qa_gen.synth.world import RGB

SCALE = 4
"""Sprites are drawn this much larger, then averaged."""

PHASES = 4
"""Places per pixel, along each side, where a sprite can lie."""

WHOLE, EIGHT = np.uint16(256), np.uint16(8)

Draw = Callable[[ImageDraw.ImageDraw, float], None]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Sprite:
    """A picture with transparency. `anchor` (x, y) in pixels is the point of it that `paste` puts somewhere.

    `rgba` is uint8 `(height, width, 4)` with colours already multiplied by alpha, so no colour is above its alpha.
    """

    rgba: npt.NDArray[np.uint8]
    anchor: Point

    @property
    def width(self) -> int:
        return int(self.rgba.shape[1])

    @property
    def height(self) -> int:
        return int(self.rgba.shape[0])


def drawn(width: float, height: float, draw: Draw, *, anchor: Point | None = None) -> Sprite:
    """A sprite of `width` x `height` pixels. `draw` gets a canvas larger by the scale that it also gets.

    The canvas replaces colours rather than blends them. The anchor is the centre unless given. Keep what you get.
    """
    size = (math.ceil(width) * SCALE, math.ceil(height) * SCALE)
    canvas = Image.new("RGBA", size, (0, 0, 0, 0))
    draw(ImageDraw.Draw(canvas), float(SCALE))
    small = canvas.convert("RGBa").reduce(SCALE)
    return of_premultiplied(small, anchor or (width / 2, height / 2))


def from_rgba(image: Image.Image, anchor: Point) -> Sprite:
    """A sprite of a picture as it is, pixel for pixel."""
    return of_premultiplied(image.convert("RGBA").convert("RGBa"), anchor)


def of_premultiplied(image: Image.Image, anchor: Point) -> Sprite:
    return from_premultiplied(np.array(image, dtype=np.uint8), anchor)


def from_premultiplied(rgba: npt.NDArray[np.uint8], anchor: Point) -> Sprite:
    """A sprite of an array `(height, width, 4)` in which no colour is above its alpha."""
    rgba.flags.writeable = False
    return Sprite(rgba, (float(anchor[0]), float(anchor[1])))


def tamed(rgba: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The same picture; colours that filtering has put above their alpha are brought down to it."""
    return np.minimum(rgba, rgba[..., 3:])


def paste(frame: RGB, sprite: Sprite, x: float, y: float, *, opacity: float = 1.0) -> None:
    """Blend the sprite into the frame, in place, its anchor at (x, y); what lies outside the frame is left away.

    (x, y) is in pixels, pixel 0 going from 0 to 1. Opacity 0 changes nothing.
    """
    if opacity <= 0.0:
        return
    steps_x = round((x - sprite.anchor[0]) * PHASES)
    steps_y = round((y - sprite.anchor[1]) * PHASES)
    left, top = steps_x // PHASES, steps_y // PHASES
    colour, keep = layer(sprite, steps_x % PHASES, steps_y % PHASES)
    if left < 0 or top < 0 or left + colour.shape[1] > frame.shape[1] or top + colour.shape[0] > frame.shape[0]:
        columns = slice(max(0, -left), max(0, frame.shape[1] - left))
        rows = slice(max(0, -top), max(0, frame.shape[0] - top))
        colour, keep = colour[rows, columns], keep[rows, columns]
        left, top = max(0, left), max(0, top)
    region = frame[top : top + colour.shape[0], left : left + colour.shape[1]]
    if region.size == 0:
        return
    if opacity < 1.0:
        part = np.uint16(round(opacity * 255))
        colour = (colour * part) >> EIGHT
        keep = WHOLE - (((WHOLE - keep) * part + np.uint16(255)) >> EIGHT)
    blended = region.astype(np.uint16)
    blended *= keep
    blended >>= EIGHT
    # Never above 255: colour <= alpha, and both roundings go down.
    np.add(blended, colour, out=region, casting="unsafe")


Layer = tuple[npt.NDArray[np.uint16], npt.NDArray[np.uint16]]


@lru_cache(maxsize=256)
def layer(sprite: Sprite, phase_x: int, phase_y: int) -> Layer:
    """Colour to add, and share in 256 to keep of what is below, of the sprite moved by quarters of a pixel.

    Both `(height, width, 3)`: three equal channels are three times as fast as one that is broadcast.
    """
    rgba = shifted(sprite.rgba, phase_x, phase_y) if phase_x or phase_y else sprite.rgba.astype(np.uint16)
    keep = 256 - (rgba[..., 3] * 256.0 / 255.0 + 0.5).astype(np.uint16)
    return np.ascontiguousarray(rgba[..., :3]), np.repeat(keep[..., None], 3, axis=2)


def shifted(rgba: npt.NDArray[np.uint8], phase_x: int, phase_y: int) -> npt.NDArray[np.uint16]:
    """The picture moved right and down by quarters of a pixel, one row or column larger where it moves."""
    height, width = rgba.shape[:2]
    moved = np.zeros((height + bool(phase_y), width + bool(phase_x), 4), np.uint16)
    for row, weight_y in ((0, PHASES - phase_y), (1, phase_y)):
        for column, weight_x in ((0, PHASES - phase_x), (1, phase_x)):
            if weight := weight_x * weight_y:
                moved[row : row + height, column : column + width] += rgba * np.uint16(weight)
    return moved // (PHASES * PHASES)


def rotated(sprite: Sprite, degrees: float) -> Sprite:
    """The sprite turned counter-clockwise about its anchor. It takes time: keep what you get."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    ax, ay = sprite.anchor
    corners = [(x - ax, y - ay) for x in (0, sprite.width) for y in (0, sprite.height)]
    turned = [(x * cos + y * sin, y * cos - x * sin) for x, y in corners]
    left, top = (math.floor(min(point[axis] for point in turned)) - 1 for axis in (0, 1))
    right, bottom = (math.ceil(max(point[axis] for point in turned)) + 1 for axis in (0, 1))
    # From a pixel of the new picture to the place in the old one that it shows.
    back = (cos, -sin, ax + left * cos - top * sin, sin, cos, ay + left * sin + top * cos)
    image = Image.fromarray(sprite.rgba)
    size = (right - left, bottom - top)
    channels = [
        band.transform(size, Image.Transform.AFFINE, back, resample=Image.Resampling.BILINEAR) for band in image.split()
    ]
    return from_premultiplied(tamed(np.array(Image.merge("RGBA", channels))), (-left, -top))


def mirrored(sprite: Sprite) -> Sprite:
    """Left and right exchanged about the anchor."""
    return from_premultiplied(sprite.rgba[:, ::-1].copy(), (sprite.width - sprite.anchor[0], sprite.anchor[1]))


def side_lit(sprite: Sprite, strength: float = 0.3) -> Sprite:
    """The sprite as if it were round and lit from the left: brighter at a third of its width, darker at the right."""
    across = (np.arange(sprite.width) + 0.5) / sprite.width
    light = 1.0 + strength * (0.32 - 1.9 * (across - 0.3) ** 2 / 0.49)
    rgba = sprite.rgba.astype(np.float32)
    rgba[..., :3] *= light[None, :, None]
    return from_premultiplied(tamed(np.minimum(rgba + 0.5, 255).astype(np.uint8)), sprite.anchor)


@lru_cache(maxsize=256)
def shadow(width: float, height: float, opacity: float = 0.35) -> Sprite:
    """A soft dark ellipse, anchored at its centre."""
    columns = (np.arange(math.ceil(width)) + 0.5 - width / 2) / (width / 2)
    rows = (np.arange(math.ceil(height)) + 0.5 - height / 2) / (height / 2)
    inside = np.clip(1.0 - columns[None, :] ** 2 - rows[:, None] ** 2, 0.0, 1.0)
    rgba = np.zeros((rows.size, columns.size, 4), np.uint8)
    rgba[..., 3] = np.round(255 * opacity * inside * (2.0 - inside))
    return from_premultiplied(rgba, (width / 2, height / 2))


@lru_cache(maxsize=256)
def ball(radius: float, colour: Colour) -> Sprite:
    """A shaded sphere lit from the upper left, anchored at its centre."""
    size = math.ceil(2 * radius) + 2
    place = (np.arange(size) + 0.5 - size / 2) / radius
    x, y = place[None, :], place[:, None]
    distance = np.hypot(x, y)
    z = np.sqrt(np.clip(1.0 - distance**2, 0.0, 1.0))
    light = np.clip(-0.45 * x - 0.6 * y + 0.66 * z, 0.0, 1.0)
    body = np.asarray(colour, np.float64) * (0.5 + 0.62 * light)[..., None] + 190.0 * (light**24)[..., None]
    alpha = np.clip((1.0 - distance) * radius + 0.5, 0.0, 1.0)
    rgba = np.concatenate([np.clip(body, 0, 255) * alpha[..., None], 255 * alpha[..., None]], axis=2)
    return from_premultiplied(np.round(rgba).astype(np.uint8), (size / 2, size / 2))


@lru_cache(maxsize=256)
def box(width: float, height: float, colour: Colour) -> Sprite:
    """A box with a front, a top and a right side, anchored at the bottom centre."""
    depth = 0.22 * min(width, height)

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        top = ((0, depth), (depth, 0), (width, 0), (width - depth, depth))
        side = ((width - depth, depth), (width, 0), (width, height - depth), (width - depth, height))
        canvas.polygon([(x * s, y * s) for x, y in top], fill=lighter(colour, 0.35))
        canvas.polygon([(x * s, y * s) for x, y in side], fill=darker(colour, 0.35))
        canvas.rectangle([0, depth * s, (width - depth) * s, height * s], fill=colour)

    return drawn(width, height, draw, anchor=(width / 2, height))


@lru_cache(maxsize=256)
def cylinder(width: float, height: float, colour: Colour) -> Sprite:
    """A standing cylinder seen a little from above, anchored at the bottom centre."""
    rim = 0.28 * width

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        canvas.ellipse([0, (height - rim) * s, width * s - 1, height * s - 1], fill=colour)
        canvas.rectangle([0, rim / 2 * s, width * s - 1, (height - rim / 2) * s], fill=colour)

    def lid(canvas: ImageDraw.ImageDraw, s: float) -> None:
        canvas.ellipse([0, 0, width * s - 1, rim * s - 1], fill=lighter(colour, 0.35))

    body = side_lit(drawn(width, height, draw, anchor=(width / 2, height)), 0.5)
    return over(body, drawn(width, height, lid, anchor=(width / 2, height)))


@lru_cache(maxsize=256)
def cup(width: float, height: float, colour: Colour) -> Sprite:
    """A cup upside down, as in the game with the ball, anchored at the bottom centre."""
    rim, narrow = 0.16 * width, 0.17 * width

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        canvas.ellipse([0, (height - 2 * rim) * s, width * s - 1, height * s - 1], fill=colour)
        body = ((narrow, rim / 2), (width - narrow, rim / 2), (width, height - rim), (0, height - rim))
        canvas.polygon([(x * s, y * s) for x, y in body], fill=colour)
        band = ((0.03 * width, height * 0.78), (0.97 * width, height * 0.78), (width, height - rim), (0, height - rim))
        canvas.polygon([(x * s, y * s) for x, y in band], fill=darker(colour, 0.22))
        canvas.ellipse([0, (height - 2 * rim) * s, width * s - 1, height * s - 1], fill=darker(colour, 0.22))
        bulge = [0.03 * width, height * 0.78 - rim * 0.8, 0.97 * width, height * 0.78 + rim * 0.8]
        canvas.ellipse([edge * s for edge in bulge], fill=colour)

    def lid(canvas: ImageDraw.ImageDraw, s: float) -> None:
        canvas.ellipse([narrow * s, 0, (width - narrow) * s - 1, rim * s], fill=lighter(colour, 0.3))

    body = side_lit(drawn(width, height, draw, anchor=(width / 2, height)), 0.55)
    return over(body, drawn(width, height, lid, anchor=(width / 2, height)))


@lru_cache(maxsize=256)
def card(width: float, height: float, letter: str | None, colour: Colour) -> Sprite:
    """A card with a border and, in the middle, a letter in its colour; anchored at the centre."""

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        round_ = 0.1 * width * s
        canvas.rounded_rectangle([0, 0, width * s - 1, height * s - 1], round_, fill=(196, 190, 178))
        canvas.rounded_rectangle([s, s, (width - 1) * s, (height - 1.6) * s], round_, fill=(250, 248, 240))
        edge = max(1.0, 0.05 * width) * s
        inset = 0.07 * width * s
        canvas.rounded_rectangle([inset, inset, width * s - inset, height * s - inset], round_ * 0.7,
                                 outline=lighter(colour, 0.35), width=round(edge))  # fmt: skip
        if letter:
            font = ImageFont.load_default(round(0.62 * min(width * 1.25, height) * s))
            canvas.text((width / 2 * s, height * 0.49 * s), letter, fill=colour, font=font, anchor="mm",
                        stroke_width=round(0.025 * width * s), stroke_fill=colour)  # fmt: skip

    return drawn(width, height, draw, anchor=(width / 2, height / 2))


@lru_cache(maxsize=256)
def lamp(height: float, colour: Colour, lit: bool) -> Sprite:
    """A table lamp with a shade of this colour, dark or shining with a halo; anchored at the bottom centre."""
    width, halo = 0.62 * height, 0.36 * height
    middle, top = width / 2 + halo, halo
    metal: Colour = (112, 108, 104)

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        canvas.ellipse([(middle - 0.2 * height) * s, (top + 0.9 * height) * s,
                        (middle + 0.2 * height) * s, (top + height) * s - 1], fill=darker(metal, 0.25))  # fmt: skip
        canvas.rectangle([(middle - 0.025 * height) * s, (top + 0.4 * height) * s,
                          (middle + 0.025 * height) * s, (top + 0.94 * height) * s], fill=metal)  # fmt: skip
        if lit:
            canvas.ellipse([(middle - 0.29 * height) * s, (top + 0.36 * height) * s,
                            (middle + 0.29 * height) * s, (top + 0.5 * height) * s], fill=(255, 250, 214))  # fmt: skip
        shade = ((-0.16, 0.0), (0.16, 0.0), (0.3, 0.43), (-0.3, 0.43))
        fill = mixed(lighter(colour, 0.25), (255, 240, 170), 0.45) if lit else darker(colour, 0.3)
        canvas.polygon([((middle + x * height) * s, (top + y * height) * s) for x, y in shade], fill=fill)

    size = (width + 2 * halo, height + halo)
    body = side_lit(drawn(*size, draw, anchor=(middle, size[1])), 0.15 if lit else 0.4)
    return over(glow(*size, centre=(middle, top + 0.3 * height), radius=0.62 * height), body) if lit else body


def glow(width: float, height: float, *, centre: Point, radius: float, colour: Colour = (255, 236, 150)) -> Sprite:
    """Light in the air around a lamp, fading out at the radius."""
    columns = np.arange(math.ceil(width)) + 0.5 - centre[0]
    rows = np.arange(math.ceil(height)) + 0.5 - centre[1]
    near = np.clip(1.0 - np.hypot(columns[None, :], rows[:, None]) / radius, 0.0, 1.0) ** 2
    rgba = np.concatenate([np.asarray(colour) * near[..., None] * 0.7, 255 * near[..., None] * 0.7], axis=2)
    return from_premultiplied(np.round(rgba).astype(np.uint8), (width / 2, height))


def over(below: Sprite, above: Sprite) -> Sprite:
    """Both in one, the second in front; they have one size, and the anchor is the first one's."""
    keep = 255 - above.rgba[..., 3:].astype(np.uint16)
    rgba = above.rgba + (below.rgba * keep + 127) // 255
    return from_premultiplied(tamed(np.minimum(rgba, 255).astype(np.uint8)), below.anchor)
