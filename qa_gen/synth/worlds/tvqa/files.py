"""Scenes -> the files of TVQA: questions, and subtitles in both forms of the release."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from qa_gen.splits import Split
from qa_gen.synth.listing import created, write_json_lines
from qa_gen.synth.world import Told

QUESTIONS: Mapping[Split, str] = MappingProxyType({"test": "tvqa_val.jsonl", "train": "tvqa_train.jsonl"})
SUBTITLES = "tvqa_preprocessed_subtitles.jsonl"
SUBTITLE_FOLDER = "tvqa_subtitles"


def publish(folder: Path, told: Callable[[], Iterable[Told]], split: Split) -> None:
    """`tvqa_val.jsonl` (or `tvqa_train.jsonl`), the subtitles as one JSONL file, and as one .srt file per clip."""
    write_json_lines(folder / QUESTIONS[split], (scene.records["question"] for scene in told()))
    write_json_lines(
        folder / SUBTITLES, ({"vid_name": clip(scene), "sub": scene.records["subtitles"]} for scene in told())
    )
    for scene in told():
        with created(folder / SUBTITLE_FOLDER / f"{clip(scene)}.srt") as stream:
            stream.write(srt(scene.records["subtitles"]).encode())


def clip(scene: Told) -> str:
    return str(scene.records["question"]["vid_name"])


def srt(lines: Sequence[Mapping[str, Any]]) -> str:
    blocks = (
        f"{number}\n{clock(line['start'])} --> {clock(line['end'])}\n{line['text']}\n"
        for number, line in enumerate(lines, start=1)
    )
    return "\n".join(blocks)


def clock(seconds: float) -> str:
    """
    >>> clock(62.33)
    '00:01:02,330'
    """
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d},{milliseconds:03d}"
