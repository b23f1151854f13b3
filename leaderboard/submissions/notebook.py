"""The notebook's full result file, `{"acc_dict": ..., "res_list": ...}` -> a submission.

Source: OpenGVLab/Ask-Anything, video_chat2/mvbench.ipynb. It holds every reply and the right option, but no question:
the official rule can be checked with that, the other judges cannot.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from leaderboard.entry import Entry, Harness, Scores
from leaderboard.spellings import nearest, task_key
from leaderboard.submissions.scores import data_of
from leaderboard.submissions.submission import Submission
from mvbench.errors import DataError
from mvbench.importers import notebook
from mvbench.importers.rows import Row
from mvbench.scoring.official import check_answer, prepare


def read(path: Path) -> Submission:
    """Raises DataError where the file is not whole, or counts otherwise than its own replies do."""
    rows, claimed = notebook.read(path)
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    spelled: dict[str, str] = {}
    for row in rows:
        name = row.task or ""
        key = task_key(name)
        if key is None:
            raise DataError(f"{path.name}: {name!r:.60} is no task of MVBench{nearest(name)}")
        if spelled.setdefault(key, name) != name:
            raise DataError(f"{path.name}: {name!r:.60} names {key} a second time; keep one of them")
        asked[key] += 1
        right[key] += is_right(row)
    if right.total() != claimed:
        raise DataError(
            f"{path.name}: acc_dict counts {claimed:,} right, but by the notebook's own rule {right.total():,} of the "
            "replies in res_list are; restore the file"
        )
    tasks = {key: right[key] / asked[key] * 100 for key in asked}
    entry = Entry(
        slug="",
        model="",
        data=data_of(tasks, origin=path.name),
        scores={"official": Scores(tasks, right.total() / asked.total() * 100)},
        protocol="notebook",
        items=dict(asked),
        harness=Harness("notebook"),
    )
    return Submission(
        what=f"the notebook's full file: {asked.total():,} replies, counted again by its rule",
        entry=entry,
        remarks=(
            "the file holds no questions, so that its replies are not kept as a log; with --data DIR, the folder it "
            "was made from, they are, and every judge scores them",
        ),
    )


def is_right(row: Row) -> bool:
    try:
        return check_answer(prepare(row.reply), row.gold or "")
    except IndexError:
        raise DataError(f"{row.where}: gt is {row.gold!r:.60}; it must be the right option as '(B) text'") from None
