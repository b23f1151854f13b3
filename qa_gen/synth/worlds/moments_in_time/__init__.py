"""Three seconds of one thing that opens, rises, fills, goes in ... and the same backwards: Moments in Time."""

from qa_gen.synth.worlds.moments_in_time.files import publish
from qa_gen.synth.worlds.moments_in_time.oracle import look
from qa_gen.synth.worlds.moments_in_time.orbit import SOURCE, TASKS, orbit_size, scenes

__all__ = ["SOURCE", "TASKS", "look", "orbit_size", "publish", "scenes"]
