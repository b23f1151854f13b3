"""The embedded data set: twenty tasks of eight questions about clips that are drawn here.

It is for trying the harness and for its tests. The questions are true to the pixels and can be answered by watching; a
score on them says whether a pipeline sees moving pictures, and nothing about MVBench.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from random import Random
from typing import Any

from mvbench.cache import cache_folder
from mvbench.demo.canvas import read_frame_number
from mvbench.demo.film import Draft, Film
from mvbench.errors import UsageError
from mvbench.tasks import public_tasks

__all__ = ["VERSION", "folder", "read_frame_number"]

VERSION = "1"
"""Raised when questions or pictures change; the cache also notices by itself, from the sources of this package."""


def folder(options: Mapping[str, str]) -> Path:
    """The data folder of the demo, made on first use (some seconds) and kept in the cache folder.

    Any number of processes may ask at once, and one that is killed leaves nothing that another takes for finished.
    Raises UsageError for any option, and when the cache folder cannot be written.
    """
    if options:
        raise UsageError(f"data set 'demo' takes no options, not {', '.join(sorted(options))!r}; use --data demo")
    from filelock import FileLock

    done = cache_folder() / "datasets" / f"demo-{source_hash()}"
    try:
        if not is_finished(done):
            done.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{done}.lock"):
                if not is_finished(done):
                    make(done)
    except OSError as error:
        raise UsageError(
            f"the demo cannot be written ({error}); set MVBENCH_CACHE_DIR to a folder with room for it"
        ) from error
    return done


def is_finished(path: Path) -> bool:
    return (path / "manifest.json").is_file()


def make(path: Path) -> None:
    """Make the data folder at `path`, which appears in one piece or not at all. One maker at a time."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    for remains in (unfinished, path):
        if remains.exists():
            shutil.rmtree(remains)
    write(unfinished)
    unfinished.rename(path)


def write(path: Path) -> None:
    """Write the twenty annotation files, the clips they name, and the manifest, in the MVBench layout."""
    from mvbench.demo import film

    items, films = contents()
    for name, records in items.items():
        file = path / "json" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(records, indent=1) + "\n", "utf-8", newline="\n")
    for video, clip in films.items():
        film.write(clip, path / "video" / video)
    manifest = {"name": "demo", "version": VERSION, "items": sum(map(len, items.values())), "tasks": len(items)}
    (path / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", "utf-8", newline="\n")


def contents() -> tuple[dict[str, list[dict[str, Any]]], dict[str, Film]]:
    """Records by annotation file and films by their path below `video/`, the same on every machine."""
    items: dict[str, list[dict[str, Any]]] = {}
    films: dict[str, Film] = {}
    drafts = all_drafts()
    for task in public_tasks():
        items[task.json] = records(drafts[task.key], Random(f"demo {VERSION} {task.key}"))
        films |= {f"{task.folder}/{draft.film.video}": draft.film for draft in drafts[task.key]}
    return items, films


def records(drafts: list[Draft], rng: Random) -> list[dict[str, Any]]:
    """Drafts as MVBench's records. Right answers take turns at the positions, so that always choosing (A) is chance."""
    turns: dict[int, list[int]] = {}
    made = []
    for draft in drafts:
        size = len(draft.others) + 1
        if not turns.get(size):
            turns[size] = rng.sample(range(size), size)
        candidates = rng.sample(draft.others, size - 1)
        candidates.insert(turns[size].pop(), draft.answer)
        text = {"video": draft.film.video, "question": draft.question, "candidates": candidates, "answer": draft.answer}
        made.append({**text, **draft.fields})
    return made


def all_drafts() -> dict[str, list[Draft]]:
    from mvbench.demo import people, places, solids, tabletop

    families = (
        people.tidying_drafts, people.localization_drafts, people.pose_drafts, people.visit_drafts,
        solids.lane_drafts, solids.direction_drafts, solids.counterfactual_drafts,
        tabletop.antonym_drafts, tabletop.fine_drafts, tabletop.surprise_drafts, tabletop.shuffle_drafts,
        tabletop.count_drafts, tabletop.state_drafts, tabletop.character_drafts,
        places.transition_drafts, places.navigation_drafts,
    )  # fmt: skip
    drafts: dict[str, list[Draft]] = {}
    for family in families:
        for task, draft in family(Random(f"demo {VERSION} {family.__name__}")):
            drafts.setdefault(task, []).append(draft)
    return drafts


def source_hash() -> str:
    """Eight hex digits over the sources of this package: whatever changes what is drawn or asked changes them."""
    digest = blake2b(VERSION.encode(), digest_size=4)
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()
