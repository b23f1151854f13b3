"""FunQA: videos that surprise, by humour, by skill or by magic, and what people said of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from qa_gen.orbits import Orbit
from qa_gen.sources.files import SourceFolder, json_items
from qa_gen.sources.records import Once, Unfit, number_of, object_of, optional_text_at, path_of, text_at, text_of
from qa_gen.sources.rejects import Rejects
from qa_gen.sources.videos import Videos
from qa_gen.splits import Split

SOURCE = "funqa"

Kind = Literal["humor", "creative", "magic"]
KINDS: Mapping[str, Kind] = MappingProxyType({"H": "humor", "C": "creative", "M": "magic"})
TASKS = ("H1", "H2", "H3", "H4", "C1", "C2", "C3", "C4", "C5", "M1", "M2", "M3")
"""1: when, 2: description, 3: reason, 4: title, 5: how creative."""

NAME = re.compile(r"[HCM]_[^_/]+_[^/]+_(?P<first>\d{1,9})_(?P<last>\d{1,9})\.\w+", re.ASCII)
SPAN = re.compile(r"\D*(\d{1,9})\D+(\d{1,9})\D*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was said of a video. `instruction` is how it was asked for, worded anew in each row."""

    id: str | None
    instruction: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Surprise:
    """A video with all that was said of it.

    `moment` are the first and last frame of what surprises, counted in the clip, None where nobody said, and
    `creativity` a score, None but for creative videos. `cut_frames` are the first and last frame of the clip in the
    video it was cut from. `videos` are where it may lie below the source's folder.
    """

    video: str
    kind: Kind
    descriptions: tuple[Said, ...]
    reasons: tuple[Said, ...]
    titles: tuple[Said, ...]
    moment: tuple[int, int] | None
    creativity: float | None
    cut_frames: tuple[int, int] | None
    videos: tuple[str, ...]
    orbits: tuple[Orbit, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    video: str
    task: str
    said: Said


def read(folder: Path, *, rejects: Rejects, split: Split = "test") -> Iterator[Surprise]:
    """The videos of a split, in the order in which its file first names them; its rows are read before the first comes.

    Raises DataError where the file is missing or cannot be read.
    """
    files = SourceFolder(folder)
    file = files.require(f"FunQA_{split}.json")
    videos = Videos(files)
    once = Once("ID")
    rows: dict[str, list[Row]] = {}
    for record in json_items(file):
        try:
            row = row_of(record)
            if row.video in rows and rows[row.video][0].task[0] != row.task[0]:
                raise Unfit("task is of another kind than the video's first one")
            if row.said.id is not None:
                once.check(row.said.id)
            rows.setdefault(row.video, []).append(row)
        except Unfit as error:
            rejects.add(str(error), record)
    for video, of_video in rows.items():
        yield surprise_of(video, of_video, videos, split)


def row_of(value: object) -> Row:
    record = object_of(value)
    task = text_at(record, "task").upper()
    if task not in TASKS:
        raise Unfit("task is none of the twelve")
    if not isinstance(record.get("output"), str | int | float | list):
        raise Unfit("no output")
    said = Said(
        id=optional_text_at(record, "ID"),
        instruction=text_at(record, "instruction"),
        text=text_of(str(record["output"]), "output"),
    )
    return Row(path_of(record.get("visual_input"), "visual_input"), task, said)


def surprise_of(video: str, rows: Sequence[Row], videos: Videos, split: Split) -> Surprise:
    kind = KINDS[rows[0].task[0]]
    said = {number: tuple(row.said for row in rows if row.task[1] == number) for number in "12345"}
    name = video.removeprefix(f"{split}_{kind}/")
    parts = videos.orbits(name)
    return Surprise(
        video=name,
        kind=kind,
        descriptions=said["2"],
        reasons=said["3"],
        titles=said["4"],
        moment=next(filter(None, (span_of(row.text) for row in said["1"])), None),
        creativity=next((score for row in said["5"] if (score := score_of(row.text)) is not None), None),
        cut_frames=cut_of(name),
        videos=videos.locations(
            name, (f"{split}/{split}_{kind}/{{}}", f"{split}_{kind}/{{}}", f"{split}/{{}}", "{}"), parts
        ),
        orbits=parts,
    )


def span_of(text: str) -> tuple[int, int] | None:
    """First and last frame, however they are written.

    >>> span_of("[41, 122]"), span_of("from 41 to 122"), span_of("at the end"), span_of("[122, 41]")
    ((41, 122), (41, 122), None, None)
    """
    match = SPAN.fullmatch(text)
    if match is None or int(match[1]) > int(match[2]):
        return None
    return int(match[1]), int(match[2])


def score_of(text: str) -> float | None:
    try:
        return number_of(text, "score")
    except Unfit:
        return None


def cut_of(name: str) -> tuple[int, int] | None:
    """First and last frame of the clip in its video, as its name tells them.

    >>> cut_of("H_A_9001_0100_0290.mp4"), cut_of("unlike.mp4")
    ((100, 290), None)
    """
    match = NAME.fullmatch(name)
    return (int(match["first"]), int(match["last"])) if match is not None else None
