"""Frames as a model gets them -> what is done in each part of them: which thing is in use, and how."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from qa_gen.synth.home.deeds import Deed, deeds_with
from qa_gen.synth.home.seeing import Seen, things_in
from qa_gen.synth.seeing import Track, slots_of
from qa_gen.synth.world import RGB

MIDDLE = 0.2, 0.8
"""Part of a slot in which its deed is under way. Before and after, the thing is on its way, wherever that leads."""

IN_THE_AIR, AT_THE_MOUTH, AT_THE_BELLY = 0.85, 0.71, 0.545
"""How high a thing is, in heights of the person, that is thrown (above this), eaten, or washed (below it)."""

ON_THE_GROUND = 0.26
"""How high the brush of a broom is at most that sweeps."""

WIDENED = 1.18
"""Widths of a thing from which on it is open or spread out."""


def watched(frames: RGB, things: Sequence[str], *, slots: int) -> list[Deed | None]:
    """What is done with one of these things in each of so many equal parts of the frames; gestures are not seen.

    The things must be of different hues; frames are uint8 `(T, 224, 224, 3)`. None, too, where no frame shows the
    middle of a slot.
    """
    seen = dict(zip(things, things_in(frames, things), strict=True))
    part, middle = slots_of(len(frames), slots), middles(len(frames), slots)
    return [watched_once(seen, np.flatnonzero((part == slot) & middle)) for slot in range(slots)]


def middles(num_frames: int, slots: int) -> npt.NDArray[np.bool_]:
    """Which of the evenly sampled frames show the middle of a slot.

    >>> middles(8, 4).tolist()
    [True, True, True, True, True, True, True, True]
    >>> middles(4, 8).tolist()
    [False, False, False, False]
    """
    phases = (2 * np.arange(num_frames) + 1) * slots / (2 * num_frames) % 1
    return np.asarray((phases > MIDDLE[0]) & (phases < MIDDLE[1]))


def watched_once(seen: dict[str, Seen], frames: npt.NDArray[np.intp]) -> Deed | None:
    """The deed that these frames show, with the thing of which most is away from its place."""
    away = {thing: one.away[frames].sum() for thing, one in seen.items()}
    thing = max(away, key=away.__getitem__)
    if not away[thing]:
        return None
    one = seen[thing]
    shown = frames[one.away[frames] > 0]
    return Deed(verb_of(thing, one.height[shown], one.width[shown]), thing)


def verb_of(thing: str, height: Track, width: Track) -> str:
    """What is done with the thing that is so high and so wide in the frames that show it in use."""
    possible = [deed.verb for deed in deeds_with(thing)]
    up, wide = float(np.median(height)), float(np.median(width))
    signs = {
        "throw": up > IN_THE_AIR,
        "eat": up > AT_THE_MOUTH,
        "drink": up > AT_THE_MOUTH,
        "wash": up < AT_THE_BELLY,
        "sweep": up < ON_THE_GROUND,
        "open": wide > WIDENED,
        "tidy": wide > WIDENED,
    }
    return next((verb for verb, sign in signs.items() if sign and verb in possible), "take")
