"""The answer, read off the frames: in which eighths of them the action that the question names is done."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qa_gen.synth.home.deeds import DEEDS, Deed, plain_gerund, plain_third
from qa_gen.synth.home.watching import watched
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.charades_sta.parts import PARTS, SLOTS


def look(task: str, frames: RGB, question: str, choices: Sequence[str]) -> int:
    action = deed_named(question)
    done = [deed == action for deed in watched(frames, [action.thing], slots=SLOTS)]
    matches = [sum(done[slot] == (slot in PARTS[choice]) for slot in range(SLOTS)) for choice in choices]
    return int(np.argmax(matches))


def deed_named(question: str) -> Deed:
    """The deed that the quoted action tells in everyday words.

    >>> deed_named("When does 'a person is drinking from a cup' occur?")
    Deed(verb='drink', thing='cup/glass/bottle')
    """
    words = question.split("'")[1]
    deeds = (Deed(verb, thing) for verb, things in DEEDS.items() for thing in things)
    return next(deed for deed in deeds if plain_third(deed) in words or plain_gerund(deed) in words)
