"""What a viewer must answer, given what reaches it: as shown, or through a stack with a known fault. Pure.

Every fault is a function from a question to what would be seen. The ideal viewer's answers under each of them are
compared with a model's: the fault that predicts the wrong answers a model gives is what is wrong with its stack.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import log
from types import MappingProxyType

from mvbench.doctor.material import NOTHING_ELSE

SLIPS = 0.2
"""The share of answers that are taken as drawn by chance from all choices, whatever is seen: a viewer may slip."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """One frame as it reaches a viewer. `index`: its number in the source."""

    scene: str
    seconds: float
    index: int


@dataclass(frozen=True, slots=True)
class Seen:
    """All frames that reach a viewer, in the order they come; `ordered=False`: that order tells nothing."""

    glimpses: tuple[Glimpse, ...]
    ordered: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with what was sent to the model and what it answered.

    `parts`, `seconds`: what the file shows in each of its equal parts, and how long it is. `start_seconds` and
    `end_seconds` are the item's bounds; `at_seconds` is what an `at` question asks about. `choice`: the model's, None
    where it gave none. `astray`: it replied, to the end, with a text that names no choice.
    """

    kind: str
    choices: tuple[str, ...]
    answer: int
    parts: tuple[str, ...]
    seconds: float
    sent: tuple[Glimpse, ...]
    choice: int | None
    at_seconds: float | None = None
    start_seconds: float | None = None
    end_seconds: float | None = None
    astray: bool = False

    @property
    def right(self) -> bool:
        return self.choice == self.answer


Fault = Callable[[Asked], Seen]


def scene_at(parts: Sequence[str], seconds: float, *, of: float) -> str:
    """The scene at a second of a clip that lasts `of` seconds; what a file's times are rounded by does not matter.

    >>> scene_at(("a", "b", "c", "d", "e", "f", "g", "h"), 1.0, of=8.0)
    'b'
    """
    return parts[min(int(seconds * len(parts) / of + 1e-4), len(parts) - 1)]


def answers(asked: Asked, seen: Seen) -> frozenset[int]:
    """The choices between which a viewer that saw this cannot decide; all of them where it saw nothing that helps.

    Never empty.
    """
    found = frozenset(READINGS[asked.kind](asked, seen))
    return found or frozenset(range(len(asked.choices)))


def among(choices: Sequence[str], scenes: Sequence[str]) -> list[int]:
    return [place for place, choice in enumerate(choices) if choice in scenes]


def read_any(asked: Asked, seen: Seen) -> list[int]:
    return among(asked.choices, [glimpse.scene for glimpse in seen.glimpses])


def read_moment(asked: Asked, seen: Seen) -> list[int]:
    return read_any(asked, seen) or among(asked.choices, [NOTHING_ELSE])


def read_first(asked: Asked, seen: Seen) -> list[int]:
    return among(asked.choices, [seen.glimpses[0].scene]) if seen.ordered else read_any(asked, seen)


def read_last(asked: Asked, seen: Seen) -> list[int]:
    return among(asked.choices, [seen.glimpses[-1].scene]) if seen.ordered else read_any(asked, seen)


def read_sequence(asked: Asked, seen: Seen) -> list[int]:
    """The choices that put most pairs of scenes in the order in which they first appeared."""
    if not seen.ordered:
        return []
    appeared = list(dict.fromkeys(glimpse.scene for glimpse in seen.glimpses))
    orders = [choice.split(", then ") for choice in asked.choices]
    agreeing = [
        sum(order.index(a) < order.index(b) for a, b in combinations(appeared, 2) if a in order and b in order)
        for order in orders
    ]
    return [place for place, count in enumerate(agreeing) if count == max(agreeing)]


def read_at(asked: Asked, seen: Seen) -> list[int]:
    """The scene of the frame nearest in time, or of both where two are."""
    if not seen.ordered:
        return read_any(asked, seen)
    assert asked.at_seconds is not None
    away = [abs(glimpse.seconds - asked.at_seconds) for glimpse in seen.glimpses]
    near = [glimpse.scene for glimpse, one in zip(seen.glimpses, away, strict=True) if one < min(away) + 1e-6]
    return among(asked.choices, near)


READINGS: Mapping[str, Callable[[Asked, Seen], list[int]]] = MappingProxyType(
    {
        "only": read_any,
        "moment": read_moment,
        "first": read_first,
        "last": read_last,
        "sequence": read_sequence,
        "at": read_at,
    }
)


def as_sent(asked: Asked) -> Seen:
    return Seen(asked.sent)


def shuffled(asked: Asked) -> Seen:
    return Seen(asked.sent, ordered=False)


def single_frames_unseen(asked: Asked) -> Seen:
    """What is on one frame alone is not seen: some models put neighbouring frames into one."""
    frames = Counter(glimpse.scene for glimpse in asked.sent)
    return Seen(tuple(glimpse for glimpse in asked.sent if frames[glimpse.scene] > 1) or asked.sent)


def only(places: Callable[[int], Sequence[int]]) -> Fault:
    """A fault by which, of T frames, those at `places(T)` arrive in that order."""

    def fault(asked: Asked) -> Seen:
        return Seen(tuple(asked.sent[place] for place in places(len(asked.sent))))

    return fault


def share(numerator: int, denominator: int) -> Callable[[int], int]:
    """So many of T frames, at least one."""
    return lambda count: max(1, count * numerator // denominator)


def leading(size: Callable[[int], int]) -> Fault:
    return only(lambda count: range(size(count)))


def trailing(size: Callable[[int], int]) -> Fault:
    return only(lambda count: range(count - size(count), count))


def spread(size: int) -> Fault:
    """Resampled to `size` frames from the first to the last one."""

    def places(count: int) -> list[int]:
        return sorted({round(place * (count - 1) / (size - 1)) for place in range(size)})

    return only(places)


def centres(size: int) -> Fault:
    """Resampled to the middles of `size` equal parts."""
    return only(lambda count: sorted({int((place + 0.5) * count / size) for place in range(size)}))


FRAME_FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        "every second frame is lost: of each two the first arrives": only(lambda count: range(0, count, 2)),
        "every second frame is lost: of each two the second arrives": only(
            lambda count: range(min(1, count - 1), count, 2)
        ),
        "the last frame is lost": leading(lambda count: max(1, count - 1)),
        "the first frame is lost": trailing(lambda count: max(1, count - 1)),
        "the frames are resampled to 8, from the first to the last": spread(8),
    }
)
"""Those that a scene of two neighbouring frames or more outlasts."""

ORDER_FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        "the frames arrive in reverse order": only(lambda count: range(count - 1, -1, -1)),
        "the frames arrive sorted as text (0, 1, 10, 11, ..., 2)": only(lambda count: sorted(range(count), key=str)),
        "only the first frame arrives": only(lambda count: [0]),
        "only the middle frame arrives": only(lambda count: [count // 2]),
        "only the last frame arrives": only(lambda count: [count - 1]),
        "only the first quarter of the frames arrives": leading(share(1, 4)),
        "only the first half of the frames arrives": leading(share(1, 2)),
        "the last eighth of the frames or more is lost": leading(share(7, 8)),
        "only the last quarter of the frames arrives": trailing(share(1, 4)),
        "only the last half of the frames arrives": trailing(share(1, 2)),
        "the first eighth of the frames or more is lost": trailing(share(7, 8)),
        "the frames are resampled to 2, the first and the last": spread(2),
        "the frames are resampled to 2, from inside": centres(2),
        "the frames are resampled to 4, from the first to the last": spread(4),
        "the frames are resampled to 4, from inside": centres(4),
        "every fourth frame arrives": only(lambda count: range(0, count, 4)),
        **FRAME_FAULTS,
    }
)


