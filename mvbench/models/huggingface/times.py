"""Frames -> what a video processor is told about when they were taken."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mvbench.types import Frames

TRUE_WITHIN_SECONDS = 0.0005
MILLISECONDS = 1000.0


def metadata(frames: Frames) -> dict[str, Any]:
    """The fields of a transformers `VideoMetadata`, such that every time a processor computes from them is true.

    Processors take a frame's time to be `frames_indices / fps`. The indices are therefore counted from 0 on the clock
    of `fps`, following `pts_seconds`: for a file of constant frame rate, `fps` is that rate and they are the frames'
    places in it; where no rate fits within 0.5 ms (variable frame rate, reordered views of one), milliseconds.

    `total_num_frames` counts the stretch that was sampled and not the file: processors take the spacing of frames to
    be `total_num_frames / fps / T`, which would be false for a clip cut out of a longer file. `duration` is the file's,
    as times count from its start.
    """
    fps, places = clock(frames.pts_seconds, frames.source_fps)
    width, height = frames.source_size
    return {
        "total_num_frames": len(places) * spacing_seconds(frames) * fps,
        "fps": fps,
        "frames_indices": places,
        "duration": frames.duration_seconds,
        "width": width,
        "height": height,
        "video_backend": frames.decoder,
    }


def clock(pts_seconds: npt.NDArray[np.float64], source_fps: float) -> tuple[float, list[int]]:
    """A rate and whole numbers that, divided by it, give the times within 0.5 ms.

    >>> clock(np.array([0.0, 0.4, 0.8]), 25.0)
    (25.0, [0, 10, 20])
    >>> clock(np.array([0.0, 0.041, 0.1]), 25.0)
    (1000.0, [0, 41, 100])
    """
    if np.isfinite(source_fps) and source_fps > 0:
        places = np.rint(pts_seconds * source_fps)
        if np.all(np.abs(places / source_fps - pts_seconds) <= TRUE_WITHIN_SECONDS):
            return float(source_fps), [int(place) for place in places]
    return MILLISECONDS, [int(place) for place in np.rint(pts_seconds * MILLISECONDS)]


def spacing_seconds(frames: Frames) -> float:
    """Mean seconds from one frame to the next; for a single moment, one frame of the file."""
    span = float(frames.pts_seconds[-1] - frames.pts_seconds[0])
    if len(frames.pts_seconds) > 1 and span > 0:
        return span / (len(frames.pts_seconds) - 1)
    return 1 / frames.source_fps if np.isfinite(frames.source_fps) and frames.source_fps > 0 else 1 / MILLISECONDS
