"""Things that stand about on the table and have nothing to do with the game."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from random import Random

from qa_gen.synth.drawing.colours import PALETTE, Colour
from qa_gen.synth.drawing.sprites import paste, shadow
from qa_gen.synth.drawing.things import thing
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.perception_test.stage import Stage, table

NAMES = ("cup", "book", "phone", "bottle", "plate", "key", "vase", "teddy", "shoe", "hat")
COLOURS = ("gray", "brown", "orange", "white", "black")
"""None of the hues that the games are played in."""

SPOTS = ((-104.0, -62.0), (104.0, -62.0), (-140.0, -20.0), (140.0, -20.0), (-146.0, 74.0), (146.0, 74.0))
"""In points, along the edges."""


@dataclass(frozen=True, slots=True)
class Piece:
    name: str
    colour: Colour
    x: float
    y: float
    size: float


def clutter(rng: Random, most: int = 3) -> tuple[Piece, ...]:
    """None to `most` pieces, those at the back first."""
    spots = sorted(rng.sample(SPOTS, rng.randint(0, most)), key=lambda spot: spot[1])
    return tuple(
        Piece(
            rng.choice(NAMES), PALETTE[rng.choice(COLOURS)], x + rng.uniform(-8, 8), y + rng.uniform(-6, 6),
            rng.uniform(30, 44),
        )
        for x, y in spots
    )  # fmt: skip


@lru_cache(maxsize=8)
def laid(stage: Stage, pieces: tuple[Piece, ...]) -> RGB:
    """The table with the pieces on it."""
    picture = table(stage).copy()
    for piece in pieces:
        size = round(piece.size * stage.point)
        paste(picture, shadow(round(size * 0.9, 1), round(size * 0.3, 1), 0.3), *stage.at(piece.x + 3, piece.y - 2))
        paste(picture, thing(piece.name, size, piece.colour), *stage.at(piece.x, piece.y))
    picture.flags.writeable = False
    return picture
