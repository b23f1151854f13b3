"""A gap between two runs as they report it -> the parts it is made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from math import fsum

from mvbench.compare.comparison import Comparison, by_task
from mvbench.compare.pairing import Question
from mvbench.compare.results import Result
from mvbench.scoring import JUDGES

Value = Callable[[Result], float]


class Cause(StrEnum):
    """What sets two runs apart, or their replies to a question."""

    OTHER_QUESTIONS = "questions that only one run has"
    JUDGE = "judges"
    PROMPT = "another prompt"
    FRAMES = "other frames"
    BOTH = "another prompt and other frames"
    ERROR = "an error in either run"
    UNRECORDED = "prompt or frames not recorded"
    ALIKE = "asked alike"


@dataclass(frozen=True, slots=True)
class Part:
    """One summand of a gap, in points of percent, and how many questions it comes from."""

    cause: Cause
    questions: int
    points: float


@dataclass(frozen=True, slots=True)
class Attribution:
    """The gap a - b as the runs report it, each by its own judge over all its own questions; `parts` add up to it.

    `judges`: what the common questions come to under every judge, as (judge, a, b), in percent.
    """

    a: float
    b: float
    parts: tuple[Part, ...]
    judges: tuple[tuple[str, float, float], ...]

    @property
    def gap(self) -> float:
        return self.a - self.b


def attributed(comparison: Comparison) -> Attribution:
    """What the gap of the two runs of a comparison is made of; nothing is asked again, replies are only judged."""
    first, second = comparison.runs
    a, b = mean(first.results.values(), reported), mean(second.results.values(), reported)
    return Attribution(
        a=a,
        b=b,
        parts=tuple(parts_of(comparison, a - b)),
        judges=tuple((judge, *means(comparison, by(judge))) for judge in JUDGES),
    )


def parts_of(comparison: Comparison, gap: float) -> Iterator[Part]:
    """First both runs are cut to the common questions, then both are judged by the comparison's judge.

    What is left is the macro difference, in which each question has its summand, `(a - b) / (tasks * questions of its
    task)`; those are added up by what sets the two results apart.
    """
    questions, judged = comparison.questions, by(comparison.judge)
    cut_a, cut_b = means(comparison, reported)
    again_a, again_b = means(comparison, judged)
    others = comparison.left_out(0) + comparison.left_out(1)
    moved = sum(any(reported(result) != judged(result) for result in question.results) for question in questions)
    if others:
        yield Part(Cause.OTHER_QUESTIONS, others, gap - (cut_a - cut_b))
    if moved or comparison.runs[0].own_judge != comparison.runs[1].own_judge:
        yield Part(Cause.JUDGE, moved, (cut_a - cut_b) - (again_a - again_b))
    summands: dict[Cause, list[float]] = defaultdict(list)
    tasks = by_task(questions)
    for members in tasks.values():
        for question in members:
            difference = judged(question.results[0]) - judged(question.results[1])
            summands[cause_of(question)].append(difference / (len(tasks) * len(members)))
    for cause in Cause:
        if cause in summands:
            yield Part(cause, len(summands[cause]), fsum(summands[cause]) * 100)


def cause_of(question: Question) -> Cause:
    """What sets the two replies to a question apart, besides the model and the judge."""
    a, b = question.results
    if a.failed or b.failed:
        return Cause.ERROR
    prompt, frames = differ(a.prompt, b.prompt), differ(a.frames, b.frames)
    if prompt or frames:
        return Cause.BOTH if prompt and frames else Cause.PROMPT if prompt else Cause.FRAMES
    return Cause.UNRECORDED if prompt is None or frames is None else Cause.ALIKE


def differ(one: str | None, other: str | None) -> bool | None:
    """None where it cannot be known."""
    return None if one is None or other is None else one != other


def reported(result: Result) -> float:
    return result.reported_share


def by(judge: str) -> Value:
    return lambda result: result.share(judge)


def means(comparison: Comparison, value: Value) -> tuple[float, float]:
    """Both runs over the common questions, in percent."""
    a, b = (mean((question.results[place] for question in comparison.questions), value) for place in (0, 1))
    return a, b


def mean(results: Iterable[Result], value: Value) -> float:
    """The mean over tasks, in percent."""
    tasks: dict[str, list[float]] = defaultdict(list)
    for result in results:
        tasks[result.task].append(value(result))
    return fsum(fsum(values) / len(values) for values in tasks.values()) / len(tasks) * 100
