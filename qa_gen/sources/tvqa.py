"""TVQA: questions with five answers about clips of television shows, joined with what is said in the clip."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson

from mvbench.errors import DataError
from qa_gen.orbits import Orbit
from qa_gen.sources.files import Broken, SourceFile, SourceFolder, json_lines, text_lines
from qa_gen.sources.records import (
    Once,
    Unfit,
    digits_of,
    name_of,
    number_of,
    object_of,
    optional_text_at,
    text_at,
)
from qa_gen.sources.rejects import Rejects
from qa_gen.sources.videos import Videos
from qa_gen.splits import Split

SOURCE = "tvqa"
FPS = 3.0
"""Of the frame folders, whose pictures are numbered from 1."""

NUM_CHOICES = 5
QUESTIONS: Mapping[Split, str] = MappingProxyType({"test": "tvqa_val.jsonl", "train": "tvqa_train.jsonl"})
"""MVBench was made from the validation file."""

SUBTITLES = "tvqa_preprocessed_subtitles.jsonl"
SRT_FILES = tuple(f"{top}tvqa_subtitles/*.srt{packed}" for packed in ("", ".gz") for top in ("", "*/"))

SHOWS = ("castle", "friends", "grey", "house", "met")
"""First parts of the clips' names, which those of The Big Bang Theory do not have."""

