"""Aggregated numbers against those the public notebook wrote for the same counts."""

import json
import re
from pathlib import Path

from mvbench.exports import board_percentages
from mvbench.metrics import summarise
from tests.fabricated import record, records, task

LINE = re.compile(r"^\d+ for (.+) \(\d+ options => ([\d.]+)%\)$", re.MULTILINE)


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


def test_chance_per_task_is_the_notebooks_where_its_items_have_equally_many_options(golden_dir: Path) -> None:
    """The notebook's total is not ours: it adds stray fractions and weighs tasks by their options."""
    golden = json.loads((golden_dir / "videochat2" / "scoring.json").read_text(encoding="utf-8"))["dataset_str"]
    tasks = {title: task(title) for title in golden["tasks"]}
    drawn = (
        record(tasks[title], index, choices=options)
        for title, counts in golden["tasks"].items()
        for index, options in enumerate(counts)
    )
    chances = {
        one.task.title: one.chance
        for one in summarise(drawn, list(tasks.values()), data_name="custom").judge("parsed").tasks
    }
    printed = {title: float(percent) for title, percent in LINE.findall(golden["string"])}
    assert printed.keys() == tasks.keys()
    uniform = [title for title, counts in golden["tasks"].items() if len(set(counts)) == 1]
    assert {title: round(chances[title], 2) for title in uniform} == {title: printed[title] for title in uniform}
    fractions = sum(1 / sum(counts) for counts in golden["tasks"].values())
    questions, options = (sum(map(size, golden["tasks"].values())) for size in (len, sum))
    assert f"Total random accuracy: {(questions + fractions) / options * 100:.2f}%" in golden["string"]
