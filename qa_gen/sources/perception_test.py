"""Perception Test: questions with three options about short filmed games, and what is known of each video."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from qa_gen.orbits import Orbit
from qa_gen.sources.files import SourceFolder, json_pairs
from qa_gen.sources.records import Unfit, name_of, number_of, object_of, optional_text_at, text_at, text_of
from qa_gen.sources.rejects import Rejects
from qa_gen.sources.videos import Videos
from qa_gen.splits import Split

SOURCE = "perception_test"

SPLIT_NAMES: Mapping[Split, str] = MappingProxyType({"test": "valid", "train": "train"})
"""The benchmark was made from the validation part; the test part keeps its answers back."""

NUM_CHOICES = 3
MICROSECONDS = 1_000_000
"""Times of actions and boxes are in microseconds."""

Made = TypeVar("Made")

WAYS = ("videos/{}", "{}")
MOST_FRAMES = 10**7


@dataclass(frozen=True, slots=True)
class Thing:
    """An object that is followed through the video; `id` is what actions call it."""

    id: int
    label: str
    is_occluder: bool


@dataclass(frozen=True, slots=True)
class Action:
    """Something that happens, to which of the video's things."""

    label: str
    start_seconds: float
    end_seconds: float
    things: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filmed:
    """A video. `height` and `width` are None where the file does not say.

    `cut_frame` is the number of frames before the ending tells the answer, in games that have such an ending: the
    frames to show are those below it. It is None where there is nothing to cut; it matters only to questions that the
    ending answers. `actions` and `things` are empty in the file that holds nothing but questions.
    """

    video_id: str
    frame_rate: float
    num_frames: int
    height: int | None
    width: int | None
    is_cup_game: bool
    is_camera_moving: bool
    cut_frame: int | None
    actions: tuple[Action, ...]
    things: tuple[Thing, ...]

    @property
    def seconds(self) -> float:
        return self.num_frames / self.frame_rate

    @property
    def cut_seconds(self) -> float | None:
        """When the last frame is shown that does not tell."""
        return None if self.cut_frame is None else (self.cut_frame - 1) / self.frame_rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question about a video. `question_id` counts within the video.

    `answer` is the index of the right choice, None where the file keeps it back. `videos` are where the video may lie
    below the source's folder.
    """

    video: Filmed
    question_id: str
    question: str
    choices: tuple[str, ...]
    answer: int | None
    area: str | None
    reasoning: str | None
    tags: tuple[str, ...]
    videos: tuple[str, ...]
    orbits: tuple[Orbit, ...] = ()


def read(folder: Path, *, rejects: Rejects, split: Split = "test") -> Iterator[Asked]:
    """The questions of a split, video by video in the order of its file.

    `all_*.json` is read where there is one, else `mc_question_*.json`, which knows nothing of actions. Raises DataError
    where both are missing or a file cannot be read.
    """
    files, name = SourceFolder(folder), SPLIT_NAMES[split]
    file = files.require(f"all_{name}.json", f"mc_question_{name}.json")
    cuts, videos = read_cuts(files, name, rejects), Videos(files)
    seen: set[str] = set()
    for video_id, value in json_pairs(file):
        try:
            if video_id in seen:
                raise Unfit("video comes twice")
            record = object_of(value)
            video = filmed(video_id, record, cuts=cuts, rejects=rejects)
        except Unfit as error:
            rejects.add(str(error), {video_id: value})
            continue
        seen.add(video_id)
        questions = rows_at(record, "mc_question", rejects)
        yield from each(questions, partial(asked, video=video, videos=videos, name=name), "question", rejects)


def read_cuts(files: SourceFolder, name: str, rejects: Rejects) -> dict[str, int]:
    """The first frame to leave away, by video; a missing file, and numbers below 1, ask for no cut."""
    wanted = f"cut_frame_mapping_{name}.json"
    file = files.find(wanted, f"*/{wanted}")
    cuts: dict[str, int] = {}
    for video_id, value in json_pairs(file) if file else ():
        try:
            frame = whole(value, "cut frame")
        except Unfit as error:
            rejects.add(str(error), {video_id: value})
            continue
        if frame > 0:
            cuts[video_id] = frame
    return cuts


def filmed(video_id: str, record: Mapping[str, Any], *, cuts: Mapping[str, int], rejects: Rejects) -> Filmed:
    name_of(video_id, "video id")
    facts = record.get("metadata")
    if not isinstance(facts, dict):
        raise Unfit("no metadata")
    frame_rate = number_of(facts.get("frame_rate"), "frame_rate")
    num_frames = whole(facts.get("num_frames"), "num_frames")
    if not 0.1 <= frame_rate <= 1000 or not 1 <= num_frames <= MOST_FRAMES:
        raise Unfit("frame_rate and num_frames are those of no video")
    height, width = size_of(facts.get("resolution"))
    cut = cuts.get(video_id)
    return Filmed(
        video_id=video_id,
        frame_rate=frame_rate,
        num_frames=num_frames,
        height=height,
        width=width,
        is_cup_game=facts.get("is_cup_game") in (1, True),
        is_camera_moving=facts.get("is_camera_moving") in (1, True),
        cut_frame=cut if cut is not None and cut < num_frames else None,
        actions=tuple(
            each(
                rows_at(record, "action_localisation", rejects),
                partial(action, frame_rate=frame_rate, num_frames=num_frames),
                "action",
                rejects,
            )
        ),
        things=tuple(each(rows_at(record, "object_tracking", rejects), thing, "object", rejects)),
    )


def each(rows: list[Any], made: Callable[[Mapping[str, Any]], Made], kind: str, rejects: Rejects) -> Iterator[Made]:
    """What is made of the rows; those that are unfit are counted and left out."""
    for row in rows:
        try:
            yield made(object_of(row))
        except Unfit as error:
            rejects.add(f"{kind}: {error}", row)


def rows_at(record: Mapping[str, Any], key: str, rejects: Rejects) -> list[Any]:
    rows = record.get(key) or []
    if not isinstance(rows, list):
        rejects.add(f"{key} is no list", rows)
        return []
    return rows


def asked(row: Mapping[str, Any], *, video: Filmed, videos: Videos, name: str) -> Asked:
    question_id = str(whole(row.get("id"), "id"))
    parts = videos.orbits(f"{video.video_id}.mp4", record=question_id)
    return Asked(
        video=video,
        question_id=question_id,
        question=text_at(row, "question"),
        choices=(choices := choices_of(row.get("options"))),
        answer=answer_of(row.get("answer_id"), len(choices)),
        area=optional_text_at(row, "area"),
        reasoning=optional_text_at(row, "reasoning"),
        tags=tags_of(row.get("tag")),
        videos=videos.locations(f"{video.video_id}.mp4", (*WAYS, f"{name}/{{}}", f"{name}_videos/{{}}"), parts),
        orbits=parts,
    )


def choices_of(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) != NUM_CHOICES:
        raise Unfit(f"options are not {NUM_CHOICES}")
    choices = tuple(text_of(str(one) if type(one) in (int, float) else one, "option") for one in value)
    if len(set(choices)) < len(choices):
        raise Unfit("two options are the same")
    return choices


def answer_of(value: object, num_choices: int) -> int | None:
    if value is None:
        return None
    answer = whole(value, "answer_id")
    if not 0 <= answer < num_choices:
        raise Unfit("answer_id is that of no option")
    return answer


def tags_of(value: object) -> tuple[str, ...]:
    """One tag may stand there without its list."""
    tags = [value] if isinstance(value, str) else value or []
    if not isinstance(tags, list):
        raise Unfit("tag is no list")
    return tuple(text_of(tag, "tag") for tag in tags)


def thing(row: Mapping[str, Any]) -> Thing:
    return Thing(whole(row.get("id"), "id"), text_at(row, "label"), row.get("is_occluder") in (1, True))


def action(row: Mapping[str, Any], *, frame_rate: float, num_frames: int) -> Action:
    """Times from microseconds, or from frames where there are none; an end past the video is the video's."""
    things = row.get("parent_objects") or []
    if not isinstance(things, list):
        raise Unfit("parent_objects are no list")
    if row.get("timestamps") is not None:
        start, end = (time / MICROSECONDS for time in pair(row["timestamps"], "timestamps"))
    else:
        start, end = (frame / frame_rate for frame in pair(row.get("frame_ids"), "frame_ids"))
    end = min(end, num_frames / frame_rate)
    if not 0 <= start < end:
        raise Unfit("it does not end after it starts, within the video")
    return Action(text_at(row, "label"), start, end, tuple(whole(one, "parent object") for one in things))


def pair(value: object, key: str) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2:
        raise Unfit(f"{key} are not two")
    return number_of(value[0], key), number_of(value[1], key)


def size_of(value: object) -> tuple[int | None, int | None]:
    """Height and width, in this order."""
    if not isinstance(value, list) or len(value) != 2 or not all(type(side) is int and side > 0 for side in value):
        return None, None
    return value[0], value[1]


def whole(value: object, key: str) -> int:
    number = number_of(value, key)
    if number != int(number):
        raise Unfit(f"{key} is no whole number")
    return int(number)
