"""What stands in the scenes: solids, things to pick up, people. And how they move."""

from __future__ import annotations

import math
from dataclasses import dataclass

from mvbench.demo.canvas import COLOURS, INK, Canvas, Colour, blend, dark, light

SKIN: Colour = (232, 190, 156)


def ramp(now: float, start: float, end: float) -> float:
    """0 before `start`, 1 after `end`, gently from one to the other between them.

    >>> [ramp(now, 1, 3) for now in (0, 1, 2, 3, 9)]
    [0.0, 0.0, 0.5, 1.0, 1.0]
    """
    share = min(1.0, max(0.0, (now - start) / (end - start)))
    return share * share * (3 - 2 * share)


def between(first: float, last: float, share: float) -> float:
    return first + (last - first) * share


def hump(now: float, start: float, end: float) -> float:
    """An arc: 0 outside `start`..`end`, 1 halfway between them."""
    share = (now - start) / (end - start)
    return 4 * share * (1 - share) if 0 < share < 1 else 0.0


@dataclass(frozen=True, slots=True)
class Solid:
    """Something of a CLEVRER-like world."""

    color: str  # spelt as in CLEVRER's questions
    material: str
    shape: str

    @property
    def name(self) -> str:
        return f"{self.color} {self.shape}"


def solid(canvas: Canvas, what: Solid, x: float, y: float, *, size: float = 11) -> None:
    """Metal gleams, rubber is dull."""
    colour = COLOURS[what.color]
    gleam = light(colour, 0.85)
    canvas.oval(x, y + size, size * 1.1, blend(INK, (205, 200, 190), 0.8), height=size * 0.25)
    match what.shape:
        case "sphere":
            canvas.oval(x, y, size, dark(colour, 0.2))
            canvas.oval(x - size * 0.08, y - size * 0.1, size * 0.86, colour)
            if what.material == "metal":
                canvas.oval(x - size * 0.35, y - size * 0.4, size * 0.28, gleam)
        case "cube":
            near, back = size * 0.85, size * 0.45
            top, right = y - near + back, x + near - back
            canvas.box(x - size, top, right, y + size, colour)
            canvas.polygon(
                [(x - size, top), (x - size + back, top - back), (right + back, top - back), (right, top)],
                light(colour),
            )
            canvas.polygon(
                [(right, top), (right + back, top - back), (right + back, y + size - back), (right, y + size)],
                dark(colour),
            )
            if what.material == "metal":
                canvas.line(
                    [(x - size * 0.75, y + size * 0.45), (right - size * 0.35, top + size * 0.25)], gleam, width=3
                )
        case "cylinder":
            canvas.oval(x, y + size * 0.75, size * 0.8, dark(colour, 0.2), height=size * 0.3)
            canvas.box(x - size * 0.8, y - size * 0.75, x + size * 0.8, y + size * 0.75, dark(colour, 0.2))
            canvas.box(x - size * 0.8, y - size * 0.75, x + size * 0.35, y + size * 0.8, colour)
            canvas.oval(x, y - size * 0.75, size * 0.8, light(colour), height=size * 0.3)
            if what.material == "metal":
                canvas.line([(x - size * 0.4, y - size * 0.3), (x - size * 0.4, y + size * 0.7)], gleam, width=3)


THINGS = ("ball", "box", "cone", "vase", "book", "lamp")


def thing(canvas: Canvas, name: str, x: float, y: float, *, size: float = 8) -> None:
    """One of THINGS, standing on y."""
    top = y - 2 * size
    match name:
        case "ball":
            canvas.oval(x, y - size, size, COLOURS["red"])
        case "box":
            canvas.box(x - size, top + 2, x + size, y, COLOURS["blue"])
            canvas.line([(x, top + 2), (x, y)], light(COLOURS["blue"]), width=3)
        case "cone":
            canvas.polygon([(x, top - 2), (x + size, y), (x - size, y)], COLOURS["orange"])
            canvas.line(
                [(x - size * 0.5, y - size), (x + size * 0.5, y - size)], light(COLOURS["orange"], 0.8), width=3
            )
        case "vase":
            canvas.oval(x, y - size * 0.7, size * 0.8, COLOURS["green"], height=size * 0.7)
            canvas.polygon(
                [(x - size * 0.3, y - size), (x - size * 0.6, top), (x + size * 0.6, top), (x + size * 0.3, y - size)],
                COLOURS["green"],
            )
        case "book":
            canvas.box(x - size * 0.7, top, x + size * 0.7, y, COLOURS["purple"])
            canvas.box(x + size * 0.35, top + 1, x + size * 0.7, y - 1, (250, 248, 240))
        case "lamp":
            canvas.line([(x, y), (x, y - size)], INK, width=2)
            canvas.line([(x - size * 0.5, y - 1), (x + size * 0.5, y - 1)], INK, width=2)
            canvas.polygon(
                [(x - size, y - size * 0.8), (x - size * 0.5, top), (x + size * 0.5, top), (x + size, y - size * 0.8)],
                COLOURS["yellow"],
            )


@dataclass(frozen=True, slots=True)
class Pose:
    """How a person holds themselves. Arms in degrees: 0 hangs down, 90 points sideways, 180 up.

    `crouch` 0 stands, 1 has the hips near the heels. `lean` in degrees to the right. `rise` and `foot` in pixels: how
    far the whole body is above the ground, and the right foot above the left.
    """

    crouch: float = 0.0
    lean: float = 0.0
    left_arm: float = 12.0
    right_arm: float = 12.0
    rise: float = 0.0
    foot: float = 0.0


def person(
    canvas: Canvas, x: float, ground: float, pose: Pose, *, size: float = 62, shirt: str = "blue"
) -> tuple[float, float]:
    """Draw somebody who stands on `ground`; returns where their right hand (on the picture's right) is."""
    leg, trunk, arm, head = 0.44 * size, 0.3 * size, 0.31 * size, 0.1 * size
    hip = (x, ground - pose.rise - leg * (1 - 0.75 * pose.crouch))
    for side in (-1, 1):
        foot = (x + side * 0.11 * size, ground - pose.rise - (pose.foot if side > 0 else 0))
        middle = ((hip[0] + foot[0]) / 2, (hip[1] + foot[1]) / 2)
        bend = math.sqrt(max(0.0, (leg / 2) ** 2 - (math.dist(hip, foot) / 2) ** 2))
        knee = (middle[0] + side * bend, middle[1] - bend * 0.3)
        canvas.line([hip, knee, foot, (foot[0] + side * 4, foot[1])], INK, width=3)
    lean = math.radians(pose.lean)
    neck = (hip[0] + trunk * math.sin(lean), hip[1] - trunk * math.cos(lean))
    hands = []
    for side, degrees in ((-1, pose.left_arm), (1, pose.right_arm)):
        angle = math.radians(degrees)
        hand = (neck[0] + side * arm * math.sin(angle), neck[1] + 3 + arm * math.cos(angle))
        canvas.line([(neck[0], neck[1] + 3), hand], dark(COLOURS[shirt], 0.2), width=3)
        canvas.oval(*hand, 2.2, SKIN)
        hands.append(hand)
    canvas.line([hip, neck], COLOURS[shirt], width=6)
    canvas.oval(neck[0] + head * math.sin(lean), neck[1] - head * math.cos(lean), head, SKIN)
    return hands[1]
