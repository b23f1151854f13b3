"""Moving count and moving attribute: the same things, at the same places halfway, and others of them move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from random import Random
from typing import Literal

from qa_gen.synth.world import Place
from qa_gen.synth.worlds.clevrer import questions
from qa_gen.synth.worlds.clevrer.physics import Law
from qa_gen.synth.worlds.clevrer.routes import Route, placed, standing, through_middle, until_placed
from qa_gen.synth.worlds.clevrer.staging import Staged, answered
from qa_gen.synth.worlds.clevrer.take import Take, shoot
from qa_gen.synth.worlds.clevrer.things import MATERIALS, SHAPES, Thing, draw_things, some_yaw

COUNTS = (1, 2, 3, 4)
ATTRIBUTES: tuple[Literal["color", "shape", "material"], ...] = ("color", "shape", "material")
SIZES = {"color": 4, "shape": 3, "material": 2}


def stage_count(place: Place) -> Staged:
    """1 to 4 of the things move, or of those of one material or shape; what else there is does the same in all."""
    rng = place.rng("scene")
    law = Law(drag=rng.uniform(0.0, 0.1))
    words = ((), ("metal",), ("rubber",), (rng.choice(SHAPES),))[place.index % 4]
    counted = rng.randint(4, 5)
    bystanders = rng.randint(0 if counted == 5 else 1, 6 - counted) if words else 0
    things = things_for_count(rng, words, counted, bystanders)
    steady = ["moves" if rng.random() < 0.4 else "rests" for _ in range(bystanders)]
    ways = lay_out(rng, law, free=counted, steady=steady)
    yaws = [some_yaw(rng) for _ in things]
    takes = []
    for count in COUNTS:
        moving = rng.sample(range(counted), k=count)
        takes.append(take(things, law, ways, yaws, moving=moving, free=counted))
    question = questions.how_many(words, "moving")
    choices = place.rng("options").sample([str(count) for count in COUNTS], k=len(COUNTS))
    dials = {"objects": len(things), "counted": counted, "filter": " ".join(words) or "none"}
    return Staged(takes, question.text, tuple(choices), answered(question), question, dials)


def things_for_count(rng: Random, words: Sequence[str], counted: int, bystanders: int) -> list[Thing]:
    things = draw_things(rng, counted + bystanders)
    if not words:
        return things
    (word,) = words
    family = "material" if word in MATERIALS else "shape"
    others = [value for value in (MATERIALS if family == "material" else SHAPES) if value != word]
    values = [word] * counted + [rng.choice(others) for _ in range(bystanders)]
    return [changed(thing, family, value) for thing, value in zip(things, values, strict=True)]


def stage_attribute(place: Place) -> Staged:
    """One thing of each colour, shape or material; in each video another one is the only one that moves, or rests."""
    rng = place.rng("scene")
    law = Law(drag=rng.uniform(0.0, 0.1))
    attribute = ATTRIBUTES[place.index % 3]
    state: Literal["moving", "stationary"] = rng.choice(("moving", "stationary"))
    size = SIZES[attribute]
    bystanders = rng.randint(0, 1) if size == 4 else rng.randint(1, 3)
    things = draw_things(rng, size + bystanders)
    if attribute != "color":
        values = rng.sample(SHAPES if attribute == "shape" else MATERIALS, k=size)
        things = [changed(a, attribute, v) for a, v in zip(things, values, strict=False)] + things[size:]
    steady = ["rests" if state == "moving" else "moves"] * bystanders
    ways = lay_out(rng, law, free=size, steady=steady)
    yaws = [some_yaw(rng) for _ in things]
    takes = []
    for special in range(size):
        moving = [special] if state == "moving" else [other for other in range(size) if other != special]
        takes.append(take(things, law, ways, yaws, moving=moving, free=size))
    question = questions.which(attribute, state)
    values = [thing.colour if attribute == "color" else getattr(thing, attribute) for thing in things[:size]]
    choices = place.rng("options").sample(values, k=size)
    dials = {"objects": len(things), "attribute": attribute, "state": state}
    return Staged(takes, question.text, tuple(choices), answered(question), question, dials)


def changed(thing: Thing, family: str, value: str) -> Thing:
    return replace(thing, material=value) if family == "material" else replace(thing, shape=value)


def lay_out(rng: Random, law: Law, *, free: int, steady: Sequence[str]) -> list[Sequence[Route]]:
    """For the first `free` things a way and the place where it stands instead; for the others the one they have."""

    def either() -> Sequence[Route]:
        route = through_middle(rng, law)
        return [route, route.resting()]

    def fixed(state: str) -> Sequence[Route]:
        return [through_middle(rng, law) if state == "moves" else standing(rng, law)]

    draws = [either] * free + [partial(fixed, state) for state in steady]
    return until_placed(lambda: placed(draws, law))


def take(
    things: Sequence[Thing], law: Law, ways: Sequence[Sequence[Route]], yaws: Sequence[float], *,
    moving: Sequence[int], free: int,
) -> Take:  # fmt: skip
    chosen = [routes[0 if number in moving or number >= free else 1] for number, routes in enumerate(ways)]
    return shoot(things, [route.start(yaw=yaw) for route, yaw in zip(chosen, yaws, strict=True)], law)
