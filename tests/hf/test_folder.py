"""What tells one checkpoint's folder from another: all of its content, and nothing else. Needs no torch."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mvbench.errors import UsageError
from mvbench.models.huggingface import hashes
from mvbench.models.huggingface.folder import folder_identity

SIZE = 2**20


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "checkpoint"
    (folder / "additional_chat_templates").mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"model_type": "llava"}) + " " * SIZE)
    (folder / "additional_chat_templates" / "rag.jinja").write_text("{{ messages }}")
    (folder / "model.safetensors").write_bytes(bytes(SIZE))
    return folder


@pytest.fixture(autouse=True)
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own, in a command of its own, for which every file has long been as it is."""
    monkeypatch.setenv("MVBENCH_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(hashes, "SETTLED_NS", -(10**18))
    monkeypatch.setattr(hashes, "_this_process", {})
    return tmp_path / "cache" / "hashes.json"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were read."""
    names: list[str] = []
    real = hashes.content_hash

    def noted(file: Path) -> str:
        names.append(file.name)
        return real(file)

    monkeypatch.setattr(hashes, "content_hash", noted)
    return names


def next_command() -> None:
    hashes._this_process.clear()


def flip(file: Path, place: int) -> None:
    """One byte, with the file's size and modification time as before."""
    facts, content = file.stat(), bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)
    os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns))


