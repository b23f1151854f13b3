"""Ordinary scenes that end otherwise than anybody would think: FunQA."""

from qa_gen.synth.worlds.funqa.files import publish
from qa_gen.synth.worlds.funqa.oracle import look
from qa_gen.synth.worlds.funqa.orbit import SOURCE, TASKS, orbit_size, scenes

__all__ = ["SOURCE", "TASKS", "look", "orbit_size", "publish", "scenes"]
