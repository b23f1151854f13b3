"""`mvbench eval --model videochat2` from end to end."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mvbench.cli import main

Folder = Callable[[str], Path]
SHORT = ["--data", "demo", "--tasks", "MD,AS", "--limit", "3", "--workers", "1", "--frames", "4", "--device", "cpu"]


def records(run: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (run / "records.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("name", ["videochat2", "videochat2-mistral", "videochat2-phi3", "videochat2-hd"])
def test_without_checkpoint_and_data_one_line_says_what_is_needed(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["eval", "--model", name]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    for part in (f"{name} needs checkpoint=", "GB", f"[models.{name}]", "no data: give --data DIR"):
        assert part in told


def test_with_data_alone_the_checkpoint_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "--model", "videochat2", "--data", "demo"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("mvbench: videochat2 needs checkpoint=")
    assert "no data" not in told


@pytest.mark.slow
@pytest.mark.parametrize(
    "words", [["--protocol", "notebook"], ["--answer", "options"], ["--view", "none", "--answer", "texts"]]
)
def test_demo_questions_are_answered_and_a_finished_run_is_not_done_again(
    checkpoint: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    run = tmp_path / "run"
    command = ["eval", "--model", "videochat2", "--checkpoint", str(checkpoint("vicuna")), *SHORT, *words]
    assert main([*command, "--max-new-tokens", "8", "--out", str(run)]) == 0
    rows = records(run)
    assert len(rows) == 6
    assert not any(row.get("error") for row in rows)
    facts = json.loads((run / "run.json").read_text())
    assert facts["used"]["build"] == "tiny"
    assert str(checkpoint("vicuna")) not in json.dumps(facts["fingerprint"])
    before = (run / "records.jsonl").read_bytes()
    capsys.readouterr()
    assert main([*command, "--max-new-tokens", "8", "--out", str(run)]) == 0
    assert "nothing is left to ask" in capsys.readouterr().err
    assert (run / "records.jsonl").read_bytes() == before


@pytest.mark.slow
def test_a_run_in_batches_writes_what_single_questions_do(checkpoint: Folder, tmp_path: Path) -> None:
    def said(size: str) -> list[object]:
        run = tmp_path / size
        command = ["eval", "--model", "videochat2-hd", "--checkpoint", str(checkpoint("hd")), *SHORT]
        assert main([*command, "--max-new-tokens", "6", "--batch-size", size, "--out", str(run)]) == 0
        return [row["reply"] for row in records(run)]

    assert said("1") == said("6")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("harm", "trouble"),
    [
        (lambda folder: cut_short(folder / "model.safetensors"), "model.safetensors"),
        (lambda folder: (folder / "config.json").write_text('{"family": "videochat2", "format": 9}'), "format 9"),
        (lambda folder: shutil.rmtree(folder / "tokenizer"), "llm="),
        (lambda folder: (folder / "model.safetensors").unlink(), "model.safetensors"),
    ],
)
def test_a_broken_checkpoint_is_one_line(
    checkpoint: Folder,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    harm: Callable[[Path], object],
    trouble: str,
) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(checkpoint("vicuna"), folder)
    harm(folder)
    command = ["eval", "--model", "videochat2", "--checkpoint", str(folder), *SHORT, "--verbosity", "error"]
    assert main([*command, "--out", str(tmp_path / "run")]) == 2
    told = capsys.readouterr().err
    assert told.startswith("mvbench: ") and told.count("\n") == 1, told
    assert trouble in told


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1000])
