"""Many ways at once in which a blocker may knock a runner off its way to a goal, and which goals each seems to name.

The two alone are reckoned with, straight from the law of collisions, so a thousand ways cost what one simulation does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from qa_gen.synth.worlds.clevrer import camera
from qa_gen.synth.worlds.clevrer.camera import Point
from qa_gen.synth.worlds.clevrer.physics import REST_SPEED, Law
from qa_gen.synth.worlds.clevrer.take import FPS, SECONDS

Floats = npt.NDArray[np.float64]

TRIES = 1200
"""Of ways that are drawn; only some of them are of use."""

FIRST_FRAME, LAST_FRAME = 31, 47
"""Between which they meet: late enough to see where the runner is going."""

LATEST_FRAME = 115
"""By which the runner would be at its goal if nothing were in its way."""

RUN_UP = (0.27, 0.5)
"""Share of the way to the goal that the runner has gone when they meet."""

SLOWEST, FASTEST = 0.3, 1.3
"""Of the blocker, in units per second."""

SOFTEST = 0.1
"""Speed at which they close in, in units per clock time."""

NEAR = 0.47
"""What passes a goal farther away, centre to centre, does not seem to touch it."""


@dataclass(frozen=True, slots=True)
class Field:
    """What all members of an orbit have in common: where each thing is in the first frame, and how things slide.

    `touching` is how far apart the centres of runner and blocker are when they meet.
    """

    law: Law
    runner: Point
    blocker: Point
    goals: Sequence[Point]
    touching: float


@dataclass(frozen=True, slots=True)
class Meetings:
    """Arrays `(N,)` or `(N, 2)`: when, where the two are then, their speeds per clock time, and how they close in.

    `normal` points from runner to blocker, `closing` is the speed along it.
    """

    clock: Floats
    runner: Floats
    blocker: Floats
    runner_speed: Floats
    blocker_speed: Floats
    normal: Floats
    closing: Floats


@dataclass(frozen=True, slots=True)
class Knocks:
    """Arrays `(N, 2)` of x and y: speeds per clock time at the start, places when they meet and in the last frame."""

    runner_speed: Floats
    blocker_speed: Floats
    runner_met: Floats
    blocker_met: Floats
    runner_end: Floats
    blocker_end: Floats

    def __len__(self) -> int:
        return len(self.runner_met)

    def __getitem__(self, chosen: Any) -> Knocks:
        return Knocks(*(getattr(self, each.name)[chosen] for each in fields(self)))


def knocks(rng: np.random.Generator, field: Field, goal: int) -> Knocks:
    """Those of many ways in which neither comes near a goal, though the runner makes for this one."""
    found = went_on(field, drawn(rng, field, goal))
    found = found[ends_plainly(field, found)]
    first = np.broadcast_to(np.array([field.runner, field.blocker])[:, None], (2, len(found), 2))
    met = np.stack([found.runner_met, found.blocker_met])
    end = np.stack([found.runner_end, found.blocker_end])
    ways = np.concatenate([first, met]), np.concatenate([met, end])
    return found[least_distance(*ways, np.array(field.goals)).min(axis=0) > NEAR]


def drawn(rng: np.random.Generator, field: Field, goal: int) -> Meetings:
    """Runner and blocker set out so as to meet; only those of all tries that neither crawl nor race."""
    law, start = field.law, np.array(field.runner)
    way = np.array(field.goals[goal]) - start
    length = float(np.hypot(*way))
    heading = np.arctan2(way[1], way[0]) + rng.uniform(-0.04, 0.04, TRIES)
    clock = rng.uniform(law.clock(FIRST_FRAME / FPS), law.clock(LAST_FRAME / FPS), TRIES)
    run_up = rng.uniform(*RUN_UP, TRIES) * length
    normal = pointing(rng.uniform(-np.pi, np.pi, TRIES))
    runner = start + run_up[:, None] * pointing(heading)
    blocker = runner + field.touching * normal
    runner_speed = (runner - start) / clock[:, None]
    blocker_speed = (blocker - field.blocker) / clock[:, None]
    closing = dot(runner_speed - blocker_speed, normal)
    pace = np.hypot(blocker_speed[:, 0], blocker_speed[:, 1])
    in_time = (length - field.touching) * clock < run_up * law.clock(LATEST_FRAME / FPS)
    usable = np.flatnonzero((closing > SOFTEST) & (pace > SLOWEST) & (pace < FASTEST) & in_time)
    return Meetings(*(each[usable] for each in (clock, runner, blocker, runner_speed, blocker_speed, normal, closing)))


def went_on(field: Field, met: Meetings) -> Knocks:
    """They push one another along the line between them, slow down, and may stop."""
    push = (0.5 * (1.0 + field.law.bounce) * met.closing)[:, None] * met.normal
    runner_end = met.runner + glided(field.law, met.runner_speed - push, met.clock)
    blocker_end = met.blocker + glided(field.law, met.blocker_speed + push, met.clock)
    return Knocks(met.runner_speed, met.blocker_speed, met.runner, met.blocker, runner_end, blocker_end)


def dot(first: Floats, second: Floats) -> Floats:
    return np.asarray(first[:, 0] * second[:, 0] + first[:, 1] * second[:, 1])


def pointing(angle: Floats) -> Floats:
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def glided(law: Law, speed: Floats, since: Floats) -> Floats:
    """How far what has a speed at a time on the clock gets until the last frame, or until it stops."""
    pace = np.maximum(np.hypot(speed[:, 0], speed[:, 1]), REST_SPEED)
    rest = (1.0 - REST_SPEED / pace) / law.drag
    return np.asarray(np.maximum(np.minimum(rest, law.clock(SECONDS)) - since, 0.0)[:, None] * speed)


def least_distance(start: Floats, end: Floats, places: Floats) -> Floats:
    """`(..., N)`: from straight ways `(..., N, 2)` to the place that comes nearest."""
    way, off = (end - start)[..., None, :], places - start[..., None, :]
    along = off[..., 0] * way[..., 0] + off[..., 1] * way[..., 1]
    share = np.clip(along / np.maximum(way[..., 0] ** 2 + way[..., 1] ** 2, 1e-12), 0.0, 1.0)
    off -= share[..., None] * way
    return np.asarray(np.sqrt(np.min(off[..., 0] ** 2 + off[..., 1] ** 2, axis=-1)))


def cues(field: Field, found: Knocks) -> npt.NDArray[np.intp]:
    """`(N, cues)`: the goals that are seen nearest to blocker and runner in the last frame, and when they meet."""
    places = np.stack([found.blocker_end, found.runner_end, found.blocker_met, found.runner_met], axis=1)
    return nearest(camera.all_seen_at(places), camera.all_seen_at(np.array(field.goals)))


def ends_plainly(field: Field, found: Knocks) -> npt.NDArray[np.bool_]:
    """`(N,)`: whether both are in the picture in the last frame, the blocker nearest to one goal there and really.

    Of those that leave it nothing is seen at the end, so those that stay would tell something.
    """
    ends, goals = found.blocker_end[:, None], np.array(field.goals)
    agreed = nearest(ends, goals) == nearest(camera.all_seen_at(ends), camera.all_seen_at(goals))
    return np.asarray(agreed[:, 0] & inside(found.blocker_end) & inside(found.runner_end))


def inside(places: Floats) -> npt.NDArray[np.bool_]:
    """`(N,)`: whether places on the plane are in the picture."""
    seen = camera.all_seen_at(places)
    return np.asarray(((seen >= 0.0) & (seen < (camera.WIDTH, camera.HEIGHT))).all(axis=1))


def nearest(places: Floats, goals: Floats) -> npt.NDArray[np.intp]:
    """`(N, M)`: which of the goals, for each of the places `(N, M, 2)`."""
    off = places[:, :, None] - goals
    return np.asarray((off[..., 0] ** 2 + off[..., 1] ** 2).argmin(axis=2))
