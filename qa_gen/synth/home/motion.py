"""A deed and the time within it -> where the person and the thing are, in pixels of the plan of 320x240.

Times go from 0 to 1. At both ends the person stands at rest in the middle and everything is at its place.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType

from qa_gen.synth.drawing.easing import ease, span, there_and_back
from qa_gen.synth.drawing.pose import (
    ARMS_UP,
    HAND_TO_MOUTH,
    HOLDING,
    REACHING_DOWN,
    REACHING_FORWARD,
    REACHING_UP,
    READING,
    SQUATTING,
    STANDING,
    WAVING_IN,
    WAVING_OUT,
    Arm,
    Pose,
    blend,
    walking,
)  # fmt: skip
from qa_gen.synth.drawing.skeleton import Facing, joints
from qa_gen.synth.home.deeds import GESTURES, LOOK_AROUND, STRETCH, THINGS, Deed
from qa_gen.synth.home.stage import FIGURE, GROUND, MIDDLE, Side, Stage

REACHED, CARRIED = 0.1, 0.21
"""Until the first the person goes to the thing, until the second it brings it; the way back takes as long.

16 frames of 8 slots look at a quarter and three quarters of each: there the deed must be under way.
"""

INWARDS = 0.5
"""Part of the way back to the middle that the person goes with the thing."""

WALL_REACH = 0.62
"""How high a door is touched, in heights of the person."""


@dataclass(frozen=True, slots=True)
class Moment:
    """`x` is where the person stands. `thing` is where the middle of the thing is while it is held, else None.

    `turn` (degrees, counter-clockwise), `opened` and `soap` (0 to 1) are those of the thing.
    """

    pose: Pose
    facing: Facing
    x: float
    thing: tuple[float, float] | None = None
    turn: float = 0.0
    opened: float = 0.0
    soap: float = 0.0


AT_REST = Moment(STANDING, "front", MIDDLE)


def moment(stage: Stage, deed: Deed, time: float) -> Moment:
    if time <= 0.0 or time >= 1.0:
        return AT_REST
    if deed in GESTURES:
        return gesture(deed, time)
    if stage.spot(deed.thing).kind == "wall":
        return at_the_wall(stage, deed, time)
    return with_a_thing(stage, deed, time)


def gesture(deed: Deed, time: float) -> Moment:
    if deed == LOOK_AROUND:
        facing: Facing = "front-left" if 0.15 < time < 0.45 else "front-right" if 0.55 < time < 0.85 else "front"
        return Moment(replace(STANDING, nod=6 * math.sin(2 * math.pi * time)), facing, MIDDLE)
    if deed == STRETCH:
        return Moment(blend(STANDING, ARMS_UP, ease(min(time, 1 - time) / 0.3)), "front", MIDDLE)
    waving = blend(WAVING_IN, WAVING_OUT, 0.5 - 0.5 * math.cos(6 * math.pi * time))
    return Moment(blend(STANDING, waving, ease(min(time, 1 - time) / 0.2)), "front", MIDDLE)


def at_the_wall(stage: Stage, deed: Deed, time: float) -> Moment:
    spot = stage.spot(deed.thing)
    there = min(time, 1 - time)
    going, opening = ease(there / REACHED), ease(span(there, REACHED, CARRIED))
    reach, far = reaching(WALL_REACH)
    near = toward(spot.side, spot.x, far + 12)
    x = MIDDLE + (near - MIDDLE) * going
    return Moment(stepping(STANDING, reach, going, x), spot.side, x, opened=opening)


def with_a_thing(stage: Stage, deed: Deed, time: float) -> Moment:
    """There, up, the deed itself, and the same way back."""
    spot = stage.spot(deed.thing)
    home = spot.x, spot.y - grip(deed.thing)
    reach, far = reaching((GROUND - home[1]) / FIGURE)
    near = toward(spot.side, spot.x, far)
    inwards = near + (MIDDLE - near) * INWARDS
    there = min(time, 1 - time)
    if there < REACHED:
        s = ease(there / REACHED)
        x = MIDDLE + (near - MIDDLE) * s
        return Moment(stepping(STANDING, reach, s, x), spot.side if s > 0.15 else "front", x)
    s = ease(span(there, REACHED, CARRIED))
    act = ACTS[deed.verb](time, spot.side)
    x = near + (inwards - near) * s
    held = inwards + act.x, GROUND - act.up * FIGURE
    return Moment(
        stepping(reach, act.pose, s, x),
        spot.side if s < 0.4 else halfway(spot.side) if s < 0.9 else act.facing,
        x,
        (home[0] + (held[0] - home[0]) * s, home[1] + (held[1] - home[1]) * s - 9 * math.sin(math.pi * s)),
        act.turn * s,
        act.opened * s,
        act.soap * s,
    )


def toward(side: Side, x: float, away: float) -> float:
    """Where the person stands to reach `x` from the middle."""
    return x + away if side == "left" else x - away


def stepping(first: Pose, second: Pose, s: float, x: float) -> Pose:
    """From pose to pose, with legs that walk in between."""
    pose = blend(first, second, s)
    if abs(pose.left_leg.swing) > 40:
        return pose
    step = walking(x / 40, stride=20.0)
    return blend(pose, replace(pose, left_leg=step.left_leg, right_leg=step.right_leg), there_and_back(s))


def grip(thing: str) -> float:
    """How far above its foot a thing is held."""
    return THINGS[thing].height * 0.5


@lru_cache(maxsize=64)
def reaching(height: float) -> tuple[Pose, float]:
    """The pose whose hand is at this height, and how far the hand is from the feet; in heights, then in pixels."""
    low, high = 0.0, len(REACHES) - 1.0
    for _ in range(12):
        middle = (low + high) / 2
        if joints(reach(middle), "right")["right_hand"].y < height:
            low = middle
        else:
            high = middle
    pose = reach(low)
    return pose, joints(pose, "right")["right_hand"].x * FIGURE


REACHES = (SQUATTING, REACHING_DOWN, REACHING_FORWARD, replace(REACHING_UP, right_arm=Arm(146, 6, 6)))


def reach(level: float) -> Pose:
    """Poses from the floor (0) up to above the head (3)."""
    below = min(int(level), len(REACHES) - 2)
    return blend(REACHES[below], REACHES[below + 1], level - below)


@dataclass(frozen=True, slots=True)
class Act:
    """What is done with a thing that is held, at one time: `x` from the feet, in pixels, `up` in heights."""

    pose: Pose
    up: float
    x: float = 0.0
    facing: Facing = "front"
    turn: float = 0.0
    opened: float = 0.0
    soap: float = 0.0


def take(time: float, side: Side) -> Act:
    """Held still and looked at: what all else must differ from."""
    return Act(HOLDING, 0.62)


def open_(time: float, side: Side) -> Act:
    return Act(READING, 0.62, opened=under_way(time))


def eat(time: float, side: Side) -> Act:
    bite = 0.5 + 0.5 * beat(time)
    return Act(blend(BEFORE_THE_MOUTH, HAND_TO_MOUTH, bite), 0.795 + 0.025 * bite,
               x=mirrored(-MOUTH.x * FIGURE - 10 + 3 * bite, side), facing=halfway(side))  # fmt: skip


def drink(time: float, side: Side) -> Act:
    tilted = under_way(time) * (0.9 + 0.1 * beat(time))
    return Act(blend(BEFORE_THE_MOUTH, HAND_TO_MOUTH, tilted), 0.83, x=mirrored(-MOUTH.x * FIGURE - 9, side),
               facing=halfway(side), turn=mirrored(70 * tilted, side))  # fmt: skip


def throw(time: float, side: Side) -> Act:
    """High up into the air, where it turns over, and caught again."""
    flight = span(time, *TOSSED)
    height = 1 - abs(1 - 2 * flight) ** 3
    return Act(TOSSING, 0.82 + 0.48 * height, turn=360 * flight % 360)


def tidy(time: float, side: Side) -> Act:
    """Spread and shaken out; it goes back folded."""
    return Act(SPREADING, 0.54 + 0.02 * beat(time), turn=8 * beat(time), opened=under_way(time))


def wash(time: float, side: Side) -> Act:
    """Rubbed in foam, low before the belly."""
    return Act(WASHING, 0.47, x=3 * beat(time), turn=38 * beat(time), soap=under_way(time))


def sweep(time: float, side: Side) -> Act:
    """Swung about the hands."""
    turn, up = 16 * beat(time), 0.33
    x = HANDS.x * FIGURE - (HANDS.y - up) * FIGURE * math.tan(math.radians(turn))
    return Act(SWEEPING, up, x=mirrored(-x, side), facing=side, turn=mirrored(turn, side))


def beat(time: float) -> float:
    """What is done again and again, from -1 to 1. It is farthest out at every eighth, where few frames look too."""
    return math.cos(8 * math.pi * time)


def under_way(time: float) -> float:
    """1 but for the ways there and back."""
    return ease(span(min(time, 1 - time), REACHED, CARRIED))


def halfway(side: Side) -> Facing:
    return "front-left" if side == "left" else "front-right"


def mirrored(value: float, side: Side) -> float:
    return value if side == "left" else -value


BEFORE_THE_MOUTH = blend(STANDING, HAND_TO_MOUTH, 0.8)
MOUTH = joints(HAND_TO_MOUTH, "front-right")["face"]
SWEEPING = replace(REACHING_DOWN, lean=18, left_arm=Arm(40, 4, 20), right_arm=Arm(52, 2, 24))
HANDS = joints(SWEEPING, "right")["right_hand"]
SPREADING = Pose(nod=8, left_arm=Arm(50, 22, 40), right_arm=Arm(50, 22, 40))
TOSSING = Pose(nod=-18, left_arm=Arm(125, 10, 25), right_arm=Arm(125, 10, 25))
WASHING = Pose(lean=16, nod=20, left_arm=Arm(24, 4, 52, 24), right_arm=Arm(24, 4, 52, 24))

TOSSED = 0.15, 0.85
"""When a thing that is thrown leaves the hands, and when it is caught."""

ACTS: Mapping[str, Callable[[float, Side], Act]] = MappingProxyType(
    {
        "take": take,
        "open": open_,
        "eat": eat,
        "drink": drink,
        "throw": throw,
        "tidy": tidy,
        "wash": wash,
        "sweep": sweep,
    }
)
