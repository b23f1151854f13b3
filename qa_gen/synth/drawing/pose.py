"""What a figure does with its body: joint angles, and the common poses made of them.

Angles are degrees. Arms and legs hang straight down at 0. `swing` goes forwards (90 is level, an arm at 180 points up),
`spread` goes out to the side. The right hand is the one that acts, and the near one of a figure seen from the side.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple


class Arm(NamedTuple):
    """`elbow` bends the forearm forwards; `twist` turns that bend inwards, across the body (negative: outwards)."""

    swing: float = 4.0
    spread: float = 7.0
    elbow: float = 12.0
    twist: float = 0.0


class Leg(NamedTuple):
    """`knee` bends the shin backwards."""

    swing: float = 0.0
    spread: float = 3.0
    knee: float = 0.0


REST, STRAIGHT = Arm(), Leg()


@dataclass(frozen=True, slots=True)
class Pose:
    """Joint angles. The figure always stands on the ground with its lowest point.

    `lean` bends the back forwards and `tilt` to its own left, `nod` bends the head; `pitch` turns the stiff body
    forwards about the hips, `turn` turns it about its height, a full circle at 360. `shift` moves all of it
    forwards, in heights of the figure.
    """

    lean: float = 0.0
    tilt: float = 0.0
    nod: float = 0.0
    pitch: float = 0.0
    turn: float = 0.0
    shift: float = 0.0
    left_arm: Arm = REST
    right_arm: Arm = REST
    left_leg: Leg = STRAIGHT
    right_leg: Leg = STRAIGHT


STANDING = Pose()
SITTING = Pose(
    left_arm=Arm(24, 8, 58, 25), right_arm=Arm(24, 8, 58, 25), left_leg=Leg(86, 7, 86), right_leg=Leg(86, 7, 86)
)
"""On a seat that the caller draws, `SEAT_HEIGHT` above the ground."""
SQUATTING = Pose(
    lean=38, nod=-20, left_arm=Arm(62, 10, 20), right_arm=Arm(62, 10, 20),
    left_leg=Leg(104, 12, 138), right_leg=Leg(104, 12, 138),
)  # fmt: skip
BENDING = Pose(
    lean=96,
    nod=-24,
    left_arm=Arm(58, 6, 10),
    right_arm=Arm(88, 4, 4),
    left_leg=Leg(26, 4, 50),
    right_leg=Leg(26, 4, 50),
)
"""Down to the ground in front of the feet, where the right hand takes something."""
REACHING_UP = Pose(lean=-3, nod=-18, left_arm=Arm(6, 8, 12), right_arm=Arm(168, 6, 6))
REACHING_FORWARD = Pose(lean=10, left_arm=Arm(0, 8, 14), right_arm=Arm(86, 0, 8))
REACHING_DOWN = Pose(lean=34, nod=6, left_arm=Arm(6, 8, 16), right_arm=Arm(72, 2, 12))
"""To something at the height of a seat or a low table."""
POINTING = Pose(left_arm=Arm(2, 8, 12), right_arm=Arm(94, 12, 0))
WAVING_IN = Pose(left_arm=Arm(2, 8, 12), right_arm=Arm(18, 84, 112, -82))
WAVING_OUT = Pose(left_arm=Arm(2, 8, 12), right_arm=Arm(18, 84, 62, -82))
CLAPPING_OPEN = Pose(left_arm=Arm(44, 26, 72, 4), right_arm=Arm(44, 26, 72, 4))
ARMS_UP = Pose(nod=-8, left_arm=Arm(10, 152, 18, -60), right_arm=Arm(10, 152, 18, -60))
HAND_TO_MOUTH = Pose(nod=-4, left_arm=Arm(4, 8, 14), right_arm=Arm(54, 12, 128, 26))
"""To eat, drink, or speak into something."""
HAND_TO_HEAD = Pose(nod=8, left_arm=Arm(4, 8, 14), right_arm=Arm(66, 52, 132, 10))
HOLDING = Pose(left_arm=Arm(28, 6, 74, 22), right_arm=Arm(28, 6, 74, 22))
"""A thing with both hands, before the belly."""
HOLDING_UP = Pose(nod=-6, left_arm=Arm(84, 2, 26, 14), right_arm=Arm(84, 2, 26, 14))
READING = Pose(nod=28, left_arm=Arm(34, 6, 92, 24), right_arm=Arm(34, 6, 92, 24))
"""Looking at what both hands hold before the chest: a book, a phone, a plate."""
PUSHING = Pose(
    lean=24,
    nod=-16,
    left_arm=Arm(72, 4, 14),
    right_arm=Arm(72, 4, 14),
    left_leg=Leg(30, 3, 34),
    right_leg=Leg(-30, 3, 6),
)
KICKING_BACK = Pose(
    lean=8, left_arm=Arm(28, 20, 20), right_arm=Arm(-24, 20, 20), right_leg=Leg(-34, 4, 58), shift=-0.17
)
KICKING = Pose(lean=-14, left_arm=Arm(-24, 26, 20), right_arm=Arm(34, 26, 20), right_leg=Leg(72, 4, 8), shift=0.215)
FALLEN_BACK = Pose(
    pitch=-87, left_arm=Arm(10, 52, 20), right_arm=Arm(14, 60, 24), left_leg=Leg(22, 6, 40), right_leg=Leg(2, 6, 4)
)

SEAT_HEIGHT = 0.21
"""Of a seat, in heights of the figure, so that `SITTING` rests on it."""


def blend(first: Pose, second: Pose, t: float) -> Pose:
    """The pose on the way from the first (t = 0) to the second (t = 1). Ease `t` before."""
    if t <= 0.0:
        return first
    if t >= 1.0:
        return second
    return combined(first, second, lambda a, b: a + (b - a) * t)


def combined(first: Pose, second: Pose, number: Callable[[float, float], float]) -> Pose:
    """The pose whose every number is made of the two numbers that stand there."""

    def arm(a: Arm, b: Arm) -> Arm:
        return Arm(*map(number, a, b))

    def leg(a: Leg, b: Leg) -> Leg:
        return Leg(*map(number, a, b))

    return Pose(
        lean=number(first.lean, second.lean),
        tilt=number(first.tilt, second.tilt),
        nod=number(first.nod, second.nod),
        pitch=number(first.pitch, second.pitch),
        turn=number(first.turn, second.turn),
        shift=number(first.shift, second.shift),
        left_arm=arm(first.left_arm, second.left_arm),
        right_arm=arm(first.right_arm, second.right_arm),
        left_leg=leg(first.left_leg, second.left_leg),
        right_leg=leg(first.right_leg, second.right_leg),
    )


def rounded(pose: Pose) -> Pose:
    """Whole degrees, and half hundredths of the height: poses that look alike become equal."""
    exact = replace(pose, shift=0.0)
    whole = combined(exact, exact, lambda degrees, _: float(round(degrees)))
    return replace(whole, shift=round(pose.shift * 200) / 200)


def walking(phase: float, *, stride: float = 24.0) -> Pose:
    """A step of a walk. Phase 0 to 1 is two steps, then it begins again; `stride` is the swing of the thigh in degrees.

    In one phase the feet go about `4 * 0.46 * sin(stride)` heights, 0.75 for the usual stride.
    """
    swing = math.sin(2 * math.pi * phase)
    return Pose(
        lean=3.0 + stride / 12,
        left_arm=Arm(-swing * stride * 0.9, 6, 14 + stride / 4),
        right_arm=Arm(swing * stride * 0.9, 6, 14 + stride / 4),
        left_leg=stepping(phase, stride=stride),
        right_leg=stepping(phase + 0.5, stride=stride),
    )


def stepping(phase: float, *, stride: float) -> Leg:
    """The knee is bent while the leg swings forwards, and straight while it carries."""
    forwards = max(0.0, math.cos(2 * math.pi * phase))
    return Leg(math.sin(2 * math.pi * phase) * stride + forwards * 6, 2, 4 + forwards * (stride * 1.7))
