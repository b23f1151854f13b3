"""Coloured things on a plane that slide, collide and come to rest, as in CLEVRER."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from qa_gen.synth.world import Place, Scene
from qa_gen.synth.worlds.clevrer import counterfactual, direction, existence, motion, staging
from qa_gen.synth.worlds.clevrer.files import publish
from qa_gen.synth.worlds.clevrer.oracle import look
from qa_gen.synth.worlds.clevrer.staging import Staged

__all__ = ["SOURCE", "TASKS", "look", "orbit_size", "publish", "scenes"]

SOURCE = "clevrer"
STAGES: Mapping[str, Callable[[Place], Staged]] = MappingProxyType(
    {
        "object_existence": existence.stage,
        "moving_direction": direction.stage,
        "moving_count": motion.stage_count,
        "moving_attribute": motion.stage_attribute,
        "counterfactual_inference": counterfactual.stage,
    }
)
TASKS = tuple(STAGES)
SIZES: Mapping[str, int] = MappingProxyType(
    {"object_existence": 2, "moving_direction": len(direction.DIRECTIONS), "moving_count": len(motion.COUNTS)}
)
"""Of the orbits that all have one size."""


def orbit_size(task: str, index: int) -> int:
    """Moving attribute asks for a colour, a shape or a material in turn; what if has 3, 4 or 2 choices in turn."""
    if task == "moving_attribute":
        return motion.SIZES[motion.ATTRIBUTES[index % len(motion.ATTRIBUTES)]]
    if task == "counterfactual_inference":
        return counterfactual.SIZES[index % len(counterfactual.SIZES)]
    return SIZES[task]


def scenes(place: Place) -> list[Scene]:
    return staging.scenes(place, STAGES[place.task](place))
