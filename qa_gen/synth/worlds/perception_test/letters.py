"""Character order: three letter cards are shown one after the other, each taken away before the next."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from qa_gen.synth.drawing.colours import PALETTE, Colour, darker
from qa_gen.synth.drawing.easing import ease, span
from qa_gen.synth.drawing.sprites import Sprite, card, paste, shadow
from qa_gen.synth.world import RGB, Place
from qa_gen.synth.worlds.perception_test import arms
from qa_gen.synth.worlds.perception_test.clutter import Piece, clutter, laid
from qa_gen.synth.worlds.perception_test.stage import SKINS, SLEEVES, Action, Game, Stage, Take, stage, wall

SLOTS = 4
SHOWN = (0, 1, 3)
"""The slots in which a card is shown; the third is empty, so that the middle of the video says nothing."""

LETTERS = "BCDFGHJKLMNPRSTVXZ"
"""Consonants, so that they make no words; without Q and W, which are wide, and Y, which is like V when it is small."""

INKS = ("red", "blue", "green", "purple", "black", "brown")
WIDTH, HEIGHT, AWAY = 82.0, 96.0, 190.0
"""In points: the card, and how far off it is while it is not shown."""

ORDER, FIRST, LAST = "order", "first", "last"
WORDINGS = {
    ORDER: (
        "What was the order of the letters shown by the person?",
        "In which order did the person show the letters?",
    ),
    FIRST: ("What letter did the person show first?", "Which letter card did the person show at the beginning?"),
    LAST: ("What letter did the person show last?", "Which letter card did the person show at the end?"),
}


@dataclass(frozen=True, slots=True)
class Looks:
    """Cards come from `side`, -1 left to 1 right, before a wall where `pieces` is None, else above a table."""

    ink: Colour
    skin: Colour
    sleeve: Colour
    side: float
    pieces: tuple[Piece, ...] | None


@dataclass(frozen=True, slots=True)
class Show:
    """One member: the letters in their order."""

    stage: Stage
    looks: Looks
    letters: str


def play(place: Place) -> Game:
    ground, rng = stage(place), place.rng("letters")
    looks = Looks(
        ink=darker(PALETTE[rng.choice(INKS)], 0.25),
        skin=rng.choice(SKINS),
        sleeve=rng.choice(SLEEVES),
        side=rng.choice((-0.8, -0.4, 0.0, 0.4, 0.8)),
        pieces=clutter(rng) if rng.random() < 0.5 else None,
    )
    letters = "".join(rng.sample(LETTERS, 3))
    shows = [Show(ground, looks, letters[turn:] + letters[:turn]) for turn in range(3)]
    asked = rng.choice((ORDER, ORDER, FIRST, LAST))
    return Game(
        question=rng.choice(WORDINGS[asked]),
        choices=tuple(told(asked, show.letters) for show in shows),
        takes=[take(show) for show in shows],
        area="memory",
        tags=("sequencing", "letters"),
        dials={
            "letters": 3,
            "asked": asked,
            "shown_seconds": round(float(ground.seconds(ground.last // SLOTS)), 3),
            "distractors": len(looks.pieces or ()),
        },
    )


def told(asked: str, letters: str) -> str:
    """
    >>> told(ORDER, "KBS"), told(FIRST, "KBS"), told(LAST, "KBS")
    ('K B S', 'K', 'S')
    """
    return {ORDER: " ".join(letters), FIRST: letters[0], LAST: letters[-1]}[asked]


def take(show: Show) -> Take:
    slot = show.stage.last // SLOTS
    first, second, third = tuple(show.letters)
    return Take(
        frame=partial(frame, show),
        num_frames=show.stage.last + 1,
        captions=(f"A person shows three letter cards one after another: first {first}, then {second}, then {third}.",),
        actions=tuple(Action("Showing something to the camera", part * slot, (part + 1) * slot) for part in SHOWN),
    )


def frame(show: Show, index: int) -> RGB:
    part, phase = show.stage.slot(index, SLOTS)
    picture = behind(show.stage, show.looks.pieces).copy()
    if part in SHOWN:
        draw_card(picture, show, show.letters[SHOWN.index(part)], phase)
    return picture


def behind(stage: Stage, pieces: tuple[Piece, ...] | None) -> RGB:
    return wall(stage) if pieces is None else laid(stage, pieces)


def draw_card(picture: RGB, show: Show, letter: str, phase: float) -> None:
    """In from below, held still for half of the time, out again; a little sway shows that a hand holds it."""
    stage, size = show.stage, show.stage.point
    away = 1 - ease(span(phase, 0.02, 0.24)) + ease(span(phase, 0.78, 0.98))
    sway = 2.5 * (ease(span(phase, 0.24, 0.5)) - ease(span(phase, 0.5, 0.78)))
    x, y = show.looks.side * 90 * away + sway, AWAY * away - 6
    paste(picture, shadow(round(WIDTH * size * 1.3, 1), round(HEIGHT * size * 1.25, 1), 0.25), *stage.at(x + 5, y + 8))
    paste(picture, written(show, letter), *stage.at(x, y))
    hand = arms.arm(round(size, 3), round(10 + 24 * show.looks.side) // 2 * 2,
                    skin=show.looks.skin, sleeve=show.looks.sleeve)  # fmt: skip
    paste(picture, hand, *stage.at(x + 14, y + HEIGHT / 2 - 6))


def written(show: Show, letter: str) -> Sprite:
    size = show.stage.point
    return card(round(WIDTH * size, 1), round(HEIGHT * size, 1), letter, show.looks.ink)
