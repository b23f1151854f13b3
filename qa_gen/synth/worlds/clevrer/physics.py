"""Discs that slide on a plane, push one another, and come to rest.

One drag slows them all: every speed falls by the same factor, so on a clock that slows down with them they go straight
and evenly, and the next collision is the root of a quadratic. Nothing is stepped; a run takes a fraction of a
millisecond.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, hypot, inf, log, sqrt

REST_SPEED = 0.1
"""In units per second. What gets slower than this stops, so nothing ever creeps."""

GRIP = 0.35
"""Share of the sideways speed of a collision that turns into spin."""


GRAZING = 1e-7
"""Closing speed times distance of a touch that is none; rounding would repeat it for ever."""


@dataclass(frozen=True, slots=True)
class Law:
    """How things move: `drag` per second, `bounce` the share of speed that a collision gives back."""

    drag: float = 0.0
    bounce: float = 0.92

    def clock(self, seconds: float) -> float:
        """Time on the clock that slows down with the things."""
        return (1.0 - exp(-self.drag * seconds)) / self.drag if self.drag else seconds

    def seconds(self, clock: float) -> float:
        """`clock` backwards; infinite for what is never reached."""
        if not self.drag:
            return clock
        left = 1.0 - self.drag * clock
        return -log(left) / self.drag if left > 0.0 else inf

    def pace(self, clock: float) -> float:
        """Clock time per second."""
        return 1.0 - self.drag * clock


@dataclass(frozen=True, slots=True)
class Leg:
    """Even motion from a time on the clock until the next leg. Speeds are per clock time; `yaw` in radians."""

    clock: float
    x: float
    y: float
    speed_x: float
    speed_y: float
    yaw: float = 0.0
    spin: float = 0.0

    def at(self, clock: float) -> Leg:
        passed = clock - self.clock
        return Leg(
            clock,
            self.x + self.speed_x * passed,
            self.y + self.speed_y * passed,
            self.speed_x,
            self.speed_y,
            self.yaw + self.spin * passed,
            self.spin,
        )

    def stopped(self) -> Leg:
        return Leg(self.clock, self.x, self.y, 0.0, 0.0, self.yaw, 0.0)

    @property
    def speed(self) -> float:
        return hypot(self.speed_x, self.speed_y)


@dataclass(frozen=True, slots=True)
class Hit:
    """Two discs met, `first < second`, at a time on the clock, touching at (x, y)."""

    first: int
    second: int
    clock: float
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that moved: the legs of each disc in order of time, and the collisions in order of time."""

    law: Law
    legs: Mapping[int, tuple[Leg, ...]]
    hits: tuple[Hit, ...]

    def leg(self, disc: int, clock: float) -> Leg:
        """The state of a disc at a time."""
        *_, last = (leg for leg in self.legs[disc] if leg.clock <= clock)
        return last.at(clock)


def run(starts: Mapping[int, Leg], radii: Sequence[float], law: Law, *, seconds: float) -> Run:
    """Let the discs go from where they start, at time 0, for some seconds. Discs that are not in `starts` are away."""
    now = dict(starts)
    legs = {disc: [leg] for disc, leg in starts.items()}
    hits: list[Hit] = []
    end = law.clock(seconds)
    clock = 0.0
    while (event := next_event(now, radii, law, clock)) is not None and event[0] < end:
        clock, first, second = event
        before = {disc: now[disc].at(clock) for disc in {first, second}}
        if first == second:
            after = {first: before[first].stopped()}
        else:
            hits.append(meeting(first, second, before, radii))
            after = bounced(first, second, before, law)
        for disc, leg in after.items():
            now[disc] = leg
            legs[disc].append(leg)
    return Run(law, {disc: tuple(parts) for disc, parts in legs.items()}, tuple(hits))


Event = tuple[float, int, int]
"""A time on the clock and the two discs that meet then, or twice the one that stops."""


def next_event(now: Mapping[int, Leg], radii: Sequence[float], law: Law, clock: float) -> Event | None:
    return min((*stops(now, law, clock), *meetings(now, radii, clock)), default=None)


def stops(now: Mapping[int, Leg], law: Law, clock: float) -> Iterator[Event]:
    for disc, leg in now.items():
        if speed := leg.speed:
            if speed * law.pace(clock) < REST_SPEED:
                yield clock, disc, disc
            elif law.drag:
                yield (1.0 - REST_SPEED / speed) / law.drag, disc, disc


def meetings(now: Mapping[int, Leg], radii: Sequence[float], clock: float) -> Iterator[Event]:
    discs = [(disc, leg.at(clock), bool(leg.speed_x or leg.speed_y)) for disc, leg in now.items()]
    for place, (first, a, moves) in enumerate(discs):
        for second, b, also in discs[place + 1 :]:
            if moves or also:
                after = time_to_touch(a, b, radii[first] + radii[second])
                if after < inf:
                    yield clock + after, min(first, second), max(first, second)


def time_to_touch(a: Leg, b: Leg, distance: float) -> float:
    """Clock time until two discs at the same time come as near as `distance`; infinite when they never do."""
    x, y = b.x - a.x, b.y - a.y
    u, v = b.speed_x - a.speed_x, b.speed_y - a.speed_y
    approach = x * u + y * v
    if approach > -GRAZING:
        return inf
    square = u * u + v * v
    root = approach * approach - square * (x * x + y * y - distance * distance)
    if root <= 0.0:
        return inf
    return max(0.0, (-approach - sqrt(root)) / square)


def meeting(first: int, second: int, legs: Mapping[int, Leg], radii: Sequence[float]) -> Hit:
    a, b = legs[first], legs[second]
    share = radii[first] / (radii[first] + radii[second])
    return Hit(first, second, a.clock, a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share)


def bounced(first: int, second: int, legs: Mapping[int, Leg], law: Law) -> dict[int, Leg]:
    """Both after the collision; they are equally heavy, and what was sideways stays so and makes them spin."""
    a, b = legs[first], legs[second]
    distance = hypot(b.x - a.x, b.y - a.y)
    across, along = (b.x - a.x) / distance, (b.y - a.y) / distance
    closing = (a.speed_x - b.speed_x) * across + (a.speed_y - b.speed_y) * along
    slipping = (a.speed_y - b.speed_y) * across - (a.speed_x - b.speed_x) * along
    push = 0.5 * (1.0 + law.bounce) * closing
    by_x, by_y = push * across, push * along
    spin = GRIP * slipping / distance
    return {first: pushed(a, -by_x, -by_y, -spin), second: pushed(b, by_x, by_y, -spin)}


def pushed(leg: Leg, by_x: float, by_y: float, spin: float) -> Leg:
    return Leg(leg.clock, leg.x, leg.y, leg.speed_x + by_x, leg.speed_y + by_y, leg.yaw, leg.spin + spin)
