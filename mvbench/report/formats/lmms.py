"""A run -> a folder of samples as lmms-eval writes them.

Source: EvolvingLMMs-Lab/lmms-eval, lmms_eval/loggers/evaluation_tracker.py, lmms_eval/evaluator.py and
lmms_eval/tasks/mvbench/utils.py of version 0.7; `doc` is kept, as other versions do. What the tool has no word for lies
under one more key, `mvbench`: how a reply came about, why there is none, and what every judge says.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from mvbench.errors import DataError, RunError
from mvbench.folders import explained, write_atomically
from mvbench.importers.lmms_eval import METRIC, OURS
from mvbench.prompts import PROTOCOLS, Protocol
from mvbench.rescoring import judged_again
from mvbench.results import Run, to_line
from mvbench.scoring import lmms, spoken
from mvbench.types import LETTERS, Record, Sample, Task

SAMPLE_ID = re.compile(r"(?P<task>[a-z0-9_]{1,100})/(?P<place>\d{1,9})")
UNDATED = "undated"


def write(run: Run, out: Path) -> Path:
    """One file per task in the folder `out`, named by the moment the run began.

    A question that ended in an error keeps its line, with an empty reply, which the tool leaves out of its average, and
    the reason under `mvbench.failure`; `mvbench import` makes the same error of it.

    Raises DataError for a run without records, and RunError for one with several replies to a question, for a folder
    with other files in it, and for what cannot be written.
    """
    contents = files(run)
    if not contents:
        raise DataError(f"{str(run.path)!r} has no records, so nothing to report; run `mvbench eval` first")
    refuse_strangers(out, set(contents))
    with explained(out, advice="choose another --out"):
        out.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            write_atomically(out / name, content)
    return out


def refuse_strangers(out: Path, ours: set[str]) -> None:
    if (out.exists() or out.is_symlink()) and not out.is_dir():
        raise RunError(f"{str(out)!r} is a file, and --format lmms makes a folder; choose another --out")
    names = sorted(entry.name for entry in out.iterdir()) if out.is_dir() else []
    strangers = [name for name in names if name not in ours and not name.startswith(".")]
    if strangers:
        raise RunError(f"{str(out)!r} holds {strangers[0]!r}, which is not of this report; choose another --out")


def files(run: Run) -> dict[str, bytes]:
    """The content of each file by its name: one line per question, in the order of the task."""
    tasks = {task.key: task for task in run.tasks}
    lines: dict[str, dict[int, bytes]] = defaultdict(dict)
    protocol, subtitles = protocol_of(run)
    for record in map(judged_again, run.records()):
        task, place = place_of(record.sample, tasks, run=run)
        prompt = protocol.render(record.sample, subtitles=subtitles).question
        lines[task.key][place] = orjson.dumps(line_of(record, task, place=place, prompt=prompt))
    began = date(run)
    return {
        f"{began}_samples_mvbench_{key}.jsonl": b"".join(line + b"\n" for _, line in sorted(lines[key].items()))
        for key in tasks
        if key in lines
    }


def place_of(sample: Sample, tasks: dict[str, Task], *, run: Run) -> tuple[Task, int]:
    """The sample's task and its place there, which is lmms-eval's `doc_id`. Raises RunError."""
    found = SAMPLE_ID.fullmatch(sample.id)
    if found is not None and found["task"] == sample.task and sample.task in tasks:
        return tasks[sample.task], int(found["place"])
    if "#" in sample.id:
        raise RunError(
            f"{str(run.path)!r} has several replies to a question ({sample.id!r:.60}), and samples of lmms-eval have "
            "one; make the run without --repeats"
        )
    raise RunError(f"{str(run.path)!r} has the question {sample.id!r:.60}; samples of lmms-eval need task/number")


def line_of(record: Record, task: Task, *, place: int, prompt: str) -> dict[str, Any]:
    """`prompt`: the user's turn, without the system's text. A reply of likelihoods alone is the letter they mean."""
    sample = record.sample
    doc = doc_of(sample, task)
    said = "" if record.reply is None else spoken(record.reply, len(sample.choices)).text
    kept = lmms.kept_reply(said)
    choices, answer = sample.choices, sample.answer_text
    return {
        "doc_id": place,
        "doc": doc,
        "target": answer,
        # the tool writes it only where a filter changed it
        **({} if kept == said else {"resps": [[said]]}),
        "filtered_resps": [kept],
        "doc_hash": hashlib.sha256(json.dumps(doc, indent=2, ensure_ascii=False).encode()).hexdigest(),
        METRIC: {
            "pred_answer": kept,
            "gt_answer": LETTERS[choices.index(answer)] if answer in choices else None,
            "score": int(record.verdicts["lmms"].correct),
        },
        "input": prompt,
        OURS: additions(record, said),
    }


def additions(record: Record, said: str) -> dict[str, Any]:
    """What a record holds of its reply and its verdicts that no other key of the line says."""
    line = to_line(record)
    if line["reply"] is not None and line["reply"]["text"] == said:
        del line["reply"]["text"]
    return {name: line[name] for name in ("reply", "failure", "verdicts")}


def doc_of(sample: Sample, task: Task) -> dict[str, Any]:
    """The item as the data's JSON file holds it; the video by its name below the task's folder, where it has one."""
    video = sample.cluster.removeprefix(f"{task.source}/") if sample.video else ""
    bounds = {"start": sample.clip.start_seconds, "end": sample.clip.end_seconds}
    return {
        **({"video": video} if video else {}),
        "question": sample.question,
        "candidates": sample.choices,
        "answer": sample.answer_text,
        **{name: seconds for name, seconds in bounds.items() if seconds is not None},
    }


def protocol_of(run: Run) -> tuple[Protocol, bool]:
    """The protocol as run.json tells it, completed by the one of its name or else lmms-eval's; and about subtitles."""
    told = run.facts.get("protocol")
    told = told if isinstance(told, dict) else {}
    known = PROTOCOLS.get(str(told.get("name")), PROTOCOLS["lmms"])
    texts = {
        field.name: told[field.name]
        for field in fields(Protocol)
        if type(told.get(field.name)) is type(getattr(known, field.name))
    }
    return replace(known, **texts), run.facts["arguments"]["resolved"].get("subtitles") is True


def date(run: Run) -> str:
    """The moment the run began, as lmms-eval puts it before a file's name."""
    try:
        return datetime.fromisoformat(run.facts["started"]).strftime("%Y%m%d_%H%M%S")
    except (KeyError, TypeError, ValueError):
        return UNDATED
