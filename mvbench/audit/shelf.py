"""Decoded clips, kept for as long as a rung will show them and there is room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from mvbench.errors import Failure
from mvbench.runner import Shown
from mvbench.sampling import Sampling
from mvbench.types import Clip, Frames

ROOM_BYTES = 2 * 2**30
"""A task of 200 clips at 16 frames of 224 x 224, with their halves and quarters, takes 0.8 of it."""

Read = Sequence[Frames | Failure]
"""What one pass over a clip gave for each sampling."""


class Shelf:
    """Clips as they come from `arriving`, one pass each, in the order of `clips`.

    `wanted` counts how often each clip will be shown: one that has been shown for the last time is put away.
    """

    def __init__(
        self,
        clips: Iterable[Clip],
        arriving: Iterator[Read | Failure],
        *,
        samplings: Sequence[Sampling],
        wanted: Counter[Clip],
        room_bytes: int = ROOM_BYTES,
    ) -> None:
        self._to_come = dict.fromkeys(clips)
        self._arriving = arriving
        self._places = {sampling: place for place, sampling in enumerate(samplings)}
        self._wanted = wanted
        self._room_bytes = room_bytes
        self._kept: dict[Clip, Read] = {}
        self._decoded = 0
        self._bytes = 0

    def __contains__(self, clip: Clip) -> bool:
        return clip in self._kept

    @property
    def decoded(self) -> int:
        """How many clips have arrived."""
        return self._decoded

    @property
    def full(self) -> bool:
        return self._bytes >= self._room_bytes

    def take_in(self, clip: Clip) -> None:
        """Wait for the clip, if it is still to come, and for those before it."""
        while clip in self._to_come:
            came = next(iter(self._to_come))
            del self._to_come[came]
            frames = next(self._arriving)
            self._decoded += 1
            read = [frames] * len(self._places) if isinstance(frames, Failure) else frames
            self._kept[came] = read
            self._bytes += size_of(read)

    def show(self, clip: Clip, sampling: Sampling) -> Shown:
        """The clip's frames; a copy, for a model may write into what it is given."""
        frames = self._kept[clip][self._places[sampling]]
        return replace(frames, rgb=frames.rgb.copy()) if isinstance(frames, Frames) else frames

    def shown(self, clips: Iterable[Clip]) -> None:
        """These have been shown once more."""
        for clip in clips:
            self._wanted[clip] -= 1
            if self._wanted[clip] <= 0:
                self.put_away(clip)

    def make_room(self, keep: Iterable[Clip]) -> None:
        """Where the shelf is full, put all away but these."""
        if self.full:
            for clip in self._kept.keys() - set(keep):
                self.put_away(clip)

    def put_away(self, clip: Clip) -> None:
        if clip in self._kept:
            self._bytes -= size_of(self._kept.pop(clip))


def size_of(read: Read) -> int:
    return sum(frames.rgb.nbytes for frames in read if isinstance(frames, Frames))
