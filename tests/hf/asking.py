"""Requests and frames for the tests of `hf`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mvbench.types import Clip, Frames, Prompt, Request

PROMPT = Prompt(
    "Carefully watch the video.\n", "Question: What does the person do?\nOptions:\n(A) sit", "Best Option: ("
)
CHOICES = ("open the door", "sit", "close the box", "walk")


def frames(
    number: int = 0,
    *,
    times: Sequence[float] = (0.0, 0.4, 0.8, 1.2),
    size: tuple[int, int] = (80, 60),
    fps: float = 25.0,
    **more: Any,
) -> Frames:
    """Noise that follows from `number`, taken at these times of a 60 s file."""
    width, height = size
    return Frames(
        rgb=np.random.default_rng(number).integers(0, 256, (len(times), height, width, 3), dtype=np.uint8),
        pts_seconds=np.array(times),
        indices=tuple(round(seconds * fps) for seconds in times),
        source_fps=fps,
        num_source_frames=round(60 * fps),
        duration_seconds=60.0,
        source_size=size,
        decoder="drawn",
        fingerprint=f"drawn-{number}",
        **more,
    )


def request(number: int = 0, shown: Frames | None = None, **prompt: Any) -> Request:
    """A question of its own for each number; `prompt` changes fields of the prompt."""
    asked = replace(PROMPT, **({"question": f"{PROMPT.question} {number}"} | prompt))
    return Request(f"task/{number:04d}", asked, CHOICES, shown or frames(number), Clip(Path("clip.mp4"), "video"))
