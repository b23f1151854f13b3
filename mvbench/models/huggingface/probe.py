"""A request that nobody could find fault with."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mvbench.types import Clip, Frames, Prompt, Request

FRAMES, SIDE, FPS = 4, 224, 4.0


def plain_request(like: Request) -> Request:
    """A plain question, about a drawn grey clip of one second where `like` shows one."""
    prompt = Prompt("", "Question: What colour is the picture?", like.prompt.answer_prefix)
    shown = None if like.frames is None else grey_frames()
    return Request("a plain question", prompt, ("grey", "red"), shown, Clip(Path("drawn"), "video"))


def grey_frames() -> Frames:
    return Frames(
        rgb=np.full((FRAMES, SIDE, SIDE, 3), 128, dtype=np.uint8),
        pts_seconds=np.arange(FRAMES) / FPS,
        indices=tuple(range(FRAMES)),
        source_fps=FPS,
        num_source_frames=FRAMES,
        duration_seconds=FRAMES / FPS,
        source_size=(SIDE, SIDE),
        decoder="drawn",
        fingerprint="drawn",
    )
