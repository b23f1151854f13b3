"""A scene of the question file -> its Questions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast, get_args

from qa_gen.sources.clevrer.annotations import Reject, list_of
from qa_gen.sources.clevrer.facts import Choice, Kind, Question
from qa_gen.sources.records import Unfit, digits_of, object_of, optional_text_at, text_at

MOST_WORDS = 200
WORD = re.compile(r"[A-Za-z0-9_]{1,60}")
MOST_CHOICES = 20


def questions_of(record: Mapping[str, Any], *, reject: Reject) -> tuple[Question, ...]:
    """In the file's order, without those that cannot be used. Raises Unfit where there is no list of them."""
    found: dict[str, Question] = {}
    for entry in list_of(record.get("questions"), "questions"):
        try:
            question = question_of(entry)
            if question.question_id in found:
                raise Unfit("question_id comes twice")
        except Unfit as error:
            reject(str(error), entry)
        else:
            found[question.question_id] = question
    return tuple(found.values())


def question_of(value: object) -> Question:
    record = object_of(value)
    kind = record.get("question_type")
    if kind not in get_args(Kind):
        raise Unfit("question_type is none of the four")
    program = program_of(record.get("program"))
    descriptive = kind == "descriptive"
    subtype = optional_text_at(record, "question_subtype") or (program[-1] if program else "")
    return Question(
        question_id=digits_of(record.get("question_id"), "question_id"),
        text=text_at(record, "question"),
        kind=cast(Kind, kind),
        subtype=subtype,
        program=program,
        answer=optional_text_at(record, "answer") if descriptive else None,
        choices=() if descriptive else choices_of(record.get("choices")),
    )


def choices_of(value: object) -> tuple[Choice, ...]:
    entries = list_of(value, "choices")
    if not 2 <= len(entries) <= MOST_CHOICES:
        raise Unfit("choices are fewer than two, or too many")
    choices = tuple(choice_of(object_of(entry)) for entry in entries)
    if len({choice.text for choice in choices}) < len(choices):
        raise Unfit("two choices are the same")
    return choices


def choice_of(record: Mapping[str, Any]) -> Choice:
    answer = record.get("answer")
    if answer not in (None, "correct", "wrong"):
        raise Unfit("answer of a choice is neither correct nor wrong")
    correct = None if answer is None else answer == "correct"
    return Choice(text_at(record, "choice"), program_of(record.get("program")), correct)


def program_of(value: object) -> tuple[str, ...]:
    """Empty where the file has none, as it may for the source's own test questions."""
    if value is None:
        return ()
    words = list_of(value, "program")
    if len(words) > MOST_WORDS or not all(isinstance(word, str) and WORD.fullmatch(word) for word in words):
        raise Unfit("program is no list of words")
    return tuple(words)
