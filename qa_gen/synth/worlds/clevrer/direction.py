"""Moving direction: four ways through one point at mid-time, two of them the other two backwards."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from random import Random

from qa_gen.synth.world import Place
from qa_gen.synth.worlds.clevrer import camera
from qa_gen.synth.worlds.clevrer.physics import Law
from qa_gen.synth.worlds.clevrer.programs import Truth
from qa_gen.synth.worlds.clevrer.routes import Route, placed, standing, through_middle, until_placed
from qa_gen.synth.worlds.clevrer.staging import Staged
from qa_gen.synth.worlds.clevrer.take import LAST, SECONDS, shoot
from qa_gen.synth.worlds.clevrer.things import draw_things, some_yaw

PHRASINGS = (
    "What direction is the {name} moving in within the video?",
    "In which direction does the {name} move in the video?",
)
DIRECTIONS = ("Up and to the right.", "Up and to the left.", "Down and to the right.", "Down and to the left.")


def stage(place: Place) -> Staged:
    rng = place.rng("scene")
    law = Law(drag=rng.uniform(0.0, 0.1))
    things = draw_things(rng, rng.randint(3, 5))
    target = until_placed(lambda: [diagonals(rng, law)])[0]
    movers = rng.randint(0, 1)

    def other(moves: bool) -> Sequence[Route]:
        return [through_middle(rng, law) if moves else standing(rng, law)]

    draws = [partial(other, number < movers) for number in range(len(things) - 1)]
    taken = [route.track(law) for route in target]
    others = [routes[0] for routes in until_placed(lambda: placed(draws, law, taken=taken))]
    yaws = [some_yaw(rng) for _ in things]
    takes = []
    for way in target:
        starts = [route.start(yaw=yaw) for route, yaw in zip([way, *others], yaws, strict=True)]
        takes += [shoot(things, starts, law, backwards=backwards) for backwards in (False, True)]
    text = rng.choice(PHRASINGS).format(name=things[0].name)
    choices = place.rng("options").sample(DIRECTIONS, k=len(DIRECTIONS))
    dials = {"objects": len(things), "moving_others": movers, "pixels": round(length(target[0], law))}
    return Staged(takes, text, tuple(choices), direction, None, dials)


def diagonals(rng: Random, law: Law) -> Sequence[Route]:
    """Both diagonals, in either sense, through one place at half-time; each well away from level and upright."""
    column, row = rng.uniform(205, 275), rng.uniform(135, 190)
    right, down = rng.uniform(95, 190), rng.uniform(80, 150)
    sense = [rng.choice((-1, 1)), rng.choice((-1, 1))]
    x, y = camera.place_of(column, row)
    whole = law.clock(SECONDS)
    routes = []
    for sign, mirror in zip(sense, (1, -1), strict=True):
        to_x, to_y = camera.place_of(column + sign * right, row + sign * mirror * down)
        routes.append(Route(x, y, law.clock(SECONDS / 2), (to_x - x) / whole, (to_y - y) / whole))
    return routes


def length(route: Route, law: Law) -> float:
    track = route.track(law)
    return float(abs(track[-1] - track[0]).max())


def direction(truth: Truth) -> str:
    """In words, from the first and the last place of the first thing in the picture."""
    location = truth.take.motion.location[:, 0]
    (left, top), (right, bottom) = (camera.seen_at(*location[frame]) for frame in (0, LAST))
    vertical = "Up" if bottom < top else "Down"
    return f"{vertical} and to the {'right' if right > left else 'left'}."
