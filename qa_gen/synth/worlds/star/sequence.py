"""Action sequence: eight things are done, in each video in another order; what came right after or before one?"""

from __future__ import annotations

from random import Random

from qa_gen.synth.home.casting import RATES, a_deed, some_things
from qa_gen.synth.home.deeds import GESTURES, LOOK_AROUND, VERBS, Deed, past
from qa_gen.synth.home.timeline import Timeline, timeline
from qa_gen.synth.world import Place, Scene
from qa_gen.synth.worlds.star.orbit import Member, orbit
from qa_gen.synth.worlds.star.record import Asked

SLOTS, OPTIONS = 8, 4
SLOT_FRAMES = 16


def scenes(place: Place) -> list[Scene]:
    rng = place.rng("story")
    after = place.index % 2 == 0
    num_gestures = rng.choice((0, 1, 2))
    stage, things = some_things(rng, SLOTS - num_gestures)
    deeds = [a_deed(rng, thing) for thing in rng.sample(things, len(things))]
    anchor, options, fillers = deeds[0], deeds[1 : 1 + OPTIONS], deeds[1 + OPTIONS :]
    fillers += rng.sample(tuple(GESTURES), num_gestures)
    options = place.rng("options").sample(options, OPTIONS)
    rate, lead, rest = rng.choice(RATES), rng.randint(4, 8), rng.randint(4, 8)

    def filmed(order: list[Deed]) -> Timeline:
        return timeline(
            (LOOK_AROUND,), order, (LOOK_AROUND,), slot_frames=SLOT_FRAMES, fps=rate,
            skipped=SLOT_FRAMES - lead, left_away=SLOT_FRAMES - rest,
        )  # fmt: skip

    members = []
    for answer in range(OPTIONS):
        line = filmed(ordered(rng, anchor, options, fillers, answer=answer, after=after))
        slots = tuple(range(line.first, line.first + line.slots))
        members.append(Member(line, answer, (line.start_seconds, line.end_seconds), slots))
    return orbit(place, stage, asked(anchor, options, after=after), members, {
        "asked": "after" if after else "before", "deeds": SLOTS, "things": len(things),
    })  # fmt: skip


def ordered(
    rng: Random, anchor: Deed, options: list[Deed], fillers: list[Deed], *, answer: int, after: bool
) -> list[Deed]:
    """Any order in which the anchor and the answer are neighbours."""
    others = [deed for deed in (*options, *fillers) if deed != options[answer]]
    others = rng.sample(others, len(others))
    pair = [anchor, options[answer]] if after else [options[answer], anchor]
    place = rng.randint(0, len(others))
    return [*others[:place], *pair, *others[place:]]


def asked(anchor: Deed, options: list[Deed], *, after: bool) -> Asked:
    return Asked(
        kind="Sequence",
        template="T3" if after else "T4",
        question=f"What happened right {'after' if after else 'before'} the person {past(anchor)}?",
        choices=tuple((f"{past(deed).capitalize()}.", f"{VERBS[deed.verb].star} {deed.thing}") for deed in options),
        program=(
            ("Situations", ()),
            ("Actions", ()),
            ("Situations", ()),
            ("Actions", ()),
            ("Filter_Actions_with_Verb", (VERBS[anchor.verb].star,)),
            ("Filter_Actions_with_Obj", (anchor.thing,)),
            ("Unique", ()),
            ("Filter_After_Actions" if after else "Filter_Before_Actions", ()),
            ("Query_Earliest_Action" if after else "Query_Latest_Action", ()),
            ("Query_Actions", ()),
        ),
    )
