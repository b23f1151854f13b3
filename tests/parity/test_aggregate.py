"""Aggregated numbers against those the public notebook wrote for the same counts."""

import json
from pathlib import Path

from mvbench.exports import board_percentages
from mvbench.metrics import summarise
from tests.fabricated import records, task


def test_percentages_equal_the_notebooks_to_the_last_digit(golden_dir: Path) -> None:
    golden = json.loads((golden_dir / "videochat2" / "scoring.json").read_text(encoding="utf-8"))["aggregate"]
    tasks = {title: task(title) for title in golden["acc_dict"]}
    drawn = (
        one
        for title, (correct, total) in golden["acc_dict"].items()
        for one in records(tasks[title], correct=correct, total=total)
    )
    summary = summarise(drawn, list(tasks.values()), data_name="custom")
    percentages = board_percentages(summary.judge("official"))
    assert percentages == golden["final"]
    assert list(percentages) == list(golden["final"])
