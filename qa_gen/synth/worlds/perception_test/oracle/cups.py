"""Object shuffle: see under which cup the ball goes, then follow each exchange of neighbours."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from qa_gen.synth.seeing import Mask, centres, slots_of
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.perception_test.cups import PLACES
from qa_gen.synth.worlds.perception_test.oracle.hues import masks
from qa_gen.synth.worlds.perception_test.shuffle import FIRST_SWAP, SLOTS, SWAPPING

Places = npt.NDArray[np.float64]


def look(frames: RGB, question: str, choices: Sequence[str]) -> int:
    place = final_place(frames)
    return next(index for index, choice in enumerate(choices) if PLACES[place] in choice.lower())


def final_place(frames: RGB) -> int:
    """0, 1 or 2 from the left."""
    by_hue = masks(frames)
    hue = max(by_hue, key=lambda name: by_hue[name][-1].sum())
    parts = slots_of(len(frames), SLOTS)
    places = standing(by_hue[hue][-1])
    place = hidden_at({name: mask for name, mask in by_hue.items() if name != hue}, parts < FIRST_SWAP, places)
    for part in SWAPPING:
        left = exchanged(by_hue[hue][parts == part], by_hue[hue][-1], places)
        if left is not None and place in (left, left + 1):
            place = 2 * left + 1 - place
    return place


def standing(mask: Mask) -> Places:
    """Columns of the middles of the three cups at rest, `(H, W)` -> `(3,)`."""
    filled = np.flatnonzero(mask.sum(axis=0) >= 0.4 * mask.sum(axis=0).max())
    runs = [run for run in np.split(filled, np.flatnonzero(np.diff(filled) > 3) + 1) if run.size > 8]
    widest = sorted(sorted(runs, key=len)[-3:], key=lambda run: int(run[0]))
    middles = np.array([run.mean() for run in widest])
    if middles.size == 3:
        return middles
    spread = np.linspace(filled[0], filled[-1], 7)
    return spread[1::2]


def hidden_at(others: dict[str, Mask], before: npt.NDArray[np.bool_], places: Places) -> int:
    """Of the hues that are seen at first and not in the end, the strongest is the ball's: where it was last seen."""
    gone = {name: mask[before].sum(axis=(1, 2)).max() - mask[-1].sum() for name, mask in others.items()}
    ball = others[max(gone, key=lambda name: int(gone[name]))][before]
    area = ball.sum(axis=(1, 2))
    last = int(np.flatnonzero(area >= 0.3 * area.max())[-1])
    return int(np.abs(places - centres(ball)[last, 0]).argmin())


def exchanged(moving: Mask, rest: Mask, places: Places) -> int | None:
    """The left place of the two whose cups pass each other, or None where none do. `moving` is `(t, H, W)`."""
    half = 0.36 * float(np.diff(places).mean())
    changed = [
        int((moving ^ rest)[:, :, round(max(x - half, 0)) : round(x + half)].sum()) for x in (places[0], places[2])
    ]
    if max(changed) < 0.1 * rest.sum():
        return None
    left = int(changed[1] > changed[0])
    return left if passes(moving, rest, float(places[left : left + 2].mean())) else None


def passes(moving: Mask, rest: Mask, middle: float) -> bool:
    """Whether the cup that swerves to the back, and so stands out above the others, gets to the other side."""
    top = int(np.flatnonzero(rest.sum(axis=1) > 0.2 * rest.sum(axis=1).max())[0])
    above = moving & ~rest
    above[:, max(top - 1, 0) :] = False
    area = above.sum(axis=(1, 2))
    seen = centres(above[area >= 0.3 * area.max()])[:, 0]
    if len(moving) < 2:
        return True
    return bool((seen[0] - middle) * (seen[-1] - middle) < 0)
