"""State change: tell the frames in which the thing is on from those in which it is off, and read their order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.perception_test.devices import DEVICES
from qa_gen.synth.worlds.perception_test.lamp import CAME_BACK, WENT_OFF, WENT_ON, change, states

BLOCK = 14
"""Pixels on a side of what is averaged."""


def look(frames: RGB, question: str, choices: Sequence[str]) -> int:
    seen = states("".join(str(int(on)) for on in brightness(frames) > 0))
    patterns = (WENT_OFF, WENT_ON, *CAME_BACK)
    said = {change(device, pattern): states(pattern) for device in DEVICES.values() for pattern in patterns}
    return next((index for index, choice in enumerate(choices) if said[choice] == seen), 0)


def brightness(frames: RGB) -> npt.NDArray[np.float64]:
    """`(T,)`: what changes most in common over the picture, above 0 where it makes it brighter, halfway between.

    The first principal component of the picture in blocks: small things that move on their own hardly enter it.
    """
    steps, side = len(frames), frames.shape[1] // BLOCK
    blocks = frames.reshape(steps, side, BLOCK, side, BLOCK, 3).mean(axis=(2, 4, 5)).reshape(steps, -1)
    moved = blocks - blocks.mean(axis=0)
    _, _, directions = np.linalg.svd(moved, full_matrices=False)
    share = moved @ directions[0]
    if share @ moved.mean(axis=1) < 0:
        share = -share
    return np.asarray(share - (share.max() + share.min()) / 2, np.float64)
