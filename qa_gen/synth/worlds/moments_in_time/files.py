"""What a download of the annotations holds: a CSV without a header, and the classes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from qa_gen.splits import Split
from qa_gen.synth.listing import write_lines
from qa_gen.synth.world import Told
from qa_gen.synth.worlds.moments_in_time.kinds import CATEGORIES

TABLES = {"test": "validationSet.csv", "train": "trainingSet.csv"}


def publish(folder: Path, told: Callable[[], Iterable[Told]], split: Split) -> None:
    write_lines(folder / TABLES[split], (",".join(map(str, scene.records["row"])) for scene in told()))
    write_lines(folder / "moments_categories.txt", (f"{label},{index}" for index, label in enumerate(CATEGORIES)))
