"""One annotation item -> a Sample, and where its clip lies."""

from __future__ import annotations

import hashlib
import json
import math
import os
import posixpath
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from mvbench.errors import DataError
from mvbench.types import LETTERS, Clip, MediaKind, Sample, Task

KNOWN_EXTENSIONS = (".mp4", ".webm", ".avi", ".mkv", ".mov", ".gif")
REPLACEMENTS = "data0613"
"""The folder of clips that replaced corrupt ones in June 2024, laid out like `video/` itself."""

KEPT = ("subtitle", "orbit", "dials", "reversed_answer")
"""Further keys of an item that stay with it."""

PLAIN_PATH = "it must be a plain relative path, without '..' or control characters"

Item = dict[str, Any]


def read_item(item: Item, index: int, task: Task, media: MediaFolder) -> Sample:
    """One annotation item as a Sample. Raises DataError naming the item and the value that cannot be meant."""
    where = f"{task.key}, item {index}"
    for key in ("video", "question", "candidates", "answer"):
        if key not in item:
            raise DataError(f"{where} has no {key!r}; it has {', '.join(map(repr, item)) or 'nothing'}")
    video, candidates = item["video"], item["candidates"]
    if not isinstance(video, str) or not stays_inside(video):
        raise DataError(f"{where}: video is {video!r}; {PLAIN_PATH}")
    if not isinstance(candidates, list) or not 1 <= len(candidates) <= len(LETTERS):
        raise DataError(f"{where}: candidates is {candidates!r}; it must be a list of 1 to {len(LETTERS)} texts")
    choices = tuple(text_of(choice, where=f"{where}: a candidate") for choice in candidates)
    question = text_of(item["question"], where=f"{where}: question")
    answer_text = text_of(item["answer"], where=f"{where}: answer")
    start, end = (seconds_of(item.get(key), where=f"{where}: {key}") for key in ("start", "end"))
    bounded = task.bounded and start is not None and end is not None
    flags = []
    if len(set(choices)) < len(choices):
        flags.append("duplicate_choices")
    if task.bounded and not bounded:
        flags.append("no_bounds")
    found, located = locate(media, task.folder, video)
    return Sample(
        id=f"{task.key}/{index:04d}",
        task=task.key,
        question=question,
        choices=choices,
        # The public rule lets the last of several equal candidates be the right one.
        answer=max((place for place, choice in enumerate(choices) if choice == answer_text), default=None),
        answer_text=answer_text,
        clip=Clip(
            media.path / found,
            media.kind(found, task.media),
            start if bounded else None,
            end if bounded else None,
        ),
        video=found,
        located=located,
        item_hash=item_hash(video, question, choices, answer_text, start, end),
        cluster=f"{task.source}/{video}",
        flags=tuple(flags),
        extras=extras_of(item, where=where),
    )


def extras_of(item: Item, *, where: str) -> Item:
    """The further keys that are kept. Raises DataError where a record could not hold them."""
    extras: Item = {key: item[key] for key in KEPT if key in item}
    try:
        orjson.dumps(extras)
    except TypeError as error:
        raise DataError(f"{where}: {', '.join(extras)} cannot be kept ({error})") from None
    return extras


class MediaFolder:
    """The folder of the videos, each directory of it listed once: a stat for every guess is slow on shared disks."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._directories: dict[str, dict[str, bool]] = {}

    def holds(self, place: str) -> bool:
        return self._is_directory(place) is not None

    def kind(self, place: str, expected: MediaKind) -> MediaKind:
        """What lies there decides, not what the task says: frame folders are also distributed as videos."""
        is_directory = self._is_directory(place)
        if is_directory is None:
            return expected
        if is_directory:
            return "frames"
        return "gif" if place.lower().endswith(".gif") else "video"

    def _is_directory(self, place: str) -> bool | None:
        """Whether it is one; None where nothing lies there."""
        parent, _, name = place.rpartition("/")
        if parent not in self._directories:
            try:
                with os.scandir(self.path / parent) as entries:
                    self._directories[parent] = {entry.name: leads_to_directory(entry) for entry in entries}
            except OSError:
                self._directories[parent] = {}
        return self._directories[parent].get(name)


def leads_to_directory(entry: os.DirEntry[str]) -> bool:
    """Whether it is a directory or a link to one; a link that leads in a circle is not."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def locate(media: MediaFolder, folder: str, video: str) -> tuple[str, str]:
    """Where the clip lies below `media` and by which rule: `folder`, `data0613`, `extension` or `missing`."""
    video = posixpath.normpath(video)
    places = {"folder": f"{folder}/{video}", REPLACEMENTS: f"{REPLACEMENTS}/{folder}/{video}"}
    for rule, place in places.items():
        if media.holds(place):
            return place, rule
    stem, suffix = posixpath.splitext(video)
    stem = stem if suffix.lower() in KNOWN_EXTENSIONS else video
    for place in (f"{folder}/{stem}", f"{REPLACEMENTS}/{folder}/{stem}"):
        for extension in ("", *KNOWN_EXTENSIONS):
            if media.holds(place + extension):
                return place + extension, "extension"
    return places["folder"], "missing"


def item_hash(
    video: str, question: str, choices: Sequence[str], answer: str, start: float | None, end: float | None
) -> str:
    """16 hex digits that name an item wherever it stands; runs are paired by it."""
    content = json.dumps([video, question, list(choices), answer, start, end], ensure_ascii=True)
    return hashlib.blake2b(content.encode(), digest_size=8).hexdigest()


def text_of(value: object, *, where: str) -> str:
    if isinstance(value, str):
        # JSON can hold half of a surrogate pair, which no file can.
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, int | float):
        return str(value)
    raise DataError(f"{where} is {value!r}; it must be a text or a number")


def seconds_of(value: object, *, where: str) -> float | None:
    """Seconds as they stand, a number or the text of one; whether a clip can be cut there is judged when it is read."""
    if value is None:
        return None
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            return math.inf
        except ValueError:
            pass
    raise DataError(f"{where} is {value!r}; it must be a number of seconds")


def stays_inside(path: str) -> bool:
    """Whether a name from a file is a plain relative path: it can be written down on one line of UTF-8, and cannot lead
    out of the folder it is joined to.
    """
    if not path or path.startswith("/") or re.match(r"[A-Za-z]:", path):
        return False
    if re.search(r"[\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", path):
        return False
    return ".." not in path.split("/")
