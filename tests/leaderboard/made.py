"""Entries, boards and runs made from thin air."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from leaderboard import board as boards
from leaderboard.entry import DataSet, Entry, Scores
from mvbench.annotations import item_hash
from mvbench.metrics import MVBENCH
from mvbench.results import Run
from mvbench.scoring import judge
from mvbench.tasks import public_tasks
from mvbench.types import LETTERS, Clip, Record, Reply, Sample, Task

TASKS = public_tasks()
PERCENTS = {task.key: 40.5 + number for number, task in enumerate(TASKS)}
"""Twenty counts of 200 questions; their mean is 50.0."""

CHOICES = ("The laptop.", "The box.", "The towel.", "The shoe.")


def entry(slug: str = "mine", **changes: Any) -> Entry:
    """An entry that nothing is wrong with; a change of `tasks`, `average` or `data` may be given as it is spelled."""
    scores = Scores(changes.pop("tasks", PERCENTS), changes.pop("average", None))
    made = Entry(slug=slug, model=f"Model {slug}", data=DataSet(MVBENCH), scores={"official": scores})
    return replace(made, **changes)


def board(path: Path, *entries: Entry) -> Path:
    """A board with these entries in it, whatever is wrong with them; no published ones."""
    return boards.make(path, entries).path


def run_folder(
    path: Path,
    right: Mapping[str, Sequence[bool]],
    *,
    name: str = "small",
    model: str = "Made Model",
    questions: int | None = None,
    extras: Mapping[str, Any] | None = None,
) -> Path:
    """A whole run: per task key, which questions were answered right. Two questions share a video."""
    tasks = [task for task in TASKS if task.key in right]
    records = [
        record(task, place, correct, extras or {}) for task in tasks for place, correct in enumerate(right[task.key])
    ]
    lines = "\n".join(f"{row.sample.task} {row.sample.item_hash}" for row in records)
    digest = hashlib.blake2b(lines.encode(), digest_size=16).hexdigest()
    facts = {
        "fingerprint": {"model": model, "data": digest, "protocol": "mvbench", "view": "full"},
        "title": {"model": model, "frames": "16", "protocol": "mvbench", "view": "full"},
        "data": {"name": name, "hash": digest, "questions": questions or len(records)},
        "tasks": [asdict(task) for task in tasks],
        "arguments": {"resolved": {"max_errors": 0.05}},
    }
    with Run.open(path, facts) as run:
        run.append(records)
    (path / ".lock").unlink(missing_ok=True)
    return path


def record(task: Task, place: int, correct: bool, extras: Mapping[str, Any]) -> Record:
    video, question = f"{place // 2}.mp4", f"Which object was taken ({place})?"
    answer = place % len(CHOICES)
    sample = Sample(
        id=f"{task.key}/{place:04d}",
        task=task.key,
        question=question,
        choices=CHOICES,
        answer=answer,
        answer_text=CHOICES[answer],
        clip=Clip(Path(f"{task.folder}/{video}"), task.media),
        video=f"{task.folder}/{video}",
        located="folder",
        item_hash=item_hash(video, question, CHOICES, CHOICES[answer], None, None),
        cluster=f"{task.source}/{video}",
        extras=extras,
    )
    said = answer if correct else (answer + 1) % len(CHOICES)
    reply = Reply(f"{LETTERS[said]}) {CHOICES[said]}", prefix="Best Option: (")
    return Record(sample=sample, prompt_hash="0" * 16, reply=reply, verdicts=judge(sample, reply))
