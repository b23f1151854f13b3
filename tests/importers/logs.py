"""Result files as lmms-eval, VLMEvalKit and the notebook write them, for chosen questions and replies."""

import csv
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mvbench import tasks
from mvbench.scoring import lmms, official
from mvbench.types import LETTERS, Sample
from tests.data_folder import item, touch_video, write

Line = dict[str, Any]
TITLES = {task.key: task.title for task in tasks.public_tasks()}


def folder_of(path: Path, per_task: Mapping[str, int]) -> Path:
    """A data folder with so many different questions per task, each with a video."""
    annotations = {}
    for key, count in per_task.items():
        annotations[key] = [item(number, question=f"What of {key} ({number})?") for number in range(count)]
        folder = next(task.folder for task in tasks.public_tasks() if task.key == key)
        for number in range(count):
            touch_video(path, f"{folder}/{number}.mp4")
    return write(path, annotations)


def letters(samples: Iterable[Sample], *, right: int = 1) -> dict[str, str]:
    """A short reply to each question: `right` of three are right."""
    replies = {}
    for number, sample in enumerate(samples):
        assert sample.answer is not None
        shift = 0 if number % 3 < right else 1
        replies[sample.id] = LETTERS[(sample.answer + shift) % len(sample.choices)] + ")"
    return replies


# ------------------------------------------------------------------------------------------------------ lmms-eval


def lmms_line(sample: Sample, reply: str, *, number: int, closing: str = "Only give the best option.\n") -> Line:
    """One line of version 0.7: neither `doc` nor `arguments` are kept, `resps` only where a filter changed them."""
    options = "".join(f"({letter}) {choice}\n" for letter, choice in zip(LETTERS, sample.choices, strict=False))
    kept = lmms.kept_reply(reply)
    line: Line = {
        "doc_id": number,
        "target": sample.answer_text,
        "resps": [[reply]],
        "filtered_resps": [kept],
        "token_counts": [None],
        "doc_hash": hashlib.sha256(sample.id.encode()).hexdigest(),
        "mvbench_accuracy": {
            "pred_answer": kept,
            "gt_answer": LETTERS[sample.choices.index(sample.answer_text)],
            "score": lmms.score(kept, sample.choices, sample.answer_text),
        },
        "input": f"Question:{sample.question}\nOption:\n{options}{closing}",
    }
    if line["filtered_resps"] == line["resps"][0]:
        line.pop("resps")
    return line


def lmms_name(task: str) -> str:
    return f"20260301_101112_samples_mvbench_{task}.jsonl"


def write_lmms(folder: Path, samples: Sequence[Sample], replies: Mapping[str, str], **changes: Any) -> Path:
    """One file per task, in a folder named by the model."""
    folder.mkdir(parents=True, exist_ok=True)
    for task in dict.fromkeys(sample.task for sample in samples):
        rows = [sample for sample in samples if sample.task == task]
        lines = [
            lmms_line(sample, replies[sample.id], number=number, **changes)
            for number, sample in enumerate(rows)
            if sample.id in replies
        ]
        write_lines(folder / lmms_name(task), lines)
    return folder


def write_lines(path: Path, lines: Iterable[Any]) -> Path:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


# ----------------------------------------------------------------------------------------------------- VLMEvalKit

COLUMNS = (
    "task_type",
    "prefix",
    "data_type",
    "bound",
    "start",
    "end",
    "video",
    "question",
    "answer",
    "candidates",
    "index",
    "prediction",
)


def kit_row(sample: Sample, reply: str | None, *, number: int, **changes: Any) -> Line:
    """One row of the table; None: nothing came back."""
    folder, _, video = sample.video.rpartition("/")
    start, end = sample.clip.start_seconds, sample.clip.end_seconds
    return {
        "task_type": TITLES[sample.task],
        "prefix": f"video/{folder}/",
        "data_type": "video",
        "bound": start is not None,
        "start": 1.0 if start is None else start,
        "end": 5.0 if end is None else end,
        "video": video,
        "question": sample.question,
        "answer": sample.answer_text,
        "candidates": repr(list(sample.choices)),
        "index": number,
        "prediction": reply,
    } | changes


def kit_rows(samples: Sequence[Sample], replies: Mapping[str, str | None]) -> list[Line]:
    return [
        kit_row(sample, replies[sample.id], number=number)
        for number, sample in enumerate(samples)
        if sample.id in replies
    ]


def write_tsv(path: Path, rows: Sequence[Line]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, list(rows[0]), delimiter="\t", lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    return path


def write_xlsx(path: Path, rows: Sequence[Line]) -> Path:
    """As pandas does it for the tool."""
    import pandas as pd

    pd.DataFrame(rows).to_excel(path, index=False, engine="openpyxl")
    return path


# --------------------------------------------------------------------------------------------------- the notebook


def notebook_content(samples: Sequence[Sample], replies: Mapping[str, str]) -> Line:
    """Every question has an entry, in the order of the tasks; a reply that is not there is empty."""
    counts: dict[str, list[int]] = {}
    results = []
    for sample in samples:
        pred = official.prepare(replies.get(sample.id, ""))
        gold = official.gold_text(sample.choices, sample.answer_text)
        results.append({"pred": pred, "gt": gold})
        count = counts.setdefault(TITLES[sample.task], [0, 0])
        count[0] += official.check_answer(pred, gold)
        count[1] += 1
    return {"acc_dict": counts, "res_list": results}


def write_notebook(path: Path, samples: Sequence[Sample], replies: Mapping[str, str]) -> Path:
    path.write_text(json.dumps(notebook_content(samples, replies)), encoding="utf-8")
    return path
