"""What a clip is drawn from: all that the four members of an orbit share, and the furniture of their scenes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PIL import ImageDraw

from qa_gen.synth.drawing.colours import PALETTE, Colour, darker, lighter
from qa_gen.synth.drawing.easing import ease, span, there_and_back
from qa_gen.synth.drawing.figure import Look
from qa_gen.synth.drawing.grounds import ground, outdoors, room
from qa_gen.synth.drawing.sprites import Sprite, drawn, paste, shadow
from qa_gen.synth.drawing.things import thing
from qa_gen.synth.world import RGB

WIDTH, HEIGHT = 320, 240
FLOOR = 222.0
"""Where people stand."""


@dataclass(frozen=True, slots=True)
class Stage:
    """`warm` and `cool` name colours of the palette, `thing` a thing of the drawing kit. The event begins and ends at
    parts of the clip, 0 to 1."""

    ground: str
    warm: str
    cool: str
    thing: str
    look: Look
    x: float
    size: float
    wood: Colour
    begins: float
    ends: float
    mirrored: bool

    def done(self, time: float) -> float:
        """How much of the event has happened."""
        return ease(span(time, self.begins, self.ends))

    def gesture(self, time: float) -> float:
        """0 to 1 and back: the movement of a person around the event."""
        return there_and_back(span(time, self.begins - 0.16, self.ends + 0.14))

    def warm_colour(self) -> Colour:
        return PALETTE[self.warm]

    def cool_colour(self) -> Colour:
        return PALETTE[self.cool]

    def inside(self) -> RGB:
        return ground(room, self.ground, WIDTH, HEIGHT).copy()

    def outside(self) -> RGB:
        return ground(outdoors, self.ground, WIDTH, HEIGHT).copy()


def stand(frame: RGB, name: str, colour: Colour, x: float, y: float, size: float, *, opacity: float = 1.0) -> None:
    """A thing of the kit standing on (x, y)."""
    paste(frame, thing(name, max(2, round(size)), colour), x, y, opacity=opacity)


def cast(frame: RGB, x: float, y: float, width: float, *, opacity: float = 1.0) -> None:
    """A shadow on what lies at (x, y)."""
    paste(frame, shadow(max(4, round(width)), max(3, round(width * 0.22))), x, y, opacity=opacity)


def table(frame: RGB, colour: Colour, x: float, *, width: int, height: int, base: float = FLOOR) -> None:
    cast(frame, x, base, width * 1.05)
    paste(frame, furniture(colour, width, height), x, base)


@lru_cache(maxsize=64)
def furniture(colour: Colour, width: int, height: int) -> Sprite:
    """A table with legs of what is left of its height, anchored on the floor below its middle."""

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        def rectangle(left: float, top: float, right: float, bottom: float, fill: Colour) -> None:
            canvas.rectangle([left * s, top * s, right * s - 1, bottom * s - 1], fill=fill)

        for x in (8, width - 16):
            rectangle(x, 12, x + 8, max(13, height + 12), darker(colour, 0.3))
        canvas.polygon([(x * s, y * s) for x, y in ((8, 0), (width - 8, 0), (width, 12), (0, 12))],
                       fill=lighter(colour, 0.15))  # fmt: skip
        rectangle(0, 11, width, 18, darker(colour, 0.15))

    return drawn(width, height + 18, draw, anchor=(width / 2, height + 16))
