"""A place in the plan -> four clips of one thing: two motions, each forwards and backwards."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import partial
from random import Random
from typing import Any

from qa_gen.synth.drawing.easing import ease, span
from qa_gen.synth.drawing.figure import a_look
from qa_gen.synth.drawing.hand import SKINS, SLEEVES
from qa_gen.synth.vivid import COOL, WARM
from qa_gen.synth.world import RGB, Film, Place, Scene
from qa_gen.synth.worlds.moments_in_time.kinds import KINDS, Kind
from qa_gen.synth.worlds.moments_in_time.stage import NUM_FRAMES, SIZE, Stage

SOURCE = "moments_in_time"
TASKS = ("fine_grained_action",)
FPS = Fraction(NUM_FRAMES, 3)
"""So that a clip lasts three seconds."""

FOLDERS = {"test": "validation", "train": "training"}
QUESTIONS = (
    "Which one of these descriptions correctly matches the actions in the video?",
    "What activity does the video depict?",
)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def orbit_size(task: str, index: int) -> int:
    return 4


def scenes(place: Place) -> list[Scene]:
    """Four clips in a random order."""
    rng = place.rng("scene")
    kind = rng.choice(KINDS)
    stage = a_stage(rng, ground=place.ground)
    rests = rng.choice(kind.rests[0]), rng.choice(kind.rests[1])
    quiet = rng.uniform(0.05, 0.14)
    choices = [way.label for way in (*kind.first, *kind.second)]
    place.rng("options").shuffle(choices)
    question = place.rng("question").choice(QUESTIONS)
    members = [(pair, backwards) for pair in (0, 1) for backwards in (False, True)]
    rng.shuffle(members)
    made = []
    for member, (pair, backwards) in enumerate(members):
        way = (kind.first, kind.second)[pair][backwards]
        path = f"{FOLDERS[place.split]}/{way.label}/{file_name(place, member)}"
        film = Film(
            path, SIZE, SIZE, FPS, NUM_FRAMES,
            partial(picture, kind, replace(stage, pair=pair), rests, quiet, backwards),
        )  # fmt: skip
        answer = choices.index(way.label)
        mark = place.mark(member, film, question, choices, answer, dials=dials(kind, stage, quiet))
        row = [path.split("/", 1)[1], way.label, rng.randint(3, 5), 0]
        caption = way.caption.format(warm=stage.warm, cool=stage.cool)
        made.append(Scene(film, {"row": row}, (caption,), (mark,)))
    return made


def picture(kind: Kind, stage: Stage, rests: tuple[float, float], quiet: float, backwards: bool, index: int) -> RGB:
    time = (NUM_FRAMES - 1 - index if backwards else index) / (NUM_FRAMES - 1)
    done = ease(span(time, quiet, 1.0 - quiet))
    first, second = (done, rests[1]) if stage.pair == 0 else (rests[0], done)
    frame = kind.picture(stage, first, second)
    return frame[:, ::-1] if stage.mirrored else frame


def file_name(place: Place, member: int) -> str:
    """As the source names what comes from YouTube; the number counts seconds of a video that does not exist."""
    letters = place.name(member, length=11, alphabet=LETTERS)
    return f"yt-{letters}_{place.rng(f'name{member}').randint(1, 400)}.mp4"


def a_stage(rng: Random, *, ground: str) -> Stage:
    return Stage(
        ground=ground,
        warm=rng.choice(WARM),
        cool=rng.choice(COOL),
        size=rng.choice((0.88, 0.94, 1.0)),
        x=128.0 + rng.uniform(-14, 14),
        look=a_look(rng),
        skin=rng.choice(SKINS),
        sleeve=rng.choice(SLEEVES),
        variant=rng.randrange(12),
        mirrored=rng.random() < 0.5,
    )


def dials(kind: Kind, stage: Stage, quiet: float) -> dict[str, Any]:
    return {"motion": kind.name, "motion_seconds": round(3 * (1 - 2 * quiet), 3), "size": stage.size}
