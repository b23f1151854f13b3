"""The pixel oracle: which of two motions was done, and which way."""

from __future__ import annotations

from collections.abc import Sequence

from qa_gen.synth.vivid import cool, spots, trend, warm
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.moments_in_time.kinds import KINDS


def look(task: str, frames: RGB, question: str, choices: Sequence[str]) -> int:
    """The choice for the motion that went further."""
    kind = next(kind for kind in KINDS if kind.labels == set(choices))
    first, second = map(trend, kind.tracks(spots(warm(frames)), spots(cool(frames))))
    pair, gone = (kind.first, first) if abs(first) > abs(second) else (kind.second, second)
    return list(choices).index(pair[gone < 0].label)
