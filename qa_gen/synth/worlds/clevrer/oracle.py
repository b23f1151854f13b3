"""The pixel oracle: what the frames show, told by following each colour through them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import hypot
from types import MappingProxyType

import numpy as np

from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.clevrer import camera
from qa_gen.synth.worlds.clevrer.things import COLOURS, MATERIALS, SHAPES
from qa_gen.synth.worlds.clevrer.tracks import SCALE, Track, material_of, shape_of, tracks


def look(task: str, frames: RGB, question: str, choices: Sequence[str]) -> int:
    """The index of the choice that the frames show."""
    return LOOKS[task](frames, question, choices)


def look_for_existence(frames: RGB, question: str, choices: Sequence[str]) -> int:
    """The thing rests halfway through the video; it moves at the end from whose frame it is farther away."""
    track = tracks(frames)[word_of(question, COLOURS)]
    starts = away(track, 0) > away(track, len(frames) - 1)
    if "enter" in question or "exit" in question:
        yes = starts == ("enter" in question)
    else:
        moves = starts == ("begins" in question)
        yes = moves == ("moving" in question)
    return choices.index("yes" if yes else "no")


def away(track: Track, frame: int) -> float:
    """Pixels between its place in a frame and its place halfway; very far when it is out of sight."""
    halfway = track.centres[len(track.centres) // 2]
    distance = float(np.hypot(*(track.centres[frame] - halfway)))
    return distance if np.isfinite(distance) else 1000.0


def look_for_direction(frames: RGB, question: str, choices: Sequence[str]) -> int:
    track = tracks(frames)[word_of(question, COLOURS)]
    whole = track.whole
    right, down = track.centres[whole[-1]] - track.centres[whole[0]]
    return choices.index(f"{'Up' if down < 0 else 'Down'} and to the {'right' if right > 0 else 'left'}.")


def look_for_count(frames: RGB, question: str, choices: Sequence[str]) -> int:
    moving = [track for track in tracks(frames).values() if track.moved]
    for word in MATERIALS:
        if word in question:
            moving = [track for track in moving if material_of(track, frames) == word]
    for word in SHAPES:
        if word in question:
            moving = [track for track in moving if shape_of(track) == word]
    return nearest(len(moving), choices)


def nearest(count: int, choices: Sequence[str]) -> int:
    return min(range(len(choices)), key=lambda place: abs(int(choices[place]) - count))


def look_for_attribute(frames: RGB, question: str, choices: Sequence[str]) -> int:
    """The thing that differs: the one that goes farthest, or least far."""
    found = list(tracks(frames).values())
    pick = max if "is moving" in question else min
    track = pick(found, key=reach)
    if "color" in question:
        return choices.index(track.colour)
    return choices.index(shape_of(track) if "shape" in question else material_of(track, frames))


def reach(track: Track) -> float:
    centres = track.centres[track.whole]
    return float(np.hypot(*(centres[:, None] - centres[None, :]).transpose(2, 0, 1)).max())


def look_for_counterfactual(frames: RGB, question: str, choices: Sequence[str]) -> int:
    """Where the runner is headed before anything hits it, and which of the goals lies on that way."""
    found = tracks(frames)
    runner = found[word_of(choices[0].partition("collides")[0], COLOURS)]
    early = range(max(2, len(frames) // 4))
    seen = [frame for frame in early if frame in runner.whole]
    first, *_, last = seen if len(seen) > 1 else early
    start, now = on_plane(runner, first), on_plane(runner, last)
    misses = []
    for choice in choices:
        goal = on_plane(found[word_of(choice.partition("collides")[2], COLOURS)], 0)
        misses.append(miss(start, now, goal))
    return int(np.argmin(misses))


def on_plane(track: Track, frame: int) -> camera.Point:
    """Its place on the plane in a frame, or in the nearest one in which it is seen."""
    seen = np.flatnonzero(np.isfinite(track.centres[:, 0]))
    column, row = track.centres[seen[np.abs(seen - frame).argmin()]]
    return camera.place_of(float(column) / SCALE + camera.CROP_LEFT, float(row) / SCALE)


def miss(start: camera.Point, now: camera.Point, goal: camera.Point) -> float:
    """How far off the way from `start` through `now` a goal lies; very far when it lies behind."""
    u, v = now[0] - start[0], now[1] - start[1]
    x, y = goal[0] - start[0], goal[1] - start[1]
    return abs(x * v - y * u) / max(hypot(u, v), 1e-9) if x * u + y * v > 0 else 1000.0


def word_of(text: str, words: Mapping[str, object]) -> str:
    return next(word for word in words if f" {word} " in f" {text} ")


LOOKS: Mapping[str, Callable[[RGB, str, Sequence[str]], int]] = MappingProxyType(
    {
        "object_existence": look_for_existence,
        "moving_direction": look_for_direction,
        "moving_count": look_for_count,
        "moving_attribute": look_for_attribute,
        "counterfactual_inference": look_for_counterfactual,
    }
)
