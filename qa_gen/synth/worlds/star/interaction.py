"""Object interaction: four things in the room, one of them taken, thrown or opened, another one in each video."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from random import Random
from types import MappingProxyType

from qa_gen.synth.home.casting import a_gesture, of_own_hues, room_with
from qa_gen.synth.home.deeds import DEEDS, LOOK_AROUND, THINGS, VERBS, Deed, deeds_with
from qa_gen.synth.home.stage import Stage
from qa_gen.synth.home.timeline import timeline
from qa_gen.synth.world import Place, Scene
from qa_gen.synth.worlds.star.orbit import Member, orbit
from qa_gen.synth.worlds.star.record import Asked

OPTIONS = 4
SLOTS = 3
SLOT_FRAMES = 32
SPARE = 2
RATES = (Fraction(12), Fraction(25, 2), Fraction(15))
ATTEMPTS = 1000
PARTICIPLES: Mapping[str, str] = MappingProxyType({"take": "taken", "throw": "thrown", "open": "opened"})


def scenes(place: Place) -> list[Scene]:
    rng = place.rng("story")
    verb = rng.choice(("take", "throw", "open"))
    stage, spare, names = cast(rng, verb)
    names = place.rng("options").sample(names, OPTIONS)
    busy = rng.choice((0, 1, 2))
    rate, lead, rest = rng.choice(RATES), rng.randint(4, 8), rng.randint(4, 8)
    members = []
    for answer, name in enumerate(names):
        own = rng.randrange(SLOTS)
        other = other_deeds(verb, [one for one in names if one != name], spare)
        other = rng.sample(other, min(busy, len(other)))
        order = other + [a_gesture(rng) for _ in range(SLOTS - 1 - len(other))]
        order = rng.sample(order, len(order))
        order.insert(own, Deed(verb, name))
        line = timeline(
            (LOOK_AROUND,), order, (LOOK_AROUND,), slot_frames=SLOT_FRAMES, fps=rate,
            skipped=SLOT_FRAMES - lead, left_away=SLOT_FRAMES - rest,
        )  # fmt: skip
        slot = line.first + own
        members.append(Member(line, answer, (line.seconds_of(slot), line.seconds_of(slot + 1)), (slot,)))
    return orbit(
        place, stage, asked(verb, names), members, {"verb": verb, "other_deeds": busy, "things": OPTIONS + SPARE}
    )


def cast(rng: Random, verb: str) -> tuple[Stage, list[str], list[str]]:
    """A room, the four things one of which is used, and the names of the others in it."""
    for _ in range(ATTEMPTS):
        names = of_own_hues(rng.sample(DEEDS[verb], len(DEEDS[verb])), set())[:OPTIONS]
        try:
            return *room_with(rng, names, others=SPARE), names
        except ValueError:  # two walls and more things for shelves than shelves are left
            continue
    raise AssertionError(verb)


def other_deeds(verb: str, others: list[str], spare: list[str]) -> list[Deed]:
    """What does not answer the question, clearly: who throws or eats a thing has taken it."""
    deeds = [deed for name in spare for deed in deeds_with(name) if deed.verb != verb]
    if verb == "take":
        return [deed for deed in deeds if THINGS[deed.thing].places == ("wall",)]
    return deeds + [Deed("take", name) for name in others if THINGS[name].places != ("wall",)]


def asked(verb: str, names: list[str]) -> Asked:
    return Asked(
        kind="Interaction",
        template="T1",
        question=f"Which object was {PARTICIPLES[verb]} by the person?",
        choices=tuple((f"The {name}.", name) for name in names),
        program=(
            ("Situations", ()),
            ("Actions", ()),
            ("Filter_Actions_with_Verb", (VERBS[verb].star,)),
            ("Unique", ()),
            ("Query_Objs", ()),
        ),
    )