SPAN = re.compile(r"(nan|\d{1,6}(?:\.\d+)?)-(nan|\d{1,6}(?:\.\d+)?)", re.ASCII | re.IGNORECASE)
SPEAKER = re.compile(r"\(\s*([^():]{1,80}?)\s*:\s*\)\s*")
CLOCK = r"(\d{1,3}):(\d\d):(\d\d)[,.](\d{1,3})"
CUE = re.compile(rf"\s*{CLOCK}\s*-->\s*{CLOCK}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Line:
    """A subtitle. The speaker is known where the text began with "(Name:)", which `text` leaves out."""

    speaker: str | None
    text: str
    start_seconds: float
    end_seconds: float


@dataclass(frozen=True, slots=True)
class Subtitles:
    """What is said in a clip, kept small until it is wanted: there are 600,000 lines, and few are looked at."""

    packed: bytes = b"[]"

    def lines(self) -> tuple[Line, ...]:
        return tuple(line_of(text, start, end) for text, start, end in orjson.loads(self.packed))

    def text(self) -> str:
        """All lines as they stand in the files, speakers included, one below the other."""
        return "\n".join(text for text, _, _ in orjson.loads(self.packed))


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A question about a clip. `name` is the clip's, `videos` are where its frames may lie below the source's folder.

    `answer` is the index of the right choice, None where the file keeps it back. What must be seen to answer happens
    from `start_seconds` to `end_seconds`, None where the file does not know. `show` is the name in the file.
    """

    question_id: str
    question: str
    choices: tuple[str, ...]
    answer: int | None
    name: str
    videos: tuple[str, ...]
    show: str
    start_seconds: float | None
    end_seconds: float | None
    subtitles: Subtitles
    fps: float = FPS
    orbits: tuple[Orbit, ...] = ()


def read(folder: Path, *, rejects: Rejects, split: Split = "test") -> Iterator[Episode]:
    """The questions of a split, in the order of its file.

    Subtitles come from the JSONL file, for clips that are not in it from .srt files; no subtitles are no error. Raises
    DataError where the questions are missing or a file cannot be read.
    """
    files = SourceFolder(folder)
    questions = files.require(QUESTIONS[split])
    videos = Videos(files)
    once = Once("qid")
    said = subtitles_by_clip(files, rejects)
    for number, record in json_lines(questions):
        if isinstance(record, Broken):
            rejects.add("line of questions is not JSON", f"line {number}: {record.text}")
            continue
        try:
            episode = episode_of(record, said=said, videos=videos)
            once.check(episode.question_id)
        except Unfit as error:
            rejects.add(str(error), record)
        else:
            yield episode


def episode_of(value: object, *, said: Callable[[str], Subtitles], videos: Videos) -> Episode:
    record = object_of(value)
    question_id, name = digits_of(record.get("qid"), "qid"), name_of(record.get("vid_name"), "vid_name")
    start, end = span_of(record.get("ts"))
    parts = videos.orbits(name, record=question_id)
    return Episode(
        question_id=question_id,
        question=text_at(record, "q"),
        choices=tuple(text_at(record, f"a{index}") for index in range(NUM_CHOICES)),
        answer=answer_of(record.get("answer_idx")),
        name=name,
        videos=videos.locations(name, folders_of(name), parts),
        show=text_at(record, "show_name"),
        start_seconds=start,
        end_seconds=end,
        subtitles=said(name),
        orbits=parts,
    )


def answer_of(index: object) -> int | None:
    if index is None:
        return None
    answer = int(digits_of(index, "answer_idx"))
    if answer >= NUM_CHOICES:
        raise Unfit("answer_idx is none of the five")
    return answer


def span_of(text: object) -> tuple[float | None, float | None]:
    """Start and end in seconds of `76.01-84.2`; None for both where the file has `nan-nan` or nothing.

    >>> span_of("76.01-84.2"), span_of("nan-nan")
    ((76.01, 84.2), (None, None))
    """
    if text is None:
        return None, None
    match = SPAN.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise Unfit("ts is not a span of time")
    start, end = float(match[1]), float(match[2])
    if math.isnan(start) or math.isnan(end):
        return None, None
    if end < start:
        raise Unfit("ts ends before it starts")
    return start, end


def folders_of(name: str) -> tuple[str, ...]:
    """As the frames are released, as they are often unpacked, and as MVBench keeps them.

    >>> folders_of("s03e21_seg02_clip_08")[0]
    'frames_hq/bbt_frames/s03e21_seg02_clip_08'
    """
    show = name.partition("_")[0]
    show = show if show in SHOWS else "bbt"
    return f"frames_hq/{show}_frames/{name}", f"{show}_frames/{name}", f"frames_fps3_hq/{name}"


def line_of(text: str, start: float, end: float) -> Line:
    speaker = SPEAKER.match(text)
    return Line(speaker[1] if speaker else None, text[speaker.end() :] if speaker else text, start, end)


def subtitles_by_clip(files: SourceFolder, rejects: Rejects) -> Callable[[str], Subtitles]:
    """A function that knows what is said in a clip; it remembers what it has read, packed."""
    file = files.find(SUBTITLES, f"*/{SUBTITLES}")
    known = subtitles_of(file, rejects) if file is not None else {}
    single = cache(lambda: srt_files(files))

    def said(clip: str) -> Subtitles:
        if clip not in known:
            known[clip] = subtitles_from(single().get(clip), rejects)
        return known[clip]

    return said


def srt_files(files: SourceFolder) -> dict[str, SourceFile]:
    """The .srt files by clip; of several for one clip the first."""
    found: dict[str, SourceFile] = {}
    for pattern in SRT_FILES:
        for file in files.all(pattern):
            clip = file.name.rpartition("/")[2].removesuffix(".gz").removesuffix(".srt")
            found.setdefault(clip, file)
    return found


def subtitles_from(file: SourceFile | None, rejects: Rejects) -> Subtitles:
    """What an .srt file says; nothing without one, and where it cannot be read, which is counted."""
    try:
        return Subtitles() if file is None else Subtitles(packed(cues(file, rejects)))
    except DataError as error:
        rejects.add("subtitles cannot be read", error)
        return Subtitles()


def subtitles_of(file: SourceFile, rejects: Rejects) -> dict[str, Subtitles]:
    known: dict[str, Subtitles] = {}
    for number, record in json_lines(file):
        if isinstance(record, Broken):
            rejects.add("line of subtitles is not JSON", f"line {number}: {record.text}")
        elif not isinstance(record, dict) or not isinstance(record.get("vid_name"), str):
            rejects.add("subtitles name no clip", record)
        elif not isinstance(record.get("sub"), list):
            rejects.add("subtitles of a clip are no list", record)
        elif record["vid_name"] in known:
            rejects.add("subtitles of a clip come twice", record)
        else:
            known[record["vid_name"]] = Subtitles(packed(checked(record["sub"], rejects)))
    return known


def packed(lines: Iterator[tuple[str, float, float]]) -> bytes:
    return orjson.dumps(list(lines))


def checked(lines: list[Any], rejects: Rejects) -> Iterator[tuple[str, float, float]]:
    """Text, start and end of the lines in which something is said."""
    for value in lines:
        try:
            line = object_of(value)
            text = optional_text_at(line, "text")
            start, end = number_of(line.get("start"), "start"), number_of(line.get("end"), "end")
            if text is not None:
                yield text, start, end
        except Unfit as error:
            rejects.add(f"subtitle: {error}", value)


def cues(file: SourceFile, rejects: Rejects) -> Iterator[tuple[str, float, float]]:
    """Text, start and end of each cue of an .srt file in which something is said, on one line."""
    span: tuple[float, float] | None = None
    texts: list[str] = []
    for number, line in text_lines(file):
        text = " ".join(line.strip("\ufeff").split())
        match = CUE.match(text)
        if match is None:
            texts.append(text)
            if span is None and not text.isdigit():
                rejects.add("text before the first time of an .srt file", f"{file.name}, line {number}: {line}")
            continue
        if texts and texts[-1].isdigit():  # the number of the cue that begins
            texts.pop()
        if span is not None and texts:
            yield " ".join(texts), *span
        span, texts = (clock(match, 1), clock(match, 5)), []
    if span is not None and texts:
        yield " ".join(texts), *span


def clock(match: re.Match[str], first: int) -> float:
    hours, minutes, seconds, fraction = (match[first + part] for part in range(4))
    return round(int(hours) * 3600 + int(minutes) * 60 + int(seconds) + int(fraction) / 10.0 ** len(fraction), 3)
