"""`movqa.json`: the format in which scene transitions are given, as no annotation file of MoVQA is public."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import orjson

from qa_gen.splits import Split
from qa_gen.synth.listing import created, write_items
from qa_gen.synth.world import Told

FILE = "movqa.json"
NOTE = "Scene transitions in the adapter's own schema: no annotation file of MoVQA is public."


def publish(folder: Path, told: Callable[[], Iterable[Told]], split: Split) -> None:
    with created(folder / FILE) as stream:
        rows = (orjson.dumps(scene.records["film"]) for scene in told())
        write_items(stream, rows, b'{"note": ' + orjson.dumps(NOTE) + b', "records": [', b"]}\n")
