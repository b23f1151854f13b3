"""Take -> pictures: a lit plane and, from far to near, each thing with its shadow."""

from __future__ import annotations

from functools import lru_cache
from math import cos, floor, pi, sin
from random import Random

import numpy as np
import numpy.typing as npt
from PIL import Image

from qa_gen.synth.drawing.sprites import Sprite, from_rgba, paste, shadow
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.clevrer import camera
from qa_gen.synth.worlds.clevrer.take import Take
from qa_gen.synth.worlds.clevrer.things import COLOURS, Thing

Array = npt.NDArray[np.float64]

SMOOTH = 3
"""Things are drawn this much larger, then averaged."""

ROUND = 22.0
"""Half the width of spheres and cylinders in the picture."""
TALL = 0.4 * camera.PIXELS_PER_Z
"""Height of a side in the picture."""
RIM = 10.0
"""Half the height of a cylinder's top in the picture."""
EDGE = 0.36
"""Of a cube, on the plane."""
YAWS = 24
"""Ways in which a cube can stand, over a quarter turn."""

LIGHT = np.array([-0.5, 0.62, 0.6]) / np.sqrt(0.5**2 + 0.62**2 + 0.6**2)
"""Towards the light, in the picture's own axes: right, up, towards the eye."""


def picture(take: Take, look: str, frame: int) -> RGB:
    """One frame. `look` is the seed of the plane and its light."""
    rgb = ground(look).copy()
    clock = take.clock(frame)
    states = [(thing, take.run.leg(disc, clock)) for disc, thing in enumerate(take.things)]
    placed = [(camera.seen_at(leg.x, leg.y), leg.yaw, thing) for thing, leg in states]
    placed.sort(key=lambda item: item[0][1])
    dark = shadow(66, 30, 0.3)
    for (column, row), _, _ in placed:
        paste(rgb, dark, column + 9, row + 18)
    for (column, row), yaw, thing in placed:
        step = floor(yaw / (pi / 2) * YAWS) % YAWS if thing.shape == "cube" else 0
        paste(rgb, body(thing, step), column, row)
    return rgb


@lru_cache(maxsize=16)
def ground(look: str) -> RGB:
    """A gray plane under one lamp, a little tinted; the same for all videos of an orbit."""
    rng = Random(look)
    columns, rows = np.meshgrid(np.arange(camera.WIDTH), np.arange(camera.HEIGHT))
    at = (camera.WIDTH * rng.uniform(0.3, 0.7), camera.HEIGHT * rng.uniform(0.35, 0.75))
    away = np.hypot((columns - at[0]) / 330.0, (rows - at[1]) / 240.0)
    level = rng.uniform(182, 200) + 18.0 * np.exp(-(away**2)) - 26.0 * np.clip(away - 0.5, 0, 1)
    level += 10.0 * (rows / camera.HEIGHT - 0.5)
    noise = np.random.default_rng(rng.getrandbits(64))
    coarse = Image.fromarray(noise.normal(0.0, 1.0, (20, 30)).astype(np.float32))
    level += 1.6 * np.asarray(coarse.resize((camera.WIDTH, camera.HEIGHT), Image.Resampling.BICUBIC))
    tint = np.array([1.0 + rng.uniform(-0.03, 0.03), 1.0, 1.0 + rng.uniform(-0.035, 0.035)])
    rgb: RGB = np.clip(level[..., None] * tint + 0.5, 0, 255).astype(np.uint8)
    rgb.flags.writeable = False
    return rgb


@lru_cache(maxsize=512)
def body(thing: Thing, step: int) -> Sprite:
    """The picture of a thing, anchored at its centre; `step` turns a cube by a 24th of a quarter turn."""
    half = 40
    grid = (np.arange(2 * half * SMOOTH) + 0.5) / SMOOTH - half
    right, up = np.meshgrid(grid, -grid)
    paint = {"sphere": sphere, "cylinder": cylinder, "cube": cube}[thing.shape]
    covered, normal, gloss = paint(right, up, step)
    colour = np.array(COLOURS[thing.colour], dtype=np.float64)
    colour = metal(colour, normal, gloss, right, up) if thing.material == "metal" else rubber(colour, normal)
    rgba = np.concatenate([np.clip(colour, 0, 255) * covered[..., None], 255.0 * covered[..., None]], axis=2)
    small = rgba.reshape(2 * half, SMOOTH, 2 * half, SMOOTH, 4).mean(axis=(1, 3))
    small[..., :3] *= 255.0 / np.maximum(small[..., 3:], 1.0)
    return from_rgba(Image.fromarray(np.clip(small + 0.5, 0, 255).astype(np.uint8), "RGBA"), (half, half))


Surface = tuple[Array, Array, Array]
"""Where the thing is (0 or 1), the directions `(height, width, 3)` in which its surface looks, and where it would
mirror the lamp, were it of metal (0 to 1)."""


