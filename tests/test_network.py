"""Every command but `data download` keeps to this machine, and no import opens a socket.

An audit hook in each Python process, workers too, notes what would reach for the network and refuses it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from mvbench.cli import COMMANDS, main
from mvbench.registry import registered

GUARD = """
import os, sys

LOCAL = ("127.", "localhost", "::1")
ASKING = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}
REACHING = {"socket.connect", "socket.sendto", "socket.sendmsg"}

def watch(event, words):
    if event == "socket.__new__":
        note(event, words[1:3])
    if event in ASKING:
        host = words[0][0] if isinstance(words[0], tuple) else words[0]
    elif event in REACHING:
        host = words[1][0] if isinstance(words[1], tuple) else None  # else a socket of the file system, or connected
    else:
        return
    if host is not None and not str(host).startswith(LOCAL):
        note(event, host)
        raise OSError(f"{event} {host!r}: this test allows no network")

def note(event, what):
    with open(os.environ["NETWORK_LOG"], "a") as log:
        log.write(f"{event} {what}\\n")

sys.addaudithook(watch)
"""


@dataclass(frozen=True)
class Guarded:
    """A folder in which commands run with the guard, and the log of what they tried."""

    folder: Path
    guard: Path

    def run(self, words: list[str], **variables: str) -> subprocess.CompletedProcess[str]:
        self.log.write_text("")
        environment = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
        environment |= {"PYTHONPATH": str(self.guard), "NETWORK_LOG": str(self.log)} | variables
        return subprocess.run(
            [sys.executable, *words],
            env=environment,
            cwd=self.folder,
            input="What is shown?\n",
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def log(self) -> Path:
        return self.folder / "network.log"

    def tried(self) -> list[str]:
        """What reached for another machine."""
        return [line for line in self.log.read_text().splitlines() if not line.startswith("socket.__new__")]


@pytest.fixture
def guarded(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Guarded:
    guard = tmp_path_factory.mktemp("guard")
    (guard / "sitecustomize.py").write_text(GUARD)
    return Guarded(tmp_path, guard)


def make_run(folder: Path) -> None:
    words = ["--model", "first-choice", "--data", "demo", "--view", "none", "--tasks", "AS"]
    assert main(["eval", *words, "--out", str(folder / "run"), "--verbosity", "error"]) == 0


def make_board(folder: Path) -> None:
    words = ["--model", "first-choice", "--data", "demo", "--frames", "1", "--out", str(folder / "whole")]
    assert main(["eval", *words, "--workers", "1", "--verbosity", "error"]) == 0
    assert main(["leaderboard", "add", str(folder / "board"), str(folder / "whole"), "--verbosity", "error"]) == 0


def make_notebook_file(folder: Path) -> None:
    from mvbench.registry import dataset_folder
    from mvbench.tasks import load

    rows = [
        {"pred": "(A) yes", "gt": f"({'ABCDE'[sample.answer or 0]}) {sample.answer_text}"}
        for sample in load(dataset_folder("demo"), tasks="AA").samples
    ]
    right = sum(row["gt"].startswith("(A)") for row in rows)
    content = {"acc_dict": {"Action Antonym": [right, len(rows)]}, "res_list": rows}
    (folder / "result.json").write_text(json.dumps(content))


def make_sources(folder: Path) -> None:
    words = ["--out", str(folder / "sources"), "--per-task", "4", "--sources", "nturgbd", "--annotations-only"]
    assert main(["synth", *words, "--verbosity", "error"]) == 0


def nothing(folder: Path) -> None:
    pass


def make_checkpoint(folder: Path) -> None:
    from tests.hf.tiny import llava

    llava(folder / "checkpoint")


def make_videochat2(folder: Path) -> None:
    from PIL import Image

    from tests.videochat2.checkpoints import KINDS, write

    write(folder / "trained", KINDS["vicuna"]())
    Image.new("RGB", (8, 8)).save(folder / "picture.png")


def make_checkpoint_with_a_part_elsewhere(folder: Path) -> None:
    elsewhere = {"audio_tokenizer_class": "DacModel", "audio_tokenizer_name_or_path": "some-org/elsewhere"}
    make_checkpoint(folder)
    add(folder / "checkpoint" / "processor_config.json", audio_tokenizer=elsewhere)


def make_checkpoint_with_code_elsewhere(folder: Path) -> None:
    make_checkpoint(folder)
    code = {"AutoConfig": "some-org/elsewhere--configuration.Config"}
    add(folder / "checkpoint" / "config.json", model_type="elsewhere", auto_map=code)


def add(file: Path, **more: object) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | more))


SHORT = ["--data", "demo", "--tasks", "MD", "--limit", "2", "--frames", "4", "--workers", "1"]

SEER = f"{Path(__file__).with_name('doctor_models.py')}:Seer"

CASES: dict[str, tuple[list[str], Callable[[Path], None]]] = {
    "--help": (["--help"], nothing),
    "eval": (["eval", "--model", "oracle", *SHORT], nothing),
    "score": (["score", "run"], make_run),
    "tasks": (["tasks"], nothing),
    "models": (["models"], nothing),
    "data": (["data", "verify", "demo", "--tasks", "MD", "--limit", "2", "--workers", "1"], nothing),
    "doctor": (["doctor", "--model", SEER, "--frames", "4", "--workers", "1"], nothing),
    "import": (["import", "result.json", "--data", "demo", "--tasks", "AA", "--out", "imported"], make_notebook_file),
    "synth": (["synth", "--out", "corpus", "--per-task", "4", "--sources", "moments_in_time"], nothing),
    "qa-gen": (["qa-gen", "--sources", "sources", "--out", "questions", "--videos", "none"], make_sources),
    "peek": (["peek", "MD:0", "--data", "demo", "--frames", "2"], nothing),
    "chat": (["chat", "picture.png", "--checkpoint", "trained", "--max-new-tokens", "2"], make_videochat2),
    "build": (["build", "videochat2", "--size", "tiny", "--out", "tiny"], nothing),
    "compare": (["compare", "run", "run"], make_run),
    "audit": (["audit", "--model", "first-choice", *SHORT, "--out", "audit"], nothing),
    "report": (["report", "run", "--out", "report.html"], make_run),
    "leaderboard": (["leaderboard", "build", "board", "--out", "site"], make_board),
}
"""A command of each that works through, and what it needs to be there."""

WITH_EXTRAS = {"build", "chat", "compare", "audit"}


def test_every_command_has_a_case() -> None:
    """`data download` is the one command that goes to the hub; `data` stands here for the rest of it."""
    assert set(registered(COMMANDS)) <= set(CASES), "say in CASES how a new command is called"


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in WITH_EXTRAS else []) for name in CASES]
)
def test_a_command_reaches_for_no_other_machine(guarded: Guarded, name: str) -> None:
    words, prepare = CASES[name]
    prepare(guarded.folder)
    done = guarded.run(["-m", "mvbench", *words])
    assert done.returncode == 0, done.stderr
    assert guarded.tried() == []


ONLINE = {"HF_HUB_OFFLINE": "0", "TRANSFORMERS_OFFLINE": "0", "HF_HOME": "home"}
"""A machine that may go online, on which nothing was fetched yet."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("prepare", "arguments", "trouble"),
    [
        (make_checkpoint, "", None),
        (make_checkpoint_with_a_part_elsewhere, "", "names files outside of its folder"),
        (make_checkpoint_with_code_elsewhere, "", "cannot load"),
        (make_checkpoint_with_code_elsewhere, ",trust_remote_code=true", "names files outside of its folder"),
    ],
)
def test_a_checkpoints_folder_reaches_for_no_other_machine(
    guarded: Guarded, prepare: Callable[[Path], None], arguments: str, trouble: str | None
) -> None:
    """Not even for what a hostile one names elsewhere."""
    prepare(guarded.folder)
    words = ["eval", "--model", "hf", "--model-args", f"path=checkpoint{arguments}", "--device", "cpu"]
    done = guarded.run(["-m", "mvbench", *words, *SHORT, "--max-new-tokens", "2"], **ONLINE)
    assert guarded.tried() == []
    assert done.returncode == (0 if trouble is None else 2), done.stderr
    assert (trouble or "") in done.stderr
    assert "Traceback" not in done.stderr


