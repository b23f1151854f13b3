"""STAR: a person in a room takes, throws, opens, eats things; what comes after what, what next, and with which."""

from __future__ import annotations

from qa_gen.synth.world import Place, Scene
from qa_gen.synth.worlds.star import interaction, prediction, sequence
from qa_gen.synth.worlds.star.files import publish
from qa_gen.synth.worlds.star.oracle import look

__all__ = ["SOURCE", "TASKS", "look", "orbit_size", "publish", "scenes"]

SOURCE = "star"
TASKS = ("action_sequence", "action_prediction", "object_interaction")
MAKERS = {
    "action_sequence": sequence.scenes,
    "action_prediction": prediction.scenes,
    "object_interaction": interaction.scenes,
}


def orbit_size(task: str, index: int) -> int:
    return 4


def scenes(place: Place) -> list[Scene]:
    return MAKERS[place.task](place)
