"""The classes of NTU RGB+D that are each other backwards, and how a body and its thing move through them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

from qa_gen.synth.drawing.easing import ease, span
from qa_gen.synth.drawing.pose import HAND_TO_HEAD, HOLDING, SITTING, STANDING, Arm, Leg, Pose, blend


class Action(NamedTuple):
    """A class: its number, its name in the data set's list, and the plain words of a question's options."""

    number: int
    name: str
    words: str


class Pair(NamedTuple):
    """Two classes, the second being the first backwards. `thing` is what is worn or put away, where there is one."""

    first: Action
    second: Action
    thing: str | None = None


PAIRS: Mapping[str, Pair] = MappingProxyType(
    {
        "seat": Pair(
            Action(8, "sitting down", "sit down"), Action(9, "standing up (from sitting position)", "stand up")
        ),
        "glasses": Pair(
            Action(18, "wear on glasses", "put on glasses"),
            Action(19, "take off glasses", "take off glasses"),
            "glasses",
        ),
        "hat": Pair(
            Action(20, "put on a hat/cap", "put on a hat"), Action(21, "take off a hat/cap", "take off a hat"), "hat"
        ),
        "headphones": Pair(
            Action(61, "put on headphone", "put on headphones"),
            Action(62, "take off headphone", "take off headphones"),
            "headphones",
        ),
        "bag": Pair(Action(87, "put on bag", "put on a bag"), Action(88, "take off bag", "take off a bag"), "bag"),
        "inside": Pair(
            Action(89, "put something into a bag", "put something into a bag"),
            Action(90, "take something out of a bag", "take something out of a bag"),
            "ball",
        ),
    }
)

HANGING = Arm(4, 9, 14)
CARRYING = replace(STANDING, right_arm=Arm(16, 14, 34, -10))
AT_FACE = Arm(60, 30, 132, 20)
AT_EAR = Arm(64, 56, 134, 6)
OVER_SHOULDER = Arm(62, 40, 128, 16)
OVER_BAG = Arm(46, 10, 82, 26)
IN_BAG = Arm(26, 8, 74, 26)

Key = tuple[float, Pose]
"""A time from 0 to 1, and the pose at that time."""

KEYS: Mapping[str, tuple[Key, ...]] = MappingProxyType(
    {
        "seat": (
            (0.06, STANDING),
            (0.5, Pose(
                lean=34, nod=-16, left_arm=Arm(44, 8, 30, 10), right_arm=Arm(44, 8, 30, 10),
                left_leg=Leg(52, 6, 66), right_leg=Leg(52, 6, 66),
            )),
            (0.94, SITTING),
        ),
        "glasses": (
            (0.06, CARRYING),
            (0.46, replace(STANDING, nod=10, right_arm=AT_FACE)),
            (0.58, replace(STANDING, nod=10, right_arm=AT_FACE)),
            (0.94, STANDING),
        ),
        "hat": (
            (0.06, CARRYING),
            (0.46, replace(HAND_TO_HEAD, left_arm=HANGING)),
            (0.58, replace(HAND_TO_HEAD, left_arm=HANGING)),
            (0.94, STANDING),
        ),
        "headphones": (
            (0.06, CARRYING),
            (0.46, replace(STANDING, nod=6, left_arm=AT_EAR, right_arm=AT_EAR)),
            (0.58, replace(STANDING, nod=6, left_arm=AT_EAR, right_arm=AT_EAR)),
            (0.94, STANDING),
        ),
        "bag": (
            (0.06, CARRYING),
            (0.46, replace(STANDING, tilt=6, left_arm=Arm(30, 20, 60, 20), right_arm=OVER_SHOULDER)),
            (0.58, replace(STANDING, tilt=6, left_arm=Arm(30, 20, 60, 20), right_arm=OVER_SHOULDER)),
            (0.94, STANDING),
        ),
        "inside": (
            (0.06, replace(HOLDING, right_arm=Arm(34, 46, 66, -40))),
            (0.42, replace(HOLDING, nod=18, right_arm=OVER_BAG)),
            (0.58, replace(HOLDING, nod=24, right_arm=IN_BAG)),
            (0.94, replace(HOLDING, right_arm=HANGING)),
        ),
    }
)  # fmt: skip

PLACED = (0.46, 0.58)
"""When the thing leaves the hand: before the first of these times the hand has it, after the second the body."""


def pose_at(kind: str, t: float) -> Pose:
    """The pose of the first class of a pair at a time from 0 to 1; the second one's times run from 1 to 0."""
    keys = KEYS[kind]
    for (start, before), (end, after) in pairwise(keys):
        if t < end:
            return blend(before, after, ease(span(t, start, end)))
    return keys[-1][1]


def placed_at(t: float) -> float:
    """How far the thing is on its way from the hand (0) to the body (1)."""
    return ease(span(t, *PLACED))
