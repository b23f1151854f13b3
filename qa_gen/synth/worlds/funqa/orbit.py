"""A place in the plan -> four clips of one scene, each broken by another event."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import partial
from random import Random
from typing import Any

from qa_gen.synth.drawing.figure import a_look
from qa_gen.synth.names import DIGITS
from qa_gen.synth.vivid import COOL, WARM
from qa_gen.synth.world import RGB, Film, Place, Scene
from qa_gen.synth.worlds.funqa.files import GENRES, rows
from qa_gen.synth.worlds.funqa.stage import HEIGHT, WIDTH, Stage
from qa_gen.synth.worlds.funqa.stories import ROUND, STORIES, Event, Story

SOURCE = "funqa"
TASKS = ("unexpected_action",)
FPS = Fraction(15)
LENGTHS = (81, 97, 113)
PROVIDERS = ("A", "T", "KT", "B")
WOODS = ((150, 128, 104), (118, 104, 92), (172, 158, 140), (128, 126, 124))

QUESTIONS = {
    "H": ("What unusual thing happens in the video?", "What makes this scene end in an unexpected way?"),
    "C": ("What surprising idea is shown in the video?", "What happens here that no real thing of its kind would do?"),
    "M": ("What magical effect can be seen in the video?", "What impossible thing happens on the table?"),
}


def orbit_size(task: str, index: int) -> int:
    return 4


def scenes(place: Place) -> list[Scene]:
    """Four clips in a random order, all of the same length."""
    rng = place.rng("scene")
    genre = GENRES[place.index % len(GENRES)]
    story = rng.choice([story for story in STORIES if story.genre == genre])
    stage = a_stage(rng, ground=place.ground)
    num_frames, provider = rng.choice(LENGTHS), rng.choice(PROVIDERS)
    events = rng.sample(story.events, 4)
    choices = [said(event.sentence, stage) for event in events]
    place.rng("options").shuffle(choices)
    question = place.rng("question").choice(QUESTIONS[genre])
    made = []
    for member, event in enumerate(events):
        start = rng.randrange(0, 2000, 10)
        number = int(place.name(member, length=6, alphabet=DIGITS))
        name = f"{genre}_{provider}_{number}_{start:04d}_{start + num_frames:04d}.mp4"
        film = Film(
            f"{place.split}/{place.split}_{GENRE_FOLDERS[genre]}/{name}", WIDTH, HEIGHT, FPS, num_frames,
            partial(picture, event, stage, num_frames),
        )  # fmt: skip
        sentence = said(event.sentence, stage)
        told = rows(
            genre, name, rng, window=window(stage, num_frames),
            described=sentence, reason=said(event.reason, stage), title=event.title,
        )  # fmt: skip
        captions = f"{said(story.setting, stage)} {sentence}", sentence
        answer = choices.index(sentence)
        mark = place.mark(member, film, question, choices, answer, dials=dials(story, stage, num_frames))
        made.append(Scene(film, {"rows": told}, captions, (mark,)))
    return made


GENRE_FOLDERS = {"H": "humor", "C": "creative", "M": "magic"}


def picture(event: Event, stage: Stage, num_frames: int, index: int) -> RGB:
    frame = event.picture(stage, index / (num_frames - 1))
    return frame[:, ::-1] if stage.mirrored else frame


def window(stage: Stage, num_frames: int) -> tuple[int, int]:
    """First and last frame of the event."""
    return round(stage.begins * (num_frames - 1)), round(stage.ends * (num_frames - 1))


def said(template: str, stage: Stage) -> str:
    return template.format(warm=stage.warm, cool=stage.cool, thing=stage.thing)


def a_stage(rng: Random, *, ground: str) -> Stage:
    begins = rng.uniform(0.34, 0.46)
    look = a_look(rng)
    return Stage(
        ground=ground,
        warm=rng.choice(WARM),
        cool=rng.choice(COOL),
        thing=rng.choice(ROUND),
        look=replace(look, style="short") if look.style == "cap" else look,
        x=160 + rng.uniform(-8, 8),
        size=rng.choice((0.94, 1.0, 1.04)),
        wood=rng.choice(WOODS),
        begins=begins,
        ends=begins + rng.uniform(0.2, 0.34),
        mirrored=rng.random() < 0.5,
    )


def dials(story: Story, stage: Stage, num_frames: int) -> dict[str, Any]:
    seconds = (stage.ends - stage.begins) * (num_frames - 1) / float(FPS)
    return {"motion": story.name, "genre": story.genre, "event_seconds": round(seconds, 3)}
