"""A run -> the files of it that a board keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from leaderboard.submissions.submission import names_a_place, public_name
from mvbench.errors import Failure
from mvbench.folders import pretty
from mvbench.rescoring import judged_again
from mvbench.results import FACTS, RECORDS, Run, to_line
from mvbench.types import Record

KEPT_EXTRAS = ("orbit", "dials")
"""Of what an item carries beside its question; subtitles, for instance, belong to their owners."""
KEPT_FACTS = (
    *("schema", "fingerprint", "title", "protocol", "data", "tasks"),
    *("arguments", "import", "versions", "commit", "started"),
)
"""What `facts_of` keeps of `run.json`."""


def log_of(run: Run) -> dict[str, bytes]:
    """`run.json` and `records.jsonl`, which `mvbench.results.Run.read` reads: enough to judge every reply again.

    Nothing of the machine is in them: no path, no command line, no host. The records come in the order of the data,
    whatever the order in which they were answered.
    """
    place = {task.key: number for number, task in enumerate(run.tasks)}
    records = sorted(
        run.records(), key=lambda record: (place[record.sample.task], len(record.sample.id), record.sample.id)
    )
    lines = (orjson.dumps(to_line(kept(record)), option=orjson.OPT_APPEND_NEWLINE) for record in records)
    return {FACTS: pretty(facts_of(run)), RECORDS: b"".join(lines)}


def kept(record: Record) -> Record:
    """A record judged by today's judges. A failure keeps its reason; its words may name files."""
    extras = {name: record.sample.extras[name] for name in KEPT_EXTRAS if name in record.sample.extras}
    judged = judged_again(replace(record, sample=replace(record.sample, extras=extras)))
    return judged if judged.failure is None else replace(judged, failure=Failure(judged.failure.reason, ""))


def facts_of(run: Run) -> dict[str, Any]:
    """What a board keeps of `run.json`."""
    facts = run.facts
    title = facts["title"]
    imported = facts.get("import")
    return {
        "schema": facts["schema"],
        "fingerprint": without_places(facts["fingerprint"]),
        "title": {
            **{name: title[name] for name in ("frames", "protocol", "view") if name in title},
            "model": public_name(title["model"]),
        },
        "protocol": facts.get("protocol"),
        "data": {name: facts["data"][name] for name in ("name", "hash", "questions") if name in facts["data"]},
        "tasks": facts["tasks"],
        "arguments": {"resolved": {"max_errors": facts["arguments"]["resolved"].get("max_errors", 0.0)}},
        **({"import": {"tool": imported.get("tool")}} if isinstance(imported, dict) else {}),
        "versions": facts.get("versions"),
        "commit": facts.get("commit"),
        "started": facts.get("started"),
    }


def without_places(value: Any) -> Any:
    """The value without the texts in it that name a file on a machine or a host."""
    if isinstance(value, Mapping):
        return {name: without_places(item) for name, item in value.items() if not hidden(name) and not hidden(item)}
    if isinstance(value, list):
        return [without_places(item) for item in value if not hidden(item)]
    return value


def hidden(value: Any) -> bool:
    return isinstance(value, str) and names_a_place(value)
