"""A hand and a thing on a table, filmed forwards and shown backwards: ActionBench on Something-Something V2."""

from qa_gen.synth.worlds.paxion_actionbench.files import publish
from qa_gen.synth.worlds.paxion_actionbench.oracle import look
from qa_gen.synth.worlds.paxion_actionbench.orbit import SOURCE, TASKS, orbit_size, scenes

__all__ = ["SOURCE", "TASKS", "look", "orbit_size", "publish", "scenes"]
