"""Pose -> where the joints of a body are, seen from one side.

All lengths are in heights of the figure. The body is 3-D (forwards, to its left, up), the view is parallel.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from qa_gen.synth.drawing.pose import Arm, Leg, Pose

Facing = Literal["left", "right", "front", "front-left", "front-right"]
"""Where the figure looks in the picture. To the left is to the right in a mirror, so the right hand is always near."""

YAW: Mapping[str, float] = MappingProxyType({"front": 0.0, "front-right": 42.0, "right": 74.0})
"""Degrees from the viewer. The side is not quite a profile, so that both arms can be seen."""

HEAD, NECK, TORSO = 0.088, 0.035, 0.29
UPPER_ARM, FOREARM, HAND = 0.155, 0.15, 0.026
THIGH, SHIN, SOLE, FOOT = 0.232, 0.222, 0.04, 0.085
SHOULDERS, HIPS = 0.098, 0.048


class Vector(NamedTuple):
    """Forwards, to the left, up, as the body has it before it turns."""

    forwards: float
    left: float
    up: float

    def plus(self, other: Vector, times: float = 1.0) -> Vector:
        return Vector(
            self.forwards + other.forwards * times, self.left + other.left * times, self.up + other.up * times
        )

    def times(self, factor: float) -> Vector:
        return Vector(self.forwards * factor, self.left * factor, self.up * factor)


class Frame(NamedTuple):
    """Three directions at right angles, which limbs take theirs from."""

    forwards: Vector
    left: Vector
    up: Vector

    def leaned(self, degrees: float) -> Frame:
        """The upper end goes forwards."""
        cos, sin = turns(degrees)
        return Frame(
            self.forwards.times(cos).plus(self.up, -sin), self.left, self.up.times(cos).plus(self.forwards, sin)
        )

    def tilted(self, degrees: float) -> Frame:
        """The upper end goes to the left."""
        cos, sin = turns(degrees)
        return Frame(self.forwards, self.left.times(cos).plus(self.up, -sin), self.up.times(cos).plus(self.left, sin))


UPRIGHT = Frame(Vector(1, 0, 0), Vector(0, 1, 0), Vector(0, 0, 1))


class Joint(NamedTuple):
    """Right and up in the picture from the point on the ground between the feet; `near` grows towards the viewer."""

    x: float
    y: float
    near: float


def joints(pose: Pose, facing: Facing) -> dict[str, Joint]:
    """Where everything is, on the ground with its lowest point."""
    body = posed(pose)
    ground = min(body[name].up - radius for name, radius in CONTACT.items())
    middle = (body["left_ankle"].forwards + body["right_ankle"].forwards) / 2
    aside = (body["left_ankle"].left + body["right_ankle"].left) / 2
    mirror = -1.0 if facing.endswith("left") else 1.0
    cos, sin = turns(YAW[facing.replace("left", "right")] + pose.turn)
    seen = {}
    for name, place in body.items():
        forwards, left = place.forwards - middle + pose.shift, place.left - aside
        seen[name] = Joint(mirror * (forwards * sin + left * cos), place.up - ground, forwards * cos - left * sin)
    return seen


CONTACT: Mapping[str, float] = MappingProxyType(
    {
        "left_ankle": SOLE, "right_ankle": SOLE, "left_toe": 0.012, "right_toe": 0.012, "left_knee": 0.045,
        "right_knee": 0.045, "pelvis": 0.065, "left_shoulder": 0.05, "right_shoulder": 0.05, "head": HEAD,
        "left_hand": HAND, "right_hand": HAND,
    }
)  # fmt: skip
"""What can touch the ground, with its radius."""


def posed(pose: Pose) -> dict[str, Vector]:
    """Joints from the pelvis, before the body turns."""
    hips = UPRIGHT.leaned(pose.pitch)
    back = hips.leaned(pose.lean).tilted(pose.tilt)
    pelvis = Vector(0, 0, 0)
    chest = pelvis.plus(back.up, TORSO)
    body = {"pelvis": pelvis, "chest": chest} | headed(chest, back.leaned(pose.nod * 0.35), back.leaned(pose.nod))
    for side, sign, arm, leg in (
        ("left", 1.0, pose.left_arm, pose.left_leg),
        ("right", -1.0, pose.right_arm, pose.right_leg),
    ):
        shoulder = chest.plus(back.left, SHOULDERS * sign).plus(back.up, -0.03)
        hip = pelvis.plus(hips.left, HIPS * sign)
        body |= {f"{side}_{name}": place for name, place in armed(shoulder, back, arm, sign).items()}
        body |= {f"{side}_{name}": place for name, place in legged(hip, hips, leg, sign).items()}
    return body


def headed(chest: Vector, neck: Frame, head: Frame) -> dict[str, Vector]:
    middle = chest.plus(neck.up, NECK).plus(head.up, HEAD * 0.86).plus(head.forwards, 0.012)
    brow = middle.plus(head.forwards, HEAD * 0.88)
    return {
        "head": middle,
        "brow": brow,
        "face": brow.plus(head.up, -0.4 * HEAD),
        "crown": middle.plus(head.up, HEAD),
        "left_eye": brow.plus(head.left, HEAD * 0.34).plus(head.up, 0.04 * HEAD),
        "right_eye": brow.plus(head.left, -HEAD * 0.34).plus(head.up, 0.04 * HEAD),
    }


def armed(shoulder: Vector, back: Frame, arm: Arm, sign: float) -> dict[str, Vector]:
    down, forwards = swung(back, arm.swing)
    cos, sin = turns(arm.spread)
    upper = down.times(cos).plus(back.left, sin * sign)
    outwards = back.left.times(cos * sign).plus(down, -sin)
    cos, sin = turns(arm.twist)
    bend = forwards.times(cos).plus(outwards, -sin)
    cos, sin = turns(arm.elbow)
    elbow = shoulder.plus(upper, UPPER_ARM)
    return {"shoulder": shoulder, "elbow": elbow, "hand": elbow.plus(upper.times(cos).plus(bend, sin), FOREARM)}


def legged(hip: Vector, hips: Frame, leg: Leg, sign: float) -> dict[str, Vector]:
    down, _ = swung(hips, leg.swing)
    cos, sin = turns(leg.spread)
    thigh = down.times(cos).plus(hips.left, sin * sign)
    shin, _ = swung(hips, leg.swing - leg.knee)
    knee = hip.plus(thigh, THIGH)
    ankle = knee.plus(shin.times(cos).plus(hips.left, sin * sign), SHIN)
    # A foot lies flat on the ground as long as its shin stands, and goes with the shin when that lies.
    slope = math.degrees(math.atan2(shin.forwards, -shin.up))
    pitch = slope * min(max((abs(slope) - 45.0) / 35.0, 0.0), 1.0)
    cos, sin = turns(pitch)
    toe = ankle.plus(Vector(cos * FOOT, 0.012 * sign, sin * FOOT - 0.02))
    return {"hip": hip, "knee": knee, "ankle": ankle, "toe": toe}


def swung(frame: Frame, degrees: float) -> tuple[Vector, Vector]:
    """Down, swung forwards by the angle, and the direction into which it would swing on."""
    cos, sin = turns(degrees)
    return frame.up.times(-cos).plus(frame.forwards, sin), frame.forwards.times(cos).plus(frame.up, sin)


def turns(degrees: float) -> tuple[float, float]:
    """Cosine and sine."""
    return math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
