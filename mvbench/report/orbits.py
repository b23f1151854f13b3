"""Questions that share all their words about clips that differ: how often is every one of them right?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, prod

from mvbench.orbits import is_complete
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
    members: dict[tuple[str, str], list[Question]] = defaultdict(list)
    for question in questions:
        if question.orbit is not None:
            members[question.task, question.orbit].append(question)
    by_task: dict[str, list[list[Question]]] = defaultdict(list)
    for (task, _), orbit in members.items():
        by_task[task].append(orbit)
    rows = [(None, [orbit for group in by_task.values() for orbit in group]), *by_task.items()]
    counted = [row for task, group in rows if (row := count(task, group, judges)) is not None]
    return counted if len(counted) != 2 else counted[1:]


def count(task: str | None, orbits: Sequence[Sequence[Question]], judges: Sequence[str]) -> Orbits | None:
    """None where no orbit is complete."""
    whole = [orbit for orbit in orbits if is_complete([(member.choices, member.answer_text) for member in orbit])]
    if not whole:
        return None
    return Orbits(
        task=task,
        complete=len(whole),
        incomplete=len(orbits) - len(whole),
        chance=100
        * fsum(prod(len(member.choices) ** -member.asked for member in orbit) for orbit in whole)
        / len(whole),
        by_judge={judge: percent(sum(all_right(orbit, judge) for orbit in whole), len(whole)) for judge in judges},
    )


def all_right(orbit: Sequence[Question], judge: str) -> bool:
    return all(member.right.get(judge, 0) == member.asked for member in orbit)
