"""Samples with another tool's replies -> a Run folder, as if they had been asked here."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mvbench import provenance
from mvbench.errors import Failure
from mvbench.evaluation import derive
from mvbench.exports import RunFacts
from mvbench.importers.joining import Choice, Joined
from mvbench.importers.rows import Logged, Row, Tool
from mvbench.metrics import Summary, summarise
from mvbench.plan import canonical
from mvbench.results import Run, storable
from mvbench.scoring import HEADLINE, judge
from mvbench.types import Record, Reply, Sample

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Written:
    """The run, and its records in the order of the data."""

    path: Path
    facts: RunFacts
    summary: Summary
    records: tuple[Record, ...]


def write(
    logged: Logged,
    joined: Joined,
    choice: Choice,
    *,
    out: Path | None = None,
    fresh: bool = False,
    max_errors: float = 0.05,
    argv: Sequence[str] = (),
) -> Written:
    """Judge every reply and write the run; over a run of the same files nothing is written twice.

    Raises RunError for a folder that holds something else.
    """
    records = tuple(record_of(sample, row, logged.tool) for sample, row in joined.pairs)
    title = RunFacts(model=logged.model, frames=UNKNOWN, protocol=logged.tool.protocol)
    named = fingerprint(logged, joined, choice)
    folder = out or default_folder(logged, named)
    content = {"fingerprint": named, "title": asdict(title)}
    content |= facts(logged, joined, choice, max_errors=max_errors, argv=argv)
    with Run.open(folder, content, fresh=fresh) as run:
        done = run.done(HEADLINE)
        run.append(record for record in records if record.sample.id not in done)
        summary = summarise(
            run.records(),
            run.tasks,
            data_name=joined.dataset.name,
            expected=len(records),
            max_errors=max_errors,
        )
        derive(run, summary, title)
    return Written(folder, title, summary, records)


def record_of(sample: Sample, row: Row | None, tool: Tool) -> Record:
    """The record of one question; one without a row is an error, and counted, as is one without a right choice."""
    failure = None
    if sample.answer is None:
        failure = Failure("answer", f"the answer {sample.answer_text!r} is none of the choices")
    elif row is None:
        failure = Failure("model", "the imported file has no reply to this question")
    else:
        failure = row.failure
    reply = (row.said or Reply(row.reply, prefix=tool.prefix)) if row and not failure else None
    return Record(
        sample=sample,
        prompt_hash=None,
        reply=reply,
        verdicts=judge(sample, reply or Reply("", error=failure.detail if failure else None)),
        failure=failure,
    )


def fingerprint(logged: Logged, joined: Joined, choice: Choice) -> dict[str, Any]:
    """All that changes the result. The data is named by its content where there was any."""
    return {
        "imported_from": logged.tool.name,
        "model": logged.model,
        "files": dict(sorted(logged.hashes.items())),
        "data": joined.dataset.hash if choice.data is not None else None,
        "tasks": [task.key for task in joined.dataset.tasks],
        "limit": choice.limit,
    }


def default_folder(logged: Logged, named: dict[str, Any]) -> Path:
    """`runs/<model>-<tool>-<fingerprint>`."""
    digest = hashlib.blake2b(canonical(named), digest_size=4).hexdigest()
    return Path("runs") / re.sub(r"[^\w.-]+", "_", f"{logged.model[:80]}-{logged.tool.name}-{digest}")


def facts(logged: Logged, joined: Joined, choice: Choice, *, max_errors: float, argv: Sequence[str]) -> dict[str, Any]:
    """What else is in `run.json`. `protocol` is the one this tool asks under; nobody can check that it did."""
    return {
        "model": {"name": logged.model, "identity": {}},
        "protocol": {"name": logged.tool.protocol},
        "data": {"name": joined.dataset.name, "hash": joined.dataset.hash, "questions": len(joined.pairs)},
        "tasks": [asdict(task) for task in joined.dataset.tasks],
        "arguments": {
            "given": [storable(word) for word in argv],
            "resolved": {
                "data": storable(choice.data) if choice.data else None,
                "tasks": choice.tasks,
                "tasks_file": storable(str(choice.tasks_file)) if choice.tasks_file else None,
                "limit": choice.limit,
                "max_errors": max_errors,
            },
            "sources": {},
        },
        "import": {
            "tool": logged.tool.name,
            "files": logged.hashes,
            "rows": joined.rows,
            "duplicates": joined.duplicates,
            "missing": joined.missing,
            "left_out": joined.left_out,
        },
        "versions": provenance.versions(),
        "commit": provenance.commit(),
        "hardware": provenance.hardware(),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }
