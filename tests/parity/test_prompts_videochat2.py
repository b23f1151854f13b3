"""Prompts, chats, training texts and cleaned replies against the public notebooks', byte for byte."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from baselines.videochat2.conversation.dialogue import Dialogue, Turn
from baselines.videochat2.conversation.formats import FORMATS, evaluation
from mvbench.prompts import PROTOCOLS
from mvbench.scoring import official
from mvbench.types import Prompt

VISUAL = "<VideoHere>"


@pytest.fixture(scope="module")
def golden(golden_dir: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((golden_dir / "videochat2" / "conversations.json").read_text("utf-8"))
    return content


@pytest.mark.parametrize(
    ("key", "style", "repeated"),
    [
        ("vicuna_mvbench", "vicuna", True),
        ("vicuna_no_system_in_llm_turn", "vicuna", False),
        ("mistral", "mistral", True),
        ("mistral_hd", "mistral", True),
        ("phi_demo_style", "phi3", False),
    ],
)
def test_evaluation_prompts(golden: dict[str, Any], key: str, style: str, repeated: bool) -> None:
    notebook = PROTOCOLS["notebook"]
    assert golden["eval"]
    for row in golden["eval"]:
        question = row["question"] + golden["question_prompt"]
        prompt = Prompt(notebook.system, question, notebook.answer_prefix, repeat_system=repeated)
        assert VISUAL.join(evaluation(prompt, FORMATS[style])) == row[key]


@pytest.mark.parametrize(("style", "answer"), [("vicuna", "A dog."), ("mistral", " A dog.")])
def test_chats(golden: dict[str, Any], style: str, answer: str) -> None:
    ask = "Describe the video in details."
    opened = FORMATS[style].chat([Turn(ask, ("video",))])
    assert VISUAL.join(opened) == golden[f"{style}_chat_open"]
    going_on = FORMATS[style].chat([Turn(ask, ("video",), answer), Turn("And then?")])
    assert VISUAL.join(going_on) == golden[f"{style}_chat_second_turn"]


def test_training_texts(golden: dict[str, Any]) -> None:
    assert golden["train"]
    for row in golden["train"]:
        family, kind = row["cls"].split("_")
        medium = None if kind == "text" else kind
        turns = tuple((turn["q"], turn["a"]) for turn in row["qa"])
        told = row["qa"][0].get("i", "")
        lesson = FORMATS[family.replace("phi", "phi3")].lesson(Dialogue(turns, medium, told, row["system"], row["msg"]))
        assert (lesson.before is None) == (medium is None)
        assert (lesson.before or "") + lesson.after == row["conversation"], row


def test_shuffled_training_texts(golden: dict[str, Any]) -> None:
    assert golden["train_shuffled_vicuna_video"]
    for row in golden["train_shuffled_vicuna_video"]:
        turns = list(row["qa"])
        random.seed(row["seed"])
        random.shuffle(turns)
        told = Dialogue(tuple((turn["q"], turn["a"]) for turn in turns), "video", turns[0]["i"])
        lesson = FORMATS["vicuna"].lesson(told)
        assert f"{lesson.before}{lesson.after}" == row["conversation"]


@pytest.mark.parametrize(
    ("style", "prepare", "key"),
    [("vicuna", official.prepare, "vicuna_final"), ("mistral", official.prepare_hd, "mistral_final")],
)
def test_cleaned_replies_are_scored_as_the_raw_ones(golden_dir: Path, style: str, prepare: Any, key: str) -> None:
    rows = json.loads((golden_dir / "videochat2" / "scoring.json").read_text("utf-8"))["postprocess"]
    assert rows
    for row in rows:
        clean = FORMATS[style].clean(row["raw"])
        assert prepare(clean) == row[key]
        assert official.first_line(clean) == row[key]
