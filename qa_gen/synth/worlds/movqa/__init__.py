"""MoVQA: short films of four shots in four places that nobody takes for each other."""

from __future__ import annotations

from qa_gen.synth.worlds.movqa.files import publish
from qa_gen.synth.worlds.movqa.oracle import look
from qa_gen.synth.worlds.movqa.orbit import SOURCE, TASKS, orbit_size, scenes

__all__ = ["SOURCE", "TASKS", "look", "orbit_size", "publish", "scenes"]
