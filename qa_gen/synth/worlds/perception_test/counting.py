"""Action count: one action repeated an odd number of times, evenly over the whole video."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from qa_gen.synth.drawing.colours import PALETTE
from qa_gen.synth.world import RGB, Place
from qa_gen.synth.worlds.perception_test.acts import ACTS, Looks
from qa_gen.synth.worlds.perception_test.clutter import Piece, clutter, laid
from qa_gen.synth.worlds.perception_test.stage import HUES, SKINS, SLEEVES, Action, Game, Stage, Take, stage, times

FEW, MANY = (1, 3, 5), (3, 5, 7)
"""Counts are odd: an odd number of cycles over the clip puts 8, 16 or 32 evenly spread frames into the same phases,
whatever the number; see `phase`."""

WORDINGS = (
    "How many times did the person {verb}?",
    "How many times in total does the person {verb} in the video?",
    "The person repeats an action. How many times did the person {verb}?",
)


@dataclass(frozen=True, slots=True)
class Repetition:
    """One member: an act, and how often it is done."""

    stage: Stage
    looks: Looks
    act: str
    count: int
    pieces: tuple[Piece, ...]

    def phase(self, index: int) -> float:
        """From 0 to 1 in each repetition, in whole steps of one part in `stage.last`.

        The frames of the public rule lie at odd multiples of 1/16, 1/32 or 1/64 of the clip. An odd count maps these
        onto themselves, so all members show the same pictures and only their order differs.
        """
        return self.count * index % self.stage.last / self.stage.last


def play(place: Place) -> Game:
    ground, rng = stage(place), place.rng("counting")
    name = rng.choice(tuple(ACTS))
    act = ACTS[name]
    looks = Looks(
        colour=PALETTE[rng.choice(HUES)],
        skin=rng.choice(SKINS),
        sleeve=rng.choice(SLEEVES),
        reach=rng.uniform(0.85, 1.1),
    )
    counts = rng.choice((FEW, MANY)) if act.slow else MANY
    pieces = clutter(rng)
    takes = [take(Repetition(ground, looks, name, count, pieces)) for count in counts]
    seconds = float(ground.seconds(ground.last))
    return Game(
        question=rng.choice(WORDINGS).format(verb=act.verb),
        choices=tuple(str(count) for count in counts),
        takes=takes,
        area="abstraction",
        tags=("event counting",),
        dials={
            "act": name,
            "most": counts[-1],
            "shortest_seconds": round(seconds / counts[-1], 3),
            "distractors": len(pieces),
        },
    )


def take(repetition: Repetition) -> Take:
    stage, count = repetition.stage, repetition.count
    act = ACTS[repetition.act]
    bounds = [number * stage.last // count for number in range(count + 1)]
    return Take(
        frame=partial(frame, repetition),
        num_frames=stage.last + 1,
        captions=(f"A person {act.does} {times(count)}.",),
        actions=tuple(Action(act.label, first, last) for first, last in pairwise(bounds)),
    )


def frame(repetition: Repetition, index: int) -> RGB:
    picture = laid(repetition.stage, repetition.pieces).copy()
    ACTS[repetition.act].draw(picture, repetition.stage, repetition.looks, repetition.phase(index))
    return picture
