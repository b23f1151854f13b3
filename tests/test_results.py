import errno
import json
import math
import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mvbench.errors import Failure, RunError
from mvbench.folders import locked, write_atomically
from mvbench.results import Run, from_line, to_line
from mvbench.types import Record, Reply
from tests.fabricated import record, task

TASK = task("Moving Count")
FACTS = {
    "fingerprint": {"model": "m", "frames": 16},
    "title": {"model": "m"},
    "tasks": [],
    "data": {"name": "d", "questions": 3},
    "arguments": {"resolved": {}},
}
RECORDS = [record(TASK, index) for index in range(3)]


def written(path: Path, records: list[Record] = RECORDS) -> Path:
    with Run.open(path, FACTS) as run:
        run.append(records)
    return path


def ids(path: Path) -> list[str]:
    return [one.sample.id for one in Run.read(path).records()]


def test_records_come_back_as_they_were_written(tmp_path: Path) -> None:
    rich = replace(
        RECORDS[0],
        reply=Reply("B) yes", "Best Option: (", (-1.0, -2.5), "stop", 10, 2),
        frames={"indices": [1, 2]},
        sample=replace(RECORDS[0].sample, flags=("duplicate_choices",), extras={"orbit": 3, "subtitle": "é"}),
    )
    failed = replace(record(TASK, 5), reply=None, failure=Failure("missing", "no such file"))
    (one, two) = Run.read(written(tmp_path / "run", [rich, failed])).records()
    assert to_line(one) == to_line(rich)
    assert two.failure is not None
    assert (two.failure.reason, two.failure.detail) == ("missing", "no such file")
    assert from_line(json.loads(json.dumps(to_line(rich)))).reply == rich.reply


def test_the_last_line_of_an_id_counts(tmp_path: Path) -> None:
    path = written(tmp_path)
    written(path, [replace(RECORDS[1], reply=Reply("again"))])
    replies = {one.sample.id: one.reply.text for one in Run.read(path).records() if one.reply}
    assert len(replies) == 3
    assert replies[RECORDS[1].sample.id] == "again"


@pytest.mark.parametrize("cut", [1, 2, 10, 200])
def test_a_torn_last_line_is_dropped_and_written_over(tmp_path: Path, cut: int) -> None:
    path = written(tmp_path)
    file = path / "records.jsonl"
    file.write_bytes(file.read_bytes()[:-cut])
    assert ids(path) == [one.sample.id for one in RECORDS[:2]]
    written(path, RECORDS[2:])
    assert ids(path) == [one.sample.id for one in RECORDS]
    assert file.read_bytes().count(b"\n") == 3


def test_a_broken_line_in_the_middle_is_named_and_nothing_is_lost(tmp_path: Path) -> None:
    path = written(tmp_path)
    lines = (path / "records.jsonl").read_bytes().splitlines(keepends=True)
    (path / "records.jsonl").write_bytes(lines[0] + b"{broken}\n" + lines[2])
    with pytest.raises(RunError, match=r"records.jsonl', line 2 is no record; delete that line"):
        ids(path)


@pytest.mark.parametrize("line", [b"[]\n", b"{}\n", b'{"sample_id": "a", "failure": null, "verdicts": {}}\n', b"\n"])
def test_a_line_that_is_json_but_no_record_is_named(tmp_path: Path, line: bytes) -> None:
    path = written(tmp_path)
    with (path / "records.jsonl").open("ab") as stream:
        stream.write(line)
    with pytest.raises(RunError, match="is no record"):
        ids(path)


