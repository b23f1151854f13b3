"""Takes of one orbit -> its scenes: numbered, questioned, captioned, and checked to make each choice right once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from random import Random
from typing import Any

from qa_gen.synth.world import Film, Place, Scene
from qa_gen.synth.worlds.clevrer import camera, questions
from qa_gen.synth.worlds.clevrer.captions import captions
from qa_gen.synth.worlds.clevrer.drawing import picture
from qa_gen.synth.worlds.clevrer.files import RECORD, scene_index, video_file
from qa_gen.synth.worlds.clevrer.programs import Truth
from qa_gen.synth.worlds.clevrer.questions import Question
from qa_gen.synth.worlds.clevrer.take import FPS, NUM_FRAMES, Take, as_record


@dataclass(frozen=True, slots=True)
class Staged:
    """An orbit before it is numbered. `question` is one of the source's; without it `text` and `answer_of` ask.

    `answer_of` tells from the truth of a video which words are the right choice there.
    """

    takes: Sequence[Take]
    text: str
    choices: tuple[str, ...]
    answer_of: Callable[[Truth], str]
    question: Question | None
    dials: Mapping[str, Any]


def scenes(place: Place, staged: Staged) -> list[Scene]:
    takes = list(staged.takes)
    place.rng("members").shuffle(takes)
    look = place.ground
    made = [scene(place, staged, number, take, look) for number, take in enumerate(takes)]
    answers = sorted(mark.answer for each in made for mark in each.marks)
    assert answers == list(range(len(staged.choices))), (place, answers)
    return made


def scene(place: Place, staged: Staged, number: int, take: Take, look: str) -> Scene:
    index = scene_index(place.split, place.first_video + number)
    video = video_file(place.split, index)
    truth = Truth(take)
    rows = question_rows(staged.question, truth, place.rng(f"questions {number}"))
    record = next((str(row["question_id"]) for row in rows if row["question"] == staged.text), None)
    film = Film(video, camera.WIDTH, camera.HEIGHT, Fraction(FPS), NUM_FRAMES, partial(picture, take, look))
    answer = staged.choices.index(staged.answer_of(truth))
    mark = place.mark(number, film, staged.text, staged.choices, answer, record=record, dials=staged.dials)
    records = {RECORD: {"scene_index": index, **as_record(take), "questions": rows}}
    return Scene(film, records, captions(truth), (mark,))


def question_rows(own: Question | None, truth: Truth, rng: Random) -> list[dict[str, Any]]:
    """The video's questions, the orbit's own somewhere among them."""
    others = questions.drawn(truth, rng)
    if own is None:
        return questions.rows(others, truth)
    others = [other for other in others if other.text != own.text]
    others.insert(rng.randrange(len(others) + 1), own)
    rows = questions.rows(others, truth)
    assert any(row["question"] == own.text for row in rows), own.text
    return rows


def answered(question: Question) -> Callable[[Truth], str]:
    """The answer of a question of the source's: its own words, or those of its only right choice."""

    def of(truth: Truth) -> str:
        row = question.row(truth)
        if not question.choices:
            return str(row["answer"])
        (right,) = (choice["choice"] for choice in row["choices"] if choice["answer"] == "correct")
        return str(right)

    return of
