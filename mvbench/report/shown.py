"""Which frames a record says were shown, and which of them its page can show again."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from mvbench.annotations import stays_inside
from mvbench.report.shortening import MOST_WORDS, in_a_word
from mvbench.types import MediaKind, Record

MOST_FRAMES = 4096
MOST_THUMBNAILS = 64
INSTEAD = {
    "zeros": "Black frames were shown in place of these.",
    "noise": "Frames of random noise were shown in place of these.",
    "none": "Nothing was shown.",
}
"""Views whose pixels came from no video."""

REMARKS = {
    "swap": "These are frames of another question's video: that is what was shown.",
    "middle": "The middle frame was shown this many times.",
    "shuffle": "The frames were shown in this order; the times they were said to have are in rising order.",
    "reverse": "The last frame was shown first; the times they were said to have are in rising order.",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A strip of thumbnails: a clip below the media folder, and its frames by number, ascending and different."""

    video: str
    kind: MediaKind
    indices: tuple[int, ...]
    decoder: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What a record holds of frames.

    `positions`: which of the recorded frames get a thumbnail, all of them unless they are many. `strip`: its number on
    the page. `why_not`: why there are no thumbnails, in words.
    """

    facts: Mapping[str, Any]
    indices: tuple[int, ...] = ()
    seconds: tuple[float, ...] = ()
    positions: tuple[int, ...] = ()
    strip: int | None = None
    why_not: str = ""
    remark: str = ""

    def row(self) -> dict[str, Any]:
        tiles = sorted({self.indices[position] for position in self.positions})
        places = {index: place for place, index in enumerate(tiles)}
        values = {
            "facts": dict(self.facts),
            "indices": list(self.indices),
            "seconds": list(self.seconds),
            # [position among the recorded frames, place in the strip], where these are not simply the same
            "tiles": None
            if len(tiles) == len(self.indices) and list(self.indices) == tiles
            else [[position, places[self.indices[position]]] for position in self.positions],
            "strip": self.strip,
            "why_not": self.why_not,
            "remark": self.remark,
        }
        return {key: value for key, value in values.items() if value not in (None, "", [], {})}


class Strips:
    """The strips that a page needs, while records stream by: equal ones once."""

    def __init__(self, *, view: str, offered: bool) -> None:
        self._view = view
        self._offered = offered
        self._numbers: dict[Wanted, int] = {}

    @property
    def wanted(self) -> list[Wanted]:
        return list(self._numbers)

    def shown(self, record: Record) -> Shown:
        """What is known of the record's frames, its strip being noted as wanted."""
        if record.frames is None:
            return Shown({}, why_not=without_frames(record, self._view))
        content = record.frames if isinstance(record.frames, Mapping) else {}
        facts = frame_facts(content)
        indices = whole_numbers(content.get("indices"))
        seconds = numbers(content.get("pts_seconds"), len(indices))
        if not indices:
            return Shown(facts, why_not="The record does not say which frames were shown.")
        if self._view in INSTEAD:
            return Shown(facts, indices, seconds, why_not=INSTEAD[self._view])
        remark = REMARKS.get(self._view, "")
        kind = record.sample.clip.kind
        if kind not in get_args(MediaKind) or not stays_inside(record.sample.video):
            return Shown(facts, indices, seconds, why_not="The record names no place where a video may lie.")
        if not self._offered:
            return Shown(facts, indices, seconds, remark=remark)
        positions = spread(len(indices), MOST_THUMBNAILS)
        wanted = Wanted(
            video=record.sample.video,
            kind=kind,
            indices=tuple(sorted({indices[position] for position in positions})),
            decoder="decord" if in_a_word(content.get("decoder")).startswith("decord") else "pyav",
            fingerprint=in_a_word(content.get("fingerprint")),
        )
        number = self._numbers.setdefault(wanted, len(self._numbers))
        return Shown(facts, indices, seconds, positions, number, remark=remark)


def without_frames(record: Record, view: str) -> str:
    if record.failure is not None:
        return "No frames are recorded: the question ended in an error."
    if view == "none":
        return INSTEAD["none"]
    return "No frames are recorded: the model, or the tool that asked it, read the clip itself."


def frame_facts(content: Mapping[str, Any]) -> dict[str, Any]:
    """What a record says of a file and its frames, on a line each."""
    names = ("decoder", "source_fps", "num_source_frames", "duration_seconds", "source_size", "size", "fingerprint")
    found: dict[str, Any] = {name: in_a_word(content[name]) for name in names if content.get(name) is not None}
    for name in ("source_size", "size"):
        if len(sides := whole_numbers(content.get(name))) == 2:
            found[name] = f"{sides[0]} × {sides[1]}"
    notes = content.get("notes")
    if isinstance(notes, list) and notes:
        found["notes"] = [in_a_word(note) for note in notes[:MOST_WORDS]]
    return found


def whole_numbers(value: object) -> tuple[int, ...]:
    """Numbers from a file; nothing where one is none, or where they are more than a run can ask for."""
    if not isinstance(value, list) or len(value) > MOST_FRAMES:
        return ()
    if not all(type(one) is int and 0 <= one < 2**31 for one in value):
        return ()
    return tuple(value)


def numbers(value: object, count: int) -> tuple[float, ...]:
    """So many seconds from a file, rounded to milliseconds; nothing where they are not."""
    if not isinstance(value, list) or len(value) != count:
        return ()
    if not all(type(one) in (int, float) and math.isfinite(one) for one in value):
        return ()
    return tuple(round(float(one), 3) for one in value)


def spread(count: int, most: int) -> tuple[int, ...]:
    """At most so many of `count` positions, the first and the last among them, evenly spread.

    >>> spread(3, 5), spread(100, 5)
    ((0, 1, 2), (0, 25, 50, 74, 99))
    """
    if count <= most:
        return tuple(range(count))
    return tuple(round(place * (count - 1) / (most - 1)) for place in range(most))