@pytest.mark.parametrize(
    "change",
    [
        {"sample_id": ["a"]},
        {"verdicts": []},
        {"verdicts": {"parsed": 1}},
        {"reply": None},
        {"reply": {"text": 3}},
        {"reply": ["A"]},
        {"reply": "A"},
        {"reply": {"text": "A", "finish_reason": ["x"]}},
        {"reply": {"text": "A", "choice_logprobs": "ab"}},
        {"failure": {"reason": "bad luck", "detail": ""}, "reply": None},
        {"failure": 3},
        {"choices": []},
        {"choices": [1, 2]},
        {"choices": ["x"] * 30},
        {"answer": 17},
        {"cluster": [1]},
        {"question": None},
        {"clip": None},
        {"extras": None},
        {"frames": "16"},
        {"read_seconds": "long"},
        {"verdicts": {"parsed": {"choice": 0, "correct": "yes", "status": "ok", "flags": []}}},
        {"verdicts": {"parsed": {"choice": 0, "correct": 10**9, "status": "ok", "flags": []}}},
    ],
    ids=str,
)
def test_a_record_that_cannot_be_meant_is_named(tmp_path: Path, change: dict[str, object]) -> None:
    path = written(tmp_path, RECORDS[:1])
    line = json.loads((path / "records.jsonl").read_bytes())
    (path / "records.jsonl").write_text(json.dumps(line | change) + "\n")
    with pytest.raises(RunError, match="is no record; delete that line"):
        ids(path)


def test_text_that_no_file_can_hold_is_made_storable(tmp_path: Path) -> None:
    path = written(tmp_path, [replace(RECORDS[0], reply=Reply("half \ud83d a pair"))])
    (one,) = Run.read(path).records()
    assert one.reply is not None
    assert one.reply.text == "half ? a pair"


def test_a_log_probability_that_is_not_finite_stays_no_answer(tmp_path: Path) -> None:
    path = written(tmp_path, [replace(RECORDS[0], reply=Reply("", choice_logprobs=(-1.0, -math.inf)))])
    (one,) = Run.read(path).records()
    assert one.reply is not None
    assert one.reply.choice_logprobs is not None
    assert one.reply.choice_logprobs[0] == -1.0
    assert math.isnan(one.reply.choice_logprobs[1])


def test_a_run_made_with_other_settings_is_refused_and_every_difference_named(tmp_path: Path) -> None:
    path = written(tmp_path)
    other = {**FACTS, "fingerprint": {"model": "n", "frames": 8}}
    with pytest.raises(RunError, match=r'model: "m" there, "n" now; frames: 16 there, 8 now.*--fresh'):
        Run.open(path, other)
    assert ids(path) == [one.sample.id for one in RECORDS]


def test_a_folder_of_runs_is_no_run_and_names_one(tmp_path: Path) -> None:
    for name in ("full", "none"):
        written(tmp_path / name)
    with pytest.raises(RunError, match=r"is no run folder, but holds some: name one, such as .*full'"):
        Run.read(tmp_path)


def test_fresh_moves_the_old_run_aside_and_keeps_it(tmp_path: Path) -> None:
    path = written(tmp_path / "run")
    for number in ("", "2"):
        with Run.open(path, {**FACTS, "fingerprint": {"frames": number}}, fresh=True) as run:
            assert list(run.records()) == []
            run.append(RECORDS[:1])
        assert (tmp_path / f"run.old{number}" / "run.json").exists()
    assert ids(tmp_path / "run.old") == [one.sample.id for one in RECORDS]


@pytest.mark.parametrize("fresh", [False, True])
def test_a_folder_with_something_else_in_it_is_refused_and_left_as_it_is(tmp_path: Path, fresh: bool) -> None:
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(RunError, match=r"holds 'thesis.tex' but no run.json"):
        Run.open(tmp_path, FACTS, fresh=fresh)
    assert [entry.name for entry in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_folder_that_a_kill_left_empty_is_taken(tmp_path: Path) -> None:
    (tmp_path / ".lock").touch()
    (tmp_path / ".run.json.123.part").write_text("{")
    assert ids(written(tmp_path)) == [one.sample.id for one in RECORDS]


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "{}", '{"schema": 1}', '{"schema": "x", "fingerprint": {}}']
    + [
        json.dumps({"schema": 1, **{key: value for key, value in FACTS.items() if key != left_out}})
        for left_out in FACTS
    ]
    + [json.dumps({"schema": 1, **FACTS, "tasks": [{"key": "a", "colour": "red"}]})]
    + [json.dumps({"schema": 1, **FACTS, "data": {"name": "d", "questions": "many"}})]
    + [json.dumps({"schema": 1, **FACTS, "data": {"name": 3, "questions": 3}})]
    + [json.dumps({"schema": 1, **FACTS, "arguments": {"resolved": {"max_errors": "5%"}}})]
    + [json.dumps({"schema": 1, **FACTS, "arguments": {"resolved": 3}})],
)
def test_a_run_json_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "run.json").write_text(content)
    with pytest.raises(RunError, match="is not what mvbench writes"):
        Run.read(tmp_path)


