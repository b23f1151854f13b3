"""A place in the plan -> two clips of one motion, one of them backwards."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import partial
from random import Random
from typing import Any

from qa_gen.synth.drawing.hand import SKINS, SLEEVES
from qa_gen.synth.names import DIGITS
from qa_gen.synth.vivid import COOL, STRONG, WARM
from qa_gen.synth.world import RGB, Film, Place, Scene
from qa_gen.synth.worlds.paxion_actionbench.motions import MOTIONS, SMALL, Motion
from qa_gen.synth.worlds.paxion_actionbench.stage import HEIGHT, NUM_FRAMES, WIDTH, Clutter, Prop, Stage, progress
from qa_gen.synth.worlds.paxion_actionbench.text import blanks, filled_in

SOURCE = "paxion_actionbench"
TASKS = ("action_antonym",)
FPS = Fraction(12)

QUESTIONS = (
    "What is the action performed by the person in the video?",
    "Which one of these descriptions correctly matches the actions in the video?",
    "What activity does the video depict?",
)
OTHERS = ("stapler", "spoon", "crayon", "leaf", "scarf", "soap", "comb", "candle", "wallet", "drawer")
PLAIN = ("gray", "white", "black")
CORNERS = ((62.0, 92.0), (258.0, 96.0), (40.0, 214.0), (284.0, 220.0))
"""Where clutter may lie: beside and behind the way of what is moved."""


def orbit_size(task: str, index: int) -> int:
    return 2


def scenes(place: Place) -> list[Scene]:
    """Two clips; by chance the first or the second is the one that was filmed backwards."""
    rng = place.rng("scene")
    motion = rng.choice(MOTIONS)
    stage = a_stage(motion, rng, ground=place.ground)
    ways = [(motion.template, motion.antonym, False), (motion.antonym, motion.template, True)]
    choices = (motion.template, motion.antonym)
    if place.rng("options").random() < 0.5:
        choices = choices[::-1]
    question = place.rng("question").choice(QUESTIONS)
    others = rng.sample(OTHERS, 2)
    rng.shuffle(ways)
    made = []
    for member, (template, antonym, backwards) in enumerate(ways):
        number = int("1" + place.name(member, length=6, alphabet=DIGITS))
        film = Film(
            f"20bn-something-something-v2/{number}.webm", WIDTH, HEIGHT, FPS, NUM_FRAMES,
            partial(picture, motion, stage, backwards),
        )  # fmt: skip
        record = a_record(template, antonym, stage, number=number, others=others)
        caption = motion.captions[backwards].format(**in_words(motion, stage))
        mark = place.mark(member, film, question, choices, choices.index(template), dials=dials(motion, stage))
        made.append(Scene(film, {"clip": record}, (caption[0].upper() + caption[1:],), (mark,)))
    return made


def picture(motion: Motion, stage: Stage, backwards: bool, index: int) -> RGB:
    done, there = progress(stage, NUM_FRAMES - 1 - index if backwards else index)
    return motion.picture(stage, done, there)


def a_stage(motion: Motion, rng: Random, *, ground: str) -> Stage:
    first = rng.choice([name for name in motion.firsts if (name,) != motion.seconds])
    second = rng.choice([name for name in motion.seconds if name != first])
    colour, other = rng.sample(STRONG, 2)
    size = rng.uniform(58, 72)
    stage = Stage(
        ground=ground,
        first=Prop(first, colour),
        second=Prop(second, other),
        variant=rng.randrange(12),
        size=size,
        x=160 + rng.uniform(-10, 10),
        y=158 + rng.uniform(-6, 8),
        clutter=(),
        skin=rng.choice(SKINS),
        sleeve=rng.choice(SLEEVES),
        degrees=rng.choice((-34, -26, 24, 32, 40)),
        quiet=rng.uniform(0.12, 0.24),
    )
    if motion.clutter == "none":
        return stage
    plain = motion.clutter == "plain"
    return replace(stage, clutter=some_clutter(rng, plain=plain, apart_from=(first, second)))


def some_clutter(rng: Random, *, plain: bool, apart_from: tuple[str, str]) -> tuple[Clutter, ...]:
    places = rng.sample(CORNERS, rng.choice((0, 1, 2, 3)))
    names = [name for name in SMALL if name not in apart_from]
    return tuple(
        Clutter(Prop(rng.choice(names), rng.choice(PLAIN if plain else WARM + COOL)), x, y, rng.uniform(30, 44))
        for x, y in sorted(places, key=lambda place: place[1])
    )


def dials(motion: Motion, stage: Stage) -> dict[str, Any]:
    seconds = (1 - 2 * stage.quiet) * (NUM_FRAMES - 1) / float(FPS)
    return {
        "motion": motion.template,
        "motion_seconds": round(seconds, 3),
        "size_pixels": round(stage.size),
        "distractors": len(stage.clutter),
    }


def a_record(template: str, antonym: str, stage: Stage, *, number: int, others: list[str]) -> dict[str, Any]:
    names = [stage.first.name, stage.second.name]
    return {
        "label": filled_in(template, names),
        "template": template,
        "placeholders": names[: blanks(template)],
        "template_action_antonym_clip_text": antonym,
        "label_action_antonym_clip_text": filled_in(antonym, names),
        "id": number,
        "label_object_shuffled_clip_text": filled_in(template, others).lower(),
    }


def in_words(motion: Motion, stage: Stage) -> dict[str, str]:
    """What captions call the things, with their colours where these can be seen."""
    first, second = f"a {stage.first.colour} {stage.first.name}", f"a {stage.second.colour} {stage.second.name}"
    if motion.contents:
        return {"first": f"a {stage.first.name}", "second": f"{stage.first.colour} {stage.second.name}"}
    return {"first": first, "second": second if motion.coloured_second else f"a {stage.second.name}"}
