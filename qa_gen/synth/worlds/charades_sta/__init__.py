"""Charades-STA: a longer scene in a room, and one action that is done at the beginning, in the middle, at the end or
throughout."""

from __future__ import annotations

from qa_gen.synth.worlds.charades_sta.files import publish
from qa_gen.synth.worlds.charades_sta.oracle import look
from qa_gen.synth.worlds.charades_sta.orbit import scenes

__all__ = ["SOURCE", "TASKS", "look", "orbit_size", "publish", "scenes"]

SOURCE = "charades_sta"
TASKS = ("action_localization",)


def orbit_size(task: str, index: int) -> int:
    return 4
