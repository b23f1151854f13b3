"""A run folder -> a submission whose every digit follows from its log."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from leaderboard.entry import Entry, Harness, Standing
from leaderboard.recomputing import recomputed
from leaderboard.submissions.logs import log_of
from leaderboard.submissions.submission import Submission, names_a_place, public_name
from mvbench.metrics import MVBENCH, MVBENCH_WITHOUT_POSE
from mvbench.results import Run

HUB = "https://huggingface.co/"
HUB_ID = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
COMMIT = 10


def read(run: Run) -> Submission:
    """Raises RunError or DataError for a run that no ranking can hold."""
    found = recomputed(run)
    identity = identity_of(run)
    hub = identity.get("hub", "")
    revision = identity.get("revision", "")
    entry = Entry(
        slug="",
        model=public_name(found.model),
        data=found.data,
        scores=found.scores,
        revision="" if names_a_place(revision) else revision,
        link=HUB + hub if HUB_ID.fullmatch(hub) else "",
        frames=found.frames,
        protocol=found.protocol,
        items=found.items,
        harness=harness_of(run.facts),
        date=day_of(run.facts),
        standing=Standing.REPRODUCED,
        log_model=public_name(found.model),
    )
    questions = found.summary.questions
    remarks = []
    if entry.data.name not in (MVBENCH, MVBENCH_WITHOUT_POSE):
        remarks.append(f"{entry.data.name} is not {MVBENCH}: it has a ranking of its own, apart from {MVBENCH}'s rows")
    if found.summary.errors:
        remarks.append(f"{found.summary.errors:,} questions ended in an error and count as wrong")
    return Submission(
        what=f"a run on {entry.data.name}: {questions:,} questions, judged again by every judge",
        entry=entry,
        log=log_of(run),
        replies=found.replies,
        remarks=tuple(remarks),
    )


def identity_of(run: Run) -> dict[str, str]:
    """What the model told of itself in texts."""
    model = run.facts.get("model")
    identity = model.get("identity") if isinstance(model, dict) else None
    told = identity if isinstance(identity, dict) else {}
    return {name: value for name, value in told.items() if isinstance(value, str)}


def harness_of(facts: Mapping[str, Any]) -> Harness:
    """What asked: for imported replies the tool that wrote them down, else mvbench with its version and commit."""
    imported = facts.get("import")
    if isinstance(imported, dict):
        return Harness(str(imported.get("tool", "")))
    versions = facts.get("versions")
    version = str(versions.get("mvbench", "")) if isinstance(versions, dict) else ""
    commit, plus, changes = str(facts.get("commit") or "").partition("+")
    return Harness("mvbench", ", ".join(filter(None, (version, commit[:COMMIT] + plus + changes))))


def day_of(facts: Mapping[str, Any]) -> str:
    """The day a run began; nothing for imported replies, which were made on another."""
    day = str(facts.get("started") or "")[:10]
    return day if DAY.fullmatch(day) and "import" not in facts else ""
