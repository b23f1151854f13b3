"""One question and what happens in the room -> a record of `STAR_val.json`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from qa_gen.synth.home.deeds import GESTURES, Deed
from qa_gen.synth.home.outline import boxes
from qa_gen.synth.home.stage import Stage
from qa_gen.synth.home.timeline import Timeline
from qa_gen.synth.worlds.star.classes import ACTIONS, OBJECTS, PERSON, relation

Program = list[dict[str, Any]]
FEWEST_KEYFRAMES = 4
"""Of a situation, as in STAR."""

UNDER_WAY = 0.25, 0.75
"""Part of a slot in which its deed is surely under way."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What all members of an orbit ask. `choices` are pairs: what is said, and what it must equal for the program."""

    kind: str
    template: str
    question: str
    choices: tuple[tuple[str, str], ...]
    program: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(text for text, _ in self.choices)


def record(
    asked: Asked, answer: int, *, number: int, video: str, window: tuple[float, float], situations: dict[str, Any]
) -> dict[str, Any]:
    start, end = window
    return {
        "question_id": f"{asked.kind}_{asked.template}_{number}",
        "video_id": video,
        "start": start,
        "end": end,
        "question": asked.question,
        "answer": asked.texts[answer],
        "question_program": program(asked.program),
        "choices": [
            {"choice_id": index, "choice": text, "choice_program": program([("Equal", (value,))])}
            for index, (text, value) in enumerate(asked.choices)
        ],
        "situations": situations,
    }


def program(steps: Iterable[tuple[str, Sequence[str]]]) -> Program:
    return [{"function": function, "value_input": list(values)} for function, values in steps]


def situations(stage: Stage, timeline: Timeline, slots: Sequence[int]) -> dict[str, Any]:
    """What is so in some frames of each of these slots, by the number of the frame."""
    count = max(2, math.ceil(FEWEST_KEYFRAMES / len(slots)))
    first, last = UNDER_WAY
    parts = [first + (last - first) * step / (count - 1) for step in range(count)]
    return {
        f"{timeline.frame_of(slot + part):06d}": situation(stage, timeline.deeds[slot], part)
        for slot in slots
        for part in parts
    }


def situation(stage: Stage, deed: Deed, time: float) -> dict[str, Any]:
    person, thing = boxes(stage, deed, time)
    if thing is None or deed in GESTURES:
        return {"actions": [], "rel_pairs": [], "rel_labels": [], "bbox": [person], "bbox_labels": [PERSON]}
    number = OBJECTS[deed.thing]
    return {
        "actions": [ACTIONS[deed][0]],
        "rel_pairs": [[PERSON, number]],
        "rel_labels": [relation(deed)],
        "bbox": [person, thing],
        "bbox_labels": [PERSON, number],
    }