def sphere(right: Array, up: Array, _: int) -> Surface:
    x, y = right / ROUND, up / ROUND
    depth = np.sqrt(np.clip(1.0 - x * x - y * y, 0.0, 1.0))
    normal = np.stack([x, y, depth], axis=2)
    glint = np.clip(mirrored(normal) @ LIGHT, 0.0, 1.0) ** 14
    return (x * x + y * y <= 1.0).astype(np.float64), normal, glint


def cylinder(right: Array, up: Array, _: int) -> Surface:
    x = right / ROUND
    edge = RIM * np.sqrt(np.clip(1.0 - x * x, 0.0, 1.0))
    top = np.abs(up - TALL / 2) <= edge
    side = (np.abs(x) <= 1.0) & (up <= TALL / 2) & (up >= -TALL / 2 - edge)
    round_about = np.stack([x, np.full_like(x, 0.1), np.sqrt(np.clip(1.0 - x * x, 0.0, 1.0))], axis=2)
    normal = np.where(top[..., None], UP, round_about)
    gloss = np.where(top, 0.55 * np.exp(-(((x + 0.35) / 0.22) ** 2)), 0.95 * np.exp(-(((x + 0.42) / 0.13) ** 2)))
    return (top | side).astype(np.float64), normal, gloss


UP = np.array([0.0, 0.89, 0.457])


def cube(right: Array, up: Array, step: int) -> Surface:
    """A top and the two sides that look this way, each with a streak of light of its own."""
    turn = step * (pi / 2) / YAWS
    corners = []
    for quarter in range(4):
        angle = turn + pi / 4 + quarter * pi / 2
        corners.append((SLANT[0] * EDGE / 2**0.5 * cos(angle), SLANT[1] * EDGE / 2**0.5 * sin(angle)))
    top = [(x, y + TALL / 2) for x, y in corners]
    covered = within(top, right, up)
    normal = np.where(covered[..., None] > 0, UP, np.zeros(3))
    gloss = covered * 0.5 * streak(right, up, top)
    for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1], strict=True):
        if ay + by >= 0:  # it looks away
            continue
        side = [(ax, ay - TALL / 2), (bx, by - TALL / 2), (bx, by + TALL / 2), (ax, ay + TALL / 2)]
        inside = within(side, right, up) * (1.0 - covered)
        across = (ax + bx) / np.hypot(ax + bx, 2.2 * (ay + by))
        facing = np.array([across, -0.15, np.sqrt(1.0 - across * across)])
        normal = np.where(inside[..., None] > 0, facing, normal)
        gloss = np.maximum(gloss, inside * 0.72 * streak(right, up, side))
        covered = np.maximum(covered, inside)
    return covered, normal, gloss


SLANT = (camera.PIXELS_PER_Y[0], camera.PIXELS_PER_X[1])
"""Pixels per unit of the plane, across and downwards. The camera's small skew would make cubes lean."""


def streak(right: Array, up: Array, face: list[camera.Point]) -> Array:
    """A slanting band of light through the middle of a face."""
    x, y = (sum(corner[axis] for corner in face) / 4 for axis in (0, 1))
    return np.asarray(np.exp(-(((0.85 * (right - x) + 0.5 * (up - y) + 1.5) / 3.4) ** 2)))


def within(corners: list[camera.Point], right: Array, up: Array) -> Array:
    """1 inside a convex polygon, 0 outside."""
    sides = []
    for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1], strict=True):
        sides.append((bx - ax) * (up - ay) - (by - ay) * (right - ax))
    stack = np.stack(sides)
    inside = np.all(stack >= 0, axis=0) | np.all(stack <= 0, axis=0)
    return np.asarray(inside, dtype=np.float64)


def rubber(colour: Array, normal: Array) -> Array:
    """Scatters the light evenly."""
    facing = np.clip(normal @ LIGHT, 0.0, 1.0)
    return np.asarray(colour * (0.52 + 0.6 * facing)[..., None] + 10.0)


def metal(colour: Array, normal: Array, gloss: Array, right: Array, up: Array) -> Array:
    """Mirrors a bright sky, a dark horizon and the lamp."""
    height = mirrored(normal)[..., 1] + 0.006 * up + 0.004 * right
    sky = 0.42 + 0.85 * smooth(height, -0.15, 0.75)
    below = 0.5 * smooth(-height, 0.1, 0.8)
    rim = 0.25 * (1.0 - np.clip(normal[..., 2], 0.0, 1.0)) ** 3
    body = colour * (sky + below + rim)[..., None]
    return np.asarray(body + (262.0 - np.minimum(body, 200.0)) * gloss[..., None])


def mirrored(normal: Array) -> Array:
    """Where one looks when one looks straight at a mirror."""
    return np.asarray(2.0 * normal[..., 2:] * normal - np.array([0.0, 0.0, 1.0]))


def smooth(value: Array, low: float, high: float) -> Array:
    part = np.clip((value - low) / (high - low), 0.0, 1.0)
    return np.asarray(part * part * (3.0 - 2.0 * part))
