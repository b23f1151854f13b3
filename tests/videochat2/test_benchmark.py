"""The benchmark of VideoChat2 runs, counts rightly and compares what it says it does."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from baselines.videochat2.build import tiny

pytestmark = pytest.mark.slow

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "videochat2.py"
FRAMES, QUESTIONS, NEW_TOKENS = 2, 3, 100


@pytest.fixture(scope="module")
def ran(numbered_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    """What it prints and what it writes, of three questions in batches of two."""
    file = tmp_path_factory.mktemp("benchmark") / "result.json"
    words = ["--frames", FRAMES, "--batch-size", 2, "--questions", QUESTIONS, "--repeats", 1, "--threads", 1]
    done = subprocess.run(
        [sys.executable, str(BENCHMARK), *map(str, words), "--data", str(numbered_dir), "--json", str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads(file.read_text())


def test_every_part_of_the_measurement_is_printed(ran: tuple[str, dict[str, Any]]) -> None:
    printed, _ = ran
    for words in ("vision encoder", "Q-Former", "prefill", "decode, one token", "ceiling", "ratio", "options", "peak"):
        assert words in printed


def test_flop_of_the_vision_encoder_are_those_of_the_formula(ran: tuple[str, dict[str, Any]]) -> None:
    _, result = ran
    size = tiny().vision
    tokens = FRAMES * (size.image_side // size.patch) ** 2
    linear = 2 * tokens * size.width**2 * (4 + 2 * size.mlp_ratio)
    attention = 4 * tokens**2 * size.width
    patches = 2 * tokens * 3 * size.patch**2 * size.width
    stage = next(row for row in result["stages"] if row["stage"] == "vision encoder")
    assert stage["flop"] == 2 * (size.blocks * (linear + attention) + patches)
    assert stage["share_of_ceiling"] == pytest.approx(
        stage["flop"] / stage["seconds"] / result["ceiling_flop_per_second"]
    )


def test_both_sides_of_each_race_say_the_same(ran: tuple[str, dict[str, Any]]) -> None:
    _, result = ran
    endless, taught = result["races"].values()
    for race in (endless, taught):
        assert race["questions"] == race["equal_official_verdicts"] == race["equal_texts"] == QUESTIONS
        assert race["ratio"]["min"] <= race["ratio"]["median"] <= race["ratio"]["max"]
    assert endless["tokens_of_a_reply"] == {"notebook": NEW_TOKENS, "batches": NEW_TOKENS}
    assert taught["tokens_of_a_reply"]["batches"] == 3 < taught["tokens_of_a_reply"]["notebook"] < NEW_TOKENS


def test_letters_are_told_as_they_are_written(ran: tuple[str, dict[str, Any]]) -> None:
    _, result = ran
    rows = result["agreement"].values()
    assert sum(row["questions"] for row in rows) == sum(row["options"] for row in rows) == QUESTIONS
