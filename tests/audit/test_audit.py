"""`mvbench audit`, end to end."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from mvbench.cli import main
from tests.audit import seeing
from tests.test_eval import lines

pytestmark = pytest.mark.slow

HERE = f"{seeing.__file__}:"


def audit(model: str, data: Path | str, out: Path, *words: object) -> int:
    settings = ["--frames", "8", "--workers", "1", "--verbosity", "warning"]
    return main(["audit", "--model", model, "--data", str(data), "--out", str(out), *settings, *map(str, words)])


def content(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "audit.json").read_text())
    return found


def claims(out: Path) -> dict[str, str | None]:
    found = content(out)["findings"]
    return {"video": found["video"]} | {step["name"]: step["claim"] for step in found["steps"] if step["claim"]}


def accuracies(out: Path) -> dict[str, float]:
    return {step["name"]: step["accuracy"]["mean"] for step in content(out)["findings"]["steps"]}


@pytest.fixture(scope="module")
def seer(tmp_path_factory: pytest.TempPathFactory, seeing_dir: Path) -> Path:
    out = tmp_path_factory.mktemp("audits") / "seer"
    assert audit(HERE + "Seer", seeing_dir, out) == 0
    return out


def test_a_model_that_reads_the_pixels_is_found_to_use_video_motion_order_and_direction(seer: Path) -> None:
    assert accuracies(seer)["full"] == 100
    assert accuracies(seer)["none"] == accuracies(seer)["zeros"] == accuracies(seer)["noise"] == 25
    assert claims(seer) == {
        "video": "more",
        "middle": "more",
        "shuffle": "more",
        "reverse": "more",
        "swap": "more",
        "frames-4": "cannot tell",
        "frames-2": "cannot tell",
    }
    backwards = content(seer)["findings"]["reversal"]
    assert (backwards["flipped"]["questions"], backwards["flipped"]["flipped"], backwards["flipped"]["kept"]) == (
        24,
        100,
        0,
    )
    assert {sign["sign"]: sign["change"]["difference"]["mean"] for sign in backwards["signs"]} == {
        "equivariant": 100,
        "invariant": 0,
    }
    turned = content(seer)["findings"]["permutations"]
    assert (turned["all_right"]["accuracy"]["mean"], turned["flips"]["mean"]) == (100, 0)
    assert content(seer)["sentences"][0].startswith("uses the video: gain +75.0 [")


def test_a_gain_that_only_one_task_has_is_told_task_by_task(seer: Path) -> None:
    steps = {step["name"]: step for step in content(seer)["findings"]["steps"]}
    assert steps["middle"]["tasks"]["action_count"]["gain"]["difference"]["mean"] == 0
    assert steps["middle"]["tasks"]["moving_direction"]["gain"]["difference"]["mean"] == 75
    assert steps["middle"]["tasks"]["moving_direction"]["p_value"] < 0.001


def test_a_rung_is_a_run_that_other_commands_take(
    seer: Path, seeing_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["score", str(seer / "rotation-1")]) == 0
    assert "view rotation-1" in capsys.readouterr().out
    words = ["--model", HERE + "Seer", "--data", str(seeing_dir), "--frames", "8", "--view", "swap"]
    assert main(["eval", *words, "--out", str(seer / "swap")]) == 0
    assert "nothing is left to ask" in capsys.readouterr().err
    assert main(["compare", str(seer / "full"), str(seer / "zeros")]) == 0


def test_a_finished_audit_is_printed_again_and_stays_as_it_is(
    seer: Path, seeing_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.read_bytes() for path in seer.rglob("*.json*")}
    assert audit(HERE + "Seer", seeing_dir, seer) == 0
    assert {path: path.read_bytes() for path in seer.rglob("*.json*")} == before
    printed = capsys.readouterr().out
    assert "uses the video: gain +75.0" in printed
    assert "Moving Direction" in printed
    assert printed.rstrip().endswith("audit.json, and a run folder for each rung")


@pytest.mark.parametrize("width", [80, 200])
def test_tables_fit_into_80_columns(
    seer: Path, seeing_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setattr("mvbench.terminal.PLAIN_WIDTH", width)
    assert audit(HERE + "Seer", seeing_dir, seer) == 0
    rows = capsys.readouterr().out.splitlines()
    assert max(len(row.rstrip()) for row in rows[:-1]) <= width
    assert not any("…" in row for row in rows)


@pytest.mark.parametrize("model", ["first-choice", "random"])
def test_a_blind_model_is_never_said_to_use_anything(tmp_path: Path, seeing_dir: Path, model: str) -> None:
    assert audit(model, seeing_dir, tmp_path / "a", "--limit", 12) == 0
    assert set(claims(tmp_path / "a").values()) <= {"cannot tell", "same"}
    assert not [
        said for said in content(tmp_path / "a")["sentences"] if said.startswith(("uses", "tells", "looks", "follows"))
    ]


def test_an_oracle_gains_nothing_and_stays_with_its_content(tmp_path: Path, seeing_dir: Path) -> None:
    words = ["--model-args", "accuracy=0.6", "--limit", "8", "--margin", "40"]
    assert audit("oracle", seeing_dir, tmp_path / "a", *words) == 0
    found = content(tmp_path / "a")["findings"]
    assert {step["gain"]["difference"]["mean"] for step in found["steps"] if step["gain"]} == {0}
    assert found["permutations"]["flips"]["mean"] == 0
    assert found["permutations"]["first"]["accuracy"]["mean"] == found["permutations"]["every"]["accuracy"]["mean"]
    assert [floor["choices"] for floor in found["floors"]] == [0] * len(found["floors"])
    said = content(tmp_path / "a")["sentences"][0]
    assert said.startswith("no better with the video, within ±40 points of each blind view: gain 0.0")


def test_a_model_that_wavers_with_its_batches_has_a_noise_floor(tmp_path: Path, seeing_dir: Path) -> None:
    words = ["--model-args", "waver=true", "--tasks", "MD", "--limit", "8"]
    assert audit(HERE + "Seer", seeing_dir, tmp_path / "a", *words) == 0
    seen = {floor["rung"]: floor for floor in content(tmp_path / "a")["findings"]["floors"]}
    assert (seen["repeat-batch"]["verdicts"], seen["repeat-batch"]["choices"]) == (25, 25)
    assert seen["repeat-batch"]["difference"]["difference"]["mean"] == -25
    assert not [floor for name, floor in seen.items() if name != "repeat-batch" and floor["choices"]]


def test_a_rung_full_of_errors_supports_no_claim(
    tmp_path: Path, seeing_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit(HERE + "Afraid", seeing_dir, tmp_path / "a", "--limit", 4) == 3
    printed = capsys.readouterr().out
    assert "none: 8 errors in 8 questions, more than allowed: no claim rests on it" in printed
    assert "over the best blind view (zeros)" in printed


def test_reversed_clips_with_too_many_errors_tell_of_no_direction(tmp_path: Path, seeing_dir: Path) -> None:
    assert audit(HERE + "Forgetful", seeing_dir, tmp_path / "a", "--limit", "4") == 3
    found = content(tmp_path / "a")
    assert found["findings"]["reversal"] is None
    assert not any("backwards" in sentence for sentence in found["sentences"])


def test_a_dry_run_counts_requests_and_asks_nothing(
    tmp_path: Path, seeing_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit(HERE + "Server", seeing_dir, tmp_path / "a", "--dry-run") == 0
    printed = capsys.readouterr().out
    assert not (tmp_path / "a").exists()
    assert "48 each: full, none, zeros" in printed
    assert "left out: repeat-batch (the model is asked one question at a time)" in printed


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--frames", "4"], "sampling.num_frames: 8 there, 4 now"),
        (["--seed", "3"], "seed: 0 there, 3 now"),
        (["--margin", "0"], "--margin: is '0'; it must be a number above 0"),
        (["--view", "zeros"], "unknown argument '--view'"),
        (["--repeats", "2"], "unknown argument '--repeats'"),
        (["--set", "view=zeros"], "--set view: this command takes 'view' from a flag of its own, or not at all"),
        (["--set", "repeats=3"], "--set repeats: this command takes 'repeats' from a flag of its own, or not at all"),
    ],
)
def test_other_settings_over_an_audit_are_refused_in_one_line(
    seer: Path, seeing_dir: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert audit(HERE + "Seer", seeing_dir, seer, *words) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert message in told


@pytest.mark.parametrize(
    "harm",
    [
        "",
        "{}",
        "[]",
        "{'not': json}",
        '{"schema": 1, "fingerprint": []}',
        '{"schema": 99, "fingerprint": {}}',
        '{"schema": 1, "fingerprint": {"model": "\\u001b[31mred"}}',
    ],
)
def test_a_broken_or_hostile_audit_is_one_line(
    tmp_path: Path, seeing_dir: Path, capsys: pytest.CaptureFixture[str], harm: str
) -> None:
    out = tmp_path / "a"
    out.mkdir()
    (out / "audit.json").write_text(harm)
    assert audit("first-choice", seeing_dir, out) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert told.startswith("mvbench: ")
    assert "\x1b" not in told
    assert sorted(path.name for path in out.iterdir() if not path.name.startswith(".")) == ["audit.json"]


def test_a_foreign_folder_and_a_link_are_left_alone(
    tmp_path: Path, seeing_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "mine"
    out.mkdir()
    (out / "thesis.tex").write_text("years of work")
    assert audit("first-choice", seeing_dir, out) == 2
    assert "holds 'thesis.tex' but no audit.json: it is no audit" in capsys.readouterr().err
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "audit.json").symlink_to(out / "thesis.tex")
    assert audit("first-choice", seeing_dir, linked) == 2
    assert (out / "thesis.tex").read_text() == "years of work"


def test_a_rung_that_lost_its_records_is_asked_again(tmp_path: Path, seeing_dir: Path) -> None:
    out = tmp_path / "a"
    words = ["--limit", "4", "--tasks", "AC"]
    assert audit("random", seeing_dir, out, *words) == 0
    before = (out / "audit.json").read_bytes()
    (out / "zeros" / "records.jsonl").unlink()
    rows = (out / "swap" / "records.jsonl").read_text().splitlines(keepends=True)
    (out / "swap" / "records.jsonl").write_text("".join(rows[:3]) + rows[3][:40])
    assert audit("random", seeing_dir, out, *words) == 0
    assert (out / "audit.json").read_bytes() == before


def test_fresh_moves_the_old_audit_aside(tmp_path: Path, seeing_dir: Path) -> None:
    out = tmp_path / "a"
    assert audit("first-choice", seeing_dir, out, "--tasks", "MD", "--limit", "2") == 0
    assert audit("first-choice", seeing_dir, out, "--tasks", "AC", "--limit", "2", "--fresh") == 0
    assert content(tmp_path / "a.old")["fingerprint"]["tasks"] == ["moving_direction"]
    assert content(out)["fingerprint"]["tasks"] == ["action_count"]


def test_killed_again_and_again_it_comes_to_the_same_end(tmp_path: Path, seeing_dir: Path) -> None:
    whole, out = tmp_path / "whole", tmp_path / "killed"
    assert audit(HERE + "Seer", seeing_dir, whole, "--limit", 6) == 0
    words = ["--data", str(seeing_dir), "--limit", "6", "--frames", "8", "--workers", "1", "--verbosity", "warning"]
    command = [sys.executable, "-m", "mvbench", "audit", "--model", HERE + "Seer", *words, "--out", str(out)]
    command += ["--model-args", "delay=0.01"]
    for goal in (30, 100):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_for(lambda goal=goal: written(out) >= goal, process)
        process.send_signal(signal.SIGKILL)
        process.wait()
        before = written(out)
        assert before < written(whole)
    assert subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 0
    assert content(out)["findings"] == content(whole)["findings"]
    for rung in (path for path in out.iterdir() if path.is_dir()):
        last = {row["sample_id"]: row for row in lines(rung)}
        assert list(last.values()) == lines(whole / rung.name)
        assert len(lines(rung)) - len(last) <= 2 * 5, "no more than the batch under way is asked again"


def written(out: Path) -> int:
    return sum(len(path.read_text().splitlines()) for path in out.glob("*/records.jsonl"))


def wait_for(come: Any, process: subprocess.Popen[bytes]) -> None:
    for _ in range(3000):
        if come():
            return
        assert process.poll() is None, "it ended by itself"
        time.sleep(0.01)
    raise AssertionError("it never came")
