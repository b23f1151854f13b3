"""Object existence: a thing moves and comes to rest, or that backwards; so it moves at one end of the video only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import cos, exp, hypot, pi, sin
from random import Random

from qa_gen.synth.world import Place
from qa_gen.synth.worlds.clevrer import camera, questions
from qa_gen.synth.worlds.clevrer.physics import REST_SPEED, Law
from qa_gen.synth.worlds.clevrer.questions import Question
from qa_gen.synth.worlds.clevrer.routes import Crowded, Route, central, placed, standing, until_placed
from qa_gen.synth.worlds.clevrer.staging import Staged, answered
from qa_gen.synth.worlds.clevrer.take import shoot
from qa_gen.synth.worlds.clevrer.things import Thing, draw_things, some_yaw

FORMS: Sequence[Callable[[Sequence[str]], Question]] = (
    partial(questions.any_moving, moment="ends"),
    questions.any_entering,
    partial(questions.any_moving, moment="begins"),
    questions.any_exiting,
    partial(questions.any_stationary, moment="ends"),
    partial(questions.any_stationary, moment="begins"),
)
CROSSES_THE_EDGE = (questions.any_entering, questions.any_exiting)
OUTSIDE = 36.0
"""Pixels beyond the edge at which nothing of a thing is seen, nor of its shadow."""


def stage(place: Place) -> Staged:
    rng = place.rng("scene")
    form = FORMS[place.index % len(FORMS)]
    bumped = rng.random() < 0.5
    from_outside = form in CROSSES_THE_EDGE
    things = draw_things(rng, rng.randint(4, 6))
    law, routes = bumping(rng, things, from_outside) if bumped else sliding(rng, things, from_outside)
    starts = [route.start(yaw=some_yaw(rng)) for route in routes]
    words = rng.choice([(things[0].colour,), (things[0].colour, things[0].shape)])
    question = form(words)
    takes = [shoot(things, starts, law, backwards=backwards) for backwards in (False, True)]
    choices = place.rng("options").sample(["yes", "no"], k=2)
    dials = {"objects": len(things), "stopped_by": "collision" if bumped else "friction", "crosses_edge": from_outside}
    return Staged(takes, question.text, tuple(choices), answered(question), question, dials)


def sliding(rng: Random, things: Sequence[Thing], from_outside: bool) -> tuple[Law, list[Route]]:
    """Friction stops it before the middle of the video, and so it does one or two others."""
    law = Law(drag=rng.uniform(1.35, 1.75))
    target = until_fit(lambda: slide(rng, law), law, from_outside)
    movers = rng.randint(1, 2)

    def other(moves: bool) -> Sequence[Route]:
        return [slide(rng, law) if moves else standing(rng, law)]

    draws = [partial(other, number < movers) for number in range(len(things) - 1)]
    found = until_placed(lambda: placed(draws, law, taken=[target.track(law)]))
    return law, [target, *(routes[0] for routes in found)]


def slide(rng: Random, law: Law) -> Route:
    """A way that friction ends at a central place, at 1.7 to 2.3 seconds."""
    seconds, angle = rng.uniform(1.7, 2.3), rng.uniform(0, 2 * pi)
    x, y = camera.place_of(rng.uniform(110, 370), rng.uniform(45, 275))
    speed = REST_SPEED * exp(law.drag * seconds)
    clock = law.clock(seconds)
    return Route(x, y, clock, speed * cos(angle), speed * sin(angle), until=clock)


def bumping(rng: Random, things: Sequence[Thing], from_outside: bool) -> tuple[Law, list[Route]]:
    """It hits another one full on and stops dead, and the other one leaves in its place."""
    law = Law(bounce=1.0)

    def draw() -> Route:
        seconds, angle, speed = rng.uniform(1.6, 2.2), rng.uniform(0, 2 * pi), rng.uniform(0.75, 1.9)
        x, y = camera.place_of(rng.uniform(110, 370), rng.uniform(45, 275))
        return Route(x, y, seconds, speed * cos(angle), speed * sin(angle), until=seconds)

    def whole() -> list[Sequence[Route]]:
        target = until_fit(draw, law, from_outside)
        partner = partner_of(target, things[0].radius + things[1].radius)
        if not central(partner.resting().track(law)):
            raise Crowded
        onwards = Route(partner.x, partner.y, target.clock, target.speed_x, target.speed_y)
        draws = [lambda: [standing(rng, law)]] * (len(things) - 2)
        taken = [target.track(law), partner.track(law), onwards.track(law)]
        return [[target], [partner], *placed(draws, law, taken=taken)]

    return law, [routes[0] for routes in until_placed(whole)]


def partner_of(target: Route, distance: float) -> Route:
    """Where the other thing must stand to be hit full on at the target's last place."""
    ahead = distance / hypot(target.speed_x, target.speed_y)
    return Route(target.x + target.speed_x * ahead, target.y + target.speed_y * ahead, target.clock)


def until_fit(draw: Callable[[], Route], law: Law, from_outside: bool) -> Route:
    """The first of many that starts outside the picture, or stays in its middle and goes far enough to be seen."""
    while True:
        route = draw()
        track = route.track(law)
        if not central(track[-1:]):
            continue
        if from_outside and outside(track[0]):
            return route
        if not from_outside and central(track, slack=12.0) and hypot(*(track[-1] - track[0])) > 85.0:
            return route


def outside(at: Sequence[float]) -> bool:
    column, row = at
    return column < -OUTSIDE or column > camera.WIDTH + OUTSIDE or row < -OUTSIDE or row > camera.HEIGHT + OUTSIDE
