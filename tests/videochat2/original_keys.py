"""Names and shapes of the original's state dicts, one file for each released checkpoint."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "data" / "keys"
COMPUTED = re.compile(r".*(position_ids|rotary_emb\.inv_freq)")


def manifest(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(gzip.decompress((FOLDER / f"{name}.json.gz").read_bytes()))
    return content


def shapes(name: str, *, saved: bool = False) -> dict[str, tuple[int, ...]]:
    """By the original's names; `saved`: those alone that its trainer writes, stage 1 being written whole."""
    only = saved and name != "stage1"
    keys = manifest(name)["keys"]
    return {key: tuple(facts["shape"]) for key, facts in keys.items() if facts.get("saved") or not only}
