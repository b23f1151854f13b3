"""What a corridor looks like: an endless row of equal doors and crossings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

from qa_gen.synth.drawing.colours import PALETTE, Colour, mixed
from qa_gen.synth.worlds.vlnce.walk import STEP_METRES

DOOR_COLOURS = ("red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink")
"""Vivid, where all else in a corridor is muted: by this the oracle sees a door."""

WALLS: Sequence[Colour] = (
    (206, 198, 184), (186, 190, 192), (198, 186, 178), (176, 184, 176), (210, 206, 200), (182, 176, 186),
)  # fmt: skip
CEILINGS: Sequence[Colour] = ((228, 226, 220), (214, 214, 216), (222, 216, 206))
DEEPS: Sequence[Colour] = ((34, 32, 38), (52, 48, 46), (206, 208, 212), (120, 122, 128))
"""What the far end of the corridor is lost in: the dark, or the light."""

FLOORS: Mapping[str, Sequence[Colour]] = MappingProxyType(
    {
        "planks": ((150, 128, 108), (128, 110, 94), (168, 150, 130)),
        "tiles": ((196, 194, 190), (150, 152, 156), (176, 168, 160)),
        "carpet": ((112, 104, 110), (104, 112, 110), (120, 110, 102)),
    }
)
WALL_KINDS = ("panels", "stripes", "bricks")


@dataclass(frozen=True, slots=True)
class Corridor:
    """Lengths in metres; all of it repeats each `period`.

    Doors span the corridor midway between two crossings, where passages open to both sides. `focal` is that of the
    camera in half widths of the picture: 1 is a field of view of 90 degrees. `horizon` is the row of the eyes, 0 to 1.
    """

    door: str
    wall: Colour
    wall_kind: str
    floor: Colour
    floor_kind: str
    ceiling: Colour
    deep: Colour
    half_width: float
    half_opening: float
    height: float
    lintel: float
    eyes: float
    passage: float
    period: float
    focal: float
    horizon: float
    seed: int

    @property
    def door_colour(self) -> Colour:
        return PALETTE[self.door]

    @property
    def door_steps(self) -> int:
        return round(self.period / STEP_METRES)


def a_corridor(rng: Random) -> Corridor:
    kind = rng.choice(sorted(FLOORS))
    half_width = rng.choice((0.8, 0.9, 1.0))
    return Corridor(
        door=rng.choice(DOOR_COLOURS),
        wall=mixed(rng.choice(WALLS), (128, 128, 128), rng.uniform(0.0, 0.25)),
        wall_kind=rng.choice(WALL_KINDS),
        floor=rng.choice(FLOORS[kind]),
        floor_kind=kind,
        ceiling=rng.choice(CEILINGS),
        deep=rng.choice(DEEPS),
        half_width=half_width,
        half_opening=half_width - rng.choice((0.26, 0.32)),
        height=rng.choice((2.4, 2.6, 2.8)),
        lintel=2.1,
        eyes=rng.choice((1.25, 1.4, 1.5)),
        passage=rng.choice((0.8, 0.9, 1.0)),
        period=STEP_METRES * rng.choice((10, 11, 12, 13, 14)),
        focal=rng.choice((0.9, 1.0, 1.1)),
        horizon=rng.choice((0.48, 0.5, 0.52)),
        seed=rng.getrandbits(32),
    )
