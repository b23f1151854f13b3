"""The cups game simulated: where every cup and the ball are in each frame."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sin
from typing import NamedTuple

from qa_gen.synth.drawing.colours import Colour
from qa_gen.synth.drawing.easing import ease, span
from qa_gen.synth.worlds.perception_test.clutter import Piece
from qa_gen.synth.worlds.perception_test.stage import Box, Stage

SLOTS, FIRST_SWAP = 8, 2
SWAPPING = range(FIRST_SWAP, FIRST_SWAP + 4)
GAP, CUP_WIDTH, CUP_HEIGHT, BALL, BASE, DEPTH, LIFT = 64.0, 46.0, 54.0, 10.5, 34.0, 17.0, 46.0
"""In points: between cups, their size, the ball's radius, the row of the cups, how far they swerve and are lifted."""

LIFTED, CARRIED, PUT_UNDER, COVERED = (0.05, 0.22), (0.02, 0.3), (0.36, 0.52), (0.76, 0.93)
"""Shares of the time before the first swap: the cup goes up, the ball comes and goes under it, the cup comes down."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Looks:
    shape: str
    colour: Colour
    hidden: Colour
    skin: Colour
    sleeve: Colour
    size: float
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Swap:
    """Exchange the cups at `left` and at its right neighbour; the one that was left goes in front, or behind."""

    left: int
    in_front: bool


@dataclass(frozen=True, slots=True)
class Shuffle:
    """One member: which cup the ball goes under, and the four swaps in their order."""

    stage: Stage
    looks: Looks
    start: int
    swaps: tuple[Swap, ...]

    @property
    def num_frames(self) -> int:
        """The game, and the reveal after it: two slots long."""
        return self.stage.last // SLOTS * 10 + 1

    @property
    def end(self) -> int:
        """Where the ball is in the end."""
        return self.arrangement(len(self.swaps)).index(self.start)

    def arrangement(self, done: int) -> list[int]:
        """Which cup, by where it stood first, stands at each place after so many swaps."""
        order = [0, 1, 2]
        for swap in self.swaps[:done]:
            order[swap.left], order[swap.left + 1] = order[swap.left + 1], order[swap.left]
        return order


class Standing(NamedTuple):
    """Where a cup touches the table, and how high above that it is held."""

    x: float
    y: float
    lift: float = 0.0


def cup_places(shuffle: Shuffle, index: int) -> list[Standing]:
    """Of the cups that stood at the three places when this slot began."""
    slot, phase = position(shuffle, index)
    places = [Standing((number - 1) * GAP, BASE) for number in range(3)]
    if slot < FIRST_SWAP:
        lift = LIFT * lift_for_hiding((slot + phase) / FIRST_SWAP)
        places[shuffle.start] = places[shuffle.start]._replace(lift=lift)
    elif slot in SWAPPING:
        swap = shuffle.swaps[slot - FIRST_SWAP]
        places[swap.left], places[swap.left + 1] = swapping(swap, phase)
    elif slot == SLOTS:
        places[shuffle.end] = places[shuffle.end]._replace(lift=LIFT * ease(span(phase, 0.1, 0.8)))
    return places


def position(shuffle: Shuffle, index: int) -> tuple[int, float]:
    """Slot and phase; slot 8 is the reveal, whose phase runs on to 2."""
    last = shuffle.stage.last
    return shuffle.stage.slot(index, SLOTS) if index <= last else (SLOTS, (index - last) / (last // SLOTS))


def lift_for_hiding(t: float) -> float:
    return ease(span(t, *LIFTED)) - ease(span(t, *COVERED))


def swapping(swap: Swap, phase: float) -> tuple[Standing, Standing]:
    """Of the cup that was left and the one that was right, on two arcs past each other."""
    t = progress(phase)
    left, right = (swap.left - 1) * GAP, swap.left * GAP
    swerve = DEPTH * sin(pi * t) * (1 if swap.in_front else -1)
    return Standing(left + GAP * t, BASE + swerve), Standing(right - GAP * t, BASE - swerve)


def progress(phase: float) -> float:
    """Between a straight line and an eased one, so that a quarter of the way a swap can be seen."""
    t = span(phase, 0.06, 0.94)
    return 0.6 * t + 0.4 * ease(t)


def ball_place(shuffle: Shuffle, index: int) -> Point:
    """Brought from below to the front of its cup, then under it; from there it goes wherever the cup goes."""
    slot, phase = position(shuffle, index)
    if slot < FIRST_SWAP:
        t, x = (slot + phase) / FIRST_SWAP, (shuffle.start - 1) * GAP
        y = BASE + 100 - 64 * ease(span(t, *CARRIED)) - 42 * ease(span(t, *PUT_UNDER))
        return x, y
    done = min(slot - FIRST_SWAP, len(shuffle.swaps))
    cup_at = cup_places(shuffle, index)[shuffle.arrangement(done).index(shuffle.start)]
    return cup_at.x, cup_at.y - 6


def in_sight(shuffle: Shuffle, index: int) -> bool:
    slot, phase = position(shuffle, index)
    return slot == SLOTS or (slot < FIRST_SWAP and (slot + phase) / FIRST_SWAP < COVERED[1])


def cup_box(shuffle: Shuffle, number: int, index: int) -> Box:
    slot, _ = position(shuffle, index)
    standing = shuffle.arrangement(min(max(slot - FIRST_SWAP, 0), len(shuffle.swaps))).index(number)
    cup_at = cup_places(shuffle, index)[standing]
    x, y = cup_at.x, cup_at.y - cup_at.lift
    width, height = CUP_WIDTH * shuffle.looks.size, CUP_HEIGHT * shuffle.looks.size
    left, top = shuffle.stage.at(x - width / 2, y - height)
    right, bottom = shuffle.stage.at(x + width / 2, y)
    return left, top, right, bottom


def ball_box(shuffle: Shuffle, index: int) -> Box:
    x, y = ball_place(shuffle, index)
    (left, top), (right, bottom) = shuffle.stage.at(x - BALL, y - BALL), shuffle.stage.at(x + BALL, y + BALL)
    return left, top, right, bottom
