"""Score files as the public board's users, lmms-eval, VLMEvalKit and the notebook write them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.leaderboard.made import PERCENTS, TASKS

AVERAGE = 50.0
"""The mean of `PERCENTS`, over tasks and over questions."""


def written(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content, indent=1))
    return path


def upload(**changes: Any) -> dict[str, Any]:
    """`upload_leaderboard.json`; a change of None leaves the task out."""
    content = {task.title: PERCENTS[task.key] for task in TASKS} | {"Avg": AVERAGE} | changes
    return {name: value for name, value in content.items() if value is not None}


def lmms_results(percents: Mapping[str, float] = PERCENTS, **changes: Any) -> dict[str, Any]:
    """`<date>_results.json` of version 0.7, whose group has no value."""
    rows: dict[str, Any] = {
        f"mvbench_{key}": {
            "alias": f" - mvbench_{key}",
            "mvbench_accuracy,none": value,
            "mvbench_accuracy_stderr,none": "N/A",
            "mvbench_accuracy_stderr_clt,none": 0.035,
        }
        for key, value in percents.items()
    }
    return {
        "results": rows | {"mvbench": {" ": " ", "alias": "mvbench"}},
        "configs": {"mvbench_action_sequence": {"task": "mvbench_action_sequence", "metadata": [{"version": 0.0}]}},
        "n-samples": {f"mvbench_{key}": {"original": 200, "effective": 200} for key in percents},
        "config": {"model": "qwen2_vl", "model_args": "pretrained=/home/me/qwen,max_num_frames=16"},
        "git_hash": "75571cfe",
        "date": "20250612_101112",
        "model_name": "/home/me/checkpoints/qwen2-vl",
    } | changes


def kit_ratings(**changes: Any) -> dict[str, Any]:
    """`<model>_MVBench_rating.json`."""
    rows: dict[str, Any] = {task.title: rating(int(2 * PERCENTS[task.key]), 200) for task in TASKS}
    return rows | {"overall": rating(sum(row[0] for row in rows.values()), 4000)} | changes


def rating(right: float, total: int) -> list[Any]:
    return [right, total, f"{right / total * 100:.2f}%"]


def notebook(**changes: Any) -> dict[str, Any]:
    """The full file: five questions a task, of which two are right."""
    results = [{"pred": f"({'A' if number < 2 else 'B'}) yes", "gt": "(A) yes"} for number in range(5)]
    return {"acc_dict": {task.title: [2, 5] for task in TASKS}, "res_list": results * len(TASKS)} | changes
