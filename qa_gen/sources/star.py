"""STAR: questions about situations in videos of Charades, and the actions and relations that can be seen in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from qa_gen.orbits import Orbit
from qa_gen.sources.files import SourceFolder, json_items, text_lines
from qa_gen.sources.records import (
    Once,
    Unfit,
    clean,
    name_of,
    number_of,
    object_of,
    optional_text_at,
    text_at,
    text_of,
)
from qa_gen.sources.rejects import Rejects
from qa_gen.sources.videos import Videos
from qa_gen.splits import Split

SOURCE = "star"

FILES = MappingProxyType({"test": "STAR_val.json", "train": "STAR_train.json"})
VIDEOS = ("Charades_v1_480/{}.mp4", "Charades_v1/{}.mp4", "{}.mp4")
QUESTION_ID = re.compile(r"(?P<kind>[A-Za-z]+)_T(?P<template>[0-9]{1,3})_(?P<number>[0-9]{1,18})")
KEYFRAME = re.compile(r"[0-9]{1,9}")
NUMBER = re.compile(r"[a-z][0-9]{1,6}")
FEWEST_CHOICES = 2
CLASS_FOLDERS = ("STAR_classes/", "*/STAR_classes/", "classes/", "*/classes/", "", "*/")


@dataclass(frozen=True, slots=True)
class Step:
    """One function of a program that finds the answer in the situations."""

    function: str
    inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    text: str
    program: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyframe:
    """What is so in one frame. `frame` is its number in the frames that Action Genome cut at the video's own rate.

    `relations` are (first object, relation, second object), all by their numbers in the classes.
    """

    frame: int
    actions: tuple[str, ...]
    relations: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenAction:
    """An action of a situation, with the first and the last keyframe that show it.

    What the class files do not tell is None: `label` ("open a book"), `verb` ("open"), `thing` ("book").
    """

    number: str
    label: str | None
    verb: str | None
    thing: str | None
    first_frame: int
    last_frame: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question of STAR. `kind` is Interaction, Sequence, Prediction or Feasibility; `template` counts within it.

    The window of a Prediction goes on into the first quarter of what happens next. `answer` counts the choices, and is
    None where the file does not tell it. `actions` come in the order in which keyframes first show them; `videos` are
    where the video may lie below the source's folder.
    """

    question_id: str
    kind: str
    template: int
    video: str
    start_seconds: float
    end_seconds: float
    question: str
    choices: tuple[Choice, ...]
    answer: int | None
    program: tuple[Step, ...]
    keyframes: tuple[Keyframe, ...]
    actions: tuple[SeenAction, ...]
    videos: tuple[str, ...]
    orbits: tuple[Orbit, ...] = ()


@dataclass(frozen=True, slots=True)
class Classes:
    """The class files, as far as they are there: labels by number, and verb and object of an action by its number."""

    labels: Mapping[str, str]
    parts: Mapping[str, tuple[str, str]]


def read(folder: Path, *, rejects: Rejects, split: Split = "test") -> Iterator[Question]:
    """The questions of a split, in the order of its file. Raises DataError where that is missing or cannot be read."""
    files = SourceFolder(folder)
    file = files.require(FILES[split])
    classes = read_classes(files, rejects=rejects)
    videos = Videos(files)
    once = Once("question_id")
    for record in json_items(file):
        try:
            question = question_of(record, classes, videos)
            once.check(question.question_id)
        except Unfit as error:
            rejects.add(str(error), record)
        else:
            yield question


def question_of(value: object, classes: Classes, videos: Videos) -> Question:
    record = object_of(value)
    question_id = text_at(record, "question_id")
    name = QUESTION_ID.fullmatch(question_id)
    if not name:
        raise Unfit("question_id is not Kind_T<template>_<number>")
    video = name_of(text_at(record, "video_id").removesuffix(".mp4"), "video_id")
    start, end = number_of(record.get("start"), "start"), number_of(record.get("end"), "end")
    if not 0 <= start < end:
        raise Unfit("window does not end after it starts")
    choices = tuple(choice_of(choice) for choice in list_at(record, "choices"))
    if len(choices) < FEWEST_CHOICES:
        raise Unfit("fewer than two choices")
    keyframes = keyframes_of(record.get("situations"))
    parts = videos.orbits(f"{video}.mp4", record=question_id)
    return Question(
        question_id=question_id,
        kind=name["kind"],
        template=int(name["template"]),
        video=video,
        start_seconds=start,
        end_seconds=end,
        question=text_at(record, "question"),
        choices=choices,
        answer=answer_of(optional_text_at(record, "answer"), choices),
        program=program_of(record.get("question_program")),
        keyframes=keyframes,
        actions=tuple(seen_actions(keyframes, classes)),
        videos=videos.locations(video, VIDEOS, parts),
        orbits=parts,
    )


