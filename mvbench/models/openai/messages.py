"""Request -> the parts of a chat message: text, pictures, one video part, or the clip as a file."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from typing import Any

import numpy as np

from mvbench.errors import Failure
from mvbench.isolation import WorkerPool
from mvbench.types import Clip, Frames, Prompt, Request
from mvbench.video.encode import encode_clip, encode_picture
from mvbench.views import NOTHING

MAX_CLIP_BYTES = 64 * 2**20
CLIP_SECONDS = 300.0
"""How long a clip may take to be cut and coded anew."""

LITTLE_SIDE = 224


def user_text(prompt: Prompt) -> str:
    return (prompt.system if prompt.repeat_system else "") + prompt.question


def media_part(kind: str, mime: str, content: bytes) -> dict[str, Any]:
    return {"type": kind, kind: {"url": f"data:{mime};base64,{b64encode(content).decode('ascii')}"}}


def frames_part(frames: Frames) -> dict[str, Any]:
    """One video part that holds each frame as a JPEG, as vLLM takes them."""
    pictures = (b64encode(encode_picture(rgb, "jpeg")).decode("ascii") for rgb in frames.rgb)
    return {"type": "video_url", "video_url": {"url": "data:video/jpeg;base64," + ",".join(pictures)}}


def video_metadata(frames: Frames) -> dict[str, Any]:
    """When each frame was shown, as vLLM takes it: places in a video of so many frames per second.

    The places come from the times, not from the indices: a view that reorders frames keeps the times in order.
    `num_frames` is there because vLLM takes no more than 32 where it is not told.
    Source: vLLM, docs/features/multimodal_inputs.md, "Pre-extracted frame sequences with media_io_kwargs".
    """
    fps = frames.source_fps
    places = [max(0, round(float(seconds) * fps)) for seconds in frames.pts_seconds]
    return {
        "num_frames": len(places),
        "fps": fps,
        "frames_indices": places,
        "total_num_frames": max(frames.num_source_frames, places[-1] + 1, len(places)),
        "duration": frames.duration_seconds,
        "do_sample_frames": False,
    }


def clip_part(clip: Clip) -> dict[str, Any]:
    """The clip as a video file. Raises Failure as reading a clip does: in a process of its own, for it may hang."""
    with WorkerPool(encode_clip, workers=1, timeout_seconds=CLIP_SECONDS) as pool:
        (result,) = pool.map([(clip, MAX_CLIP_BYTES)])
    if isinstance(result, Failure):
        raise result
    mime, content = result
    return media_part("video_url", mime, content)


def little(request: Request) -> Request:
    """The smallest request that shows as much as this one does: a word of text, and two grey frames where it has any.

    A clip sent as a file is left out.
    """
    frames = None
    if request.frames is not None:
        grey = np.full((2, LITTLE_SIDE, LITTLE_SIDE, 3), 128, np.uint8)
        frames = Frames(grey, np.array([0.0, 1.0]), (0, 1), 1.0, 2, 2.0, (LITTLE_SIDE, LITTLE_SIDE), "drawn", "grey")
    return replace(request, prompt=Prompt("", "Say yes.", ""), frames=frames, clip=NOTHING)
