"""The cups game drawn: three cups alike, a ball, and the hands that move them."""

from __future__ import annotations

from qa_gen.synth.drawing.easing import ease, span
from qa_gen.synth.drawing.sprites import Sprite, ball, box, cup, cylinder, paste, shadow
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.perception_test import arms
from qa_gen.synth.worlds.perception_test.clutter import laid
from qa_gen.synth.worlds.perception_test.shuffle import (
    BALL,
    BASE,
    COVERED,
    CUP_HEIGHT,
    CUP_WIDTH,
    FIRST_SWAP,
    SLOTS,
    SWAPPING,
    Point,
    Shuffle,
    Standing,
    ball_place,
    cup_places,
    in_sight,
    position,
)

SHAPES = {"cup": cup, "box": box, "cylinder": cylinder}


def frame(shuffle: Shuffle, index: int) -> RGB:
    slot, phase = position(shuffle, index)
    picture = laid(shuffle.stage, shuffle.looks.pieces).copy()
    places = cup_places(shuffle, index)
    for cup_at in places:
        put(picture, shuffle, cast(shuffle), (cup_at.x + 4, cup_at.y - 4))
    if in_sight(shuffle, index):
        put(picture, shuffle, marble(shuffle), ball_place(shuffle, index))
    left = shuffle.swaps[slot - FIRST_SWAP].left if slot in SWAPPING else None
    grip = ease(span(phase, 0.0, 0.1)) - ease(span(phase, 0.9, 1.0))
    for number, cup_at in sorted(enumerate(places), key=lambda item: item[1].y):
        put(picture, shuffle, hiding_place(shuffle), (cup_at.x, cup_at.y - cup_at.lift))
        if left is not None and number in (left, left + 1):
            reach(picture, shuffle, cup_at, left=number == left, share=grip)
    if left is None:
        lift_and_bring(picture, shuffle, index)
    return picture


def lift_and_bring(picture: RGB, shuffle: Shuffle, index: int) -> None:
    """While no cups are swapped: one hand lifts a cup, the other brings the ball, or both lie in front."""
    slot, phase = position(shuffle, index)
    t = (slot + phase) / FIRST_SWAP
    lifted, lifts, brings = shuffle.start, 0.0, 0.0
    if slot < FIRST_SWAP:
        lifts = ease(span(t, 0.0, 0.06)) - ease(span(t, COVERED[1], 1.0))
        brings = ease(span(t, 0.0, 0.05)) - ease(span(t, 0.55, 0.8))
    elif slot == SLOTS:
        lifted, lifts = shuffle.end, ease(span(phase, 0.0, 0.1))
    x, y = ball_place(shuffle, index)
    hold(picture, shuffle, (x, y + 6), left=lifted != 0, share=brings)
    reach(picture, shuffle, cup_places(shuffle, index)[lifted], left=lifted == 0, share=lifts)


def reach(picture: RGB, shuffle: Shuffle, cup_at: Standing, *, left: bool, share: float) -> None:
    """A hand on its way (share 0 to 1) from where it rests to the outer side of a cup."""
    x, y = cup_at.x + (-1 if left else 1) * 0.38 * CUP_WIDTH, cup_at.y - cup_at.lift - 20
    hold(picture, shuffle, (x, y), left=left, share=share)


def hold(picture: RGB, shuffle: Shuffle, target: Point, *, left: bool, share: float) -> None:
    looks, side = shuffle.looks, (-1 if left else 1)
    rest = (side * 84.0, BASE + 42)
    x, y = (a + (b - a) * share for a, b in zip(rest, target, strict=True))
    lean = round(14 + 20 * share) // 2 * 2
    draw = arms.left_arm if left else arms.arm
    put(picture, shuffle, draw(round(shuffle.stage.point, 3), lean, skin=looks.skin, sleeve=looks.sleeve), (x, y))


def put(picture: RGB, shuffle: Shuffle, sprite: Sprite, at: Point) -> None:
    paste(picture, sprite, *shuffle.stage.at(*at))


def cast(shuffle: Shuffle) -> Sprite:
    size = shuffle.looks.size * shuffle.stage.point
    return shadow(round(CUP_WIDTH * size * 1.35, 1), round(20 * size, 1))


def hiding_place(shuffle: Shuffle) -> Sprite:
    size = shuffle.looks.size * shuffle.stage.point
    return SHAPES[shuffle.looks.shape](round(CUP_WIDTH * size, 1), round(CUP_HEIGHT * size, 1), shuffle.looks.colour)


def marble(shuffle: Shuffle) -> Sprite:
    return ball(round(BALL * shuffle.stage.point, 1), shuffle.looks.hidden)
