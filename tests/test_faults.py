"""Runs that are killed, starved and shut out; what is left of them goes on as if nothing had been."""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mvbench.cli import main
from tests import numbered
from tests.test_eval import lines
from tests.test_isolation import gone, wait_until

QUESTIONS = 160


def command(out: Path, *words: object) -> list[str]:
    data = str(numbered.folder())
    run = [sys.executable, "-m", "mvbench", "eval", "--model", "random", "--data", data, "--frames", "2"]
    return [*run, "--workers", "2", "--batch-size", "4", "--verbosity", "warning", "--out", str(out), *map(str, words)]


def derived(run: Path) -> dict[str, bytes]:
    return {name: (run / name).read_bytes() for name in ("summary.json", "results.csv")}


def kept(run: Path) -> list[dict[str, Any]]:
    """The last line of each id, measured times aside: a batch that was cut short is asked again as a whole."""
    return list({row["sample_id"]: row for row in lines(run)}.values())


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole") / "run"
    assert main(command(out)[3:]) == 0
    return out


def descendants(pid: int) -> list[int]:
    try:
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        for thread in Path(f"/proc/{pid}/task").iterdir():
            children += [int(child) for child in (thread / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []
    return sorted(set(children))


Moment = Callable[[Path], bool]
"""Whether a run that writes into a folder has come to the point where it is to be killed."""


def begun(out: Path) -> bool:
    return (out / "run.json").exists()


def written(count: int) -> Moment:
    def reached(out: Path) -> bool:
        records = out / "records.jsonl"
        return records.exists() and records.read_bytes().count(b"\n") >= count

    return reached


def after(seconds: float) -> Moment:
    end: list[float] = []

    def reached(out: Path) -> bool:
        end.append(time.monotonic() + seconds)  # counted from the first look
        return time.monotonic() >= end[0]

    return reached


def killed_at(out: Path, moment: Moment) -> list[int]:
    """The workers of a run that was killed; a run that ended before its moment had none left."""
    with subprocess.Popen(command(out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and not moment(out):
            time.sleep(0.005)
        workers = descendants(process.pid)
        process.kill()
        ended = process.wait() == 0
    return [] if ended else workers


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_run_killed_at_any_point_and_resumed_equals_one_that_was_not(uninterrupted: Path, tmp_path: Path) -> None:
    """Claims C7 and C12 too: nothing is drawn anew, and no interrupted file is used again."""
    draw = random.Random(20)
    by_what_is_written = [begun, *(written(QUESTIONS * quarter // 4 or 1) for quarter in range(5))]
    # Most of the time is start-up and decoding: aim over all of it, and past it so that runs also end.
    by_time = [after(draw.uniform(0.05, 1.2)) for _ in range(8)]
    leftovers = []
    for number, moments in enumerate((by_what_is_written, by_time)):
        out = tmp_path / f"run{number}"
        leftovers += [pid for moment in moments for pid in killed_at(out, moment)]
        assert subprocess.run(command(out), stdout=subprocess.DEVNULL, check=False).returncode == 0
        assert derived(out) == derived(uninterrupted)
        assert kept(out) == kept(uninterrupted)
    assert leftovers, "some kills hit while workers were there"
    assert wait_until(lambda: all(gone(pid) for pid in leftovers), seconds=10), "a worker outlived its run"


@pytest.mark.parametrize("signals", [(signal.SIGINT,), (signal.SIGTERM,), (signal.SIGINT, signal.SIGTERM)])
def test_an_interrupt_finishes_the_questions_under_way_and_says_how_to_go_on(
    uninterrupted: Path, tmp_path: Path, signals: tuple[int, ...]
) -> None:
    """Two signals at once, to a process and its group for instance, are one request."""
    out = tmp_path / "run"
    with subprocess.Popen(command(out), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert wait_until(lambda: (out / "records.jsonl").exists() and (out / "records.jsonl").stat().st_size > 0)
        for number in signals:
            process.send_signal(number)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.count("The same command resumes") == 1
    assert "interrupted" not in said
    assert "Traceback" not in said
    rows = (out / "records.jsonl").read_bytes()
    assert rows.endswith(b"\n")
    assert 0 < rows.count(b"\n") < QUESTIONS
    assert subprocess.run(command(out), stdout=subprocess.DEVNULL, check=False).returncode == 0
    assert derived(out) == derived(uninterrupted)


def test_a_file_size_limit_is_one_line_and_the_run_goes_on_when_there_is_room(
    uninterrupted: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"

    def starve() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))

    done = subprocess.run(command(out), capture_output=True, text=True, preexec_fn=starve, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "cannot write in" in done.stderr
    assert "File too large; finished questions are kept" in done.stderr
    assert 0 < (out / "records.jsonl").stat().st_size <= 40_000
    assert subprocess.run(command(out), stdout=subprocess.DEVNULL, check=False).returncode == 0
    assert derived(out) == derived(uninterrupted)
    assert kept(out) == kept(uninterrupted)


def test_a_second_process_on_one_run_is_refused_and_the_first_goes_on(uninterrupted: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    with subprocess.Popen(command(out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as first:
        assert wait_until(lambda: (out / "run.json").exists())
        second = subprocess.run(command(out), capture_output=True, text=True, check=False)
        assert first.wait(timeout=60) == 0
    assert second.returncode == 2
    assert "another process is writing" in second.stderr
    assert derived(out) == derived(uninterrupted)


def test_a_clock_that_goes_back_changes_nothing(
    uninterrupted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "run"
    assert main([*command(out, "--limit", "4")[3:]]) == 0
    future = json.loads((out / "run.json").read_text()) | {"started": "2099-01-01T00:00:00+00:00"}
    (out / "run.json").write_text(json.dumps(future))
    os.utime(out / "records.jsonl", (4e9, 4e9))
    now = iter(range(4_000_000_000, 0, -3600))
    monkeypatch.setattr(time, "time", lambda: float(next(now)))
    assert main([*command(out, "--limit", "4")[3:]]) == 0
    assert main(command(tmp_path / "backwards")[3:]) == 0
    assert derived(tmp_path / "backwards") == derived(uninterrupted)


def test_clips_that_hang_or_kill_their_worker_cost_one_question_each(
    tmp_path: Path, numbered_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests import isolated

    monkeypatch.setattr("mvbench.evaluation.read", isolated.read_badly)
    words = [
        "eval",
        "--model",
        "oracle",
        "--data",
        str(numbered_dir),
        "--tasks",
        "AA",
        "--decode-timeout",
        "3",
        "--workers",
        "2",
    ]
    assert main([*words, "--out", str(tmp_path / "run"), "--max-errors", "50%"]) == 0
    reasons = {row["sample_id"]: (row["failure"] or {}).get("reason") for row in lines(tmp_path / "run")}
    bad = {name: reason for name, reason in reasons.items() if reason}
    assert len(reasons) == 8
    assert sorted(bad.values()) == ["crashed", "timeout"]


@pytest.mark.parametrize("reply", ['"A)"', '{"text": 3}', '{"text": "A)", "input_tokens": "many"}', "MISSING"])
def test_a_damaged_reply_is_one_line_when_the_run_goes_on(
    reply: str, tmp_path: Path, numbered_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["eval", "--model", "random", "--data", str(numbered_dir), "--tasks", "AS", "--view", "none"]
    assert main([*words, "--out", str(tmp_path / "run")]) == 0
    records = tmp_path / "run" / "records.jsonl"
    first, *others = records.read_text().splitlines(keepends=True)
    row = json.loads(first)
    del row["reply"]
    damaged = json.dumps(row) if reply == "MISSING" else json.dumps(row)[:-1] + f', "reply": {reply}}}'
    records.write_text("".join([damaged + "\n", *others]))
    capsys.readouterr()
    assert main([*words, "--out", str(tmp_path / "run")]) == 2
    assert "of action_sequence/0000 is no record; delete that line and resume" in capsys.readouterr().err
