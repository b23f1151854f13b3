"""Folders that one process at a time writes, and files in them that appear in one piece."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

import orjson
from filelock import FileLock, Timeout

from mvbench.errors import RunError

LOCK = ".lock"


def refuse_foreign(path: Path, *, marker: str, kind: str) -> None:
    """Raises RunError for a folder with something in it but no `marker`, and for what is no folder.

    It is neither written to nor moved.
    """
    if (path.exists() or path.is_symlink()) and not path.is_dir():
        what = "a file" if path.exists() else "a broken link"
        raise RunError(f"{str(path)!r} is {what}, and a folder is to lie there; choose another --out")
    if not path.is_dir() or (path / marker).exists():
        return
    strangers = sorted(entry.name for entry in path.iterdir() if not entry.name.startswith("."))
    if strangers:
        raise RunError(f"{str(path)!r} holds {strangers[0]!r} but no {marker}: it is no {kind}; choose another --out")


def refuse_other_settings(path: Path, there: Mapping[str, Any], here: Mapping[str, Any], *, kind: str) -> None:
    """Raises RunError naming every setting in which what lies at `path` differs from what is to be made."""
    differences = "; ".join(differing(there, here))
    if differences:
        raise RunError(
            f"{str(path)!r} holds another {kind} ({differences}); choose another --out, or --fresh to move it aside"
        )


def differing(there: Mapping[str, Any], here: Mapping[str, Any], *, under: str = "") -> Iterator[str]:
    """Every setting with another value; those of a table one by one."""
    for key in {**there, **here}:
        before, now = there.get(key), here.get(key)
        if before == now:
            continue
        if isinstance(before, dict) and isinstance(now, dict):
            yield from differing(before, now, under=f"{under}{key}.")
        else:
            yield f"{under}{key}: {shown(before)} there, {shown(now)} now"


def shown(value: object) -> str:
    text = orjson.dumps(value).decode()
    return text if len(text) <= 60 else text[:57] + "..."


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the folder's lock. Raises RunError when another process does."""
    try:
        with FileLock(path / LOCK, timeout=0):
            yield
    except Timeout:
        raise RunError(f"another process is writing {str(path)!r}; wait for it, or choose another folder") from None


RESUME = "finished questions are kept: mend that and run the same command again"


@contextmanager
def claimed(path: Path, *, marker: str, kind: str, fresh: bool = False) -> Iterator[None]:
    """Hold the folder, made where it is not there; with `fresh`, one that has the `marker` is moved aside first.

    Raises RunError where something else lies there, or another process holds it.
    """
    refuse_foreign(path, marker=marker, kind=kind)  # before as much as a lock is put there
    path.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:
        held.enter_context(locked(path))
        if fresh and (path / marker).exists():
            path.rename(free_name(path))
            held.close()
            path.mkdir()
            held.enter_context(locked(path))
        yield


@contextmanager
def explained(path: Path, *, advice: str) -> Iterator[None]:
    """Turn what the system says about writing below `path` into one line."""
    try:
        yield
    except OSError as error:
        raise RunError(f"cannot write in {str(path)!r}: {error.strerror or error}; {advice}") from None


def remove(path: Path) -> None:
    """Remove a file, or a folder with all that is in it; nothing where there is none. Of a link, only the link."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def free_name(path: Path) -> Path:
    """The first of `<path>.old`, `<path>.old2`, ... that does not exist."""
    number = 1
    while (name := path.with_name(f"{path.name}.old{number if number > 1 else ''}")).exists():
        number += 1
    return name


def pretty(content: object) -> bytes:
    """JSON for people: indented, keys in the order given."""
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def write_atomically(path: Path, content: bytes) -> Path:
    """Write beside the file and rename, so that a reader finds the old content or the new one, never a part."""
    with written_atomically(path) as stream:
        stream.write(content)
    return path


@contextmanager
def written_atomically(path: Path) -> Iterator[IO[bytes]]:
    """A stream whose content becomes the file when the block ends well, for what is too large to be held."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
