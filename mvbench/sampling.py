"""Which frames to look at: pure arithmetic, the public rule and its checks apart.

A clip's frames are numbered from `first_index` to `max_frame`: videos and GIFs from 0, frame folders from 1. Python's
`round` is used throughout, which rounds halves to even, as `np.round` does in the public rule.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from mvbench.errors import Failure

Bound = tuple[float, float]
"""Start and end of the part that is asked about, in seconds."""

UNBOUNDED: Bound = (-100_000.0, 100_000.0)
"""What the public rule puts in place of a missing bound."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """What the user asked to see: `num_frames` frames, or `fps` of them per second and at most `max_frames`."""

    policy: Literal["midpoint", "linspace", "fps"] = "midpoint"
    num_frames: int = 16
    fps: float | None = None
    max_frames: int | None = None


def frame_indices(
    num_segments: int, *, fps: float, max_frame: int, first_index: int = 0, bound: Bound | None = None
) -> list[int]:
    """The public rule: the middle of each of `num_segments` equal parts of the bounded part, in frames.

    Unchecked, like the public one: a bound that ends before it starts or lies past the end gives descending indices, or
    some that do not exist. Source: MVBench notebook of the VideoChat2 repository, `get_index`.

    A clip of 100 frames cut into 4 has parts of 24.75 frames. The first middle is 12.375; the others lie a *rounded*
    24.75, 49.5 and 74.25 further, and the sum is truncated:

    >>> frame_indices(4, fps=25.0, max_frame=99)
    [12, 37, 62, 86]
    >>> frame_indices(4, fps=25.0, max_frame=99, bound=(1.0, 2.0))
    [28, 34, 40, 47]
    """
    start, end = window(fps=fps, max_frame=max_frame, first_index=first_index, bound=bound)
    return midpoints(start, end, num_segments)


def check_bounds(*, fps: float, max_frame: int, first_index: int = 0, bound: Bound | None = None) -> tuple[str, ...]:
    """Notes about what the public rule will clamp; indices chosen after this lie in the clip and never descend.

    Raises Failure `bounds` when no frame lies in the bounds: a value that is not finite, an end before the start,
    a start past the last frame, an end before the first one.

    >>> check_bounds(fps=25.0, max_frame=99, bound=(1.0, 5.0))
    ('end 5 s clamped to the last frame, at 3.96 s',)
    """
    if bound is None:
        return ()
    start, end = bound
    if not (math.isfinite(start * fps) and math.isfinite(end * fps)):
        raise Failure("bounds", f"start {start:g} s and end {end:g} s must be finite numbers")
    if end < start:
        raise Failure("bounds", f"the end, {end:g} s, lies before the start, {start:g} s")
    last_seconds = max_frame / fps
    if round(start * fps) > max_frame:
        raise Failure("bounds", f"the start, {start:g} s, lies past the last frame, at {last_seconds:g} s")
    if round(end * fps) < first_index:
        raise Failure("bounds", f"the end, {end:g} s, lies before the first frame, at {first_index / fps:g} s")
    notes = []
    if start < 0:
        notes.append(f"start {start:g} s clamped to the first frame")
    if round(end * fps) > max_frame + 1:  # the end of the file rounds to one past its last frame
        notes.append(f"end {end:g} s clamped to the last frame, at {last_seconds:g} s")
    return tuple(notes)


def choose(
    sampling: Sampling, *, fps: float, max_frame: int, first_index: int = 0, bound: Bound | None = None
) -> list[int]:
    """The indices of the frames to look at, by the policy the user asked for.

    >>> choose(Sampling("linspace", num_frames=4), fps=25.0, max_frame=99)
    [0, 33, 66, 99]
    """
    start, end = window(fps=fps, max_frame=max_frame, first_index=first_index, bound=bound)
    return POLICIES[sampling.policy](sampling, start, end, fps)


def window(*, fps: float, max_frame: int, first_index: int, bound: Bound | None) -> tuple[int, int]:
    """First and last frame of the bounded part, by the public rule."""
    start_seconds, end_seconds = bound or UNBOUNDED
    return max(first_index, round(start_seconds * fps)), min(round(end_seconds * fps), max_frame)


def midpoints(start: int, end: int, num_segments: int) -> list[int]:
    segment = (end - start) / num_segments
    return [int(start + segment / 2 + round(segment * place)) for place in range(num_segments)]


def midpoint(sampling: Sampling, start: int, end: int, fps: float) -> list[int]:
    """The public rule."""
    return midpoints(start, end, sampling.num_frames)


def linspace(sampling: Sampling, start: int, end: int, fps: float) -> list[int]:
    """First and last frame and what lies evenly between, truncated as `np.linspace(start, end, n, dtype=int)`."""
    if sampling.num_frames == 1:
        return [start]
    step = (end - start) / (sampling.num_frames - 1)
    return [math.floor(place * step + start) for place in range(sampling.num_frames - 1)] + [end]


def by_rate(sampling: Sampling, start: int, end: int, fps: float) -> list[int]:
    """The frame at the middle of each slot of 1/`sampling.fps` seconds; too many of them: the public rule.

    At 2 per second, slots of a clip at 25 fps have their middles 6.25, 18.75, 31.25 ... frames from the start:

    >>> by_rate(Sampling("fps", fps=2.0), 0, 49, 25.0)
    [6, 19, 31, 44]
    """
    assert sampling.fps is not None and sampling.fps > 0, sampling
    num_slots = math.ceil((end - start + 1) / fps * sampling.fps)
    if sampling.max_frames is not None and num_slots > sampling.max_frames:
        return midpoints(start, end, sampling.max_frames)
    middles = (start + round((slot + 0.5) / sampling.fps * fps) for slot in range(num_slots))
    return [index for index in middles if index <= end] or midpoints(start, end, 1)


POLICIES: Mapping[str, Callable[[Sampling, int, int, float], list[int]]] = MappingProxyType(
    {"midpoint": midpoint, "linspace": linspace, "fps": by_rate}
)
"""Each takes what was asked, the first and last frame of the bounded part, and the source's frames per second."""
