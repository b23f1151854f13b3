"""Object shuffle: a ball is hidden under one of three cups, the cups change places, and after the cut it is shown."""

from __future__ import annotations

from functools import partial

from qa_gen.synth.drawing.colours import PALETTE
from qa_gen.synth.world import Place
from qa_gen.synth.worlds.perception_test.clutter import clutter
from qa_gen.synth.worlds.perception_test.cups_view import SHAPES, frame
from qa_gen.synth.worlds.perception_test.shuffle import (
    COVERED,
    FIRST_SWAP,
    PUT_UNDER,
    SLOTS,
    Looks,
    Shuffle,
    Swap,
    ball_box,
    cup_box,
)
from qa_gen.synth.worlds.perception_test.stage import HUES, SKINS, SLEEVES, Action, Game, Take, Track, stage

ORDERS = ("aabb", "abab", "baba")
"""What the four swaps are: a exchanges the first and second cup, b the second and third. Each order leaves the ball
under another cup, wherever it started, and all of them are made of the same four swaps."""

PLACES = ("first", "second", "third")
WORDINGS = (
    (
        "The person uses multiple similar objects to play an occlusion game. Where is the hidden object at the end of "
        "the game from the person's point of view?",
        "Under the {place} object from the left.",
    ),
    (
        "The person hides a ball under one of three similar objects and moves them around. Which object is the ball "
        "under in the end, counted from the left side of the picture?",
        "The {place} object from the left.",
    ),
    (
        "In the occlusion game with three similar objects, where in the picture is the hidden ball once the objects "
        "have stopped moving?",
        "Under the {place} object from the left.",
    ),
)
"""The hands come from the camera's side of the table, so that the person's left is the picture's left."""


def play(place: Place) -> Game:
    ground, rng = stage(place), place.rng("cups")
    hue, hidden = rng.sample(HUES, 2)
    looks = Looks(
        shape=rng.choice(tuple(SHAPES)),
        colour=PALETTE[hue],
        hidden=PALETTE[hidden],
        skin=rng.choice(SKINS),
        sleeve=rng.choice(SLEEVES),
        size=rng.uniform(0.92, 1.08),
        pieces=clutter(rng),
    )
    start = rng.randrange(3)
    moves = {name: [Swap(left, rng.random() < 0.5) for _ in range(2)] for left, name in enumerate("ab")}
    shuffles = [Shuffle(ground, looks, start, ordered(moves, order)) for order in ORDERS]
    shuffles.sort(key=lambda shuffle: shuffle.end)
    question, choice = rng.choice(WORDINGS)
    slot_seconds = ground.seconds(ground.last // SLOTS)
    return Game(
        question=question,
        choices=tuple(choice.format(place=name) for name in PLACES),
        takes=[take(shuffle) for shuffle in shuffles],
        area="memory",
        tags=("object permanence", "event counting"),
        is_cup_game=True,
        dials={
            "cups": 3,
            "swaps": 4,
            "swap_seconds": round(float(slot_seconds), 3),
            "shape": looks.shape,
            "distractors": len(looks.pieces),
        },
    )


def ordered(moves: dict[str, list[Swap]], order: str) -> tuple[Swap, ...]:
    """
    >>> a, b = [Swap(0, True), Swap(0, False)], [Swap(1, True), Swap(1, True)]
    >>> [swap.left for swap in ordered({"a": a, "b": b}, "abab")]
    [0, 1, 0, 1]
    """
    left = {name: iter(swaps) for name, swaps in moves.items()}
    return tuple(next(left[name]) for name in order)


def take(shuffle: Shuffle) -> Take:
    stage, slot = shuffle.stage, shuffle.stage.last // SLOTS
    hiding = FIRST_SWAP * slot
    put_under = round(PUT_UNDER[0] * hiding), round(COVERED[1] * hiding)
    actions = [Action("Putting something under something", *put_under, (3,))]
    for number, swap in enumerate(shuffle.swaps):
        begin, moved = (FIRST_SWAP + number) * slot, shuffle.arrangement(number)[swap.left : swap.left + 2]
        actions.append(Action("Moving something around", begin, begin + slot, tuple(sorted(moved))))
    actions.append(Action("Lifting something up", stage.last, shuffle.num_frames - 1, (shuffle.start,)))
    name = shuffle.looks.shape
    return Take(
        frame=partial(frame, shuffle),
        num_frames=shuffle.num_frames,
        captions=(
            f"A person hides a ball under the {PLACES[shuffle.start]} of three {plural(name)} from the left and swaps "
            f"neighbouring {plural(name)} four times.",
            f"At the end the {PLACES[shuffle.end]} {name} from the left is lifted, and the ball lies under it.",
        ),
        actions=tuple(actions),
        tracks=(
            *(Track(name, True, partial(cup_box, shuffle, number)) for number in range(3)),
            Track("ball", False, partial(ball_box, shuffle)),
        ),
        cut=stage.last + 1,
    )


def plural(name: str) -> str:
    return name + ("es" if name.endswith("x") else "s")
