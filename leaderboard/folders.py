"""A folder's files, all of them at once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from mvbench.folders import remove, write_atomically


def files_in(path: Path) -> dict[str, bytes | None]:
    """The contents of a folder by name, without names that begin with a dot; None for what is no regular file."""
    return {
        inner.name: inner.read_bytes() if inner.is_file() and not inner.is_symlink() else None
        for inner in path.iterdir()
        if not inner.name.startswith(".")
    }


def write_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """A folder with these files, in the place of what was there."""
    with prepared(path, files) as part:
        remove(path)
        part.replace(path)


def write_over(path: Path, files: Mapping[str, bytes]) -> None:
    """These files in a folder that is there, each in the place of its namesake."""
    with prepared(path, files) as part:
        for name in files:
            (part / name).replace(path / name)


@contextmanager
def prepared(path: Path, files: Mapping[str, bytes]) -> Iterator[Path]:
    """A folder beside `path` with these files; what is left of it in the end goes away."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        remove(part)
        part.mkdir()
        for name, content in files.items():
            write_atomically(part / name, content)
        yield part
    finally:
        remove(part)
