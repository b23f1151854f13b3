"""The answers, read off the frames: what is done with the things that the words name, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from qa_gen.synth.home.deeds import DEEDS, Deed, infinitive, past
from qa_gen.synth.home.seeing import Seen, things_in
from qa_gen.synth.home.watching import watched
from qa_gen.synth.world import RGB

SLOTS = 8

NEVER = 10_000

WORDS: Mapping[str, Deed] = MappingProxyType(
    {words(deed): deed for verb, things in DEEDS.items() for thing in things
     for deed in (Deed(verb, thing),) for words in (past, infinitive)}
)  # fmt: skip


def look(task: str, frames: RGB, question: str, choices: Sequence[str]) -> int:
    if task == "object_interaction":
        return used(things_in(frames, [thing_named(choice) for choice in choices]), question)
    options = [deed_named(choice) for choice in choices]
    if task == "action_prediction":
        return next_in_turn(watched(frames, [deed.thing for deed in options], slots=SLOTS), options)
    anchor = deed_named(question.partition(" the person ")[2])
    order = watched(frames, [anchor.thing, *(deed.thing for deed in options)], slots=SLOTS)
    return neighbour(order, anchor, options, after="right after" in question)


def deed_named(words: str) -> Deed:
    """What a choice tells, or the end of a question.

    >>> deed_named("Drank from the cup/glass/bottle.")
    Deed(verb='drink', thing='cup/glass/bottle')
    """
    text = words.rstrip(".?")
    return WORDS[text[:1].lower() + text[1:]]


def thing_named(words: str) -> str:
    """The thing that a choice consists of.

    >>> thing_named("The cup/glass/bottle.")
    'cup/glass/bottle'
    """
    return words.removeprefix("The ").rstrip(".")


def neighbour(order: Sequence[Deed | None], anchor: Deed, options: Sequence[Deed], *, after: bool) -> int:
    """The option that is done next after, or last before, the anchor: with this thing, and in this way."""
    middle = order.index(anchor) if anchor in order else NEVER
    gaps = [order.index(deed) - middle if deed in order else NEVER for deed in options]
    return int(np.argmin([gap if gap > 0 else NEVER for gap in (gaps if after else [-gap for gap in gaps])]))


def next_in_turn(order: Sequence[Deed | None], options: Sequence[Deed]) -> int:
    """What followed, in the first round, on what is done last in the second."""
    follows = order[order.index(order[-1]) + 1 :]
    return next((options.index(deed) for deed in follows if deed in options), 0)


def used(options: Sequence[Seen], question: str) -> int:
    """What flies highest if something was thrown, what becomes widest if opened, else what leaves its place."""
    if "thrown" in question:
        return int(np.argmin([np.nanmin(option.top) if len(option.frames) else NEVER for option in options]))
    if "opened" in question:
        return int(np.argmax([np.nanmax(option.width) if len(option.frames) else 0.0 for option in options]))
    return int(np.argmax([option.away.sum() for option in options]))
