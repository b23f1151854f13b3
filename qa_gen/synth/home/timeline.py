"""What is done one after the other -> what is done in each frame of a video."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from qa_gen.synth.home.deeds import Deed


@dataclass(frozen=True, slots=True)
class Timeline:
    """One deed per slot of `slot_frames`; the video begins `skipped` frames into the first and has `num_frames`.

    `first` is the number of the slot in which what is asked about begins, `slots` how many slots it has.
    """

    deeds: tuple[Deed, ...]
    slot_frames: int
    fps: Fraction
    num_frames: int
    first: int
    slots: int
    skipped: int = 0

    def at(self, index: int) -> tuple[Deed, int]:
        """The deed of a frame, and how many frames after its beginning this is."""
        slot, step = divmod(index + self.skipped, self.slot_frames)
        return self.deeds[slot], step

    @property
    def shown(self) -> tuple[Deed, ...]:
        """The deeds that can be seen whole, in their order."""
        first = 1 if self.skipped else 0
        return self.deeds[first : (self.num_frames + self.skipped) // self.slot_frames]

    def frame_of(self, slot: float) -> int:
        """The first frame of a slot, or one within it: 2.5 is the middle of the third slot."""
        return round(slot * self.slot_frames) - self.skipped

    def seconds_of(self, slot: float) -> float:
        return round(float(self.frame_of(slot) / self.fps), 2)

    @property
    def start_seconds(self) -> float:
        return self.seconds_of(self.first)

    @property
    def end_seconds(self) -> float:
        return self.seconds_of(self.first + self.slots)


def timeline(
    before: Sequence[Deed],
    asked: Sequence[Deed],
    after: Sequence[Deed],
    *,
    slot_frames: int,
    fps: Fraction,
    skipped: int = 0,
    left_away: int = 0,
) -> Timeline:
    """The deeds before, within and after what is asked about; the video lacks `skipped` frames of the first deed and
    `left_away` of the last."""
    deeds = (*before, *asked, *after)
    return Timeline(
        deeds=deeds,
        slot_frames=slot_frames,
        fps=fps,
        num_frames=len(deeds) * slot_frames - skipped - left_away,
        first=len(before),
        slots=len(asked),
        skipped=skipped,
    )
