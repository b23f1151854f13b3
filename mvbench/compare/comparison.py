"""Runs -> everything that can be said of their difference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import fsum

from mvbench.compare.differences import Difference, differences
from mvbench.compare.pairing import Question, common_questions
from mvbench.compare.results import RunResults
from mvbench.contrasts import Contrast, contrast, mcnemar
from mvbench.orbits import Member, complete_orbits
from mvbench.statistics import Estimate, clustered_macro, holm


@dataclass(frozen=True, slots=True)
class Duel:
    """Two runs, by their places, the higher score first. `corrected`: the p-value by Holm over all duels."""

    a: int
    b: int
    contrast: Contrast
    corrected: float | None


@dataclass(frozen=True, slots=True)
class TaskDuel:
    """One task of two runs: their accuracies in percent, McNemar's p-value and the same by Holm over all tasks.

    Where one run answered a question more often than the other, who is right more often is no even bet between equal
    models; the p-value then is the contrast's, and 1 where that is unknown.
    """

    task: str
    title: str
    questions: int
    a: float
    b: float
    wins: int
    losses: int
    p_value: float
    corrected: float


@dataclass(frozen=True, slots=True)
class OrbitDuel:
    """Complete orbits of two runs: how many there are, and how many each has wholly right."""

    orbits: int
    a: int
    b: int
    wins: int
    losses: int
    p_value: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Runs on the questions that all of them have, under one judge.

    `scores`: each run's mean over tasks, in percent. `differences`: of settings. `tasks` and `orbits`: of two runs
    only; `orbits` is None where there is nothing to compare.
    """

    runs: tuple[RunResults, ...]
    judge: str
    questions: tuple[Question, ...]
    scores: tuple[Estimate, ...]
    differences: tuple[Difference, ...]
    duels: tuple[Duel, ...]
    tasks: tuple[TaskDuel, ...]
    orbits: OrbitDuel | None

    def left_out(self, place: int) -> int:
        """How many questions a run has that not all others have."""
        return len(self.runs[place].results) - len(self.questions)


def compared(runs: Sequence[RunResults], *, judge: str) -> Comparison:
    """Raises DataError for runs without a common question, MissingExtra without scipy."""
    questions = in_task_order(common_questions(runs), runs)
    scores = [score(questions, place, judge=judge) for place in range(len(runs))]
    two = len(runs) == 2
    return Comparison(
        runs=tuple(runs),
        judge=judge,
        questions=tuple(questions),
        scores=tuple(scores),
        differences=tuple(differences(runs)),
        duels=tuple(duels(questions, scores, judge=judge)),
        tasks=tuple(task_duels(questions, runs, judge=judge)) if two else (),
        orbits=orbit_duel(questions, judge=judge) if two else None,
    )


def in_task_order(questions: Sequence[Question], runs: Sequence[RunResults]) -> list[Question]:
    """Tasks as the first run lists them."""
    order = {task.key: place for place, task in enumerate(runs[0].run.tasks)}
    return sorted(questions, key=lambda question: order.get(question.task, len(order)))


def score(questions: Sequence[Question], place: int, *, judge: str) -> Estimate:
    """The run's mean over tasks with the interval that its own table has: clustered by video alone."""
    tasks = by_task(questions).values()
    shares = [
        [(result.cluster, result.share(judge)) for result in (one.results[place] for one in members)]
        for members in tasks
    ]
    return clustered_macro(shares).percent()


def by_task(questions: Sequence[Question]) -> Mapping[str, Sequence[Question]]:
    found: dict[str, list[Question]] = defaultdict(list)
    for question in questions:
        found[question.task].append(question)
    return found


def duels(questions: Sequence[Question], scores: Sequence[Estimate], *, judge: str) -> Iterator[Duel]:
    """Every pair: of two runs in the order given, of more with the higher score first."""
    places = list(range(len(scores)))
    if len(places) > 2:
        places.sort(key=lambda place: -scores[place].mean)
    pairs = list(combinations(places, 2))
    contrasts = [contrast([one.pair(a, b, judge=judge) for one in questions]) for a, b in pairs]
    # Where an error is unknown it is so for every pair: all have the same questions.
    known = [found.p_value for found in contrasts if found.p_value is not None]
    corrected = holm(known) if len(known) == len(contrasts) else [None] * len(contrasts)
    for (a, b), found, p_value in zip(pairs, contrasts, corrected, strict=True):
        yield Duel(a, b, found, p_value)


def task_duels(questions: Sequence[Question], runs: Sequence[RunResults], *, judge: str) -> Iterator[TaskDuel]:
    titles = {task.key: task.title for run in reversed(runs) for task in run.run.tasks}
    tables = {
        task: [(one.results[0].share(judge), one.results[1].share(judge)) for one in members]
        for task, members in by_task(questions).items()
    }
    counts = {task: (sum(a > b for a, b in rows), sum(a < b for a, b in rows)) for task, rows in tables.items()}
    p_values = [
        mcnemar(*counts[task]) if asked_alike_often(members) else unevenly(members, judge=judge)
        for task, members in by_task(questions).items()
    ]
    for (task, rows), p_value, corrected in zip(tables.items(), p_values, holm(p_values), strict=True):
        yield TaskDuel(
            task=task,
            title=titles.get(task, task),
            questions=len(rows),
            a=fsum(a for a, _ in rows) / len(rows) * 100,
            b=fsum(b for _, b in rows) / len(rows) * 100,
            wins=counts[task][0],
            losses=counts[task][1],
            p_value=p_value,
            corrected=corrected,
        )


def asked_alike_often(questions: Sequence[Question]) -> bool:
    """Whether both runs hold equally many replies to each question."""
    return all(one.results[0].asked == one.results[1].asked for one in questions)


def unevenly(questions: Sequence[Question], *, judge: str) -> float:
    found = contrast([one.pair(0, 1, judge=judge) for one in questions]).p_value
    return 1.0 if found is None else found


def orbit_duel(questions: Sequence[Question], *, judge: str) -> OrbitDuel | None:
    """A complete orbit is right where every one of its questions is, in every repeat.

    None where the questions hold no complete one, or one run had more repeats to get right than the other.
    """
    whole, _ = complete_orbits(questions, member)
    if not whole or not asked_alike_often(questions):
        return None
    right = [tuple(all(one.results[place].share(judge) == 1 for one in orbit) for place in (0, 1)) for orbit in whole]
    wins, losses = sum(a and not b for a, b in right), sum(b and not a for a, b in right)
    return OrbitDuel(
        orbits=len(right),
        a=sum(a for a, _ in right),
        b=sum(b for _, b in right),
        wins=wins,
        losses=losses,
        p_value=mcnemar(wins, losses),
    )


def member(question: Question) -> Member:
    first = question.results[0]
    return Member(question.task, question.orbit, first.choices, first.answer_text)
