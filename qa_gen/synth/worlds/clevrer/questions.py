"""The questions of a video, in the source's wording, answered by running their programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from random import Random
from typing import Any, Literal

from qa_gen.synth.worlds.clevrer.programs import NoAnswer, Program, Truth, answer
from qa_gen.synth.worlds.clevrer.things import COLOURS, MATERIALS, SHAPES, Thing, named

Moment = Literal["begins", "ends"]
FRAME_WORDS: dict[Moment, Program] = {"begins": ("start", "get_frame"), "ends": ("end", "get_frame")}


@dataclass(frozen=True, slots=True)
class Choice:
    text: str
    program: Program


@dataclass(frozen=True, slots=True)
class Question:
    """Without choices it is descriptive, and its program alone answers it."""

    text: str
    kind: Literal["descriptive", "explanatory", "predictive", "counterfactual"]
    program: Program
    choices: tuple[Choice, ...] = ()

    def row(self, truth: Truth) -> dict[str, Any]:
        """As it stands in the source's file, but for its number. Raises NoAnswer."""
        row: dict[str, Any] = {"question": self.text, "question_type": self.kind}
        if not self.choices:
            row |= {"question_subtype": self.program[-1], "program": list(self.program)}
            return row | {"answer": answer(self.program, truth)}
        return row | {
            "program": list(self.program),
            "choices": [
                {
                    "choice_id": number,
                    "choice": choice.text,
                    "program": list(choice.program),
                    "answer": "correct" if answer(choice.program + self.program, truth) == "yes" else "wrong",
                }
                for number, choice in enumerate(self.choices)
            ],
        }


def rows(questions: Sequence[Question], truth: Truth) -> list[dict[str, Any]]:
    """All of a video, numbered; those that have no answer, and repeated ones, are left out."""
    found: list[dict[str, Any]] = []
    texts: set[str] = set()
    for question in questions:
        if question.text in texts:
            continue
        try:
            row = question.row(truth)
        except NoAnswer:
            continue
        texts.add(question.text)
        found.append({"question_id": len(found), **row})
    return found


def filters(words: Sequence[str]) -> Program:
    """`("red", "cube")` -> the part of a program that keeps red cubes."""
    program: list[str] = []
    for word in words:
        family = "color" if word in COLOURS else "material" if word in MATERIALS else "shape"
        program += [word, f"filter_{family}"]
    return tuple(program)


def the_one(words: Sequence[str]) -> Program:
    return ("objects", *filters(words), "unique")


def plural(words: Sequence[str]) -> str:
    """`("red",)` -> `red objects`, `("metal", "cube")` -> `metal cubes`."""
    return " ".join(words) + "s" if words and words[-1] in SHAPES else " ".join((*words, "objects"))


def singular(words: Sequence[str]) -> str:
    return " ".join(words) if words and words[-1] in SHAPES else " ".join((*words, "object"))


def any_moving(words: Sequence[str], moment: Moment) -> Question:
    program = ("objects", *filters(words), *FRAME_WORDS[moment], "filter_moving", "exist")
    return Question(f"Are there any moving {plural(words)} when the video {moment}?", "descriptive", program)


def any_stationary(words: Sequence[str], moment: Moment) -> Question:
    program = ("objects", *filters(words), *FRAME_WORDS[moment], "filter_stationary", "exist")
    return Question(f"Are there any stationary {plural(words)} when the video {moment}?", "descriptive", program)


def any_entering(words: Sequence[str]) -> Question:
    program = ("events", "objects", *filters(words), "filter_in", "exist")
    return Question(f"Are there any {plural(words)} that enter the scene?", "descriptive", program)


def any_exiting(words: Sequence[str]) -> Question:
    program = ("events", "objects", *filters(words), "filter_out", "exist")
    return Question(f"Are there any {plural(words)} that exit the scene?", "descriptive", program)


def how_many(words: Sequence[str], state: Literal["moving", "stationary"]) -> Question:
    program = ("objects", *filters(words), "null", f"filter_{state}", "count")
    return Question(f"How many {plural(words)} are {state}?", "descriptive", program)


def how_many_come(words: Sequence[str], way: Literal["enter", "exit"]) -> Question:
    program = ("events", "objects", *filters(words), "filter_in" if way == "enter" else "filter_out", "count")
    return Question(f"How many {plural(words)} {way} the scene?", "descriptive", program)


def how_many_collisions() -> Question:
    return Question("How many collisions happen?", "descriptive", ("events", "objects", "filter_collision", "count"))


