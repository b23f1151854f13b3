"""What a clip is drawn from: all that the four members of an orbit share, and the ground they stand on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import ImageDraw

from qa_gen.synth.drawing.colours import PALETTE, Colour
from qa_gen.synth.drawing.figure import Look
from qa_gen.synth.drawing.grounds import ground, outdoors, room
from qa_gen.synth.world import RGB

SIZE = 256
"""Pictures are square."""

NUM_FRAMES = 65

STEPS = 40
"""A thing that changes its shape is drawn in so many moments and no more, so that they can be kept."""


@dataclass(frozen=True, slots=True)
class Stage:
    """`warm` and `cool` name colours of the palette; `size` is a factor about 1; `x` is where the middle stands.
    `pair` is 0 or 1: which of its two motions this clip shows."""

    ground: str
    warm: str
    cool: str
    size: float
    x: float
    look: Look
    skin: Colour
    sleeve: Colour
    variant: int
    mirrored: bool
    pair: int = 0

    def warm_colour(self) -> Colour:
        return PALETTE[self.warm]

    def cool_colour(self) -> Colour:
        return PALETTE[self.cool]

    def inside(self) -> RGB:
        return ground(room, self.ground, SIZE, SIZE).copy()

    def outside(self) -> RGB:
        return ground(outdoors, self.ground, SIZE, SIZE).copy()


Points = Sequence[tuple[float, float]]


def polygon(canvas: ImageDraw.ImageDraw, s: float, points: Points, fill: Colour) -> None:
    canvas.polygon([(x * s, y * s) for x, y in points], fill=fill)


def rectangle(
    canvas: ImageDraw.ImageDraw, s: float, left: float, top: float, right: float, bottom: float, fill: Colour
) -> None:
    canvas.rectangle([left * s, top * s, right * s - 1, bottom * s - 1], fill=fill)


def ellipse(
    canvas: ImageDraw.ImageDraw, s: float, left: float, top: float, right: float, bottom: float, fill: Colour
) -> None:
    canvas.ellipse([left * s, top * s, right * s - 1, bottom * s - 1], fill=fill)
