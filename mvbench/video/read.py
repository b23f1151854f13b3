"""Clip -> Frames: which frames, decoded once each, resized as they arrive."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from mvbench.errors import Failure
from mvbench.sampling import Bound, Sampling, check_bounds, choose
from mvbench.types import Clip, Frames
from mvbench.video.files import fingerprint
from mvbench.video.frame_folder import FrameFolderSource
from mvbench.video.pyav import PyAVSource
from mvbench.video.resize import resizer
from mvbench.video.source import RGB, Source

GIF_FPS = 25.0
"""What the public rule counts for every GIF, whatever its delays."""

Chosen = tuple[list[int], tuple[str, ...]]
"""Indices of frames to look at, and notes on how they came about."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """Which frames of a clip, and in what shape.

    `side`: shorter side resized to so many pixels, then a centre crop; None: frames in their own size, or with at most
    `max_pixels` each. `decoder` is for videos; GIFs and frame folders have one each. `strict` decodes what
    lies between the wanted frames too, so that damage in them is noticed; it changes no frame.
    """

    sampling: Sampling = field(default_factory=Sampling)
    side: int | None = 224
    decoder: Literal["pyav", "decord"] = "pyav"
    resize: Literal["exact", "fast"] = "exact"
    max_pixels: int | None = None
    strict: bool = False


def read(clip: Clip, how: ReadOptions) -> Frames:
    """The frames of a clip that `how` asks for; repeated indices are decoded once.

    Raises Failure: `missing`, `unreadable`, `no_video`, `truncated` (a frame that is asked for lies beyond what the
    file holds), `corrupt` or `bounds`. Raises MissingExtra where the decoder or the resizer is not installed.
    """
    return at_once(clip, how, [how.sampling])[0]


def read_each(clip: Clip, how: ReadOptions, samplings: Sequence[Sampling]) -> list[Frames | Failure]:
    """What `read` gives or raises for each of these samplings in place of `how.sampling`, decoded in one pass.

    Where a frame that only some of them need cannot be had, each is read on its own.
    """
    try:
        return list(at_once(clip, how, samplings))
    except Failure as failure:
        if len(samplings) == 1:
            return [failure]
    return [read_each(clip, how, [sampling])[0] for sampling in samplings]


def at_once(clip: Clip, how: ReadOptions, samplings: Sequence[Sampling]) -> list[Frames]:
    """The frames of each sampling in place of `how.sampling`, all or none. Raises as `read` does."""
    resize = resizer(how.resize, side=how.side, max_pixels=how.max_pixels)
    content = fingerprint(clip.path)
    with open_source(clip, how) as source:
        chosen = [plan(source, clip, sampling) for sampling in samplings]
        return collected(source, clip, chosen, resize=resize, content=content)


def collected(
    source: Source, clip: Clip, chosen: Sequence[Chosen], *, resize: Callable[[RGB], RGB], content: str
) -> list[Frames]:
    """The frames of each choice of indices; an index that several hold is decoded once.

    Raises Failure `corrupt` or `missing`, also for frames of several sizes.
    """
    places: dict[int, list[tuple[int, int]]] = {}
    for number, (indices, _) in enumerate(chosen):
        for place, index in enumerate(indices):
            places.setdefault(index, []).append((number, place))
    pictures: list[RGB] = []
    for index, picture in source.decode(sorted(places)):
        shown = resize(picture)
        if not pictures:
            pictures = [np.empty((len(indices), *shown.shape), np.uint8) for indices, _ in chosen]
            source_size = picture.shape[1], picture.shape[0]
        if shown.shape != pictures[0].shape[1:]:
            sizes = " and ".join(f"{width}x{height}" for height, width, _ in (pictures[0].shape[1:], shown.shape))
            raise Failure("corrupt", f"{clip.path} has frames of several sizes, {sizes}")
        for number, place in places[index]:
            pictures[number][place] = shown
    return [
        Frames(
            rgb=rgb,
            pts_seconds=np.array([source.pts_seconds(index) for index in indices]),
            indices=tuple(indices),
            source_fps=source.fps,
            num_source_frames=source.num_frames,
            duration_seconds=source.duration_seconds,
            source_size=source_size,
            decoder=source.decoder,
            fingerprint=content,
            notes=source.notes + notes,
        )
        for rgb, (indices, notes) in zip(pictures, chosen, strict=True)
    ]


def open_source(clip: Clip, how: ReadOptions) -> Source:
    if clip.kind == "frames":
        return FrameFolderSource(clip.path)
    if clip.kind == "gif":
        return PyAVSource(clip.path, fps=GIF_FPS, strict=how.strict)
    if how.decoder == "decord":
        from mvbench.video.decord import DecordSource

        return DecordSource(clip.path)
    return PyAVSource(clip.path, strict=how.strict)


def plan(source: Source, clip: Clip, sampling: Sampling) -> Chosen:
    """The indices to look at and notes about clamped bounds. Raises Failure `truncated` or `bounds`."""

    def among(num_frames: int) -> Chosen:
        max_frame = source.first_index + num_frames - 1
        bound = bounds_of(clip, last_seconds=max_frame / source.fps)
        try:
            notes = check_bounds(fps=source.fps, max_frame=max_frame, first_index=source.first_index, bound=bound)
        except Failure as failure:
            raise Failure(failure.reason, f"{clip.path}: {failure.detail}") from None
        indices = choose(sampling, fps=source.fps, max_frame=max_frame, first_index=source.first_index, bound=bound)
        return indices, notes

    if source.num_announced > source.num_frames:
        # Headers lie, so a missing frame counts only where it is needed.
        needed, _ = among(source.num_announced)
        if max(needed) >= source.first_index + source.num_frames:
            raise Failure(
                "truncated",
                f"{clip.path} announces {source.num_announced} frames and holds {source.num_frames}; "
                f"frame {max(needed)} is needed",
            )
    return among(source.num_frames)


def bounds_of(clip: Clip, *, last_seconds: float) -> Bound | None:
    if clip.start_seconds is None and clip.end_seconds is None:
        return None
    return (
        clip.start_seconds if clip.start_seconds is not None else 0.0,
        clip.end_seconds if clip.end_seconds is not None else last_seconds,
    )
