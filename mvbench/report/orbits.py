"""Questions that share all their words about clips that differ: how often is every one of them right?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, prod

from mvbench.orbits import Member, complete_orbits
from mvbench.report.tally import Question, Share, percent


@dataclass(frozen=True, slots=True)
class Orbits:
    """The orbits of a task (of all tasks: None). `chance`: percent all right when choosing blindly."""

    task: str | None
    complete: int
    incomplete: int
    chance: float
    by_judge: Mapping[str, Share]


def orbits(questions: Iterable[Question], judges: Sequence[str]) -> list[Orbits]:
    """All tasks together, then each that has orbits, in the order they come; nothing where no question has one.

    Only complete ones are counted. A repeated question is right when each of its replies is.
    """
    by_task: dict[str | None, list[Question]] = {None: list(questions)}
    for question in by_task[None]:
        by_task.setdefault(question.task, []).append(question)
    counted = [row for task, group in by_task.items() if (row := count(task, group, judges)) is not None]
    return counted if len(counted) != 2 else counted[1:]


def count(task: str | None, questions: Sequence[Question], judges: Sequence[str]) -> Orbits | None:
    """None where no orbit is complete."""
    whole, parts = complete_orbits(questions, member)
    if not whole:
        return None
    return Orbits(
        task=task,
        complete=len(whole),
        incomplete=len(parts),
        chance=100 * fsum(prod(len(one.choices) ** -one.asked for one in orbit) for orbit in whole) / len(whole),
        by_judge={judge: percent(sum(all_right(orbit, judge) for orbit in whole), len(whole)) for judge in judges},
    )


def all_right(orbit: Sequence[Question], judge: str) -> bool:
    return all(one.right.get(judge, 0) == one.asked for one in orbit)


def member(question: Question) -> Member:
    return Member(question.task, question.orbit, question.choices, question.answer_text)
