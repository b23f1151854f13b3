"""Where the person and the thing of a deed are, as boxes in pixels of the picture, without drawing it."""

from __future__ import annotations

from qa_gen.synth.drawing.skeleton import HEAD, joints
from qa_gen.synth.home.deeds import GESTURES, THINGS, Deed
from qa_gen.synth.home.motion import moment
from qa_gen.synth.home.stage import FIGURE, GROUND, Stage

Box = list[float]
"""Left, top, right, bottom."""


def boxes(stage: Stage, deed: Deed, time: float) -> tuple[Box, Box | None]:
    """Of the person, and of the thing unless the deed is a gesture."""
    now = moment(stage, deed, time)
    seen = joints(now.pose, now.facing)
    left, right = (now.x + FIGURE * end(joint.x for joint in seen.values()) for end in (min, max))
    top = GROUND - FIGURE * max(seen["head"].y + HEAD, *(joint.y for joint in seen.values()))
    person = in_picture(stage, left, top, right, GROUND)
    if deed in GESTURES:
        return person, None
    thing, spot = THINGS[deed.thing], stage.spot(deed.thing)
    x, y = now.thing or (spot.x, spot.y - thing.height / 2)
    across, up = thing.width / 2, thing.height / 2
    return person, in_picture(stage, x - across, y - up, x + across, y + up)


def in_picture(stage: Stage, left: float, top: float, right: float, bottom: float) -> Box:
    (x0, y0), (x1, y1) = stage.at(left, top), stage.at(right, bottom)
    first, last = sorted((x0, x1))
    return [
        round(min(max(value, 0.0), limit), 2)
        for value, limit in ((first, stage.width), (y0, stage.height), (last, stage.width), (y1, stage.height))
    ]
