"""A name asked for, in which `*` may stand for any part -> the files below a folder that fit it."""

from __future__ import annotations

import errno
import os
import posixpath
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from mvbench.annotations import PLAIN_PATH, leads_to_directory, stays_inside
from mvbench.errors import DataError

ANYWHERE = "**/"
ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG)


def safe_path(text: str) -> str:
    """A path that a file names, as a plain relative one. Raises ValueError for one that could lead anywhere else.

    >>> safe_path("./videos//a.mp4")
    'videos/a.mp4'
    """
    path = posixpath.normpath(text)
    if not stays_inside(text) or (path != text and not stays_inside(path)):  # "./C:" is one, and becomes none
        raise ValueError(f"path is {text[:100]!r}; {PLAIN_PATH}")
    if path == ".":
        raise ValueError(f"path is {text[:100]!r}, which names no file")
    return path


def parts_of(pattern: str) -> list[str]:
    """What stands between the slashes. Raises ValueError for a pattern that leads out of the folder."""
    return safe_path(pattern.removeprefix(ANYWHERE)).split("/")


def lying(folder: Path, pattern: str, *, any_case: bool = False) -> Iterator[str]:
    """Paths of the files below `folder` that fit, relative to it; those of one folder by name."""
    *parts, last = parts_of(pattern)
    tops = list(below(folder)) if pattern.startswith(ANYWHERE) else [""]
    for part in parts:
        tops = [f"{top}{name}/" for top in tops for name in named(folder, top, part, any_case=any_case)]
    for top in tops:
        for name in named(folder, top, last, any_case=any_case):
            if is_file(folder / f"{top}{name}"):
                yield f"{top}{name}"


def named(folder: Path, top: str, part: str, *, any_case: bool) -> list[str]:
    """Names below `top` that a part of a pattern stands for; a plain one stands for itself, be it there or not."""
    if "*" not in part and not any_case:
        return [part]
    return [name for name in listing(folder / top) if fits(name, part, any_case=any_case)]


def below(folder: Path) -> Iterator[str]:
    """The folder and all folders below it, as prefixes of paths; one that contains itself by a link is left."""
    stack: list[tuple[str, frozenset[tuple[int, int]]]] = [("", frozenset())]
    while stack:
        top, above = stack.pop()
        status = (folder / top).stat()
        place = (status.st_dev, status.st_ino)
        if place in above:
            continue
        yield top
        inner = [name for name in listing(folder / top, folders=True) if not name.startswith(".")]
        stack.extend((f"{top}{name}/", above | {place}) for name in reversed(inner))


def listing(folder: Path, *, folders: bool = False) -> list[str]:
    """Names in a folder, or of the folders in it, sorted; none where there is no such folder.

    Raises DataError where it may not be looked at.
    """
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in entries if not folders or leads_to_directory(entry))
    except OSError as error:
        if error.errno in ABSENT:
            return []
        raise DataError(f"{str(folder)!r} cannot be listed ({error.strerror})") from None


def is_file(path: Path) -> bool:
    """Whether there is a file, or a link to one. Raises DataError where that may not be looked at."""
    try:
        return path.is_file()
    except OSError as error:
        if error.errno in ABSENT:
            return False
        raise DataError(f"{str(path)!r} cannot be looked at ({error.strerror})") from None


def fits(name: str, part: str, *, any_case: bool = False) -> bool:
    """Whether a name fits a part of a pattern, in which only `*` is special.

    >>> fits("annotation_10000.json", "annotation_*.json"), fits("._annotation_1.json", "*.json"), fits("a[1]", "a[1]")
    (True, False, True)
    """
    if any_case:
        name, part = name.casefold(), part.casefold()
    if name.startswith(".") and part.startswith("*"):
        return False
    return fnmatchcase(name, part.replace("[", "[[]").replace("?", "[?]"))


def ends_with(path: Sequence[str], parts: Sequence[str], *, any_case: bool = False) -> bool:
    last = path[-len(parts) :]
    return len(path) >= len(parts) and all(fits(*pair, any_case=any_case) for pair in zip(last, parts, strict=True))


def last_parts(path: str, length: int) -> tuple[str, ...]:
    return tuple(path.split("/")[-length:])
