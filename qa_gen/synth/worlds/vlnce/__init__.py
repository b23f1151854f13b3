"""VLN-CE: first-person walks through a corridor of like doors, each after one spoken rule."""

from __future__ import annotations

from qa_gen.synth.worlds.vlnce.files import publish
from qa_gen.synth.worlds.vlnce.oracle import look
from qa_gen.synth.worlds.vlnce.orbit import SOURCE, TASKS, orbit_size, scenes

__all__ = ["SOURCE", "TASKS", "look", "orbit_size", "publish", "scenes"]
