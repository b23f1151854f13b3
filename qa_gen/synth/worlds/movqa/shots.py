"""Four shots of equal length, one after the other: what a film shows at each frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Literal

import numpy as np
from PIL import Image

from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.movqa.places import stage
from qa_gen.synth.worlds.movqa.stage import HEIGHT, WIDTH

WIDTH_SHOWN, HEIGHT_SHOWN = 384, 216

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Shot:
    """A place, and a camera that goes slowly from one part of the stage to another (left, top, right, bottom)."""

    place: str
    variant: int
    start: Box
    end: Box

    def at(self, t: float) -> RGB:
        """The picture at a part of the shot from 0 to 1."""
        left, top, right, bottom = (a + (b - a) * t for a, b in zip(self.start, self.end, strict=True))
        image = Image.fromarray(stage(self.place, self.variant).at(t))
        size, box = (WIDTH_SHOWN, HEIGHT_SHOWN), (left, top, right, bottom)
        shown: RGB = np.asarray(image.resize(size, Image.Resampling.BILINEAR, box=box))
        return shown


@lru_cache(maxsize=192)
def picture(shot: Shot, phase: int, length: int) -> RGB:
    """The four films of an orbit need the same pictures, so they are kept for a while."""
    return shot.at(phase / length)


def a_shot(rng: Random, place: str) -> Shot:
    """Half of them zoom in or out, the others pan to one side."""
    zooms = rng.random() < 0.5
    wide, near = rng.uniform(0.94, 1.0), rng.uniform(0.8, 0.86)
    if zooms:
        boxes = [part_of_stage(wide, 0.0, 0.0), part_of_stage(near, rng.uniform(-0.3, 0.3), rng.uniform(-0.3, 0.3))]
    else:
        level, side = rng.uniform(-0.3, 0.3), rng.uniform(0.6, 0.95)
        boxes = [part_of_stage(0.86, -side, level), part_of_stage(0.86, side, level)]
    rng.shuffle(boxes)
    return Shot(place, rng.getrandbits(32), *boxes)


def part_of_stage(size: float, across: float, down: float) -> Box:
    """`size` is a part of the stage; -1 is as far to the left or up as it goes, 1 to the right or down."""
    left, top = WIDTH * (1 - size) * (1 + across) / 2, HEIGHT * (1 - size) * (1 + down) / 2
    return left, top, left + WIDTH * size, top + HEIGHT * size


Joint = Literal["cut", "black", "white"]
JOINTS: tuple[Joint, ...] = ("cut", "black", "white")


@dataclass(frozen=True, slots=True)
class Cut:
    """The shots of a film, `length` frames each and one more at its end; how they are joined, over `fade` frames.

    What a frame shows depends on its shot and its place in the shot alone, wherever in the film the shot stands.
    """

    shots: Sequence[Shot]
    length: int
    joint: Joint
    fade: int

    @property
    def num_frames(self) -> int:
        return len(self.shots) * self.length + 1

    def frame(self, index: int) -> RGB:
        number = min(index // self.length, len(self.shots) - 1)
        phase = index - number * self.length
        rgb = picture(self.shots[number], phase, self.length)
        return rgb if self.joint == "cut" else faded(rgb, self.clear(phase), 255 if self.joint == "white" else 0)

    def clear(self, phase: int) -> float:
        """How much is left of the picture, 0 to 1."""
        return min(1.0, (phase + 1) / (self.fade + 1), (self.length - phase) / (self.fade + 1))


def faded(rgb: RGB, clear: float, into: int) -> RGB:
    if clear >= 1.0:
        return rgb
    part = round(256 * clear)
    return ((rgb.astype(np.uint32) * part + into * (256 - part)) >> 8).astype(np.uint8)
