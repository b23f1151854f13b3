"""Clips of solids, as CLEVRER has them: existence, moving direction, count, attribute, counterfactual inference."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from random import Random

from mvbench.demo.canvas import LEFT, MIDDLE, RIGHT, Canvas, Colour
from mvbench.demo.film import Draft, Film
from mvbench.demo.props import Solid, between, ramp, solid

TABLE: Colour = (205, 200, 190)
SHAPES = ("cube", "cylinder", "sphere")
MATERIALS = ("metal", "rubber")
HUES = ("red", "yellow", "green", "cyan", "blue", "purple")
LANES = (20, 49, 78, 107)


@dataclass(frozen=True, slots=True)
class Actor:
    """A solid that stays, moves about, enters from a side or leaves by it, along its own lane."""

    what: Solid
    does: str
    lane: int
    x: float
    towards: int

    def place(self, now: float) -> float:
        share = ramp(now, 0.5, 3.2)
        far = LEFT - 60 if self.towards > 0 else RIGHT + 60
        match self.does:
            case "moves":
                return self.x + self.towards * between(-28, 28, share)
            case "enters":
                return between(far, self.x, share)
            case "leaves":
                return between(self.x, MIDDLE + self.towards * 132, share)
        return self.x


def lanes(actors: tuple[Actor, ...]) -> Callable[[Canvas, float], None]:
    def paint(canvas: Canvas, now: float) -> None:
        canvas.box(0, 0, 192, 144, TABLE)
        for actor in actors:
            solid(canvas, actor.what, actor.place(now), LANES[actor.lane])

    return paint


WAYS = {
    "enter the scene": ("enters",),
    "leave the scene": ("leaves",),
    "move": ("moves", "enters", "leaves"),
    "stay in place": ("stays",),
}


def lane_drafts(rng: Random) -> Iterator[tuple[str, Draft]]:
    """Eight worlds of four solids in four lanes, each asked about three times."""
    attributes = ("color", "shape", "material")
    for number in range(8):
        moving = number % 4 + 1
        does: list[str] = []
        while not any(
            sum(kind in kinds for kind in does) == 1 for kinds in WAYS.values()
        ):  # one must be unlike the rest
            does = ["stays"] * (4 - moving) + rng.choices(("moves", "enters", "leaves"), k=moving)
        rng.shuffle(does)
        solids = [Solid(hue, rng.choice(MATERIALS), rng.choice(SHAPES)) for hue in rng.sample(HUES, 4)]
        actors = tuple(
            Actor(what, kind, lane, MIDDLE + rng.uniform(-24, 24), rng.choice((-1, 1)))
            for lane, (what, kind) in enumerate(zip(solids, does, strict=True))
        )
        film = Film(f"video_{10000 + number}.mp4", 4.0, lanes(actors))
        yield "object_existence", existence(film, actors, yes=number % 2 == 0, rng=rng)
        yield "moving_count", count(film, actors, rng)
        yield "moving_attribute", attribute(film, actors, attributes[number % 3], rng)


def existence(film: Film, actors: tuple[Actor, ...], *, yes: bool, rng: Random) -> Draft:
    """Asks for a look and a way that both occur; whether in the same solid is the question."""
    looks = {f"{actor.what.color} object" for actor in actors} | {actor.what.shape for actor in actors}
    fitting = []
    for look, (way, kinds) in product(sorted(looks), WAYS.items()):
        matching = [actor.does in kinds for actor in actors if look in (f"{actor.what.color} object", actor.what.shape)]
        if any(actor.does in kinds for actor in actors) and any(matching) == yes:
            fitting.append(f"Does any {look} {way}?")
    right, wrong = ("yes", "no") if yes else ("no", "yes")
    return Draft(film, rng.choice(fitting), right, (wrong, "not sure"))


def count(film: Film, actors: tuple[Actor, ...], rng: Random) -> Draft:
    """Asks for any number but one: the one and only is what `attribute` asks about."""
    numbers = {way: sum(actor.does in kinds for actor in actors) for way, kinds in WAYS.items()}
    way = rng.choice([way for way, number in numbers.items() if number != 1])
    number = numbers[way]
    lowest = rng.randint(max(0, number - 3), min(2, number))
    others = tuple(str(other) for other in range(lowest, lowest + 4) if other != number)
    return Draft(film, f"How many objects {way}?", str(number), others)


def attribute(film: Film, actors: tuple[Actor, ...], name: str, rng: Random) -> Draft:
    alone = [
        (way, found[0]) for way, kinds in WAYS.items() if len(found := [a for a in actors if a.does in kinds]) == 1
    ]
    way, actor = rng.choice(alone)
    right = getattr(actor.what, name)
    values = {"color": [other.what.color for other in actors], "shape": SHAPES, "material": MATERIALS}[name]
    others = [value for value in values if value != right]
    return Draft(
        film, f"What is the {name} of the only object to {way}?", right, tuple(rng.sample(others, min(3, len(others))))
    )


DIRECTIONS = {
    "Up and to the right.": (1, -1),
    "Up and to the left.": (-1, -1),
    "Down and to the right.": (1, 1),
    "Down and to the left.": (-1, 1),
    "The object is stationary.": (0, 0),
}


def crossing(
    pair: tuple[Solid, Solid], steps: tuple[tuple[int, int], tuple[int, int]]
) -> Callable[[Canvas, float], None]:
    """Two solids go their ways, one in each half of the picture."""

    def paint(canvas: Canvas, now: float) -> None:
        canvas.box(0, 0, 192, 144, TABLE)
        share = between(-1, 1, ramp(now, 0.3, 2.8))
        for what, (right, down), x in zip(pair, steps, (62, 130), strict=True):
            solid(canvas, what, x + 24 * right * share, 66 + 34 * down * share, size=12)

    return paint


def direction_drafts(rng: Random) -> Iterator[tuple[str, Draft]]:
    names = list(DIRECTIONS)
    for number in range(4):
        ways = (names[number], names[4] if number == 1 else names[(number + 2) % 4])
        hues, shapes = rng.sample(HUES, 2), rng.sample(SHAPES, 2)
        pair = (Solid(hues[0], rng.choice(MATERIALS), shapes[0]), Solid(hues[1], rng.choice(MATERIALS), shapes[1]))
        film = Film(f"video_{10100 + number}.mp4", 3.2, crossing(pair, (DIRECTIONS[ways[0]], DIRECTIONS[ways[1]])))
        for what, way in zip(pair, ways, strict=True):
            question = rng.choice(
                (f"Which way does the {what.name} go?", f"In which direction is the {what.name} moving?")
            )
            others = tuple(rng.sample([name for name in names if name != way], 3))
            yield "moving_direction", Draft(film, question, way, others)


def collisions(world: tuple[Solid, ...]) -> Callable[[Canvas, float], None]:
    """Above, the first runs into the second, which bars the way to the third. Below, the fifth hits the fourth."""
    runner, wall, behind, pushed, pusher = world

    def paint(canvas: Canvas, now: float) -> None:
        canvas.box(0, 0, 192, 144, TABLE)
        hit = min(1.0, max(0.0, (now - 0.4) / 1.2))
        solid(canvas, behind, 150, 40)
        solid(canvas, wall, 104, 40)
        solid(canvas, runner, between(14, 81, hit) - 7 * ramp(now, 1.6, 2.2), 40)
        met = min(1.0, max(0.0, (now - 0.8) / 1.2))
        solid(canvas, pushed, 92 - 40 * ramp(now, 1.9, 3.2), 100)
        solid(canvas, pusher, between(178, 115, met), 100)

    return paint


def meet(first: Solid, second: Solid) -> str:
    return f"The {first.name} and the {second.name} collide"


def counterfactual_drafts(rng: Random) -> Iterator[tuple[str, Draft]]:
    sizes = iter((4, 3, 2, 4, 3, 2, 4, 3))
    for number in range(4):
        world = tuple(Solid(hue, rng.choice(MATERIALS), rng.choice(SHAPES)) for hue in rng.sample(HUES, 5))
        runner, wall, behind, pushed, pusher = world
        film = Film(f"video_{10200 + number}.mp4", 3.5, collisions(world))
        plots = (
            (wall, meet(runner, behind), [meet(pusher, behind), meet(runner, pushed), meet(pushed, behind)]),
            (pusher, meet(runner, wall), [meet(runner, behind), meet(pushed, behind), meet(pushed, wall)]),
        )
        for gone, right, wrong in plots:
            question = f"Imagine the video without the {gone.name}: what happens then?"
            yield "counterfactual_inference", Draft(film, question, right, tuple(wrong[: next(sizes) - 1]))
