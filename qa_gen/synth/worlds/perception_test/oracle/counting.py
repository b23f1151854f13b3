"""Action count: follow the coloured thing that moves, and count how often it goes away and comes back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from qa_gen.synth.seeing import centres
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.perception_test.acts import ACTS
from qa_gen.synth.worlds.perception_test.oracle.hues import masks

LEAST_AREA = 60
"""In pixels, of a thing that is followed."""


def look(frames: RGB, question: str, choices: Sequence[str]) -> int:
    """The count whose wave fits the movement best; it takes more than two frames per repetition."""
    away = next(act.away for act in ACTS.values() if act.verb in question)
    path = distance(frames, away)
    return int(np.argmax([fit(path, int(choice)) for choice in choices]))


def distance(frames: RGB, away: tuple[float, float]) -> npt.NDArray[np.float64]:
    """How far the thing is from its rest in each frame, in the direction in which it leaves; `(T,)` pixels."""
    paths = []
    for mask in masks(frames).values():
        if np.median(mask.sum(axis=(1, 2))) >= LEAST_AREA:
            path = centres(mask) @ np.asarray(away)
            paths.append(np.nan_to_num(path, nan=float(np.nanmean(path))))
    return max(paths, key=np.ptp, default=np.zeros(len(frames)))


def fit(path: npt.NDArray[np.float64], count: int) -> float:
    """How well the movement agrees with so many repetitions, each of which begins and ends at rest: -1 to 1."""
    times = (np.arange(path.size) + 0.5) / path.size
    wave = -np.cos(2 * np.pi * count * times)
    moved = path - path.mean()
    return float(moved @ wave / max(np.linalg.norm(moved) * np.linalg.norm(wave), 1e-9))
