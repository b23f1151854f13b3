"""The notebook's result file: which task each entry belongs to, and what is no such file."""

import json
from pathlib import Path
from typing import Any

import pytest

from mvbench.errors import DataError
from mvbench.importers import notebook

ENTRY = {"pred": "(B) a box", "gt": "(B) a box"}


def write(folder: Path, content: Any) -> Path:
    path = folder / "test.json"
    path.write_text(json.dumps(content))
    return path


def test_entries_belong_to_the_tasks_in_the_order_of_the_counts(tmp_path: Path) -> None:
    counts = {"Action Sequence": [1, 2], "Action Count": [0, 1]}
    preds = ["(A) x", "(", "no bracket"]
    results = [{"pred": pred, "gt": "(A) x"} for pred in preds]
    rows, right = notebook.read(write(tmp_path, {"acc_dict": counts, "res_list": results}))
    assert right == 1
    assert [(row.task, row.index, row.reply, row.gold) for row in rows] == [
        ("Action Sequence", 0, "A) x", "(A) x"),
        ("Action Sequence", 1, "", "(A) x"),
        ("Action Count", 0, "no bracket", "(A) x"),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([], "must be an object"),
        ({"res_list": []}, "acc_dict is None"),
        ({"acc_dict": {}, "res_list": {}}, "res_list is {}; it must be a list"),
        ({"acc_dict": {"Action Count": 3}, "res_list": []}, "must be \\[right, all\\]"),
        ({"acc_dict": {"Action Count": [2, 1]}, "res_list": []}, "must be \\[right, all\\]"),
        ({"acc_dict": {"Action Count": [0, True]}, "res_list": []}, "must be \\[right, all\\]"),
        ({"acc_dict": {"Action Count": [0, 10**18]}, "res_list": []}, "must be \\[right, all\\]"),
        ({"acc_dict": {"Action Count": [1, 2]}, "res_list": [ENTRY]}, "holds 1 results, but its acc_dict counts 2"),
        ({"acc_dict": {"Action Count": [1, 1]}, "res_list": ["x"]}, "res_list\\[0\\] is 'x'"),
        ({"acc_dict": {"Action Count": [1, 1]}, "res_list": [{"pred": "x"}]}, "must hold 'pred' and 'gt'"),
    ],
)
def test_what_the_notebook_does_not_write_is_named(tmp_path: Path, content: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        notebook.read(write(tmp_path, content))


@pytest.mark.parametrize("junk", [b"{", b"\xff\xfe\xfd", b"[" * 100_000, b"9" * 5000])
def test_what_is_not_json_is_refused_in_one_line(tmp_path: Path, junk: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(junk)
    with pytest.raises(DataError, match="is not JSON"):
        notebook.read(path)


def test_many_small_counts_that_add_up_are_refused(tmp_path: Path) -> None:
    counts = {f"task {number}": [0, 10**6] for number in range(3)}
    with pytest.raises(DataError, match="more than a million"):
        notebook.read(write(tmp_path, {"acc_dict": counts, "res_list": []}))
