"""What a model is shown of a film: which pictures the public rule takes, and how they come out of the file."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from mvbench.sampling import Sampling, frame_indices
from mvbench.types import Clip
from mvbench.video.read import ReadOptions, read
from qa_gen.orbits import Orbit
from qa_gen.synth.world import RGB, Film


def seen(folder: Path, film: Film, orbit: Orbit, num_frames: int = 16) -> RGB:
    """The frames of one question, uint8 `(num_frames, 224, 224, 3)`: decoded, resized, the centre square cut out.

    `folder` is that of the film's source. Raises Failure where the file cannot be read.
    """
    clip = Clip(
        folder / film.path,
        "video" if PurePosixPath(film.path).suffix else "frames",
        orbit.start_seconds,
        orbit.end_seconds,
    )
    return read(clip, ReadOptions(sampling=Sampling(num_frames=num_frames))).rgb


def sampled(film: Film, orbit: Orbit, num_frames: int = 16) -> list[int]:
    """Which pictures of the film these are, counted from 0 as `Film.frame` counts."""
    first = 0 if PurePosixPath(film.path).suffix else 1
    bound = None
    if orbit.start_seconds is not None and orbit.end_seconds is not None:
        bound = orbit.start_seconds, orbit.end_seconds
    indices = frame_indices(
        num_frames, fps=float(film.fps), max_frame=first + film.num_frames - 1, first_index=first, bound=bound
    )
    return [index - first for index in indices]
