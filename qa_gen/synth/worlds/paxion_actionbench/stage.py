"""What a clip of one motion is drawn from: all that both members of an orbit share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from random import Random

from qa_gen.synth.drawing.colours import PALETTE, Colour
from qa_gen.synth.drawing.easing import ease, span
from qa_gen.synth.drawing.grounds import table
from qa_gen.synth.drawing.hand import reach
from qa_gen.synth.drawing.sprites import paste, shadow
from qa_gen.synth.drawing.things import thing
from qa_gen.synth.world import RGB

WIDTH, HEIGHT = 320, 240
NUM_FRAMES = 65


@dataclass(frozen=True, slots=True)
class Prop:
    """A thing of the drawing kit, by its name there and its colour's name in the palette."""

    name: str
    colour: str

    def paste(self, frame: RGB, x: float, y: float, size: float) -> None:
        """Stand it on (x, y) with its shadow."""
        paste(frame, shadow(round(size * 0.95), round(size * 0.26)), x, y - size * 0.03)
        self.hang(frame, x, y, size)

    def hang(self, frame: RGB, x: float, y: float, size: float) -> None:
        """The same without a shadow, as it looks when held up."""
        paste(frame, thing(self.name, round(size), PALETTE[self.colour]), x, y)


@dataclass(frozen=True, slots=True)
class Clutter:
    """A thing that lies about and is never touched."""

    prop: Prop
    x: float
    y: float
    size: float


@dataclass(frozen=True, slots=True)
class Stage:
    """One table with what lies on it. Lengths in pixels; `quiet` is the part of the clip before the motion starts,
    and again after it ends, in which the hand comes and goes."""

    ground: str
    first: Prop
    second: Prop
    variant: int
    size: float
    x: float
    y: float
    clutter: tuple[Clutter, ...]
    skin: Colour
    sleeve: Colour
    degrees: int
    quiet: float

    def hand(self, frame: RGB, x: float, y: float, there: float, *, degrees: int | None = None) -> None:
        """The right hand, or the left one where it comes from the left."""
        turned = self.degrees if degrees is None else degrees
        reach(frame, self.skin, self.sleeve, x, y, degrees=turned, there=there, right=turned >= 0)

    def colour(self) -> Colour:
        return PALETTE[self.first.colour]

    def laid(self) -> RGB:
        """The table with its clutter, to be drawn upon."""
        return laid(self.ground, self.clutter).copy()


@lru_cache(maxsize=4)
def laid(ground: str, clutter: tuple[Clutter, ...]) -> RGB:
    frame = table(Random(ground), WIDTH, HEIGHT).copy()
    for item in clutter:
        item.prop.paste(frame, item.x, item.y, item.size)
    return frame


def progress(stage: Stage, index: int) -> tuple[float, float]:
    """How far the motion has come, and how near the hand is, both 0 to 1, at a frame."""
    time = index / (NUM_FRAMES - 1)
    done = ease(span(time, stage.quiet, 1.0 - stage.quiet))
    there = ease(span(min(time, 1.0 - time), 0.02, stage.quiet))
    return done, there
