"""The room of an orbit: who is in it, where everything has its place, and how the camera sees it.

Places are worked out for a picture of 320x240 and then scaled, zoomed and mirrored. All of them lie in the middle
square of the picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from types import MappingProxyType
from typing import Literal, NamedTuple

from qa_gen.synth.home.deeds import THINGS, Shelf

Side = Literal["left", "right"]

GROUND, FIGURE, MIDDLE = 207.0, 126.0, 160.0
"""Where the feet stand, how tall the person is, and where it rests, in a picture of 320x240."""

SIZES = ((320, 240), (336, 252), (352, 264))


class Spot(NamedTuple):
    """Where a thing stands with the middle of its lower edge."""

    kind: Shelf
    side: Side
    x: float
    y: float


SPOTS: Mapping[str, Spot] = MappingProxyType(
    {
        "left shelf, far": Spot("shelf", "left", 75, 108),
        "left shelf, near": Spot("shelf", "left", 108, 108),
        "left board, far": Spot("board", "left", 75, 163),
        "left board, near": Spot("board", "left", 109, 163),
        "left floor": Spot("floor", "left", 82, 223),
        "left wall": Spot("wall", "left", 80, 181),
        "right shelf, far": Spot("shelf", "right", 245, 108),
        "right shelf, near": Spot("shelf", "right", 212, 108),
        "right board, far": Spot("board", "right", 245, 163),
        "right board, near": Spot("board", "right", 211, 163),
        "right floor": Spot("floor", "right", 238, 223),
        "right wall": Spot("wall", "right", 240, 181),
    }
)


@dataclass(frozen=True, slots=True)
class Stage:
    """All that the pictures of an orbit share. `places` are pairs (thing, spot), `seed` draws room and person."""

    seed: int
    width: int
    height: int
    zoom: float
    mirrored: bool
    places: tuple[tuple[str, str], ...]

    @property
    def scale(self) -> float:
        """Pixels of the picture for one pixel of the plan."""
        return self.height / 240 * self.zoom

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A point of the plan, in pixels of the picture."""
        away = -(x - MIDDLE) if self.mirrored else x - MIDDLE
        return self.width / 2 + away * self.scale, 0.87 * self.height + (y - GROUND) * self.scale

    def spot(self, thing: str) -> Spot:
        return SPOTS[dict(self.places)[thing]]

    @property
    def walled(self) -> frozenset[Side]:
        """The sides where a piece of furniture stands in place of shelf and board."""
        return frozenset(SPOTS[spot].side for _, spot in self.places if SPOTS[spot].kind == "wall")


def furnished(rng: Random, things: Sequence[str]) -> Stage:
    """A room in which each of the things has a place. Raises ValueError where there is none for all."""
    width, height = rng.choice(SIZES)
    return Stage(
        seed=rng.getrandbits(48),
        width=width,
        height=height,
        zoom=round(rng.uniform(0.98, 1.14), 3),
        mirrored=rng.random() < 0.5,
        places=tuple(placed(rng, things)),
    )


def placed(rng: Random, things: Sequence[str]) -> list[tuple[str, str]]:
    """Each thing with a spot of its own: those with the fewest kinds of places first."""
    taken: dict[str, str] = {}

    def free(thing: str) -> list[str]:
        walls = {SPOTS[spot].side for spot in taken.values() if SPOTS[spot].kind == "wall"}
        used = {SPOTS[spot].side for spot in taken.values() if SPOTS[spot].kind in ("shelf", "board")}
        kinds = THINGS[thing].places
        spots = [name for name, spot in SPOTS.items() if spot.kind in kinds and name not in taken.values()]
        if "wall" in kinds:
            return [name for name in spots if SPOTS[name].side not in used]
        return [name for name in spots if SPOTS[name].kind == "floor" or SPOTS[name].side not in walls]

    def settle(rest: Sequence[str]) -> bool:
        if not rest:
            return True
        thing, *others = rest
        spots = free(thing)
        for spot in rng.sample(spots, len(spots)):
            taken[thing] = spot
            if settle(others):
                return True
            del taken[thing]
        return False

    order = sorted(rng.sample(list(things), len(things)), key=lambda thing: ORDER[THINGS[thing].places])
    if not settle(order):
        raise ValueError(f"no room for {', '.join(things)}")
    return sorted(taken.items())


ORDER = {("wall",): 0, ("floor",): 1, ("shelf",): 2, ("board",): 2, ("floor", "board"): 3, ("board", "floor"): 3,
         ("shelf", "board"): 4, ("board", "shelf"): 4}  # fmt: skip
