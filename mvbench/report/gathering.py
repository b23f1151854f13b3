"""One pass over a run's records -> all that its page shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from mvbench.exports import RunFacts
from mvbench.metrics import Summary
from mvbench.report.difficulty import curves
from mvbench.report.letters import Letters
from mvbench.report.orbits import orbits
from mvbench.report.samples import row
from mvbench.report.shown import Strips, Wanted
from mvbench.report.tally import Question
from mvbench.report.times import Times
from mvbench.rescoring import summarised_again
from mvbench.results import Run
from mvbench.scoring import HEADLINE, JUDGES
from mvbench.types import Record

MOST_SAMPLES = 40_000
"""So many a browser still searches at once; the figures count all."""

ALL_JUDGES = (HEADLINE, *(judge for judge in JUDGES if judge != HEADLINE))


@dataclass(frozen=True, slots=True)
class Gathered:
    """`figures` and `samples` are plain values; `figures` hold the numbers of every judge, `samples` one row each."""

    summary: Summary
    facts: RunFacts
    figures: Mapping[str, Any]
    samples: Sequence[Mapping[str, Any]]
    wanted: Sequence[Wanted]


def gather(run: Run, *, thumbnails: bool) -> Gathered:
    """Everything about a run. Raises DataError for a run without records, RunError for a line that is no record."""
    gathering = Gathering(view=str(run.facts["title"].get("view", "full")), thumbnails=thumbnails)
    found = summarised_again(run, passing=gathering.add)
    order = {task.key: place for place, task in enumerate(run.tasks)}
    gathering.samples.sort(key=lambda sample: (order[sample["task"]], sample["id"]))
    return Gathered(
        summary=found.summary,
        facts=found.facts,
        figures=gathering.figures(found.summary, order),
        samples=gathering.samples,
        wanted=gathering.strips.wanted,
    )


class Gathering:
    """What is kept of records while they stream by; texts are cut before they are kept."""

    def __init__(self, *, view: str, thumbnails: bool) -> None:
        self.strips = Strips(view=view, offered=thumbnails)
        self.samples: list[dict[str, Any]] = []
        self._questions: dict[str, Question] = {}
        self._letters = Letters()
        self._times = Times()

    def add(self, record: Record) -> None:
        sample = record.sample
        name = sample.id.partition("#")[0]
        question = self._questions.get(name) or self._questions.setdefault(name, Question.of(sample))
        question.add(record)
        self._letters.add(record)
        self._times.add(record)
        if len(self.samples) < MOST_SAMPLES:
            self.samples.append(row(record, ALL_JUDGES, self.strips.shown(record)))

    def figures(self, summary: Summary, order: Mapping[str, int]) -> dict[str, Any]:
        """Plain values; tasks in this order."""
        questions = [question for _, question in sorted(self._questions.items(), key=lambda item: item[0])]
        questions.sort(key=lambda question: order[question.task])
        skills = [
            {
                "skill": skill.skill,
                "tasks": [{"key": task.task.key, "title": task.task.title} for task in skill.tasks],
            }
            for skill in summary.judge(HEADLINE).skills
        ]
        return {
            "judges": ALL_JUDGES,
            "skills": skills,
            "summary": summary_row(summary),
            "letters": self._letters.table(),
            "times": [asdict(stage) for stage in self._times.stages()],
            "curves": [asdict(curve) for curve in curves(questions, ALL_JUDGES)],
            "orbits": [asdict(row) for row in orbits(questions, ALL_JUDGES)],
        }


def summary_row(summary: Summary) -> dict[str, Any]:
    """The numbers of `summary.json`, and half the width of the headline's interval."""
    values = summary.to_json()
    for name, judge in values["judges"].items():
        judge["macro"]["margin"] = summary.judge(name).macro.margin
    return values
