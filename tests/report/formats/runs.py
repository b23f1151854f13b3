"""Run folders with replies of one's own choice, as `mvbench eval` leaves them."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from mvbench.annotations import item_hash
from mvbench.errors import Failure
from mvbench.results import Run
from mvbench.scoring import judge
from mvbench.tasks import public_tasks
from mvbench.types import Clip, Record, Reply, Sample, Task

TASKS = {task.key: task for task in public_tasks()}


def sample(
    place: int = 0,
    *,
    task: str = "action_sequence",
    choices: Sequence[str] = ("The laptop.", "The tablet.", "The box.", "The shoe."),
    answer: int = 0,
    question: str | None = None,
) -> Sample:
    row = TASKS[task]
    video = f"{place}.mp4"
    question = f"What was taken ({place})?" if question is None else question
    start, end = (1.0, 5.5) if row.bounded else (None, None)
    return Sample(
        id=f"{task}/{place:04d}",
        task=task,
        question=question,
        choices=tuple(choices),
        answer=max(number for number, choice in enumerate(choices) if choice == choices[answer]),
        answer_text=choices[answer],
        clip=Clip(Path(row.folder, video), row.media, start, end),
        video=f"{row.folder}/{video}",
        located="folder",
        item_hash=item_hash(video, question, choices, choices[answer], start, end),
        cluster=f"{row.source}/{video}",
    )


def answered(of: Sample, reply: Reply | Failure) -> Record:
    if isinstance(reply, Failure):
        return Record(of, None, None, judge(of, Reply("", error=reply.detail)), failure=reply)
    return Record(of, "0" * 16, reply, judge(of, reply))


def run_of(path: Path, records: Sequence[Record], *, tasks: Sequence[Task] | None = None, **changes: Any) -> Run:
    keys = {record.sample.task for record in records}
    rows = [task for key, task in TASKS.items() if key in keys] if tasks is None else tasks
    facts = {
        "fingerprint": {"records": hashlib.blake2b(repr(records).encode(), digest_size=4).hexdigest()},
        "title": {"model": "a-model", "frames": "16", "protocol": "mvbench", "view": "full"},
        "tasks": [asdict(task) for task in rows],
        "data": {"name": "demo", "questions": len(records)},
        "arguments": {"resolved": {"max_errors": 1.0}},
        "started": "2026-11-21T23:24:30+00:00",
    }
    with Run.open(path, facts | changes) as run:
        run.append(records)
    return Run.read(path)


def some(path: Path, **changes: Any) -> Run:
    """Two tasks: right, wrong, unparsed, and a clip that is missing."""
    prefix = "Best Option: ("
    return run_of(
        path,
        [
            answered(sample(1), Reply("A) The laptop.", prefix, None, "stop", 10, 2)),
            answered(sample(0, task="object_existence"), Reply("no idea", prefix)),
            answered(sample(0), Reply("B) The tablet.", prefix)),
            answered(sample(1, task="object_existence"), Failure("missing", "no such file")),
        ],
        **changes,
    )


def renamed(name: str, *, title: str | None = None) -> Task:
    """A task whose words are somebody's own."""
    return replace(TASKS["action_sequence"], title=title or name, skill=name, abbreviation=name)
