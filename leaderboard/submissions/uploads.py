"""The public board's upload file, as it is or with a `meta` -> a submission.

`{"Action Sequence": 66.0, ..., "Avg": 51.1}`: twenty percentages and the mean over questions, as the public notebook
writes them to `upload_leaderboard.json`. It may carry `"meta": {"model": ..., "link": ...}`, named like the flags of
`mvbench leaderboard add`.
"""

from __future__ import annotations

from leaderboard.details import Details, from_table
from leaderboard.documents import Document
from leaderboard.entry import Entry, Scores
from leaderboard.spellings import nearest, task_key
from leaderboard.submissions.scores import data_of, refuse_shares, task_of
from leaderboard.submissions.submission import Submission
from mvbench.errors import DataError

AVERAGE = "avg"
META = "meta"


def is_one(document: Document) -> bool:
    """Whether an object names tasks at its top, or an average."""
    names = document.table.members
    return any(task_key(name) or name.lower() == AVERAGE for name in names)


def read(document: Document) -> Submission:
    """Raises DataError or UsageError naming file, line and key."""
    table = document.table
    tasks: dict[str, float] = {}
    average = None
    for name in table.members:
        if name == META:
            continue
        if name.lower() == AVERAGE:
            average = table.present(name)
        elif (key := task_key(name)) is None:
            raise DataError(
                f"{table.where(name)}: {name!r:.60} is no task of MVBench, nor {AVERAGE.title()!r} or {META!r}"
                f"{nearest(name)}"
            )
        else:
            task_of(table, name, key, tasks)
            tasks[key] = table.present(name)
    refuse_shares(tasks.values(), origin=document.origin)
    details = Details()
    if META in table.members:
        meta = table.inner(META)
        details = from_table(meta.members, where=meta.where)
    return Submission(
        what="an upload file of the public board",
        entry=Entry("", "", data_of(tasks, origin=document.origin), {"official": Scores(tasks, average)}),
        details=details,
    )
