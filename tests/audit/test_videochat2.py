"""`mvbench audit` on VideoChat2's own network, in miniature."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mvbench.cli import main
from tests.videochat2.conftest import checkpoint, one_thread

__all__ = ["checkpoint", "one_thread"]

pytestmark = pytest.mark.slow


def test_a_tiny_checkpoint_is_audited_on_every_rung(
    checkpoint: Callable[[str], Path],
    seeing_dir: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "audit"
    words = ["--checkpoint", str(checkpoint("vicuna")), "--data", str(seeing_dir), "--frames", "4"]
    words += ["--tasks", "AC", "--limit", "2"]
    words += ["--answer", "options", "--workers", "1", "--device", "cpu", "--verbosity", "warning", "--out", str(out)]
    assert main(["audit", "--model", "videochat2", *words]) == 0
    found = json.loads((out / "audit.json").read_text())["findings"]
    assert not any(step["errors"] for step in found["steps"])
    assert found["permutations"]["questions"] == 2
    assert "cannot tell whether it uses the video" in capsys.readouterr().out
    assert json.loads((out / "none" / "run.json").read_text())["used"]["build"] == "tiny"
