"""The embedded data set: twenty tasks of eight questions about clips that are drawn here.

It is for trying the harness and for its tests. The questions are true to the pixels and can be answered by watching; a
score on them says whether a pipeline sees moving pictures, and nothing about MVBench.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

from mvbench.cache import hash_of_sources, made_once
from mvbench.demo.canvas import read_frame_number
from mvbench.demo.film import Draft, Film
from mvbench.errors import UsageError
from mvbench.tasks import public_tasks

__all__ = ["VERSION", "folder", "read_frame_number"]

VERSION = "1"
"""Raised when questions or pictures change; the cache also notices by itself, from the sources of this package."""


def folder(options: Mapping[str, str]) -> Path:
    """The data folder of the demo, made on first use (some seconds) and kept in the cache folder.

    Raises UsageError for any option, and when the cache folder cannot be written.
    """
    if options:
        raise UsageError(f"data set 'demo' takes no options, not {', '.join(sorted(options))!r}; use --data demo")
    return made_once(f"demo-{source_hash()}", write)


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
    return hash_of_sources(Path(__file__).parent.glob("*.py"), version=VERSION)
