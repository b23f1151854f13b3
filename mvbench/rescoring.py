"""records.jsonl -> judge -> summary: no video, no model, no torch."""

from __future__ import annotations

import logging
from dataclasses import dataclass, fields, replace
from pathlib import Path

from mvbench.errors import RunError
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
    title = run.facts["title"]
    facts = RunFacts(*(str(title.get(field.name, "?")) for field in fields(RunFacts)))
    summary = summarise(
        (judged_again(record) for record in run.records()),
        run.tasks,
        data_name=run.facts["data"]["name"],
        expected=run.facts["data"].get("questions"),
        max_errors=run.facts["arguments"]["resolved"].get("max_errors", 0.0),
    )
    try:
        with explained(path, advice="the table above is complete"), locked(path):
            derive(run, summary, facts)
    except RunError as error:
        log.warning("the derived files stay as they are: %s", error)
    return Rescored(summary, facts)


def judged_again(record: Record) -> Record:
    failure = record.failure
    reply = record.reply if failure is None else Reply("", error=failure.detail)
    assert reply is not None, f"{record.sample.id} has neither reply nor failure"
    return replace(record, verdicts=judge(record.sample, reply))
