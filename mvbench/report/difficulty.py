"""Accuracy against what made a question hard: one curve per task and dial."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from mvbench.report.shortening import in_a_word
from mvbench.report.tally import Question, Share, accuracy, chance

FEW_VALUES = 6
"""So many different numbers stand for themselves; more are put into bins."""

MOST_BINS = 5
MOST_WORDS = 12
MOST_DIALS = 20
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Point:
    """Questions that share a value of a dial, or a bin of values. `by_judge`: their accuracy; `chance` in percent."""

    label: str
    questions: int
    chance: float
    by_judge: Mapping[str, Share]


@dataclass(frozen=True, slots=True)
class Curve:
    """`ordered`: the points are numbers, from small to large; otherwise words."""

    task: str
    dial: str
    ordered: bool
    points: tuple[Point, ...]


def curves(questions: Iterable[Question], judges: Sequence[str]) -> list[Curve]:
    """For each task, in the order they come, every dial that has at least two values among its questions."""
    by_dial: dict[tuple[str, str], list[tuple[Any, Question]]] = defaultdict(list)
    for question in questions:
        for dial, value in islice(question.dials.items(), MOST_DIALS):
            if value is not None:
                by_dial[question.task, in_a_word(dial)].append((value, question))
    found = []
    for (task, dial), rows in by_dial.items():
        ordered = all(is_number(value) for value, _ in rows)
        groups = number_groups(rows) if ordered else word_groups(rows)
        if len(groups) > 1:
            points = tuple(
                Point(label, len(members), chance(members), {judge: accuracy(members, judge) for judge in judges})
                for label, members in groups
            )
            found.append(Curve(task, dial, ordered, points))
    return found


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def number_groups(rows: Sequence[tuple[float, Question]]) -> list[tuple[str, list[Question]]]:
    """Questions by value, or in bins of about as many questions each; equal values are never parted."""
    by_value: dict[float, list[Question]] = defaultdict(list)
    for value, question in rows:
        by_value[value].append(question)
    values = sorted(by_value)
    if len(values) <= FEW_VALUES:
        return [(f"{value:g}", by_value[value]) for value in values]
    return [
        (
            f"{part[0]:g}" if len(part) == 1 else f"{part[0]:g} to {part[-1]:g}",
            [one for v in part for one in by_value[v]],
        )
        for part in bins([(value, len(by_value[value])) for value in values], MOST_BINS)
    ]


def bins(counts: Sequence[tuple[float, int]], most: int) -> list[list[float]]:
    """Ascending values, each with how often it occurs, cut into at most `most` runs of about equal weight.

    >>> bins([(1, 1), (2, 1), (3, 1), (4, 1)], 2)
    [[1, 2], [3, 4]]
    >>> bins([(1, 100), (2, 1), (3, 1)], 2)
    [[1], [2, 3]]
    """
    parts: list[list[float]] = []
    left, weight, room = sum(count for _, count in counts), 0, 0.0
    for value, count in counts:
        # A value goes where its middle lies, so that a heavy one does not pull light ones into its bin.
        if not parts or (weight + count / 2 > room and len(parts) < most):
            room = left / (most - len(parts))
            parts.append([])
            weight = 0
        parts[-1].append(value)
        weight += count
        left -= count
    return parts


def word_groups(rows: Sequence[tuple[Any, Question]]) -> list[tuple[str, list[Question]]]:
    """Questions by value, written out; of many values the most frequent, and the others as one."""
    words = [(in_a_word(value), question) for value, question in rows]
    counts = Counter(word for word, _ in words)
    kept = set(counts)
    if len(counts) > MOST_WORDS:
        most_frequent = sorted(counts, key=lambda word: (-counts[word], word))
        kept = set(most_frequent[: MOST_WORDS - 1])
    groups: dict[str, list[Question]] = defaultdict(list)
    for word, question in words:
        groups[word if word in kept else OTHER].append(question)
    return sorted(groups.items(), key=lambda group: (group[0] not in kept, group[0]))
