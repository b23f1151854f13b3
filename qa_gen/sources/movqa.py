"""MoVQA, in a format of our own, for no annotation file of it is public: clips that go from place to place.

`movqa.json` holds `{"records": [...]}` or only the list. A record is
`{"video": "Top900_00001.mp4", "start": 0.0, "end": 14.2, "scenes": [{"order": 0, "place": "a kitchen"}, ...],
"transition": "From the kitchen to the parked car."}`; `start`, `end`, `order` and `transition` may be missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa_gen.orbits import Orbit
from qa_gen.sources.files import SourceFolder, json_items, opening
from qa_gen.sources.records import (
    Once,
    Unfit,
    object_of,
    optional_number_at,
    optional_text_at,
    path_of,
    text_at,
)
from qa_gen.sources.rejects import Rejects
from qa_gen.sources.videos import Videos
from qa_gen.splits import Split

SOURCE = "movqa"

VIDEOS = ("video/{}", "scene_qa/video/{}", "{}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """A clip, or the part of it between two times, with the places it shows, in this order and at least two.

    `transition` is a sentence about them. `videos` are where the clip may lie below the source's folder.
    """

    video: str
    start_seconds: float | None
    end_seconds: float | None
    places: tuple[str, ...]
    transition: str | None
    videos: tuple[str, ...]
    orbits: tuple[Orbit, ...] = ()


def read(folder: Path, *, rejects: Rejects, split: Split = "test") -> Iterator[Journey]:
    """The clips of a split, in the order of its file. Raises DataError where that is missing or cannot be read.

    A file without the name of a split in its own counts for both.
    """
    files = SourceFolder(folder)
    file = files.require(f"movqa_{split}.json", "movqa.json", "movqa_ASSUMED.json")
    videos = Videos(files)
    once = Once("clip")
    for record in json_items(file, under="records" if opening(file) == b"{" else ""):
        try:
            journey = journey_of(object_of(record), videos)
            once.check(journey.video, journey.start_seconds, journey.end_seconds)
        except Unfit as error:
            rejects.add(str(error), record)
        else:
            yield journey


def journey_of(record: Mapping[str, Any], videos: Videos) -> Journey:
    video = path_of(record.get("video"), "video")
    start, end = optional_number_at(record, "start"), optional_number_at(record, "end")
    if (start is not None and start < 0) or (end is not None and end <= (start or 0)):
        raise Unfit("clip does not end after it starts")
    name = video.removeprefix("video/")
    parts = videos.orbits(name)
    return Journey(
        video=name,
        start_seconds=start,
        end_seconds=end,
        places=places_of(record.get("scenes")),
        transition=optional_text_at(record, "transition"),
        videos=videos.locations(name, VIDEOS, parts),
        orbits=parts,
    )


def places_of(scenes: object) -> tuple[str, ...]:
    """Places by their order, or, where no scene tells its own, as they stand. Raises Unfit."""
    if not isinstance(scenes, list) or len(scenes) < 2:
        raise Unfit("fewer than two scenes")
    shown = [object_of(scene) for scene in scenes]
    if all("order" not in scene for scene in shown):
        return tuple(text_at(scene, "place") for scene in shown)
    orders = [optional_number_at(scene, "order") for scene in shown]
    known = [order for order in orders if order is not None]
    if len(set(known)) < len(shown):
        raise Unfit("order of the scenes is unclear")
    return tuple(
        text_at(scene, "place") for _, scene in sorted(zip(known, shown, strict=True), key=lambda pair: pair[0])
    )
