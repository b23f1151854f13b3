"""Action prediction: a routine of four things is done twice, each video begins with another; what comes next?"""

from __future__ import annotations

from random import Random

from qa_gen.synth.home.casting import RATES, a_deed, some_things
from qa_gen.synth.home.deeds import LOOK_AROUND, VERBS, Deed, infinitive
from qa_gen.synth.home.stage import Stage
from qa_gen.synth.home.timeline import timeline
from qa_gen.synth.world import Place, Scene
from qa_gen.synth.worlds.star.orbit import Member, orbit
from qa_gen.synth.worlds.star.record import Asked

OPTIONS = 4
SLOT_FRAMES = 16
SHOWN = 0.25
"""Part of the answer that STAR's own window shows."""


def scenes(place: Place) -> list[Scene]:
    rng = place.rng("story")
    others = rng.choice((0, 1, 2))
    stage, things, used = cast(rng, OPTIONS + others)
    routine = [a_deed(rng, thing) for thing in used]
    options = place.rng("options").sample(routine, OPTIONS)
    rate, lead = rng.choice(RATES), rng.randint(4, 8)
    members = []
    for answer, first in enumerate(options):
        begin = routine.index(first)
        order = 2 * [*routine[begin:], *routine[:begin]]
        line = timeline((LOOK_AROUND,), order, (first,), slot_frames=SLOT_FRAMES, fps=rate, skipped=SLOT_FRAMES - lead)
        end = line.first + line.slots
        window = line.start_seconds, line.seconds_of(end + SHOWN)
        members.append(Member(line, answer, window, tuple(range(line.first, end))))
    return orbit(place, stage, asked(options), members, {"routine": OPTIONS, "rounds": 2, "things": len(things)})


def cast(rng: Random, num_things: int) -> tuple[Stage, list[str], list[str]]:
    """A room, all that is in it, and what the routine needs: on both sides, so that the person hides none for good."""
    while True:
        stage, things = some_things(rng, num_things)
        used = rng.sample(things, OPTIONS)
        if len({stage.spot(name).side for name in used}) == 2:
            return stage, things, used


def asked(options: list[Deed]) -> Asked:
    return Asked(
        kind="Prediction",
        template="T1",
        question="What will the person do next?",
        choices=tuple(
            (f"{infinitive(deed).capitalize()}.", f"{VERBS[deed.verb].star} {deed.thing}") for deed in options
        ),
        # What has been done twice begins again with what was done first.
        program=(("Situations", ()), ("Actions", ()), ("Query_Earliest_Action", ()), ("Query_Actions", ())),
    )
