"""Made-up records in the formats of the sources, and a reader's facts beside what it left out."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import orjson

from qa_gen.sources.rejects import Rejects

SAMPLES = Path(__file__).parents[2] / "data" / "sources_samples"


def facts_of(source: str, folder: Path | None = None, *, split: str = "test") -> tuple[list[Any], Rejects]:
    """What the reader of a source finds in a folder, by default in the sample of its format."""
    rejects = Rejects(source)
    module = import_module(f"qa_gen.sources.{source}")
    return list(module.read(folder or SAMPLES / source, rejects=rejects, split=split)), rejects


def write_json(path: Path, value: Any) -> Path:
    """Write a value, and return the folder that the path lies in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(value if isinstance(value, bytes) else orjson.dumps(value))
    return path.parent


def write_orbit(folder: Path, video: str, **more: Any) -> None:
    """An `orbits.json` with one row, about this video."""
    row = {"orbit": "orbit-0", "task": "action_antonym", "member": 0, "k": 2, "video": video, "dials": {}}
    write_json(folder / "orbits.json", [row | more])
