"""The pixel oracle: which way something grew or went."""

from __future__ import annotations

from collections.abc import Sequence

from qa_gen.synth.vivid import spots, strong, trend
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.paxion_actionbench.motions import MOTIONS


def look(task: str, frames: RGB, question: str, choices: Sequence[str]) -> int:
    """The choice whose direction the strongly coloured things show."""
    motion = next(motion for motion in MOTIONS if {motion.template, motion.antonym} == set(choices))
    forwards = trend(motion.grows(spots(strong(frames)))) > 0
    return list(choices).index(motion.template if forwards else motion.antonym)
