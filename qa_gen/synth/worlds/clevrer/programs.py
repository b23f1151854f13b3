"""A question's program -> its answer, from what was simulated.

Programs are the source's postfix lists: a word that is no operation is pushed as it is, an operation takes what it
needs from the stack. The operations and their meaning are those of the public executor of CLEVRER.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from qa_gen.synth.worlds.clevrer.take import LAST, NUM_FRAMES, Event, Take, collided, without

Program = tuple[str, ...]


class NoAnswer(ValueError):
    """The program asks for the only one of several, or of none."""


class Truth:
    """What programs can ask of a video. Taking an object away is simulated once, when first asked for."""

    def __init__(self, take: Take) -> None:
        self.take = take
        self.moving, self.inside = take.motion.moving, take.motion.inside
        self.seen = [disc for disc in range(len(take.things)) if self.inside[:, disc].any()]
        self.shown = [event for event in take.events if 0 <= event.frame < NUM_FRAMES]
        self.unseen = [event for event in take.events if event.frame >= NUM_FRAMES]
        self._without: dict[int, frozenset[frozenset[int]]] = {}

    def without(self, disc: int) -> frozenset[frozenset[int]]:
        """The pairs that would meet if the object were not there."""
        if disc not in self._without:
            self._without[disc] = collided(without(self.take, disc))
        return self._without[disc]

    def causes(self, event: Event) -> list[Event]:
        """Whatever happened before to an object of the event, and to those of such events in turn."""
        found: list[Event] = []
        waiting = [event]
        while waiting:
            late = waiting.pop()
            for disc in late.objects:
                before = [early for early in self.shown if disc in early.objects and early.frame < late.frame]
                if before and before[-1] not in found:
                    found.append(before[-1])
                    waiting.append(before[-1])
        return found


def answer(program: Sequence[str], truth: Truth) -> str:
    """`yes`, `no`, a number or an attribute. Raises NoAnswer."""
    stack: list[Any] = []
    for word in program:
        operation = OPERATIONS.get(word)
        if operation is None:
            stack.append(word)
            continue
        arity, work = operation
        arguments = [stack.pop() for _ in range(arity)][::-1]
        stack.append(work(truth, *arguments))
    (result,) = stack
    return str(result)


def only(_: Truth, found: list[Any]) -> Any:
    if len(found) != 1:
        raise NoAnswer(f"{len(found)} where one is asked for")
    return found[0]


def with_attribute(attribute: str) -> Callable[[Truth, list[int], str], list[int]]:
    return lambda truth, discs, value: [d for d in discs if getattr(truth.take.things[d], attribute) == value]


def attribute_of(attribute: str) -> Callable[[Truth, int], str]:
    return lambda truth, disc: str(getattr(truth.take.things[disc], attribute))


def that_move(truth: Truth, discs: list[int], frame: int | str) -> list[int]:
    """In one frame, or at any time for the frame `null`; while in view."""
    moved = at(truth.moving & truth.inside, frame)
    return [disc for disc in discs if moved[disc]]


def that_rest(truth: Truth, discs: list[int], frame: int | str) -> list[int]:
    """In one frame, or all the time for the frame `null`; while in view."""
    moving = set(that_move(truth, discs, frame))
    seen = at(truth.inside, frame)
    return [disc for disc in discs if disc not in moving and seen[disc]]


def at(states: npt.NDArray[np.bool_], frame: int | str) -> list[bool]:
    """Of each object in one frame, or in any for the frame `null`."""
    row = np.any(states, axis=0) if isinstance(frame, str) else states[frame]
    return [bool(state) for state in row]


def of_kind(kind: str) -> Callable[[Truth, list[Event], list[int] | int], list[Event]]:
    def keep(_: Truth, events: list[Event], discs: list[int] | int) -> list[Event]:
        wanted = {discs} if isinstance(discs, int) else set(discs)
        return [event for event in events if event.kind == kind and wanted & set(event.objects)]

    return keep


def belongs(_: Truth, entry: Event | int, events: list[Event]) -> str:
    """An object belongs when any of the events has to do with it, a collision when the same two collide."""
    if isinstance(entry, int):
        return yes(any(entry in event.objects for event in events))
    return yes(any(event.kind == entry.kind and set(event.objects) == set(entry.objects) for event in events))


def all_collisions(truth: Truth) -> list[Event]:
    """Of any two objects, whether they happen or not."""
    return [Event("collision", (a, b), LAST) for place, a in enumerate(truth.seen) for b in truth.seen[place + 1 :]]


def yes(value: bool) -> str:
    return "yes" if value else "no"


OPERATIONS: Mapping[str, tuple[int, Callable[..., Any]]] = MappingProxyType(
    {
        "objects": (0, lambda truth: list(truth.seen)),
        "events": (0, lambda truth: list(truth.shown)),
        "all_events": (0, all_collisions),
        "unseen_events": (0, lambda truth: list(truth.unseen)),
        "start": (0, lambda truth: 0),
        "end": (0, lambda truth: LAST),
        "get_frame": (1, lambda truth, moment: moment),
        "unique": (1, only),
        "count": (1, lambda truth, found: len(found)),
        "exist": (1, lambda truth, found: yes(bool(found))),
        "negate": (1, lambda truth, value: yes(value == "no")),
        "belong_to": (2, belongs),
        "filter_color": (2, with_attribute("colour")),
        "filter_material": (2, with_attribute("material")),
        "filter_shape": (2, with_attribute("shape")),
        "filter_moving": (2, that_move),
        "filter_stationary": (2, that_rest),
        "filter_in": (2, of_kind("in")),
        "filter_out": (2, of_kind("out")),
        "filter_collision": (2, of_kind("collision")),
        "filter_ancestor": (2, lambda truth, events, event: [e for e in events if e in truth.causes(event)]),
        "get_counterfact": (
            2,
            lambda truth, events, disc: [e for e in events if frozenset(e.objects) in truth.without(disc)],
        ),
        "query_color": (1, attribute_of("colour")),
        "query_material": (1, attribute_of("material")),
        "query_shape": (1, attribute_of("shape")),
    }
)
"""By name: how many values each takes from the stack, and what it makes of them."""
