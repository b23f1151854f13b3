"""VLMEvalKit's `<model>_MVBench_..._rating.json`, which holds no replies -> a submission.

Source: open-compass/VLMEvalKit, vlmeval/dataset/mvbench.py: `{task: [right, all, "55.00%"], ..., "overall": [...]}`.
Questions without a score, of failed requests or lost in its spreadsheet, count as right there.
"""

from __future__ import annotations

import re

from leaderboard.documents import Document, Table
from leaderboard.entry import Entry, Harness, Scores
from leaderboard.spellings import nearest, task_key
from leaderboard.submissions.scores import data_of, task_of
from leaderboard.submissions.submission import Submission
from mvbench.errors import DataError

OVERALL = "overall"
MODEL = re.compile(r"(?P<model>.+?)_MVBench.*", re.DOTALL)


def is_one(document: Document) -> bool:
    """Whether an object's members are triples of a task."""
    members = document.table.members
    return bool(members) and all(isinstance(value, list) and len(value) == 3 for value in members.values())


def read(document: Document) -> Submission:
    """Raises DataError naming file, line and what is wrong."""
    table = document.table
    tasks: dict[str, float] = {}
    items: dict[str, int] = {}
    right = 0
    for name in table.members:
        if name == OVERALL:
            continue
        key = task_key(name)
        if key is None:
            raise DataError(f"{table.where(name)}: {name!r:.60} is no task of MVBench{nearest(name)}")
        task_of(table, name, key, tasks)
        correct, items[key] = rating(table, name)
        tasks[key] = 100 * correct / items[key]
        right += correct
    average = None
    if OVERALL in table.members:
        if rating(table, OVERALL) != (right, sum(items.values())):
            table.refuse(OVERALL, f"the sum of the tasks, [{right}, {sum(items.values())}, ...]")
        average = float(table.members[OVERALL][2].rstrip("%"))
    named = MODEL.fullmatch(document.origin)
    return Submission(
        what="VLMEvalKit's ratings, without the replies",
        entry=Entry(
            slug="",
            model=named["model"] if named else "",
            data=data_of(tasks, origin=document.origin),
            scores={"vlmevalkit": Scores(tasks, average)},
            protocol="vlmevalkit",
            items=items,
            harness=Harness("vlmevalkit"),
        ),
        remarks=(
            "judged by VLMEvalKit, which counts questions without a score as right: without the replies nobody can "
            "check it, so it is shown, not ranked; its xlsx or tsv of predictions can be added instead",
        ),
    )


def rating(table: Table, name: str) -> tuple[int, int]:
    """(right, all) of one member, whose percentage must be theirs. Raises DataError."""
    right, total, printed = table.members[name]
    if not (is_count(right) and is_count(total) and 0 <= right <= total <= 10**6 and total):
        table.refuse(name, "[right, all, percent]")
    if printed != f"{right / total * 100:.2f}%":
        table.refuse(name, f"[right, all, percent], here {right / total * 100:.2f}%")
    return int(right), int(total)


def is_count(value: object) -> bool:
    return not isinstance(value, bool) and (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))