def test_the_guard_sees_a_command_that_does(guarded: Guarded) -> None:
    """192.0.2.0/24 is nobody's (RFC 5737)."""
    download = ["-m", "mvbench", "data", "download", "--out", "data"]
    done = guarded.run(download, HF_ENDPOINT="http://192.0.2.1", HF_HUB_DISABLE_TELEMETRY="1")
    assert done.returncode == 2
    assert "this test allows no network" in done.stderr
    assert guarded.tried()[0] == "socket.getaddrinfo 192.0.2.1"


def test_the_guard_sees_what_worker_processes_do(guarded: Guarded) -> None:
    script = (
        "import socket\nfrom multiprocessing import get_context\n"
        "def reach():\n    socket.create_connection(('example.invalid', 80))\n"
        "if __name__ == '__main__':\n    worker = get_context('spawn').Process(target=reach)\n"
        "    worker.start()\n    worker.join()\n"
    )
    (guarded.folder / "script.py").write_text(script)
    guarded.run(["script.py"])
    assert guarded.tried() == ["socket.getaddrinfo example.invalid"]


def test_no_import_of_ours_opens_a_socket(guarded: Guarded) -> None:
    modules = ["mvbench", "mvbench.cli", *(point.value for point in registered(COMMANDS).values())]
    done = guarded.run(["-c", "\n".join(f"import {module}" for module in modules)])
    assert done.returncode == 0, done.stderr
    assert guarded.log.read_text() == ""
