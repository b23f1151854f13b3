"""Records -> Summary. Every number is in percent; every question that was asked is in it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from math import fsum
from typing import Any

from mvbench.errors import DataError, UsageError
from mvbench.statistics import Estimate, clustered_macro, wilson
from mvbench.types import Record, Sample, Status, Task

MVBENCH = "MVBench"
NUM_TASKS = 20
QUESTIONS_PER_TASK = 200
UNOBTAINABLE = "Fine-grained Pose"
"""The task whose videos (NTU RGB+D) are given out on request only, so that many published runs are without it."""
MVBENCH_WITHOUT_POSE = f"{MVBENCH} without {UNOBTAINABLE}"


@dataclass(frozen=True, slots=True)
class TaskSummary:
    """One task under one judge.

    `questions` are distinct items and the n of the interval; `asked` are replies wanted, more than that with repeats.
    `accuracy` averages the repeats of a question, then the questions. `low`, `high`: Wilson's 95 % interval. `best` is
    the accuracy had every error been right; `accuracy` itself counts them wrong. `chance`: the mean of 1 / choices.
    """

    task: Task
    questions: int
    asked: int
    correct: int
    statuses: Mapping[Status, int]
    accuracy: float
    low: float
    high: float
    best: float
    chance: float

    def __post_init__(self) -> None:
        assert sum(self.statuses.values()) == self.asked, f"{self.task.key}: {self.statuses} of {self.asked} asked"
        assert 0 <= self.correct <= self.asked, f"{self.task.key}: {self.correct} correct of {self.asked} asked"


@dataclass(frozen=True, slots=True)
class SkillSummary:
    """The tasks of one skill under one judge: the mean of their accuracies, its error clustered like the headline's."""

    skill: str
    tasks: tuple[TaskSummary, ...]
    macro: Estimate
    chance: float


@dataclass(frozen=True, slots=True)
class JudgeSummary:
    """Everything one judge says about a run.

    `macro` is the mean over tasks, `micro` the mean over questions: correct / total * 100, in that order, which for
    the judge `official` is the `Avg` of the public upload file. `best` is the macro mean had every error been right.
    `above_chance`: the mean over tasks of (accuracy - chance) / (100 - chance); None when a task leaves no choice.
    """

    judge: str
    tasks: tuple[TaskSummary, ...]
    skills: tuple[SkillSummary, ...]
    statuses: Mapping[Status, int]
    macro: Estimate
    micro: float
    best: float
    chance: float
    above_chance: float | None


@dataclass(frozen=True, slots=True)
class Summary:
    """A whole run under every judge. `shortfalls` say in words why the run is incomplete; a complete run has none."""

    name: str
    data_name: str
    questions: int
    asked: int
    errors: int
    missing: int
    shortfalls: tuple[str, ...]
    judges: Mapping[str, JudgeSummary]

    @property
    def complete(self) -> bool:
        return not self.shortfalls

    def judge(self, name: str) -> JudgeSummary:
        """One judge's summary. Raises UsageError, with the nearest name, when the records hold no such verdicts."""
        if name not in self.judges:
            near = get_close_matches(name, self.judges, n=1)
            advice = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(self.judges)}"
            raise UsageError(f"judge {name!r} is not in these records; {advice}")
        return self.judges[name]

    def to_json(self) -> dict[str, Any]:
        """Plain values for `summary.json`: tasks in the order of the task table, judges by name, nothing rounded."""
        return {
            "name": self.name,
            "data": self.data_name,
            "complete": self.complete,
            "shortfalls": list(self.shortfalls),
            "questions": self.questions,
            "asked": self.asked,
            "errors": self.errors,
            "missing": self.missing,
            "judges": {name: _judge_json(judge) for name, judge in self.judges.items()},
        }


