"""A run as a video shows it: 128 frames, forwards or backwards, with what is in view and what happens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from qa_gen.synth.worlds.clevrer import camera
from qa_gen.synth.worlds.clevrer.physics import Hit, Law, Leg, Run, run
from qa_gen.synth.worlds.clevrer.things import Thing

NUM_FRAMES = 128
FPS = 25
LAST = NUM_FRAMES - 1
SECONDS = LAST / FPS
"""Between the first frame and the last."""

FORESEEN_SECONDS = 2.0
"""How far past its end a video is simulated, for questions about what comes next."""

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Event:
    """`objects` are two for a collision, one for `in` and `out`; frames past the last are of what comes next."""

    kind: Literal["in", "out", "collision"]
    objects: tuple[int, ...]
    frame: int


@dataclass(frozen=True, slots=True)
class Motion:
    """Every object in every frame: arrays `(128, objects)` with a last axis of 2 for places and velocities."""

    location: Array
    velocity: Array
    yaw: Array
    spin: Array
    inside: npt.NDArray[np.bool_]

    @property
    def moving(self) -> npt.NDArray[np.bool_]:
        """Nothing creeps: what does not rest exactly is clearly moving."""
        return np.asarray(np.any(self.velocity != 0.0, axis=2))


@dataclass(frozen=True)
class Take:
    """One video, before anything is drawn."""

    things: tuple[Thing, ...]
    run: Run
    backwards: bool = False

    def clock(self, frame: int) -> float:
        return self.run.law.clock((LAST - frame if self.backwards else frame) / FPS)

    @cached_property
    def motion(self) -> Motion:
        clocks = np.array([self.clock(frame) for frame in range(NUM_FRAMES)])
        states = np.stack([states_of(self.run.legs[disc], clocks) for disc in range(len(self.things))], axis=1)
        pace = np.array([self.run.law.pace(clock) for clock in clocks])[:, None]
        if self.backwards:
            pace = -pace
        location, yaw = states[..., 0:2], states[..., 4]
        seen = camera.all_seen_at(location)
        inside = np.asarray(np.all((seen >= 0.0) & (seen < (camera.WIDTH, camera.HEIGHT)), axis=2))
        return Motion(location, states[..., 2:4] * pace[..., None], yaw, states[..., 5] * pace, inside)

    def frame_of(self, hit: Hit) -> int:
        frame = round(self.run.law.seconds(hit.clock) * FPS)
        return LAST - frame if self.backwards else frame

    @cached_property
    def hits(self) -> tuple[tuple[int, Hit], ...]:
        """Frame and collision, in order of time as the video shows it, those past its end too."""
        return tuple(sorted(((self.frame_of(hit), hit) for hit in self.run.hits), key=lambda pair: pair[0]))

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """In order of time; collisions past the end among them, arrivals and departures past it not."""
        found = [Event("collision", (hit.first, hit.second), frame) for frame, hit in self.hits]
        changes = np.diff(self.motion.inside.astype(np.int8), axis=0)
        for frame, disc in np.argwhere(changes).tolist():
            found.append(Event("in" if changes[frame, disc] > 0 else "out", (disc,), frame + 1))
        return tuple(sorted(found, key=lambda event: (event.frame, event.objects)))


def states_of(legs: Sequence[Leg], clocks: Array) -> Array:
    """`(128, 6)`: x, y, speeds per clock time, yaw, spin."""
    table = np.array([(leg.clock, leg.x, leg.y, leg.yaw, leg.speed_x, leg.speed_y, leg.spin) for leg in legs])
    chosen = table[np.searchsorted(table[:, 0], clocks, side="right") - 1]
    passed = (clocks - chosen[:, 0])[:, None]
    place = chosen[:, 1:4] + chosen[:, 4:7] * passed
    return np.concatenate([place[:, :2], chosen[:, 4:6], place[:, 2:], chosen[:, 6:]], axis=1)


def shoot(things: Sequence[Thing], starts: Sequence[Leg], law: Law, *, backwards: bool = False) -> Take:
    """Let the things go. What comes after the last frame is simulated too, unless the video runs backwards."""
    seconds = SECONDS if backwards else SECONDS + FORESEEN_SECONDS
    radii = [thing.radius for thing in things]
    return Take(tuple(things), run(dict(enumerate(starts)), radii, law, seconds=seconds), backwards)


def without(take: Take, disc: int) -> Take:
    """The same start without one of the things: what would have happened."""
    starts = {other: legs[0] for other, legs in take.run.legs.items() if other != disc}
    radii = [thing.radius for thing in take.things]
    return Take(take.things, run(starts, radii, take.run.law, seconds=SECONDS))


def collided(take: Take) -> frozenset[frozenset[int]]:
    """The pairs that meet while the video lasts."""
    return frozenset(frozenset((hit.first, hit.second)) for frame, hit in take.hits if 0 <= frame < NUM_FRAMES)


def as_record(take: Take) -> dict[str, Any]:
    """Plain values from which `from_record` makes the same video again; a hundredth of its annotation in size."""
    return {
        "things": [[thing.colour, thing.material, thing.shape] for thing in take.things],
        "drag": take.run.law.drag,
        "backwards": take.backwards,
        "legs": [
            [[leg.clock, leg.x, leg.y, leg.speed_x, leg.speed_y, leg.yaw, leg.spin] for leg in take.run.legs[disc]]
            for disc in range(len(take.things))
        ],
        "hits": [
            [hit.first, hit.second, hit.clock, hit.x, hit.y] for frame, hit in take.hits if 0 <= frame < NUM_FRAMES
        ],
    }


def from_record(record: Mapping[str, Any]) -> Take:
    legs = {disc: tuple(Leg(*values) for values in parts) for disc, parts in enumerate(record["legs"])}
    hits = tuple(Hit(*values) for values in record["hits"])
    things = tuple(Thing(*words) for words in record["things"])
    return Take(things, Run(Law(record["drag"]), legs, hits), bool(record["backwards"]))