@pytest.mark.parametrize("place", [0, 1, SIZE // 4, SIZE // 2, SIZE // 2 + 70_000, SIZE - 1])
def test_any_changed_byte_of_the_weights_is_another_model(folder: Path, place: int) -> None:
    first = folder_identity(folder)
    flip(folder / "model.safetensors", place)
    second = folder_identity(folder)
    assert second["weights"] != first["weights"]
    assert second["config"] == first["config"]


@pytest.mark.parametrize("name", ["config.json", "additional_chat_templates/rag.jinja"])
def test_any_changed_byte_of_a_description_is_another_model(folder: Path, name: str) -> None:
    first = folder_identity(folder)
    flip(folder / name, (folder / name).stat().st_size // 3)
    assert folder_identity(folder)["config"] != first["config"]
    assert folder_identity(folder)["weights"] == first["weights"]


def a_run(folder: Path) -> None:
    (folder / "runs" / "first").mkdir(parents=True)
    (folder / "runs" / "first" / "run.json").write_text("{}")


def an_earlier_checkpoint(folder: Path) -> None:
    (folder / "checkpoint-500").mkdir()
    (folder / "checkpoint-500" / "config.json").write_text("{}")
    (folder / "checkpoint-500" / "chat_template.jinja").write_text("{{ messages }}")
    (folder / "checkpoint-500" / "model.safetensors").write_bytes(b"weights")


def a_pipe(folder: Path) -> None:
    os.mkfifo(folder / "pipe.json")
    os.mkfifo(folder / "pipe.safetensors")


def a_loop(folder: Path) -> None:
    (folder / "again").symlink_to(folder.parent, target_is_directory=True)


@pytest.mark.parametrize("change", [a_run, an_earlier_checkpoint, a_pipe, a_loop])
def test_what_is_no_part_of_the_model_changes_nothing(folder: Path, change: Callable[[Path], None]) -> None:
    first = folder_identity(folder)
    change(folder)
    assert folder_identity(folder) == first


def test_weights_that_an_index_names_below_the_folder_take_part(folder: Path) -> None:
    (folder / "parts").mkdir()
    (folder / "parts" / "2.safetensors").write_bytes(b"weights")
    (folder / "model.safetensors.index.json").write_text('{"weight_map": {"a": "parts/2.safetensors"}}')
    first = folder_identity(folder)
    (folder / "parts" / "2.safetensors").write_bytes(b"Weights")
    assert folder_identity(folder)["weights"] != first["weights"]


@pytest.mark.parametrize("name", ["../other.safetensors", "/etc/other.safetensors", "parts/../../other.safetensors"])
def test_an_index_that_leads_out_of_the_folder_is_refused(folder: Path, name: str) -> None:
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": name}}))
    with pytest.raises(UsageError, match="names weights outside of its folder"):
        folder_identity(folder)


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"weight_map": 3}', '{"weight_map": {"a": 3}}', "[" * 10**5])
def test_a_damaged_index_is_left_to_the_loader(folder: Path, content: str) -> None:
    (folder / "model.safetensors.index.json").write_text(content)
    assert folder_identity(folder)["weights"]


def test_the_next_command_reads_no_file_again(folder: Path, memory: Path, read: list[str]) -> None:
    first = folder_identity(folder)
    assert sorted(read) == ["config.json", "model.safetensors", "rag.jinja"]
    for start in (lambda: None, next_command):
        start()
        read.clear()
        assert folder_identity(folder) == first
        assert read == []
    flip(folder / "model.safetensors", SIZE // 2)
    assert folder_identity(folder) != first
    assert read == ["model.safetensors"]


def test_a_file_changed_a_moment_ago_is_read_again(
    folder: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within one tick of the file system's clock a second change would leave no trace."""
    monkeypatch.setattr(hashes, "SETTLED_NS", 10**18)
    folder_identity(folder)
    read.clear()
    folder_identity(folder)
    assert len(read) == 3


def test_a_file_that_changes_while_it_is_read_is_not_remembered(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = hashes.content_hash

    def changing(file: Path) -> str:
        found = real(file)
        flip(file, 0)
        return found

    first = folder_identity(folder)["weights"]
    next_command()
    hashes.cache_folder().joinpath("hashes.json").unlink()
    monkeypatch.setattr(hashes, "content_hash", changing)
    assert folder_identity(folder)["weights"] == first
    monkeypatch.setattr(hashes, "content_hash", real)
    assert folder_identity(folder)["weights"] != first


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 10**5, b'{"a": 3}', b'{"a": "no hash"}', b" " * 2**23]
)
def test_a_damaged_memory_is_left_aside_and_made_anew(
    folder: Path, memory: Path, read: list[str], content: bytes
) -> None:
    first = folder_identity(folder)
    next_command()
    memory.write_bytes(content)
    assert folder_identity(folder) == first
    next_command()
    read.clear()
    assert folder_identity(folder) == first
    assert read == []


def test_a_memory_that_says_something_else_than_a_hash_is_not_believed(folder: Path, memory: Path) -> None:
    first = folder_identity(folder)
    memory.write_text(json.dumps(dict.fromkeys(json.loads(memory.read_text()), "0" * 31)))
    next_command()
    assert folder_identity(folder) == first


def test_a_memory_that_cannot_be_written_stops_nothing(folder: Path, memory: Path) -> None:
    memory.parent.write_text("a file, where a folder should be")
    assert folder_identity(folder)["weights"]
    next_command()
    assert folder_identity(folder)["weights"]


def test_the_memory_does_not_grow_for_ever(folder: Path, memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashes, "MOST_REMEMBERED", 4)
    for number in range(6):
        (folder / "model.safetensors").write_bytes(bytes([number]))
        folder_identity(folder)
    assert len(json.loads(memory.read_text())) == 4


def test_reading_much_is_announced_in_one_line(
    folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO)
    folder_identity(folder)
    assert not caplog.records
    monkeypatch.setattr(hashes, "LARGE_BYTES", SIZE - 1)
    flip(folder / "model.safetensors", 0)
    folder_identity(folder)
    folder_identity(folder)
    assert [record.message for record in caplog.records] == [
        "reading 0.0 GB of weights, which name the model; the next command remembers them"
    ]


def test_a_file_that_nobody_may_read_is_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(file: Path) -> str:
        raise PermissionError(13, "Permission denied", str(file))

    monkeypatch.setattr(hashes, "content_hash", refuse)
    with pytest.raises(UsageError, match="cannot be read: Permission denied"):
        folder_identity(folder)


def test_settled_files_are_told_by_their_age(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashes, "SETTLED_NS", 2 * 10**9)
    file, now = folder / "config.json", time.time_ns()
    assert hashes.key(file, now) is None
    assert hashes.key(file, now + 3 * 10**9) is not None
