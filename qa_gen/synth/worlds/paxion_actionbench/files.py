"""What a download of the annotations holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from qa_gen.splits import Split
from qa_gen.synth.listing import write_json_list
from qa_gen.synth.world import Told

NAMES = {"test": "validation.json", "train": "train.json"}


def publish(folder: Path, told: Callable[[], Iterable[Told]], split: Split) -> None:
    path = folder / "ssv2" / "shuffled_object_and_action_antonyms" / NAMES[split]
    write_json_list(path, (scene.records["clip"] for scene in told()))