def test_a_run_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(json.dumps({"schema": 99, **FACTS}))
    with pytest.raises(RunError, match="schema 99; this mvbench reads up to 1: upgrade"):
        Run.read(tmp_path)


def test_two_processes_cannot_write_one_run(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom pathlib import Path\nfrom mvbench.folders import locked\n"
        "with locked(Path(sys.argv[1])):\n    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=Path(__file__).parents[1], text=True, **pipes) as other:  # type: ignore[call-overload]
        assert other.stdout.readline() == "held\n"
        with pytest.raises(RunError, match="another process is writing"):
            Run.open(tmp_path, FACTS)
        other.communicate("")
    assert ids(written(tmp_path)) == [one.sample.id for one in RECORDS]


def test_the_lock_is_free_again_after_a_kill(tmp_path: Path) -> None:
    script = (
        "import os, sys\nfrom pathlib import Path\nfrom mvbench.folders import locked\n"
        "with locked(Path(sys.argv[1])):\n    os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=Path(__file__).parents[1], check=False)
    assert done.returncode == -9
    with locked(tmp_path):
        pass


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_line_and_what_was_written_stays(tmp_path: Path) -> None:
    path = written(tmp_path)
    with Run.open(path, FACTS) as run:
        run._stream = Path("/dev/full").open("wb")  # noqa: SIM115 - closed with the run
        run._writer._fp = run._stream  # type: ignore[union-attr]
        with pytest.raises(RunError, match=r"No space left on device; finished questions are kept"):
            run.append(RECORDS)
        with pytest.raises(OSError):
            run._stream.close()
    assert ids(path) == [one.sample.id for one in RECORDS]


def test_a_device_is_no_place_for_records(tmp_path: Path) -> None:
    written(tmp_path, [])
    (tmp_path / "records.jsonl").unlink()
    (tmp_path / "records.jsonl").symlink_to("/dev/null")
    with pytest.raises(RunError, match="is not a regular file"):
        Run.open(tmp_path, FACTS)


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("/dev/zero")])
def test_what_never_ends_is_not_read_as_records(tmp_path: Path, make: Callable[[Path], object]) -> None:
    written(tmp_path, [])
    (tmp_path / "records.jsonl").unlink()
    make(tmp_path / "records.jsonl")
    with pytest.raises(RunError, match="is not a regular file"):
        ids(tmp_path)


def test_a_link_in_a_run_folder_leads_to_no_other_file(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("a text without a line feed")
    path = written(tmp_path / "run", [])
    (path / "records.jsonl").unlink()
    (path / "records.jsonl").symlink_to(victim)
    with pytest.raises(RunError, match="is not a regular file"):
        Run.open(path, FACTS)
    assert victim.read_text() == "a text without a line feed"


@pytest.fixture
def read_only() -> Iterator[Path]:
    """A folder this process may look at but not write, also when it runs as root."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o555)
        as_root = os.geteuid() == 0
        if as_root:
            os.seteuid(65534)
        try:
            yield folder
        finally:
            if as_root:
                os.seteuid(0)
            folder.chmod(0o755)


def test_a_read_only_folder_is_one_line(read_only: Path) -> None:
    for path in (read_only, read_only / "run"):
        with pytest.raises(RunError, match=r"cannot write in '.*': Permission denied"):
            Run.open(path, FACTS)


def test_a_derived_file_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Claim C12: interrupted files are never reused, for they never get the name."""
    write_atomically(tmp_path / "summary.json", b"old")

    def no_space(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", no_space)
    with pytest.raises(OSError, match="No space"):
        write_atomically(tmp_path / "summary.json", b"new")
    assert [entry.name for entry in tmp_path.iterdir()] == ["summary.json"]
    assert (tmp_path / "summary.json").read_bytes() == b"old"


def test_files_have_the_permissions_the_user_asked_for(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_atomically(tmp_path / "file", b"")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o640
