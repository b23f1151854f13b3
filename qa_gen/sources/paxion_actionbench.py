"""ActionBench of PAXION on Something-Something V2: what a hand does in a clip, and the opposite of that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from qa_gen.orbits import Orbit
from qa_gen.sources.files import SourceFolder, json_items
from qa_gen.sources.records import Once, Unfit, digits_of, object_of, optional_text_at, text_at, text_of
from qa_gen.sources.rejects import Rejects
from qa_gen.sources.videos import Videos
from qa_gen.splits import Split

SOURCE = "paxion_actionbench"

FOLDER = "shuffled_object_and_action_antonyms"
FILES = MappingProxyType({"test": "validation.json", "train": "train.json"})
VIDEOS = ("20bn-something-something-v2/{}.webm", "ssv2_video/{}.webm", "{}.webm", "ssv2_video_mp4/{}.mp4", "{}.mp4")
"""The last two are what those make whose decoder fails at VP9."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Antonyms:
    """A clip with its description and the opposite; `template` says "something" where `label` names the objects.

    Opposites were made by rules: many are no good English, some no opposites. `label_other_objects` is the label about
    other things than those in the clip. `videos` are where the clip may lie below the source's folder.
    """

    id: str
    label: str
    template: str
    placeholders: tuple[str, ...]
    label_antonym: str
    template_antonym: str
    label_other_objects: str | None
    videos: tuple[str, ...]
    orbits: tuple[Orbit, ...] = ()


def read(folder: Path, *, rejects: Rejects, split: Split = "test") -> Iterator[Antonyms]:
    """The clips of a split, in the order of its file. Raises DataError where that is missing or cannot be read."""
    name = f"{FOLDER}/{FILES[split]}"
    files = SourceFolder(folder)
    file = files.require(f"ssv2/{name}", name)
    videos = Videos(files)
    once = Once("id")
    for record in json_items(file):
        try:
            antonyms = antonyms_of(record, videos)
            once.check(antonyms.id)
        except Unfit as error:
            rejects.add(str(error), record)
        else:
            yield antonyms


def antonyms_of(value: object, videos: Videos) -> Antonyms:
    record = object_of(value)
    id = digits_of(record.get("id"), "id")
    template = without_brackets(text_at(record, "template"))
    antonym = without_brackets(text_at(record, "template_action_antonym_clip_text"))
    if template.lower() == antonym.lower():
        raise Unfit("antonym is the action itself")
    parts = videos.orbits(f"{id}.webm")
    return Antonyms(
        id=id,
        label=text_at(record, "label"),
        template=template,
        placeholders=placeholders_of(record.get("placeholders")),
        label_antonym=text_at(record, "label_action_antonym_clip_text"),
        template_antonym=antonym,
        label_other_objects=optional_text_at(record, "label_object_shuffled_clip_text"),
        videos=videos.locations(id, VIDEOS, parts),
        orbits=parts,
    )


def placeholders_of(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise Unfit("placeholders are no list")
    return tuple(text_of(name, "placeholder") for name in value)


def without_brackets(template: str) -> str:
    """Templates of Something-Something itself have the brackets that ActionBench left out.

    >>> without_brackets("Putting [something] into [something]")
    'Putting something into something'
    """
    return template.replace("[", "").replace("]", "")
