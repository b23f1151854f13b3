"""CLEVRER: objects that move and collide, annotated frame by frame, with questions and the programs behind them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from mvbench.errors import DataError
from qa_gen.sources.clevrer.annotations import Reject, annotation_of
from qa_gen.sources.clevrer.facts import (
    FPS,
    MOVING,
    Choice,
    Collision,
    Crossing,
    Motion,
    Object,
    Question,
    Video,
)
from qa_gen.sources.clevrer.questions import questions_of
from qa_gen.sources.files import SourceFile, SourceFolder, json_document, json_items
from qa_gen.sources.records import Unfit, object_of
from qa_gen.sources.rejects import Rejects
from qa_gen.sources.videos import Videos
from qa_gen.splits import Split

__all__ = [
    "FPS", "MOVING", "SOURCE", "Choice", "Collision", "Crossing", "Motion", "Object", "Question", "Video", "read",
]  # fmt: skip

SOURCE = "clevrer"
FOLDERS: Mapping[Split, str] = MappingProxyType({"test": "validation", "train": "train"})
"""MVBench was made from the validation videos; the source's own test videos have no annotations."""

TRAINING = range(0, 10_000)
"""Scenes of the training split."""

VIDEO_NAME = re.compile(r"video_(\d{5,9})\.mp4", re.ASCII)
ANNOTATION_NAME = re.compile(r"(?:.*/)?annotation_(\d{5,9})\.json(?:\.gz)?", re.ASCII)


def read(folder: Path, *, rejects: Rejects, split: Split = "test") -> Iterator[Video]:
    """The videos of a split: those of the question file in its order, then the annotated ones it does not name.

    A scene whose annotation is missing or cannot be used is counted, and comes without motion. Raises DataError where
    there are neither questions nor annotations, and where the question file cannot be read.
    """
    files = SourceFolder(folder)
    name = f"{FOLDERS[split]}.json"
    questions = files.settle(name)
    if questions is None:
        files.settle(
            *(f"{shelf}annotation_*.json" for shelf in (f"annotation_{FOLDERS[split]}/*/", "annotation_*/", ""))
        )
    annotations, videos = annotations_by_scene(files, split), Videos(files)
    if not annotations and questions is None:
        files.require(name)
    seen: set[int] = set()
    for record in json_items(questions) if questions else ():
        try:
            scene_index = scene_index_of(record)
            if scene_index in seen:
                raise Unfit("scene comes twice")
            parts = questions_of(object_of(record), reject=rejects.add)
        except Unfit as error:
            rejects.add(str(error), record)
            continue
        seen.add(scene_index)
        file = annotations.get(scene_index)
        if file is None:
            rejects.add("scene has no annotation", scene_index)
        yield video_of(scene_index, file, parts, split=split, videos=videos, reject=rejects.add)
    for scene_index in sorted(annotations.keys() - seen):
        file = annotations[scene_index]
        yield video_of(scene_index, file, (), split=split, videos=videos, reject=rejects.add)


def annotations_by_scene(files: SourceFolder, split: Split) -> dict[int, SourceFile]:
    """Annotation files by the number in their names; of several with one number the first."""
    found: dict[int, SourceFile] = {}
    for pattern in ("**/annotation_*.json", "**/annotation_*.json.gz"):
        for file in files.all(pattern):
            match = ANNOTATION_NAME.fullmatch(file.name)
            if match and split_of(file.name, int(match[1])) == split:
                found.setdefault(int(match[1]), file)
    return found


def split_of(name: str, scene_index: int) -> Split:
    """As the path of an annotation says, else by its number.

    >>> split_of("annotation_train/annotation_12000-13000/annotation_12000.json", 12000), split_of("a.json", 12000)
    ('train', 'test')
    """
    for split, folder in FOLDERS.items():
        if f"annotation_{folder}" in name:
            return split
    return "train" if scene_index in TRAINING else "test"


def scene_index_of(value: object) -> int:
    """The number of a scene of the question file, which its video's name must have too."""
    record = object_of(value)
    match = VIDEO_NAME.fullmatch(str(record.get("video_filename")))
    if match is None:
        raise Unfit("video_filename is not the name of a video")
    if record.get("scene_index", int(match[1])) != int(match[1]):
        raise Unfit("scene_index and video_filename are of two scenes")
    return int(match[1])


def video_of(
    scene_index: int, file: SourceFile | None, questions: tuple[Question, ...], *,
    split: Split, videos: Videos, reject: Reject,
) -> Video:  # fmt: skip
    name = f"video_{scene_index:05d}.mp4"
    objects: tuple[Object, ...] = ()
    motion: Motion | None = None
    if file is not None:
        try:
            objects, motion = annotation_of(json_document(file), scene_index=scene_index, reject=reject)
        except Unfit as error:
            reject(f"annotation is unfit: {error}", file.name)
        except DataError as error:
            reject("annotation cannot be read", error)
    parts = videos.orbits(name)
    return Video(
        scene_index=scene_index,
        name=name,
        videos=videos.locations(name, ways(scene_index, split), parts),
        objects=objects,
        motion=motion,
        questions=questions,
        orbits=parts,
    )


def ways(scene_index: int, split: Split) -> tuple[str, ...]:
    """Where a video lies: in the source's archives, unpacked here or there, or all in one folder, as in MVBench."""
    low = scene_index // 1000 * 1000
    shelf = f"video_{low:05d}-{low + 1000:05d}"
    return (
        f"video_{FOLDERS[split]}/{shelf}/{{}}",
        f"{shelf}/{{}}",
        f"video_{FOLDERS[split]}/{{}}",
        "{}",
    )
