"""Small data folders in the public layouts, without videos unless a test puts them there."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mvbench.tasks import public_tasks

Item = dict[str, Any]


def item(number: int = 0, **changes: Any) -> Item:
    """A well-formed item with four choices; the right one moves with its number."""
    choices = [f"The {thing}." for thing in ("laptop", "box", "towel", "shoe")]
    return {
        "video": f"{number}.mp4",
        "question": f"Which object was taken ({number})?",
        "candidates": choices,
        "answer": choices[number % 4],
        "start": 1.0,
        "end": 5.0,
    } | changes


def write(folder: Path, annotations: Mapping[str, Sequence[Any]]) -> Path:
    """`json/<task>.json` for each task, beside an empty `video/`."""
    (folder / "json").mkdir(parents=True, exist_ok=True)
    (folder / "video").mkdir(exist_ok=True)
    for task, items in annotations.items():
        (folder / "json" / f"{task}.json").write_text(json.dumps(items), encoding="utf-8")
    return folder


def write_whole(folder: Path, per_task: int = 200, *, without: str = "") -> Path:
    """All twenty tasks, or all but one: what the public set looks like, but for the videos."""
    keys = [task.key for task in public_tasks() if task.key != without]
    return write(folder, {key: [item(number) for number in range(per_task)] for key in keys})


def touch_video(folder: Path, relative: str) -> None:
    path = folder / "video" / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
