"""records.jsonl -> judge -> summary: no video, no model, no torch."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

from mvbench.errors import DataError, RunError
from mvbench.evaluation import derive
from mvbench.exports import RunFacts
from mvbench.folders import explained, locked
from mvbench.metrics import Summary, summarise
from mvbench.results import Run
from mvbench.scoring import judge
from mvbench.types import Record, Reply

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rescored:
    summary: Summary
    facts: RunFacts


def rescore(path: Path) -> Rescored:
    """Every reply of a run judged anew by today's judges; the derived files follow where they can be written."""
    run = Run.read(path)
    result = summarised_again(run)
    try:
        with explained(path, advice="the table above is complete"), locked(path):
            derive(run, result.summary, result.facts)
    except RunError as error:
        log.warning("the derived files stay as they are: %s", error)
    return result


def summarised_again(run: Run, *, passing: Callable[[Record], object] = lambda record: None) -> Rescored:
    """What the run amounts to by today's judges; its folder stays as it is.

    `passing` is called with every record on its way, so that records are read and judged once, and never all held.
    Raises DataError for a run without records, RunError for a line that is no record.
    """

    def judged() -> Iterator[Record]:
        empty = True
        for record in run.records():
            again, empty = judged_again(record), False
            passing(again)
            yield again
        if empty:
            raise DataError(f"{str(run.path)!r} has no records, so nothing to report; run `mvbench eval` first")

    title = run.facts["title"]
    summary = summarise(
        judged(),
        run.tasks,
        data_name=run.facts["data"]["name"],
        expected=run.facts["data"].get("questions"),
        max_errors=run.facts["arguments"]["resolved"].get("max_errors", 0.0),
    )
    return Rescored(summary, RunFacts(*(str(title.get(field.name, "?")) for field in fields(RunFacts))))


def judged_again(record: Record) -> Record:
    failure = record.failure
    reply = record.reply if failure is None else Reply("", error=failure.detail)
    assert reply is not None, f"{record.sample.id} has neither reply nor failure"
    return replace(record, verdicts=judge(record.sample, reply))
