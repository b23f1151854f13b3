"""Sentences that are true of a video, told from its simulation."""

from __future__ import annotations

import numpy as np

from qa_gen.synth.worlds.clevrer.programs import Truth
from qa_gen.synth.worlds.clevrer.take import LAST, Event

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")


def captions(truth: Truth) -> tuple[str, ...]:
    """Who is there and who moves; then, where anything happens, what happens in order."""
    told = [roll(truth)]
    if truth.shown:
        told.append(story(truth))
    return tuple(told)


def roll(truth: Truth) -> str:
    things = truth.take.things
    moved = np.any(truth.moving & truth.inside, axis=0)
    movers = [disc for disc in truth.seen if moved[disc]]
    resting = len(truth.seen) - len(movers)
    parts = [f"the {things[disc].full_name} {manner(truth, disc)}" for disc in movers]
    if resting:
        parts.append(f"{NUMBERS[resting]} other object{'s rest' if resting > 1 else ' rests'}" if parts else "all rest")
    return f"On a gray plane with {NUMBERS[len(truth.seen)]} objects, {joined(parts)}."


def manner(truth: Truth, disc: int) -> str:
    moving = truth.moving[:, disc]
    if moving[0] and not moving[LAST]:
        return "moves and comes to rest"
    if not moving[0] and moving[LAST]:
        return "rests at first and then moves"
    return "moves"


def story(truth: Truth) -> str:
    sentence = ", then ".join(happening(truth, event) for event in truth.shown)
    return f"{sentence[0].upper()}{sentence[1:]}."


def happening(truth: Truth, event: Event) -> str:
    names = [f"the {truth.take.things[disc].name}" for disc in event.objects]
    if event.kind == "collision":
        return f"{names[0]} collides with {names[1]}"
    return f"{names[0]} {'enters' if event.kind == 'in' else 'leaves'} the scene"


def joined(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
