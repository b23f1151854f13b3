"""Straight ways over the plane, and whether two things keep clear of each other in the picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, hypot, pi, sin
from random import Random

import numpy as np
import numpy.typing as npt

from qa_gen.synth.worlds.clevrer import camera
from qa_gen.synth.worlds.clevrer.physics import REST_SPEED, Law, Leg
from qa_gen.synth.worlds.clevrer.take import SECONDS

MARGIN_X, MARGIN_Y = 28, 42
CLEAR_X, CLEAR_Y = 52.0, 48.0
"""Two things this far apart along either side hide little of each other."""

LOOKS = 13
"""Times at which clearance is checked: between two of them nothing moves far."""

Track = npt.NDArray[np.float64]
"""`(LOOKS, 2)`: pixels of the centre at even times from the first frame to the last."""


@dataclass(frozen=True, slots=True)
class Route:
    """Through (x, y) at a time on the clock, with a speed per clock time, until it ends."""

    x: float
    y: float
    clock: float
    speed_x: float = 0.0
    speed_y: float = 0.0
    until: float = float("inf")

    def start(self, *, yaw: float) -> Leg:
        return Leg(0.0, self.x - self.speed_x * self.clock, self.y - self.speed_y * self.clock,
                   self.speed_x, self.speed_y, yaw)  # fmt: skip

    def resting(self) -> Route:
        return Route(self.x, self.y, self.clock)

    def track(self, law: Law) -> Track:
        passed = np.minimum(clocks_of_looks(law), self.until) - self.clock
        return camera.all_seen_at(np.array([self.x, self.y]) + passed[:, None] * (self.speed_x, self.speed_y))


@lru_cache(maxsize=64)
def clocks_of_looks(law: Law) -> npt.NDArray[np.float64]:
    return np.array([law.clock(SECONDS * look / (LOOKS - 1)) for look in range(LOOKS)])


def clear(first: Track, others: Track, *, share: float = 1.0) -> bool:
    """Whether a track never comes near others `(..., LOOKS, 2)`; a smaller share lets one hide more of the other."""
    apart = np.abs(others - first)
    return bool(np.all((apart[..., 0] >= CLEAR_X * share) | (apart[..., 1] >= CLEAR_Y * share)))


def central(track: Track, *, slack: float = 0.0) -> bool:
    """Whether it stays, whole, in what is left of the picture after the centre crop."""
    low, high = np.min(track, axis=0) + slack, np.max(track, axis=0) - slack
    return is_central(*low.tolist()) and is_central(*high.tolist())


def is_central(column: float, row: float) -> bool:
    """`central` of one place."""
    return (
        camera.CROP_LEFT + MARGIN_X <= column <= camera.CROP_RIGHT - MARGIN_X
        and MARGIN_Y <= row <= camera.HEIGHT - MARGIN_Y
    )


def central_place(rng: Random) -> camera.Point:
    column = rng.uniform(camera.CROP_LEFT + MARGIN_X, camera.CROP_RIGHT - MARGIN_X)
    return camera.place_of(column, rng.uniform(MARGIN_Y, camera.HEIGHT - MARGIN_Y))


def way(rng: Random, *, least: float, most: float) -> camera.Point:
    """A way over the plane in any direction, whose length in the picture lies between two numbers of pixels."""
    angle, length = rng.uniform(0, 2 * pi), rng.uniform(least, most)
    return camera.place_of(camera.ORIGIN[0] + length * cos(angle), camera.ORIGIN[1] + length * sin(angle))


def through_middle(rng: Random, law: Law, *, least: float = 70.0, most: float = 130.0) -> Route:
    """A way that is at a central place halfway through the video, and goes on all the time, staying central."""
    whole, half = law.clock(SECONDS), law.clock(SECONDS / 2)
    while True:
        x, y = central_place(rng)
        speed_x, speed_y = (step / whole for step in way(rng, least=least, most=most))
        route = Route(x, y, half, speed_x, speed_y)
        ends = ((x + speed_x * passed, y + speed_y * passed) for passed in (-half, whole - half))
        lasts = hypot(speed_x, speed_y) * law.pace(whole) > 1.4 * REST_SPEED
        if lasts and all(is_central(*camera.seen_at(*end)) for end in ends):
            return route


def standing(rng: Random, law: Law) -> Route:
    x, y = central_place(rng)
    return Route(x, y, law.clock(SECONDS / 2))


class Crowded(Exception):
    """No room was found for all; another draw will find some."""


def placed(
    draws: Sequence[Callable[[], Sequence[Route]]], law: Law, *, taken: Sequence[Track] = (), tries: int = 60
) -> list[Sequence[Route]]:
    """One after another, ways for each thing, all of them clear of those of the things before. Raises Crowded.

    A draw gives every way that its thing may take in some video of an orbit.
    """
    tracks = np.array(taken).reshape(-1, LOOKS, 2)
    found: list[Sequence[Route]] = []
    for draw in draws:
        for _ in range(tries):
            routes = draw()
            own = [route.track(law) for route in routes]
            if all(map(central, own)) and all(clear(track, tracks) for track in own):
                break
        else:
            raise Crowded
        found.append(routes)
        tracks = np.concatenate([tracks, own])
    return found


def until_placed(draw: Callable[[], list[Sequence[Route]]], *, tries: int = 400) -> list[Sequence[Route]]:
    """The first of many draws that is not crowded."""
    for _ in range(tries):
        try:
            return draw()
        except Crowded:
            continue
    raise AssertionError("the plane is too small for what was asked")