def which(attribute: Literal["color", "shape", "material"], state: str, words: Sequence[str] = ()) -> Question:
    """About the only thing that moves, or the only one that rests."""
    opening = "What is the material of" if attribute == "material" else f"What {attribute} is"
    program = ("objects", *filters(words), "null", f"filter_{state}", "unique", f"query_{attribute}")
    return Question(f"{opening} the {singular(words)} that is {state}?", "descriptive", program)


def collision(first: Sequence[str], second: Sequence[str]) -> Choice:
    program = ("all_events", *the_one(first), "filter_collision", *the_one(second), "filter_collision", "unique")
    return Choice(f"The {' '.join(first)} collides with the {' '.join(second)}", program)


def if_removed(words: Sequence[str], choices: Sequence[Choice], *, negated: bool = False) -> Question:
    text = f"Which event will {'not ' if negated else ''}happen if the {' '.join(words)} is removed?"
    program = ("all_events", *the_one(words), "get_counterfact", "belong_to", *(("negate",) if negated else ()))
    return Question(text, "counterfactual", program, tuple(choices))


def responsible(first: Sequence[str], second: Sequence[str], choices: Sequence[Choice]) -> Question:
    event = ("events", *the_one(first), "filter_collision", *the_one(second), "filter_collision", "unique")
    text = f"Which of the following is responsible for the collision between the {' '.join(first)} and the "
    program = ("events", *event, "filter_ancestor", "belong_to")
    return Question(f"{text}{' '.join(second)}?", "explanatory", program, tuple(choices))


def presence(words: Sequence[str]) -> Choice:
    return Choice(f"the presence of the {' '.join(words)}", the_one(words))


def next_event(choices: Sequence[Choice]) -> Question:
    return Question("What will happen next?", "predictive", ("unseen_events", "belong_to"), tuple(choices))


def drawn(truth: Truth, rng: Random) -> list[Question]:
    """Some questions about a video, of every kind that it allows."""
    things = truth.take.things
    found = list(descriptive(things, rng))
    if not truth.take.backwards:
        found += causal(truth, rng)
    return found


def descriptive(things: Sequence[Thing], rng: Random) -> Iterator[Question]:
    def words() -> tuple[str, ...]:
        thing = rng.choice(things)
        return rng.choice([(thing.colour,), (thing.material,), (thing.shape,), (thing.material, thing.shape)])

    yield any_moving(words(), rng.choice(("begins", "ends")))
    yield any_stationary(words(), rng.choice(("begins", "ends")))
    yield rng.choice((any_entering, any_exiting))(words())
    yield how_many(rng.choice(((), words())), rng.choice(("moving", "stationary")))
    yield how_many_come(rng.choice(((), words())), rng.choice(("enter", "exit")))
    yield how_many_collisions()
    for attribute in ("color", "shape", "material"):
        yield which(attribute, rng.choice(("moving", "stationary")))


def causal(truth: Truth, rng: Random) -> Iterator[Question]:
    """Questions of why, what next, and what if. As in the source, none, one or several of the choices are right."""
    things = truth.take.things
    words = [named(thing, things, rng) for thing in things]
    pairs = list(combinations(truth.seen, 2))
    hits = [event.objects for event in truth.shown if event.kind == "collision"]
    if hits:
        first, second = hits[-1]
        others = [disc for disc in truth.seen if disc not in (first, second)]
        if len(others) >= 2:
            chosen = rng.sample(others, k=min(len(others), 4))
            yield responsible(words[first], words[second], [presence(words[disc]) for disc in chosen])
    coming = [event.objects for event in truth.unseen if set(event.objects) <= set(truth.seen)]
    if coming and len(pairs) >= 2:
        decoy = rng.choice([pair for pair in pairs if pair != coming[0]])
        yield next_event(choices_of([coming[0], decoy], words, rng))
    for disc in sorted({disc for pair in hits for disc in pair}):
        left = [pair for pair in pairs if disc not in pair]
        if len(left) >= 2:
            chosen_pairs = rng.sample(left, k=min(len(left), 3))
            choices = choices_of(chosen_pairs, words, rng)
            yield if_removed(words[disc], choices)
            yield if_removed(words[disc], choices, negated=True)


def choices_of(pairs: Sequence[tuple[int, ...]], words: Sequence[tuple[str, ...]], rng: Random) -> list[Choice]:
    return [collision(words[a], words[b]) for a, b in rng.sample(list(pairs), k=len(pairs))]
