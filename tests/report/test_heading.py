from typing import Any

import pytest

from mvbench.exports import RunFacts
from mvbench.metrics import summarise
from mvbench.report.heading import headline, provenance
from tests.fabricated import records, task

TASK = task("A task")
SUMMARY = summarise(records(TASK, correct=1, total=2), [TASK], data_name="demo")


def test_the_heading_says_what_the_numbers_are_about() -> None:
    run = {"started": "2026-01-02T03:04:05+00:00", "versions": {"mvbench": "0.1.0"}}
    words = headline(run, SUMMARY, RunFacts("m", "16", "notebook", "zeros"))
    assert list(words.values()) == [
        "demo",
        "16 frames",
        "view zeros",
        "protocol notebook",
        "2026-01-02",
        "mvbench 0.1.0",
    ]


def test_an_imported_run_names_its_tool() -> None:
    words = headline({"import": {"tool": "lmms-eval"}}, SUMMARY, RunFacts("m", "unknown", "lmms"))
    assert (words["frames"], words["import"]) == ("frames not told", "replies of lmms-eval")


def test_provenance_holds_what_changes_the_result() -> None:
    run = {
        "model": {"name": "m", "identity": {"hash": "ab"}},
        "fingerprint": {"frames": 16, "sampling": {"policy": "midpoint"}, "limit": None, "model_args": {}},
        "commit": None,
    }
    assert provenance(run) == {
        "model": "m",
        "model: hash": "ab",
        "settings: frames": "16",
        "settings: sampling policy": "midpoint",
    }


def test_an_import_names_its_files_once() -> None:
    run = {"fingerprint": {"files": {"a.jsonl": "ab"}}, "import": {"tool": "lmms-eval", "files": {"a.jsonl": "ab"}}}
    assert provenance(run) == {"import: tool": "lmms-eval", "import: files a.jsonl": "ab"}


@pytest.mark.parametrize("value", [None, [], "x", 3, {"a": {"b": {"c": 1}}}, {str(n): n for n in range(1000)}])
def test_a_run_file_of_any_shape_is_no_trouble(value: Any) -> None:
    names = ("model", "fingerprint", "used", "data", "import", "versions", "hardware", "started", "commit")
    run = dict.fromkeys(names, value)
    assert headline(run, SUMMARY, RunFacts("m", "16", "p"))["data"] == "demo"
    assert len(provenance(run)) < 500
