"""Questions while records stream by: how often each was right under every judge, and what it was made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum
from typing import Any

from mvbench.orbits import orbit_of
from mvbench.statistics import wilson
from mvbench.types import Record, Sample


@dataclass(slots=True)
class Question:
    """One question with all its replies; `right` counts them by judge."""

    task: str
    choices: tuple[str, ...]
    answer_text: str
    orbit: str | None
    dials: Mapping[str, Any]
    asked: int = 0
    right: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, sample: Sample) -> Question:
        extras = sample.extras if isinstance(sample.extras, Mapping) else {}
        dials = extras.get("dials")
        return cls(
            task=sample.task,
            choices=sample.choices,
            answer_text=sample.answer_text,
            orbit=orbit_of(sample),
            dials=dials if isinstance(dials, Mapping) else {},
        )

    def add(self, record: Record) -> None:
        self.asked += 1
        for judge, verdict in record.verdicts.items():
            self.right[judge] = self.right.get(judge, 0) + verdict.correct

    def share(self, judge: str) -> float:
        return self.right.get(judge, 0) / self.asked


@dataclass(frozen=True, slots=True)
class Share:
    """Percent right, with Wilson's 95 % interval."""

    mean: float
    low: float
    high: float


def percent(successes: float, n: int) -> Share:
    low, high = wilson(successes, n)
    return Share(100 * successes / n, 100 * low, 100 * high)


def accuracy(questions: Sequence[Question], judge: str) -> Share:
    """The mean over questions, each its repeats' mean. Raises ValueError for no questions."""
    return percent(fsum(question.share(judge) for question in questions), len(questions))


def chance(questions: Iterable[Question]) -> float:
    """What choosing blindly is worth, in percent."""
    shares = [1 / len(question.choices) for question in questions]
    return 100 * fsum(shares) / len(shares)