def summarise(
    records: Iterable[Record],
    tasks: Sequence[Task],
    *,
    data_name: str,
    expected: int | None = None,
    max_errors: float = 0.05,
) -> Summary:
    """What a run amounts to, under every judge its records hold verdicts of; the order of the records means nothing.

    tasks: the known tasks, in the order to report them; those without a record are left out. expected: how many
    replies a finished run has, repeats counted. max_errors: the share of error records from which on a run is called
    incomplete. Repeats of a question (`task/0003`, `task/0003#2`) are averaged before anything else.

    Raises DataError for no records, a task that is not among `tasks`, an id that comes twice, records by different
    sets of judges, and more records than expected.
    """
    tallies = {task.key: _Tally() for task in tasks}
    seen: set[str] = set()
    judges: tuple[str, ...] = ()
    same: frozenset[str] = frozenset()
    for record in records:
        sample = record.sample
        if not seen:
            judges = tuple(sorted(record.verdicts))
            same = frozenset(judges)
        elif record.verdicts.keys() != same:
            raise DataError(
                f"record {sample.id!r} has verdicts by {', '.join(sorted(record.verdicts)) or 'nobody'}, "
                f"others by {', '.join(judges) or 'nobody'}; judge them all again with `mvbench score`"
            )
        if sample.id in seen:
            raise DataError(f"record {sample.id!r} comes twice; only the last line per id counts")
        seen.add(sample.id)
        if sample.task not in tallies:
            raise DataError(
                f"record {sample.id!r} belongs to the unknown task {sample.task!r}; "
                "the run folder's run.json does not describe it"
            )
        tallies[sample.task].add(record, judges)
    if not seen:
        raise DataError("no records, so nothing to summarise; run `mvbench eval` first")
    if expected is not None and len(seen) > expected:
        raise DataError(f"{len(seen)} records where {expected} are expected; is this another run's folder?")

    present = {task: tallies[task.key] for task in tasks if tallies[task.key].items}
    questions = {task: len(tally.items) for task, tally in present.items()}
    errors = sum(item.errors for tally in present.values() for item in tally.items.values())
    missing = 0 if expected is None else expected - len(seen)
    shortfalls = []
    if missing:
        shortfalls.append(f"{len(seen):,} of {expected:,} replies are there")
    if errors / len(seen) > max_errors:
        shortfalls.append(f"{errors / len(seen) * 100:.1f} % errors, more than the {max_errors * 100:g} % allowed")
    return Summary(
        name=score_name(data_name, questions),
        data_name=data_name,
        questions=sum(questions.values()),
        asked=len(seen),
        errors=errors,
        missing=missing,
        shortfalls=tuple(shortfalls),
        judges={judge: _judge_summary(judge, place, present) for place, judge in enumerate(judges)},
    )


def score_name(data_name: str, questions: Mapping[Task, int]) -> str:
    """What a mean over these many questions of these tasks may be called.

    Only the whole of MVBench is called MVBench. The nineteen tasks without the one whose videos are hard to get are
    named so, whether chosen from MVBench or all that the data folder holds.
    """
    count = sum(questions.values())
    public = data_name in (MVBENCH, MVBENCH_WITHOUT_POSE) and set(questions.values()) == {QUESTIONS_PER_TASK}
    has_pose = any(task.title == UNOBTAINABLE for task in questions)
    if public and data_name == MVBENCH and has_pose and len(questions) == NUM_TASKS:
        return MVBENCH
    without = f" without {UNOBTAINABLE}" if public and not has_pose and len(questions) == NUM_TASKS - 1 else ""
    return (
        f"mean of {len(questions)} {'task' if len(questions) == 1 else 'tasks'}{without} "
        f"({count:,} {'question' if count == 1 else 'questions'})"
    )


@dataclass(slots=True)
class _Item:
    """All that is kept of a question while records stream by; `correct` has one count per judge."""

    cluster: str
    chance: float
    correct: list[int]
    asked: int = 0
    errors: int = 0

    @classmethod
    def of(cls, sample: Sample, *, num_judges: int) -> "_Item":
        return cls(sample.cluster, 1 / len(sample.choices) if sample.choices else 0.0, [0] * num_judges)


@dataclass(slots=True)
class _Tally:
    """One task while records stream by: its items by id, and how often each judge gave each status."""

    items: dict[str, _Item] = field(default_factory=dict)
    statuses: Counter[tuple[str, Status]] = field(default_factory=Counter)

    def add(self, record: Record, judges: tuple[str, ...]) -> None:
        question = record.sample.id.partition("#")[0]
        item = self.items.get(question)
        if item is None:
            item = self.items[question] = _Item.of(record.sample, num_judges=len(judges))
        item.asked += 1
        failed = record.failure is not None
        item.errors += failed
        for place, judge in enumerate(judges):
            verdict = record.verdicts[judge]
            assert (verdict.status is Status.ERROR) == failed, f"{record.sample.id}: {verdict}, {record.failure}"
            assert not (failed and verdict.correct), f"{record.sample.id}: an error cannot be correct"
            self.statuses[judge, verdict.status] += 1
            item.correct[place] += verdict.correct


