"""The pixel oracle: what a person reads off the frames, by rules of colour, place and time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.perception_test.oracle import counting, cups, letters, states

__all__ = ["look"]

Look = Callable[[RGB, str, Sequence[str]], int]

LOOKS: Mapping[str, Look] = MappingProxyType(
    {
        "object_shuffle": cups.look,
        "action_count": counting.look,
        "state_change": states.look,
        "character_order": letters.look,
    }
)


def look(task: str, frames: RGB, question: str, choices: Sequence[str]) -> int:
    """The index of the choice that the frames show: uint8 `(T, 224, 224, 3)`, T at least 8 for what has an order."""
    return LOOKS[task](frames, question, choices)
