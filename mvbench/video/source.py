"""The seam between reading a clip and the libraries that decode."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

RGB = npt.NDArray[np.uint8]
"""One picture, `(H, W, 3)`."""


class Source(Protocol):
    """A clip that is open; leaving its context closes it. Frames are numbered from `first_index`.

    `num_frames` are there for sure; `num_announced` is what the file claims, the same number or a larger one.
    """

    decoder: str
    num_frames: int
    num_announced: int
    first_index: int
    fps: float
    duration_seconds: float
    notes: tuple[str, ...]

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...

    def pts_seconds(self, index: int) -> float:
        """When the frame is shown, from the start of the clip."""
        ...

    def decode(self, indices: Sequence[int]) -> Iterator[tuple[int, RGB]]:
        """These frames, each with its index, in any order. `indices` ascend and differ.

        Raises Failure `corrupt` or `missing` for a frame that cannot be had; never gives another one instead.
        """
        ...
