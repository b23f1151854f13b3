"""How many doors a walk goes through, counted in its pictures alone, and what the rule says to that.

The next door's frame is the outermost vivid thing to the right at the height of the eyes. Its inner edge stands at a
distance `c` from the middle of the picture, its depth is proportional to `1 / c`, and the next but one is one period
further. So each picture says where between two doors it was taken, in periods, whatever the camera and the corridor.
From picture to picture that place moves on by `doors / pictures` periods, of which only the fraction is seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.vlnce.instruction import DOORS, OPTIONS, rule_of

HALF_ROWS = 7
"""The picture is averaged over so many rows above and below the middle one."""

VIVID = 0.45
"""A pixel belongs to a door where it is this vivid, relative to the most vivid of its own part of the picture."""

LEAST_VIVID = 24.0

Row = npt.NDArray[np.float64]


def look(task: str, frames: RGB, question: str, choices: Sequence[str]) -> int:
    doors = count_doors(frames)
    return choices.index(OPTIONS[rule_of(question)[doors]])


def count_doors(frames: RGB) -> int:
    """Of 1, 3, 5 and 7 the number of doors that explains best how the pictures follow each other."""
    edges = [inner_edges(vividness(frame)) for frame in frames]
    depths = [[1.0 / edge for edge in found[:2]] for found in edges]
    periods = [depth[1] - depth[0] for depth in depths if len(depth) == 2]
    if not periods:
        return DOORS[0]
    period = float(np.median(periods))
    places = [(number, -depth[0] / period) for number, depth in enumerate(depths) if depth]
    steps = np.array([b - a for (m, a), (n, b) in pairwise(places) if n == m + 1])
    return min(DOORS, key=lambda doors: float(np.abs(wrapped(steps - doors / len(frames))).sum()))


def wrapped(value: Row) -> Row:
    """The fraction of a period, from -0.5 to 0.5."""
    return (value + 0.5) % 1.0 - 0.5


def vividness(frame: RGB) -> Row:
    """From the middle of the picture to its right edge: the largest minus the least of the three colours."""
    middle = frame.shape[0] // 2
    row = frame[middle - HALF_ROWS : middle + HALF_ROWS, frame.shape[1] // 2 :].mean(axis=0)
    vivid: Row = row.max(axis=1) - row.min(axis=1)
    return vivid


def inner_edges(vivid: Row) -> list[float]:
    """Distances from the middle of the inner edges of door frames, the nearest door first, to parts of a pixel."""
    edges: list[float] = []
    column = vivid.size - 1
    while column > 0:
        level = threshold(vivid[: column + 1])
        if vivid[column] <= level:
            column -= 1
            continue
        while column > 0 and vivid[column - 1] > level:
            column -= 1
        if column == 0:
            break
        rise = vivid[column] - vivid[column - 1]
        edges.append(float(column + 0.5 - (vivid[column] - level) / rise))
        while column > 0 and vivid[column - 1] <= vivid[column]:  # down to the bottom of this slope
            column -= 1
    return edges


def threshold(vivid: Row) -> float:
    return max(VIVID * float(vivid.max()), LEAST_VIVID)
