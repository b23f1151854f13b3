"""What a download of the annotations holds: several questions about each video, in one list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

from qa_gen.splits import Split
from qa_gen.synth.listing import write_json_list
from qa_gen.synth.world import Told
from qa_gen.synth.worlds.funqa.stories import Genre

GENRES: tuple[Genre, ...] = ("H", "C", "M")

INSTRUCTIONS: Mapping[str, tuple[str, ...]] = {
    "H1": ("Locate the funny moment of the video in frames.", "From which frame to which is the video funny?"),
    "H2": ("What is the funny moment in the video?", "Describe what is funny in the video."),
    "H3": ("Why is the video funny?", "What makes people laugh about this video?"),
    "H4": ("Give the video a fitting title.", "Think of a short and funny title for the video."),
    "C1": ("Locate the creative part of the video in frames.", "From which frame to which is the video creative?"),
    "C2": ("Describe what is creative in the video.", "What is the creative moment in the video?"),
    "C3": ("Why is the video creative?", "What is the idea behind this video?"),
    "C4": ("Give the video a fitting title.", "Think of a short and creative title for the video."),
    "C5": ("Rate the creativity of the video from 0 to 20.", "How creative is the video, from 0 to 20?"),
    "M1": ("Locate the magic moment of the video in frames.", "From which frame to which does the magic happen?"),
    "M2": ("Describe the magical effect.", "What is the magic moment in the video?"),
    "M3": ("Explain the magic.", "How is the trick of this video done?"),
}


def rows(
    genre: Genre, video: str, rng: Random, *, window: tuple[int, int], described: str, reason: str, title: str
) -> list[dict[str, str]]:
    """The rows about one video, which have everything but their ID."""
    outputs = [f"[{window[0]}, {window[1]}]", described, reason]
    if genre != "M":
        outputs.append(title)
    if genre == "C":
        outputs.append(str(rng.randint(8, 18)))
    tasks = [f"{genre}{number}" for number in range(1, len(outputs) + 1)]
    return [
        {"instruction": rng.choice(INSTRUCTIONS[task]), "visual_input": video, "output": output, "task": task}
        for task, output in zip(tasks, outputs, strict=True)
    ]


def publish(folder: Path, told: Callable[[], Iterable[Told]], split: Split) -> None:
    write_json_list(folder / f"FunQA_{split}.json", numbered(told(), split))


def numbered(told: Iterable[Told], split: Split) -> Iterator[dict[str, Any]]:
    number = 0
    for scene in told:
        for row in scene.records["rows"]:
            yield {**row, "ID": f"{split}_{number}"}
            number += 1
