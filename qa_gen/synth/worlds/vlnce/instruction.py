"""The rule an agent walks by: how many doors lead to which decision, in several wordings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

from qa_gen.synth.worlds.vlnce.walk import DECISIONS, Decision

QUESTION = (
    'This is a navigation video of an agent following instruction: "{instruction}" '
    "What is the next action it should take?"
)  # MVBench's own wording

OPTIONS: Mapping[Decision, str] = MappingProxyType(
    {
        "left": "Turn left and move forward",
        "right": "Turn right and move forward",
        "forward": "Move forward",
        "stop": "Stop",
    }
)  # MVBench's own

DOORS = (1, 3, 5, 7)
"""Odd, so that the frames sampled from the four walks are the same pictures in another order."""

CARDINALS: Mapping[int, str] = MappingProxyType({1: "one", 3: "three", 5: "five", 7: "seven"})
ORDINALS: Mapping[int, str] = MappingProxyType({1: "first", 3: "third", 5: "fifth", 7: "seventh"})


@dataclass(frozen=True, slots=True)
class Wording:
    """`clause` is filled four times and joined by `joint`, the last time by `last_joint`; `{rule}` is where they go."""

    text: str
    clause: str
    joint: str
    last_joint: str


WORDINGS = (
    Wording(
        "Keep walking down the corridor until you are asked what to do. {rule}.",
        "after {number} {door} {act}",
        ", ",
        ", and ",
    ),
    Wording(
        "Go along the hallway and count the doors that you walk through. When you are asked, {rule}.",
        "{act} if there was {number} {door} | {act} if there were {number} {door}",
        ", ",
        ", and ",
    ),
    Wording(
        "Follow the passage through its doors until you have to decide. {rule}.",
        "{number} {door} behind you means {act} | {number} {door} behind you mean {act}",
        ", ",
        ", and ",
    ),
    Wording(
        "Walk through the doors ahead and stay on your way until someone asks. {rule}.",
        "if the latest door was the {ordinal}, {act}",
        "; ",
        "; ",
    ),
)

ACTS: Mapping[Decision, tuple[str, ...]] = MappingProxyType(
    {
        "left": ("turn left", "take the passage on the left", "go left"),
        "right": ("turn right", "take the passage on the right", "go right"),
        "forward": ("go straight on", "keep straight on", "go straight ahead"),
        "stop": ("stop", "stop there", "stop walking"),
    }
)


def instruction(rule: Mapping[int, Decision], rng: Random) -> str:
    """One of the wordings of the rule, its clauses in any order."""
    wording, manner = rng.choice(WORDINGS), rng.randrange(len(ACTS["left"]))
    counts = rng.sample(sorted(rule), len(rule))
    clauses = [clause(wording, count, ACTS[rule[count]][manner]) for count in counts]
    told = wording.last_joint.join([wording.joint.join(clauses[:-1]), clauses[-1]])
    if ". {rule}" in wording.text:
        told = told[0].upper() + told[1:]
    return wording.text.format(rule=told)


def clause(wording: Wording, count: int, act: str) -> str:
    singular, _, plural = wording.clause.partition(" | ")
    text = plural if plural and count > 1 else singular
    door = "door" if count == 1 else "doors"
    return text.format(number=CARDINALS[count], ordinal=ORDINALS[count], door=door, act=act)


NUMBER = re.compile(r"\b(?:" + "|".join([*CARDINALS.values(), *ORDINALS.values()]) + r")\b", re.IGNORECASE)
ACT = re.compile(r"\b(?:left|right|straight|stop)\b")


def rule_of(text: str) -> dict[int, Decision]:
    """The rule that an instruction states: its numbers and its acts, which come in pairs.

    >>> rule_of("After one door turn left, after three doors stop, after five doors go right")
    {1: 'left', 3: 'stop', 5: 'right'}
    """
    numbers = [number_of(word) for word in NUMBER.findall(text)]
    decisions: list[Decision] = [decision_of(word) for word in ACT.findall(text)]
    return dict(zip(numbers, decisions, strict=True))


def number_of(word: str) -> int:
    words = {**{word: number for number, word in CARDINALS.items()}, **{word: n for n, word in ORDINALS.items()}}
    return words[word.lower()]


def decision_of(word: str) -> Decision:
    return next(decision for decision in DECISIONS if {"forward": "straight"}.get(decision, decision) == word)


WORD = re.compile(r"[a-z]+|[.,;]")
PAD, UNKNOWN = "<pad>", "<unk>"


def vocabulary() -> list[str]:
    """All words of all wordings, padding first: what `instruction_tokens` count in."""
    texts = [part for wording in WORDINGS for part in (wording.text, wording.clause)]
    texts += [act for acts in ACTS.values() for act in acts] + [*CARDINALS.values(), *ORDINALS.values(), "door doors"]
    plain = (re.sub(r"\{\w+\}", " ", text).lower() for text in texts)
    words = {word for text in plain for word in WORD.findall(text)} | set(".,;")
    return [PAD, UNKNOWN, *sorted(words)]


def tokens(text: str, words: Sequence[str], *, length: int) -> list[int]:
    """Indices into `words`, filled up with padding."""
    numbers = {word: number for number, word in enumerate(words)}
    found = [numbers.get(word, numbers[UNKNOWN]) for word in WORD.findall(text.lower())][:length]
    return found + [numbers[PAD]] * (length - len(found))
