"""The official rule and its reply preparation against the public notebooks', case by case."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mvbench.scoring import official


def load(golden_dir: Path, key: str) -> list[dict[str, Any]]:
    return json.loads((golden_dir / "videochat2" / "scoring.json").read_text(encoding="utf-8"))[key]


def outcome(rule: Callable[[str, str], bool], prediction: str, gold: str) -> bool | str:
    try:
        return rule(prediction, gold)
    except IndexError:
        return "error:IndexError"


@pytest.mark.parametrize(
    ("rule", "key"), [(official.check_answer, "mvbench"), (official.check_answer_hd, "hd_variant")]
)
def test_every_verdict_equals_the_notebooks(golden_dir: Path, rule: Callable[[str, str], bool], key: str) -> None:
    rows = load(golden_dir, "check_ans")
    assert [outcome(rule, row["pred"], row["gt"]) for row in rows] == [row[key] for row in rows]
    assert rows


@pytest.mark.parametrize(
    ("prepare", "key"), [(official.prepare, "vicuna_final"), (official.prepare_hd, "mistral_final")]
)
def test_every_reply_is_prepared_as_the_notebooks_do(golden_dir: Path, prepare: Callable[[str], str], key: str) -> None:
    rows = load(golden_dir, "postprocess")
    assert [prepare(row["raw"]) for row in rows] == [row[key] for row in rows]
