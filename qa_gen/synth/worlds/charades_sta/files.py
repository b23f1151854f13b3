"""All records -> the two files of Charades-STA."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from qa_gen.splits import Split
from qa_gen.synth.listing import write_lines
from qa_gen.synth.world import Told
from qa_gen.synth.worlds.charades_sta.rows import COLUMNS


def publish(folder: Path, told: Callable[[], Iterable[Told]], split: Split) -> None:
    write_lines(folder / f"charades_sta_{split}.txt", (line(scene.records["sta"]) for scene in told()))
    with (folder / f"Charades_v1_{split}.csv").open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(scene.records["csv"] for scene in told())


def line(record: dict[str, Any]) -> str:
    return f"{record['video_id']} {record['start']} {record['end']}##{record['sentence']}"
