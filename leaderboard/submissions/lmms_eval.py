"""lmms-eval's `<date>_results.json`, which holds no replies -> a submission.

Source: EvolvingLMMs-Lab/lmms-eval, lmms_eval/loggers/evaluation_tracker.py. A task's value is a percentage of the
questions that got a reply: blank ones leave its denominator. The group `mvbench` has a value in newer versions only.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from leaderboard.documents import Document, Table
from leaderboard.entry import Entry, Harness, Scores
from leaderboard.spellings import task_key
from leaderboard.submissions.scores import data_of, refuse_shares, task_of
from leaderboard.submissions.submission import Submission, public_name
from mvbench.errors import DataError

GROUP = "mvbench"
METRIC = re.compile(r"(?:[\w-]+/)?mvbench_accuracy,[\w-]+", re.ASCII)
DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})", re.ASCII)


def is_one(document: Document) -> bool:
    return isinstance(document.table.members.get("results"), dict)


def read(document: Document) -> Submission:
    """Raises DataError naming file, line and what is wrong."""
    results = document.table.inner("results")
    tasks: dict[str, float] = {}
    average = None
    for name in results.members:
        if name == GROUP:
            average = value_of(results.inner(name), needed=False)
        elif name.startswith(f"{GROUP}_"):
            key = task_key(name)
            if key is None:
                raise DataError(f"{results.where(name)}: {name!r:.60} is no task of MVBench")
            task_of(results, name, key, tasks)
            value = value_of(results.inner(name), needed=True)
            assert value is not None
            tasks[key] = value
    if not tasks:
        raise DataError(f"{document.origin}: its results name no task of MVBench (mvbench_action_sequence, ...)")
    refuse_shares(tasks.values(), origin=document.origin)
    entry = Entry(
        slug="",
        model=model_of(document.table),
        data=data_of(tasks, origin=document.origin),
        scores={"lmms": Scores(tasks, average)},
        protocol="lmms",
        items=items_of(document.table, tasks),
        harness=Harness("lmms-eval", commit_of(document.table)),
        date=day_of(document.table),
    )
    return Submission(
        what="lmms-eval's results, without the replies",
        entry=entry,
        remarks=(
            "judged by lmms-eval, whose denominators leave blank replies out: without the replies nobody can check it, "
            "so it is shown, not ranked; with --log_samples lmms-eval writes *_samples_*.jsonl, which can be added "
            "instead",
        ),
    )


def value_of(row: Table, *, needed: bool) -> float | None:
    """A task's percentage, under whatever filter; there must be one. Raises DataError."""
    names = [name for name in row.members if METRIC.fullmatch(name)]
    if len(names) > 1:
        raise DataError(f"{row.where(names[1])}: {row.named(names[1])} is a second value; keep one of them")
    if names:
        return row.present(names[0])
    if needed:
        row.refuse("mvbench_accuracy,none", "a percentage")
    return None


def items_of(table: Table, tasks: Collection[str]) -> dict[str, int]:
    """How many questions of each task were asked, where the file tells: fewer than there are under its --limit."""
    counts = table.inner("n-samples")
    asked: dict[str, int] = {}
    for name in counts.members:
        key = task_key(name)
        if key is not None and key in tasks and name.startswith(f"{GROUP}_"):
            row = counts.inner(name)
            number = row.present("effective")
            if not number.is_integer() or not 0 < number < 10**6:
                row.refuse("effective", "a number of questions")
            asked[key] = int(number)
    return asked


def model_of(table: Table) -> str:
    """What lmms-eval says was evaluated: a checkpoint where it names one; of a path the last part."""
    name = table.members.get("model_name")
    return public_name(name) if isinstance(name, str) else ""


def commit_of(table: Table) -> str:
    commit = table.members.get("git_hash")
    return commit[:10] if isinstance(commit, str) and commit.isalnum() else ""


def day_of(table: Table) -> str:
    date = table.members.get("date")
    found = DATE.match(date) if isinstance(date, str) else None
    return "-".join(found.groups()) if found else ""
