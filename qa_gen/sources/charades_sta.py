"""Charades-STA: sentences about parts of the videos of Charades."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from qa_gen.orbits import Orbit
from qa_gen.sources.files import Broken, SourceFolder, csv_rows, text_lines
from qa_gen.sources.records import Once, Unfit, clean, name_of, number_of
from qa_gen.sources.rejects import Rejects
from qa_gen.sources.videos import Videos
from qa_gen.splits import Split

SOURCE = "charades_sta"

VIDEOS = ("Charades_v1_480/{}.mp4", "Charades_v1/{}.mp4", "sta_video/{}.mp4", "{}.mp4")


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A sentence and when it is true. It may be true at other times as well.

    `end_seconds` is not behind the end of the video where its length is known; `told_end_seconds` is as in the file.
    """

    sentence: str
    start_seconds: float
    end_seconds: float
    told_end_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A video with all its actions, in the order of the file. `seconds` is its length, None where nothing tells it."""

    video: str
    seconds: float | None
    actions: tuple[Action, ...]
    videos: tuple[str, ...]
    orbits: tuple[Orbit, ...] = ()


def read(folder: Path, *, rejects: Rejects, split: Split = "test") -> Iterator[Described]:
    """The videos of a split, in the order in which its file first names them; it is read before the first comes.

    Raises DataError where the file is missing or cannot be read. Lengths come from `Charades_v1_{split}.csv` if that is
    there.
    """
    files = SourceFolder(folder)
    file = files.require(f"charades_sta_{split}.txt")
    lengths = read_lengths(files, rejects=rejects, split=split)
    videos = Videos(files)
    once = Once("action")
    actions: dict[str, list[Action]] = {}
    for number, line in text_lines(file):
        try:
            video, action = action_of(line, lengths)
            once.check(video, action)
            actions.setdefault(video, []).append(action)
        except Unfit as error:
            rejects.add(str(error), f"{file.name}, line {number}: {line}")
    for video, of_video in actions.items():
        parts = videos.orbits(f"{video}.mp4")
        yield Described(
            video=video,
            seconds=lengths.get(video),
            actions=tuple(of_video),
            videos=videos.locations(video, VIDEOS, parts),
            orbits=parts,
        )


def read_lengths(files: SourceFolder, *, rejects: Rejects, split: Split) -> dict[str, float]:
    """Seconds by video; none where the file with them is not there."""
    name = f"Charades_v1_{split}.csv"
    file = files.find(name, f"*/{name}")
    lengths: dict[str, float] = {}
    for number, row in csv_rows(file, header=True) if file is not None else ():
        try:
            if isinstance(row, Broken):
                raise Unfit("no row of CSV")
            seconds = number_of(row.get("length"), "length")
            if seconds <= 0:
                raise Unfit("length is not positive")
            lengths[row.get("id", "").strip()] = seconds
        except Unfit as error:
            rejects.add(str(error), f"{name}, line {number}: {row}")
    return lengths


def action_of(line: str, lengths: Mapping[str, float]) -> tuple[str, Action]:
    """The video of a line and its action. Raises Unfit.

    >>> action_of("QX5EE 24.0 33.9##the person runs out of the room.", {"QX5EE": 33.25})[1].end_seconds
    33.25
    """
    head, mark, sentence = line.partition("##")
    words = head.split()
    if not mark or len(words) != 3:
        raise Unfit("line is not `video start end##sentence`")
    video, start, told_end = name_of(words[0], "line"), number_of(words[1], "start"), number_of(words[2], "end")
    end = min(told_end, lengths.get(video, told_end))
    if start < 0 or start >= told_end:
        raise Unfit("action does not end after it starts")
    if start >= end:
        raise Unfit("action starts after the end of the video")
    return video, Action(
        sentence=clean(sentence, "sentence"), start_seconds=start, end_seconds=end, told_end_seconds=told_end
    )
