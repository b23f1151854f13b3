"""Prompts against those of the public evaluation notebook, byte for byte."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mvbench.prompts import CLOSING, PROTOCOLS, SYSTEM
from mvbench.tasks import load
from tests.data_folder import item, write


@pytest.fixture
def golden(golden_dir: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((golden_dir / "videochat2" / "conversations.json").read_text("utf-8"))
    return content


def test_the_three_literals_are_the_notebooks(golden: dict[str, Any]) -> None:
    assert golden["system"] == SYSTEM
    assert golden["question_prompt"] == CLOSING
    assert golden["answer_prompt"] == PROTOCOLS["notebook"].answer_prefix


def test_questions_answers_and_the_whole_user_turn_are_the_notebooks(golden: dict[str, Any], tmp_path: Path) -> None:
    assert golden["eval"]
    write(tmp_path, {"action_count": [item() | row["input"] for row in golden["eval"]]})
    for sample, row in zip(load(tmp_path).samples, golden["eval"], strict=True):
        prompt = PROTOCOLS["notebook"].render(sample)
        assert prompt.question == row["question"] + golden["question_prompt"]
        letter = "@" if sample.answer is None else "ABCDEFGHIJ"[sample.answer]
        assert f"({letter}) {sample.answer_text}" == row["answer"]
        # Claim C6: the exact paper prompt. VideoChat2's turn is made of these pieces, in this order.
        turn = f"###Human: {prompt.system}{prompt.question}\n###Assistant: {prompt.answer_prefix}"
        assert row["vicuna_mvbench"].endswith(turn)
        assert row["vicuna_mvbench"].startswith(prompt.system)


def test_the_default_protocol_differs_from_the_notebooks_in_the_prefix_and_the_repetition_only() -> None:
    ours, theirs = PROTOCOLS["mvbench"], PROTOCOLS["notebook"]
    changed = replace(
        ours, name=theirs.name, source=theirs.source, answer_prefix=theirs.answer_prefix, repeat_system=True
    )
    assert changed == theirs
