"""A person: joints dressed in shaded limbs, with hair and a face."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from operator import itemgetter
from random import Random
from typing import Literal

from qa_gen.synth.drawing.colours import PALETTE, Colour, darker, mixed
from qa_gen.synth.drawing.limbs import Canvas, Circle
from qa_gen.synth.drawing.pose import Pose, rounded
from qa_gen.synth.drawing.skeleton import HAND, HEAD, Facing, Joint, joints
from qa_gen.synth.drawing.sprites import Point, Sprite, of_premultiplied

Hair = Literal["short", "long", "bun", "cap"]

SKINS: tuple[Colour, ...] = ((247, 214, 188), (232, 188, 152), (205, 152, 112), (160, 108, 74), (112, 74, 52))
HAIRS: tuple[Colour, ...] = ((40, 32, 30), (84, 54, 36), (134, 88, 46), (190, 150, 84), (120, 116, 114), (150, 66, 34))
TROUSERS: tuple[Colour, ...] = ((52, 62, 92), (64, 64, 70), (96, 84, 68), (44, 78, 84), (104, 104, 112), (80, 60, 74))
SHOES: tuple[Colour, ...] = ((44, 40, 40), (236, 234, 228), (128, 78, 50), (150, 44, 44))
TOPS = ("red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink", "white", "gray")


@dataclass(frozen=True, slots=True)
class Look:
    """What stays the same of a person. `build` is the width of body and limbs, 1 for most."""

    skin: Colour
    hair: Colour
    top: Colour
    legs: Colour
    shoes: Colour
    build: float = 1.0
    style: Hair = "short"
    sleeves: bool = True


def a_look(rng: Random) -> Look:
    """Any of some thousand people."""
    return Look(
        skin=rng.choice(SKINS),
        hair=rng.choice(HAIRS),
        top=PALETTE[rng.choice(TOPS)],
        legs=rng.choice(TROUSERS),
        shoes=rng.choice(SHOES),
        build=rng.choice((0.9, 1.0, 1.0, 1.12)),
        style=rng.choice(("short", "short", "long", "bun", "cap")),
        sleeves=rng.random() < 0.5,
    )


def figure(look: Look, pose: Pose, height: int, *, facing: Facing = "front") -> Sprite:
    """The person in a pose, anchored at the ground between the feet; standing, it is `height` pixels tall.

    Angles count in whole degrees, so that the same picture is drawn once.
    """
    return dressed(look, rounded(pose), height, facing)


def hands(pose: Pose, height: int, facing: Facing = "front") -> tuple[Point, Point]:
    """Where the left and the right hand are, (x, y) in pixels from the anchor of `figure`, y down."""
    seen = skeleton(rounded(pose), facing)
    left, right = seen["left_hand"], seen["right_hand"]
    return (left.x * height, -left.y * height), (right.x * height, -right.y * height)


@lru_cache(maxsize=2048)
def skeleton(pose: Pose, facing: Facing) -> dict[str, Joint]:
    return joints(pose, facing)


@lru_cache(maxsize=512)
def dressed(look: Look, pose: Pose, height: int, facing: Facing) -> Sprite:
    seen = skeleton(pose, facing)
    left, right = min(joint.x for joint in seen.values()) - MARGIN, max(joint.x for joint in seen.values()) + MARGIN
    bottom, top = min(joint.y for joint in seen.values()) - MARGIN, max(joint.y for joint in seen.values()) + MARGIN
    canvas = Canvas(left=left, top=top, right=right, bottom=bottom, height=height)
    for _, draw in sorted(parts(seen), key=itemgetter(0)):
        draw(canvas, look, seen)
    return of_premultiplied(canvas.small(), (-left * height, top * height))


Part = Callable[[Canvas, Look, Mapping[str, Joint]], None]


def parts(seen: Mapping[str, Joint]) -> list[tuple[float, Part]]:
    """What is drawn, with how near it is to the viewer."""

    def near(*names: str) -> float:
        return sum(seen[name].near for name in names) / len(names)

    trunk_near = near("pelvis", "chest")
    # Hair falls behind the shoulders, however far the head leans to the viewer, until its back is seen.
    hair_near = trunk_near - 0.01 if near("brow") >= near("head") else near("head") + 0.04
    return [
        (near("left_hip", "left_knee", "left_ankle") - 0.05, partial(leg, side="left")),
        (near("right_hip", "right_knee", "right_ankle") - 0.05, partial(leg, side="right")),
        (trunk_near, trunk),
        (near("head") + 0.03, head),
        (hair_near, long_hair),
        (near("left_elbow", "left_hand"), partial(arm, side="left")),
        (near("right_elbow", "right_hand"), partial(arm, side="right")),
    ]


def at(joint: Joint, radius: float) -> Circle:
    return joint.x, joint.y, radius


def between(first: Joint, second: Joint, part: float) -> Joint:
    """The place on the way from the first to the second."""
    return Joint(*(a + part * (b - a) for a, b in zip(first, second, strict=True)))


def leg(canvas: Canvas, look: Look, seen: Mapping[str, Joint], *, side: str) -> None:
    hip, knee, ankle, toe = (seen[f"{side}_{name}"] for name in ("hip", "knee", "ankle", "toe"))
    width = look.build
    cuff = between(ankle, knee, 0.08)
    canvas.limb([at(hip, 0.062 * width), at(knee, 0.048 * width), at(cuff, 0.033 * width)], look.legs)
    canvas.limb([(ankle.x, ankle.y - 0.012, 0.028), at(toe, 0.021)], look.shoes)


def arm(canvas: Canvas, look: Look, seen: Mapping[str, Joint], *, side: str) -> None:
    shoulder, elbow, hand = (seen[f"{side}_{name}"] for name in ("shoulder", "elbow", "hand"))
    width = look.build
    lower = look.top if look.sleeves else look.skin
    if hand.near < elbow.near:
        canvas.limb([at(hand, HAND)], look.skin)
    canvas.limb([at(elbow, 0.03 * width), at(between(elbow, hand, 0.86), 0.021 * width)], lower)
    canvas.limb([at(shoulder, 0.04 * width), at(elbow, 0.032 * width)], look.top)
    if hand.near >= elbow.near:
        canvas.limb([at(hand, HAND)], look.skin)


def trunk(canvas: Canvas, look: Look, seen: Mapping[str, Joint]) -> None:
    width = look.build
    chest, pelvis, face = seen["chest"], seen["pelvis"], seen["head"]
    canvas.limb([at(chest, 0.036), at(face, 0.036)], darker(look.skin, 0.12))
    hips = [at(seen["left_hip"], 0.062 * width), at(seen["right_hip"], 0.062 * width), at(pelvis, 0.066 * width)]
    canvas.body(hips, look.legs)
    shoulders = [at(seen["left_shoulder"], 0.042 * width), at(seen["right_shoulder"], 0.042 * width)]
    waist, breast = between(pelvis, chest, 0.14), between(pelvis, chest, 0.7)
    aside = (seen["left_hip"].x - seen["right_hip"].x) / 2, (seen["left_hip"].y - seen["right_hip"].y) / 2
    hem = [(waist.x + sign * aside[0], waist.y + sign * aside[1], 0.06 * width) for sign in (-1, 1)]
    canvas.body([*shoulders, at(breast, 0.078 * width), *hem], look.top)


def head(canvas: Canvas, look: Look, seen: Mapping[str, Joint]) -> None:
    middle, brow, crown = seen["head"], seen["brow"], seen["crown"]
    ahead, above = (brow.x - middle.x, brow.y - middle.y), (crown.x - middle.x, crown.y - middle.y)
    back = (middle.x - 0.2 * ahead[0] + 0.14 * above[0], middle.y - 0.2 * ahead[1] + 0.14 * above[1], HEAD * 1.02)
    if look.style == "bun":
        knot = (back[0] - 0.7 * ahead[0] + 0.85 * above[0], back[1] - 0.7 * ahead[1] + 0.85 * above[1], HEAD * 0.42)
        canvas.limb([knot], look.hair)
    canvas.limb([back], look.hair)
    if brow.near < middle.near:
        return
    skull = (middle.x + 0.06 * ahead[0], middle.y + 0.06 * ahead[1] - 0.03 * above[1], HEAD * 0.95)
    canvas.limb([skull], look.skin, shade=0.18)
    face(canvas, look, seen)
    up = math.degrees(math.atan2(above[1] - 0.42 * ahead[1], above[0] - 0.42 * ahead[0]))
    if look.style == "cap":
        cap(canvas, (skull[0], skull[1], HEAD * 1.1), up, ahead, look.top)
    else:
        canvas.cap((skull[0], skull[1], HEAD), up, 62, look.hair)


def cap(canvas: Canvas, rim: Circle, up: float, ahead: Point, colour: Colour) -> None:
    """A cap down to a little above the eyes, its brim ahead."""
    canvas.cap(rim, up, 74, darker(colour, 0.2))
    canvas.cap((rim[0] - 0.01, rim[1] + 0.008, rim[2] * 0.93), up, 68, colour)
    brim = []
    for side in (-66, 66):
        turned = math.radians(up + side)
        x, y = rim[0] + 0.8 * rim[2] * math.cos(turned), rim[1] + 0.8 * rim[2] * math.sin(turned)
        brim += [(x + 0.3 * ahead[0], y + 0.3 * ahead[1], 0.012), (x + 0.75 * ahead[0], y + 0.75 * ahead[1], 0.01)]
    canvas.hull(brim, darker(colour, 0.38))


def long_hair(canvas: Canvas, look: Look, seen: Mapping[str, Joint]) -> None:
    """Behind the back of the head, down to the shoulders."""
    if look.style != "long":
        return
    middle, brow, crown = seen["head"], seen["brow"], seen["crown"]
    ahead, above = (brow.x - middle.x, brow.y - middle.y), (crown.x - middle.x, crown.y - middle.y)
    root = (middle.x - 0.25 * ahead[0], middle.y - 0.25 * ahead[1], HEAD)
    end = (middle.x - 0.5 * ahead[0] - 1.2 * above[0], middle.y - 0.5 * ahead[1] - 1.2 * above[1], HEAD * 0.86)
    canvas.limb([root, end], look.hair)


def face(canvas: Canvas, look: Look, seen: Mapping[str, Joint]) -> None:
    middle, nose, lips, crown = seen["head"], seen["brow"], seen["face"], seen["crown"]
    for side in ("left", "right"):
        eye = seen[f"{side}_eye"]
        if eye.near > middle.near + 0.1 * HEAD:
            canvas.disc(eye.x, eye.y, 0.1 * HEAD, (34, 28, 30), flat=1.25)
    canvas.disc(nose.x, nose.y - 0.14 * HEAD, 0.11 * HEAD, darker(look.skin, 0.16))
    down = math.degrees(math.atan2(middle.y - crown.y, middle.x - crown.x))
    x, y, _ = between(middle, lips, 0.88)
    canvas.cap((x, y + 0.14 * HEAD, 0.26 * HEAD), down, 56, mixed(darker(look.skin, 0.4), (150, 40, 40), 0.4))


MARGIN = 0.12
"""Around the joints, for the thickest part: the head with its hair."""
