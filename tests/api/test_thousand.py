"""A thousand questions, a server that fails in every way, a killed client: nothing lost, little bought twice."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from tests.api.scripted_server import Answer, Asked, ScriptedServer, said
from tests.data_folder import item, write
from tests.test_eval import lines
from tests.test_isolation import wait_until
from tests.video import draw

pytestmark = pytest.mark.slow

QUESTIONS = 1_000
CONCURRENCY = 32
FAULT_SHARE = 0.25
FAULTS_IN_A_ROW = 3
LETTERS = "ABCD"


class Unreliable:
    """Fails a quarter of all attempts, each question at most three times in a row, and counts what it sold."""

    def __init__(self) -> None:
        self._draw = random.Random(3)
        self._failed: Counter[int] = Counter()
        self._lock = threading.Lock()
        self.faults: Counter[str] = Counter()
        self.sold: Counter[int] = Counter()

    def __call__(self, asked: Asked) -> Answer:
        if asked.text.startswith("Count from one"):
            return Answer(said("four, five, six"))
        number = int(asked.text.partition("taken (")[2].partition(")")[0])
        with self._lock:
            if self._failed[number] < FAULTS_IN_A_ROW and self._draw.random() < FAULT_SHARE:
                self._failed[number] += 1
                return self.fault(number)
            self._failed[number] = 0
            self.sold[number] += 1
            return Answer(said(reply_to(number)), seconds=self._draw.uniform(0, 0.06))

    def fault(self, number: int) -> Answer:
        kinds = {
            "429": Answer({"error": {"message": "slow down"}}, status=429, headers={"Retry-After": "0.05"}),
            "500": Answer({"error": {"message": "oops"}}, status=500, headers={"retry-after-ms": "20"}),
            "cut": Answer(said(reply_to(number)), cut=self._draw.randrange(300)),
            "malformed": Answer(json.dumps(said(reply_to(number))).encode()[: self._draw.randrange(200)]),
            "empty choices": Answer({**said(), "choices": []}),
            "hang": Answer(hang=True),
        }
        (kind,) = self._draw.choices(list(kinds), weights=[6, 6, 5, 4, 4, 1])
        self.faults[kind] += 1
        return kinds[kind]


def reply_to(number: int) -> str:
    """Right for two questions of three, and telling whose reply it is."""
    return f"({LETTERS[number % 4 if number % 3 else (number + 1) % 4]}) as to question {number}"


def data(folder: Path) -> Path:
    write(folder, {"episodic_reasoning": [item(number, video=f"clip{number % 4}") for number in range(QUESTIONS)]})
    for number in range(4):
        draw.frame_folder(folder / "video" / "tvqa" / "frames_fps3_hq" / f"clip{number}", range(1, 20))
    return folder


def command(server: ScriptedServer, folder: Path, out: Path) -> list[str]:
    arguments = f"base_url={server.base_url},model=tiny-vl,timeout=4.0"
    run = [sys.executable, "-m", "mvbench", "eval", "--model", "openai", "--model-args", arguments]
    run += ["--data", str(folder), "--tasks", "ER", "--frames", "2", "--max-pixels", "1024", "--out", str(out)]
    return [*run, "--concurrency", str(CONCURRENCY), "--workers", "1", "--verbosity", "warning"]


def test_a_thousand_questions_survive_every_fault_and_a_kill(tmp_path: Path) -> None:
    folder, out, unreliable = data(tmp_path / "data"), tmp_path / "run", Unreliable()
    with ScriptedServer(unreliable) as server:
        run = command(server, folder, out)
        with subprocess.Popen(run, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as first:
            assert wait_until(lambda: unreliable.sold.total() > QUESTIONS * 0.4 or first.poll() is not None, seconds=60)
            first.send_signal(signal.SIGKILL)
            first.communicate()
        assert first.returncode == -signal.SIGKILL
        kept = (out / "records.jsonl").read_bytes().count(b"\n")
        sold = unreliable.sold.total()
        second = subprocess.run(run, capture_output=True, text=True, check=False, timeout=120)
    assert second.returncode == 0, second.stderr
    rows = lines(out)
    ids = [row["sample_id"] for row in rows]
    assert ids == [f"episodic_reasoning/{number:04d}" for number in range(QUESTIONS)], "each question once, none lost"
    for number, row in enumerate(rows):
        assert row["failure"] is None
        assert row["reply"]["text"] == reply_to(number), "a reply belongs to its question"
        assert row["verdicts"]["parsed"]["correct"] == bool(number % 3)
    assert sold - kept <= CONCURRENCY, "what was answered was written at once"
    assert set(unreliable.sold) == set(range(QUESTIONS))
    bought_again = unreliable.sold.total() - QUESTIONS
    assert bought_again <= CONCURRENCY
    assert server.most_under_way <= 2 * CONCURRENCY  # hung requests of the killed client linger
    assert set(unreliable.faults) == {"429", "500", "cut", "malformed", "empty choices", "hang"}
