"""One orbit: the same four shots in four orders, the third shot always at its place.

Clips have `64 j + 1` frames, so each shot has `16 j`, and 8, 16 or 32 sampled frames show the same pictures in another
order. Fades are shorter than `j` frames at either end of a shot, so none of the sampled frames is faded.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import permutations

from qa_gen.synth.world import Film, Place, Scene
from qa_gen.synth.worlds.movqa.places import NAMES, route, with_article
from qa_gen.synth.worlds.movqa.shots import HEIGHT_SHOWN, JOINTS, WIDTH_SHOWN, Cut, Shot, a_shot

SOURCE = "movqa"
TASKS = ("scene_transition",)
MEMBERS, PLACES, FIXED = 4, 4, 2

LENGTHS = ((2, 8), (2, 10), (3, 12))
"""Pairs of j and frames per second: shots of 3 to 4 seconds."""

QUESTIONS = (
    "What's the right option for how the scenes in the video change?",
    "Can you choose the option that matches how the scenes change in the video?",
    "Based on the video, which choice shows the scene changes accurately?",
    "Which choice matches the scene changes in the video?",
)  # MVBench's own

FIRST_SERIES = {"test": 900, "train": 100}
"""Films are called `Top<series>_<number>`, a hundred thousand to a series; those of both splits apart."""


def orbit_size(task: str, index: int) -> int:
    return MEMBERS


def scenes(place: Place) -> list[Scene]:
    rng = place.rng("film")
    shots = [a_shot(place.rng(f"shot {number}"), name) for number, name in enumerate(rng.sample(NAMES, PLACES))]
    length, fps = rng.choice(LENGTHS)
    joint, fade = rng.choice(JOINTS), rng.randint(1, length - 1)
    cuts = [Cut(order, 16 * length, joint, fade) for order in rng.sample(orders(shots), MEMBERS)]
    question = place.rng("wording").choice(QUESTIONS)
    choices = tuple(told(cut) for cut in place.rng("options").sample(cuts, MEMBERS))
    return [scene(place, member, cut, fps=fps, question=question, choices=choices) for member, cut in enumerate(cuts)]


def orders(shots: Sequence[Shot]) -> list[tuple[Shot, ...]]:
    """All that leave the third shot at its place."""
    others = [shot for number, shot in enumerate(shots) if number != FIXED]
    return [(*order[:FIXED], shots[FIXED], *order[FIXED:]) for order in permutations(others)]


def scene(place: Place, member: int, cut: Cut, *, fps: int, question: str, choices: tuple[str, ...]) -> Scene:
    video = name(place.first_video + member, FIRST_SERIES[place.split])
    film = Film(f"video/{video}", WIDTH_SHOWN, HEIGHT_SHOWN, Fraction(fps), cut.num_frames, cut.frame)
    dials = {"shot_seconds": round(cut.length / fps, 3), "joint": cut.joint}
    mark = place.mark(member, film, question, choices, choices.index(told(cut)), dials=dials)
    record = {
        "video": video,
        "start": 0.0,
        "end": round(cut.num_frames / fps, 6),
        "scenes": [{"order": order, "place": with_article(shot.place)} for order, shot in enumerate(cut.shots)],
        "transition": told(cut),
    }
    captions = (f"The film goes {told(cut)[0].lower()}{told(cut)[1:]}", listed(cut))
    return Scene(film, {"film": record}, captions, (mark,))


def name(number: int, series: int) -> str:
    """
    >>> name(7, 900), name(100_007, 900)
    ('Top900_00007.mp4', 'Top901_00007.mp4')
    """
    return f"Top{series + number // 100_000:03d}_{number % 100_000:05d}.mp4"


def told(cut: Cut) -> str:
    return route(tuple(shot.place for shot in cut.shots))


def listed(cut: Cut) -> str:
    first, *others = (with_article(shot.place) for shot in cut.shots)
    return f"Four shots: {first}, {', '.join(others[:-1])} and at last {others[-1]}."