def list_at(record: Mapping[str, Any], key: str) -> Sequence[Any]:
    value = record.get(key)
    if not isinstance(value, list):
        raise Unfit(f"{key} are no list")
    return value


def choice_of(value: object) -> Choice:
    record = object_of(value)
    return Choice(text=text_at(record, "choice"), program=program_of(record.get("choice_program")))


def answer_of(answer: str | None, choices: Sequence[Choice]) -> int | None:
    """Which choice is the answer; texts are compared as they are, but for blanks."""
    if answer is None:
        return None
    matches = [index for index, choice in enumerate(choices) if choice.text == answer]
    if len(matches) != 1:
        raise Unfit("answer is none of the choices" if not matches else "answer is more than one of the choices")
    return matches[0]


def program_of(value: object) -> tuple[Step, ...]:
    """A program is help, and no condition: none where it is missing."""
    if value is None:
        return ()
    if not isinstance(value, list):
        raise Unfit("program is no list")
    return tuple(step_of(step) for step in value)


def step_of(value: object) -> Step:
    record = object_of(value)
    inputs = record.get("value_input") or []
    if not isinstance(inputs, list) or not all(isinstance(one, str) for one in inputs):
        raise Unfit("value_input is no list of texts")
    return Step(text_at(record, "function"), tuple(text_of(one, "input") for one in inputs))


def keyframes_of(value: object) -> tuple[Keyframe, ...]:
    """In the order of time, whatever the order of the file. Boxes, whose shape varies, are left away."""
    if value is None:
        return ()
    frames = []
    for number, situation in object_of(value).items():
        if not KEYFRAME.fullmatch(number):
            raise Unfit("keyframe is no number")
        record = object_of(situation)
        frames.append(
            Keyframe(
                frame=int(number),
                actions=numbers_of(record.get("actions")),
                relations=relations_of(record.get("rel_pairs"), record.get("rel_labels")),
            )
        )
    return tuple(sorted(frames, key=lambda keyframe: keyframe.frame))


def numbers_of(value: object) -> tuple[str, ...]:
    """Numbers of classes, such as a021."""
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(one, str) and NUMBER.fullmatch(one) for one in value):
        raise Unfit("situation holds what is no number of a class")
    return tuple(value)


def relations_of(pairs: object, labels: object) -> tuple[tuple[str, str, str], ...]:
    names = numbers_of(labels)
    if not isinstance(pairs, list | None):
        raise Unfit("rel_pairs are no list")
    couples = [numbers_of(pair) for pair in pairs or []]
    if len(couples) != len(names) or any(len(couple) != 2 for couple in couples):
        raise Unfit("rel_pairs and rel_labels do not match")
    return tuple((couple[0], name, couple[1]) for couple, name in zip(couples, names, strict=True))


def seen_actions(keyframes: Sequence[Keyframe], classes: Classes) -> Iterator[SeenAction]:
    frames: dict[str, list[int]] = {}
    for keyframe in keyframes:
        for number in keyframe.actions:
            frames.setdefault(number, []).append(keyframe.frame)
    for number, seen in frames.items():
        verb, thing = classes.parts.get(number, ("", ""))
        yield SeenAction(
            number=number,
            label=classes.labels.get(number),
            verb=classes.labels.get(verb),
            thing=classes.labels.get(thing),
            first_frame=seen[0],
            last_frame=seen[-1],
        )


def read_classes(files: SourceFolder, *, rejects: Rejects) -> Classes:
    """What the class files say; each may be missing."""
    labels: dict[str, str] = {}
    for kind in ("action", "object", "verb", "relationship"):
        for line, words in class_lines(files, f"{kind}_classes.txt"):
            try:
                if len(words) < 2 or not NUMBER.fullmatch(words[0]):
                    raise Unfit("class is not `number label`")
                labels[words[0]] = clean(" ".join(words[1:]), "label")
            except Unfit as error:
                rejects.add(str(error), line)
    parts: dict[str, tuple[str, str]] = {}
    for line, words in class_lines(files, "action_mapping.txt"):
        if len(words) == 3 and all(map(NUMBER.fullmatch, words)):
            parts[words[0]] = words[1], words[2]
        else:
            rejects.add("class is not `action verb object`", line)
    return Classes(labels, parts)


def class_lines(files: SourceFolder, name: str) -> Iterator[tuple[str, list[str]]]:
    """Lines with their place, and their words."""
    file = files.find(*(f"{place}{name}" for place in CLASS_FOLDERS))
    for number, line in text_lines(file) if file is not None else ():
        yield f"{name}, line {number}: {line}", line.split()