def clock(seconds: Callable[[int, Glimpse], float]) -> Fault:
    """A fault by which the frame at a place counts as shown at `seconds(place, glimpse)`."""

    def fault(asked: Asked) -> Seen:
        return Seen(tuple(replace(one, seconds=seconds(place, one)) for place, one in enumerate(asked.sent)))

    return fault


TIME_FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        "a clock of one frame per second": clock(lambda place, glimpse: float(place)),
        "a clock of two frames per second": clock(lambda place, glimpse: place / 2),
        "a clock of 24 or more frames per second, so all in a moment": clock(lambda place, glimpse: place / 24),
        "frame numbers of the file, read at 24 per second": clock(lambda place, glimpse: glimpse.index / 24),
        "frame numbers of the file, read at 25 per second": clock(lambda place, glimpse: glimpse.index / 25),
        "frame numbers of the file, read at 30 per second": clock(lambda place, glimpse: glimpse.index / 30),
    }
)


def sampled(asked: Asked, start: float, end: float) -> Seen:
    """As many frames as were sent, from the middles of equal parts of another stretch of the file."""
    count = len(asked.sent)
    times = [start + (place + 0.5) * (end - start) / count for place in range(count)]
    return Seen(tuple(Glimpse(scene_at(asked.parts, one, of=asked.seconds), one, 0) for one in times))


def bounds_of(asked: Asked) -> tuple[float, float]:
    return asked.start_seconds or 0.0, asked.seconds if asked.end_seconds is None else asked.end_seconds


BOUND_FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        "the whole file is seen": lambda asked: sampled(asked, 0.0, asked.seconds),
        "the start is ignored": lambda asked: sampled(asked, 0.0, bounds_of(asked)[1]),
        "the end is ignored": lambda asked: sampled(asked, bounds_of(asked)[0], asked.seconds),
    }
)


@dataclass(frozen=True, slots=True)
class Fit:
    """How well an explanation predicts the answers. `support`: log-likelihood in nats, of those that were read.

    `predicted`: answers of those where the explanation rules something out; `agreeing` of them are as it says.
    """

    support: float
    agreeing: int
    predicted: int


def fit(rows: Sequence[Asked], explanation: Fault) -> Fit:
    """How well an explanation predicts the answers of `rows`."""
    support, agreeing, predicted = 0.0, 0, 0
    for asked in rows:
        if asked.choice is None:
            continue
        expected = answers(asked, explanation(asked))
        within = asked.choice in expected
        support += log(likelihood(asked, expected))
        if len(expected) < len(asked.choices):
            predicted += 1
            agreeing += within
    return Fit(support, agreeing, predicted)


def likelihood(asked: Asked, expected: frozenset[int]) -> float:
    """How probable the model's choice is for a viewer that cannot decide between the expected ones, and may slip."""
    within = asked.choice in expected
    return SLIPS / len(asked.choices) + (1 - SLIPS) / len(expected) * within


def overlooking(rows: Sequence[Asked]) -> float:
    """The support of a viewer that guesses, or overlooks what is on one frame alone, always or every other time."""
    read = [asked for asked in rows if asked.choice is not None]
    always, at_times = 0.0, 0.0
    for asked in read:
        unseen = likelihood(asked, answers(asked, single_frames_unseen(asked)))
        seen = likelihood(asked, answers(asked, as_sent(asked)))
        always += log(unseen)
        at_times += log((unseen + seen) / 2)
    return max(guessing(rows), always, at_times)


def guessing(rows: Sequence[Asked]) -> float:
    """The support of an answer drawn by chance each time."""
    return sum(log(1 / len(asked.choices)) for asked in rows if asked.choice is not None)


def decides(asked: Asked) -> bool:
    """Whether the frames that were sent show the answer; too few of them may not."""
    return answers(asked, as_sent(asked)) == frozenset([asked.answer])