def _judge_summary(judge: str, place: int, tallies: Mapping[Task, _Tally]) -> JudgeSummary:
    """`place`: where this judge's counts are in `_Item.correct`."""
    values = {
        task: [(item.cluster, item.correct[place] / item.asked) for item in tally.items.values()]
        for task, tally in tallies.items()
    }
    tasks = tuple(_task_summary(task, judge, place, tally) for task, tally in tallies.items())
    by_skill: dict[str, list[TaskSummary]] = defaultdict(list)
    for summary in tasks:
        by_skill[summary.task.skill].append(summary)
    total = sum(summary.questions for summary in tasks)
    return JudgeSummary(
        judge=judge,
        tasks=tasks,
        skills=tuple(
            SkillSummary(
                skill=skill,
                tasks=tuple(members),
                macro=clustered_macro([values[member.task] for member in members]).percent(),
                chance=_mean(member.chance for member in members),
            )
            for skill, members in by_skill.items()
        ),
        statuses={status: sum(summary.statuses[status] for summary in tasks) for status in Status},
        macro=clustered_macro(list(values.values())).percent(),
        micro=fsum(value for questions in values.values() for _, value in questions) / total * 100,
        best=_mean(summary.best for summary in tasks),
        chance=_mean(summary.chance for summary in tasks),
        above_chance=_above_chance(tasks),
    )


def _task_summary(task: Task, judge: str, place: int, tally: _Tally) -> TaskSummary:
    items = tally.items.values()
    successes = fsum(item.correct[place] / item.asked for item in items)
    rescued = fsum((item.correct[place] + item.errors) / item.asked for item in items)
    low, high = wilson(successes, len(items))
    return TaskSummary(
        task=task,
        questions=len(items),
        asked=sum(item.asked for item in items),
        correct=sum(item.correct[place] for item in items),
        statuses={status: tally.statuses[judge, status] for status in Status},
        accuracy=successes / len(items) * 100,  # divided first, as the public code does: the last digit depends on it
        low=low * 100,
        high=high * 100,
        best=rescued / len(items) * 100,
        chance=fsum(item.chance for item in items) / len(items) * 100,
    )


def _above_chance(tasks: Sequence[TaskSummary]) -> float | None:
    if any(summary.chance >= 100 for summary in tasks):
        return None
    return _mean((summary.accuracy - summary.chance) / (100 - summary.chance) * 100 for summary in tasks)


def _mean(values: Iterable[float]) -> float:
    numbers = list(values)
    return fsum(numbers) / len(numbers)


def _judge_json(judge: JudgeSummary) -> dict[str, Any]:
    return {
        "macro": _estimate_json(judge.macro),
        "micro": judge.micro,
        "best": judge.best,
        "chance": judge.chance,
        "above_chance": judge.above_chance,
        "statuses": {str(status): count for status, count in judge.statuses.items()},
        "skills": {
            skill.skill: {
                **_estimate_json(skill.macro),
                "chance": skill.chance,
                "tasks": [member.task.key for member in skill.tasks],
            }
            for skill in judge.skills
        },
        "tasks": {summary.task.key: _task_json(summary) for summary in judge.tasks},
    }


def _task_json(summary: TaskSummary) -> dict[str, Any]:
    return {
        "title": summary.task.title,
        "questions": summary.questions,
        "asked": summary.asked,
        "correct": summary.correct,
        "accuracy": summary.accuracy,
        "low": summary.low,
        "high": summary.high,
        "best": summary.best,
        "chance": summary.chance,
        "statuses": {str(status): count for status, count in summary.statuses.items()},
    }


def _estimate_json(estimate: Estimate) -> dict[str, float | None]:
    return {
        "mean": estimate.mean,
        "standard_error": estimate.standard_error,
        "low": estimate.low,
        "high": estimate.high,
    }
