"""Counterfactual inference: a thing on its way to another is knocked off it by a third, which is then taken away.

What does happen points at none of the goals: the first frame is the same in all members, nothing comes near a goal, and
the goal nearest to the one or the other of the two that do move, in the last frame, is the right one as by chance.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import starmap
from math import atan2, cos, hypot, radians, sin
from random import Random

import numpy as np

from qa_gen.synth.world import Place
from qa_gen.synth.worlds.clevrer import questions
from qa_gen.synth.worlds.clevrer.camera import HEIGHT, WIDTH, Point, place_of, seen_at
from qa_gen.synth.worlds.clevrer.knocks import Field, Knocks, cues, knocks
from qa_gen.synth.worlds.clevrer.physics import Law, Leg
from qa_gen.synth.worlds.clevrer.routes import CLEAR_X, CLEAR_Y, Crowded, central_place, is_central
from qa_gen.synth.worlds.clevrer.staging import Staged, answered
from qa_gen.synth.worlds.clevrer.take import NUM_FRAMES, Take, collided, shoot, without
from qa_gen.synth.worlds.clevrer.things import Thing, draw_things, named, some_yaw

RUNNER, BLOCKER, FIRST_GOAL = 0, 1, 2
"""Numbers of the things: who runs, who is taken away, and the first of those that the runner could meet."""

SIZES = (3, 4, 2)
"""Numbers of choices, one orbit after another."""

MISS = 0.7
"""A goal that is not run at lies at least this far off the way, centre to line; two things touch at some 0.4."""

APART = 0.55
"""Between the centres of two things at the start."""

DISTANCES = (1.5, 2.7)
"""From the runner to a goal."""

SPREAD = radians(120)
"""All goals lie within such an angle, as the runner sees them."""

BITS = 2 ** np.arange(4)
"""One for each of `cues`, those of the last frame first."""

WANTED = (0b1111, 0b0111, 0b1011, 0b0011)
"""Cues to be balanced: of these sets the first that a field allows."""


def stage(place: Place) -> Staged:
    rng = place.rng("scene")
    size = SIZES[place.index % len(SIZES)]
    things = draw_things(rng, FIRST_GOAL + size)
    law = Law(drag=rng.uniform(0.03, 0.12), bounce=rng.uniform(0.86, 0.96))
    takes = until_staged(rng, things, law)
    words = [named(thing, things, rng) for thing in things]
    full = [(thing.colour, thing.shape) for thing in things]
    goals = range(FIRST_GOAL, len(things))
    choices = [questions.collision(full[RUNNER], full[goal]) for goal in goals]
    choices = place.rng("options").sample(choices, k=size)
    question = questions.if_removed(words[BLOCKER], choices)
    dials = {"objects": len(things), "named_by": len(words[BLOCKER])}
    texts = tuple(choice.text for choice in choices)
    return Staged(takes, question.text, texts, answered(question), question, dials)


def until_staged(rng: Random, things: Sequence[Thing], law: Law) -> list[Take]:
    """One take for each goal."""
    while True:
        try:
            field = laid_out(rng, things, law)
            chosen = balanced(rng, field)
        except Crowded:
            continue
        yaws = [some_yaw(rng) for _ in things]
        takes = [shot(things, field, yaws, knock) for knock in chosen]
        if all(deflected(take) and undisturbed(take, goal) for goal, take in enumerate(takes)):
            return takes


def balanced(rng: Random, field: Field) -> list[Knocks]:
    """A knock on the way to each goal, such that cues point at the right goal in just one of them. Raises Crowded.

    Who trusts a cue is then right once in an orbit, as by chance. That holds for the last frame always, for the moment
    when runner and blocker meet where the field allows it.
    """
    numbers = np.random.default_rng(rng.getrandbits(64))
    ways: list[dict[int, Knocks]] = []
    for goal in range(len(field.goals)):
        found = knocks(numbers, field, goal)
        if not len(found):
            raise Crowded
        hits = (cues(field, found) == goal) @ BITS
        ways.append({int(hit): found[place] for hit, place in zip(*np.unique(hits, return_index=True), strict=True)})
    shared = next(filter(None, (shared_out(rng, ways, wanted) for wanted in WANTED)), None)
    if shared is None:
        raise Crowded
    return [way[hit] for way, hit in zip(ways, shared, strict=True)]


def shared_out(rng: Random, ways: Sequence[Collection[int]], wanted: int) -> list[int] | None:
    """One number of each collection, such that each of the wanted bits is set in just one, and the others in few."""

    def rest(ways: Sequence[Collection[int]], left: int) -> list[int] | None:
        if not ways:
            return None if left else []
        numbers = rng.sample(sorted(ways[0]), k=len(ways[0]))
        for number in sorted(numbers, key=lambda number: (number & ~wanted).bit_count()):
            mine = number & wanted
            others = rest(ways[1:], left - mine) if mine & left == mine else None
            if others is not None:
                return [number, *others]
        return None

    return rest(ways, wanted)


def shot(things: Sequence[Thing], field: Field, yaws: Sequence[float], knock: Knocks) -> Take:
    starts = (field.runner, field.blocker, *field.goals)
    speeds = [knock.runner_speed.tolist(), knock.blocker_speed.tolist(), *([(0.0, 0.0)] * len(field.goals))]
    legs = [Leg(0.0, *start, u, v, yaw) for start, (u, v), yaw in zip(starts, speeds, yaws, strict=True)]
    return shoot(things, legs, field.law)


def laid_out(rng: Random, things: Sequence[Thing], law: Law) -> Field:
    """Goals ahead of the runner of which it can meet any without coming near another. Raises Crowded."""
    runner, middle = central_place(rng), place_of(WIDTH / 2, HEIGHT / 2)
    ahead = atan2(middle[1] - runner[1], middle[0] - runner[0]) + rng.uniform(-0.6, 0.6)
    goals: list[Point] = []
    size = len(things) - FIRST_GOAL
    for part in range(size):
        angle = ahead + SPREAD * (part / size - 0.5)
        goals.append(some_place(rng, runner, (angle, angle + SPREAD / size), goals))
    blocker = central_place(rng)
    if not is_free(blocker, (runner, *goals), share=0.7):
        raise Crowded
    return Field(law, runner, blocker, goals, things[RUNNER].radius + things[BLOCKER].radius)


def some_place(rng: Random, runner: Point, angles: tuple[float, float], goals: Sequence[Point]) -> Point:
    """For one more goal. Raises Crowded."""
    for _ in range(12):
        angle, distance = rng.uniform(*angles), rng.uniform(*DISTANCES)
        place = runner[0] + distance * cos(angle), runner[1] + distance * sin(angle)
        if is_central(*seen_at(*place)) and fits(runner, goals, place):
            return place
    raise Crowded


def is_free(place: Point, others: Sequence[Point], *, share: float = 1.0) -> bool:
    """Apart from all others, and hiding little of them; of a smaller share of the usual clearance, somewhat more."""
    column, row = seen_at(*place)
    return all(
        hypot(place[0] - x, place[1] - y) > APART
        and (abs(column - right) >= CLEAR_X * share or abs(row - down) >= CLEAR_Y * share)
        for (x, y), (right, down) in zip(others, starmap(seen_at, others), strict=True)
    )


def fits(start: Point, goals: Sequence[Point], goal: Point) -> bool:
    """The runner can meet any without coming near the new one, and that one without coming near any."""
    return is_free(goal, goals) and all(
        beside(start, other, goal) >= MISS and beside(start, goal, other) >= MISS for other in goals
    )


def beside(start: Point, goal: Point, other: Point) -> float:
    """How far another place lies off the way from start to goal and beyond."""
    u, v = goal[0] - start[0], goal[1] - start[1]
    x, y = other[0] - start[0], other[1] - start[1]
    length = hypot(u, v)
    return abs(x * v - y * u) / length if x * u + y * v > 0 else hypot(x, y)


def deflected(take: Take) -> bool:
    """All that happens is that runner and blocker meet, once and late enough to see where the runner was going."""
    frames = [frame for frame, _ in take.hits if frame < NUM_FRAMES]
    return len(frames) == 1 and 30 <= frames[0] <= 52 and collided(take) == {frozenset((RUNNER, BLOCKER))}


def undisturbed(take: Take, goal: int) -> bool:
    """Without the blocker the runner meets this goal while the video lasts, and no other one."""
    return {pair for pair in collided(without(take, BLOCKER)) if RUNNER in pair} == {
        frozenset((RUNNER, FIRST_GOAL + goal))
    }
