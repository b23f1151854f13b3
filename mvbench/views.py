"""What a model is shown instead of the clip, to learn what it takes from it.

Views change pixels and the indices that say which pixels they are. Times stay in rising order: a model that is told
them could otherwise sort the frames back.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np

from mvbench.errors import UsageError
from mvbench.types import Clip, Frames, Sample


def zeros(frames: Frames, seed: str) -> Frames:
    """Black frames of the same size, number and times."""
    return replace(frames, rgb=np.zeros_like(frames.rgb))


def noise(frames: Frames, seed: str) -> Frames:
    """Uniform noise of the same size, number and times."""
    generator = np.random.default_rng(list(seed.encode()))
    return replace(frames, rgb=generator.integers(0, 256, frames.rgb.shape, dtype=np.uint8))


def middle(frames: Frames, seed: str) -> Frames:
    """The middle frame T times: appearance without motion."""
    return reordered(frames, [len(frames.rgb) // 2] * len(frames.rgb))


def shuffle(frames: Frames, seed: str) -> Frames:
    """The frames in an order drawn for this sample."""
    return reordered(frames, random.Random(seed).sample(range(len(frames.rgb)), len(frames.rgb)))


def reverse(frames: Frames, seed: str) -> Frames:
    """The last frame first."""
    return reordered(frames, range(len(frames.rgb) - 1, -1, -1))


def reordered(frames: Frames, order: Sequence[int]) -> Frames:
    return replace(frames, rgb=frames.rgb[list(order)], indices=tuple(frames.indices[place] for place in order))


VIEWS: Mapping[str, Callable[[Frames, str], Frames]] = MappingProxyType(
    {"zeros": zeros, "noise": noise, "middle": middle, "shuffle": shuffle, "reverse": reverse}
)
"""The views that change frames. `full` changes nothing; `none` and `swap` change the clip: see `shown_instead`."""

NOTHING = Clip(Path(os.devnull), "video")


def shown_instead(samples: Sequence[Sample], view: str, *, seed: int) -> list[Sample]:
    """The samples with the clips that a view shows: under `none` nothing, under `swap` another question's.

    Raises UsageError for `swap` where a task has one video only.
    """
    if view == "none":
        return [replace(sample, clip=NOTHING) for sample in samples]
    if view != "swap":
        return list(samples)
    partners = swapped(samples, seed=seed)
    return [
        replace(sample, clip=partner.clip, video=partner.video, located=partner.located)
        for sample, partner in ((sample, partners[sample.id]) for sample in samples)
    ]


def rotated(sample: Sample, places: int) -> Sample:
    """The same question, id and hash with its choices turned round: the first `places` of them stand last."""
    choices = sample.choices[places:] + sample.choices[:places]
    # As wherever an answer's place is found, the last of several equal choices is meant.
    answer = max((place for place, choice in enumerate(choices) if choice == sample.answer_text), default=None)
    return replace(sample, choices=choices, answer=answer)


def swapped(samples: Sequence[Sample], *, seed: int) -> dict[str, Sample]:
    """For each sample id, a sample of the same task with another video.

    Each task's samples are put in a drawn order, and each gets the next one with another video.
    """
    partners: dict[str, Sample] = {}
    for task in dict.fromkeys(sample.task for sample in samples):
        order = sorted((sample for sample in samples if sample.task == task), key=lambda sample: sample.id)
        if len({sample.video for sample in order}) < 2:
            raise UsageError(
                f"--view swap needs two videos in each task; {task} has one: choose other --tasks or --limit"
            )
        random.Random(f"{seed} {task}").shuffle(order)
        for place, sample in enumerate(order):
            later = (order[(place + step) % len(order)] for step in range(1, len(order)))
            partners[sample.id] = next(other for other in later if other.video != sample.video)
    return partners
