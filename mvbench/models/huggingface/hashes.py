"""Whole-content hashes of files, remembered for as long as a file stays as it is."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mvbench.cache import cache_folder
from mvbench.folders import pretty, write_atomically

log = logging.getLogger(__name__)

HASH_BYTES = 16
MEMORY = "hashes.json"
MOST_MEMORY_BYTES = 2**22
MOST_REMEMBERED = 4096
LARGE_BYTES = 10**9
SETTLED_NS = 2 * 10**9
"""A file changed less than this ago may change again without a new time: such a one is not remembered."""

_this_process: dict[str, str] = {}


def content_hashes(files: Sequence[Path]) -> list[str]:
    """32 hex digits over all of each file. Raises OSError.

    The next command does not read a file again whose path, size, times and inode are the same. Where the cache folder
    cannot be used, every command reads it.
    """
    began = time.time_ns()
    keys = {file: key(file, began) for file in files}
    known = {**remembered(), **_this_process}
    unread = [file for file in files if keys[file] not in known]
    size = sum(file.stat().st_size for file in unread)
    if size > LARGE_BYTES:
        log.info("reading %.1f GB of weights, which name the model; the next command remembers them", size / 1e9)
    with ThreadPoolExecutor(4) as threads:
        read = dict(zip(unread, threads.map(content_hash, unread), strict=True))
    new = {name: read[file] for file in unread if (name := keys[file]) and name == key(file, began)}
    if new:
        _this_process.update(new)
        remember({**remembered(), **new})
    return [read[file] if file in read else known[str(keys[file])] for file in files]


def content_hash(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=HASH_BYTES)).hexdigest()


def key(file: Path, now_ns: int) -> str | None:
    """What changes with every change of the file; None for one that changed just now."""
    facts = file.stat()
    if now_ns - max(facts.st_mtime_ns, facts.st_ctime_ns) < SETTLED_NS:
        return None
    return repr((str(file.resolve()), facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino))


def remembered() -> dict[str, str]:
    """What earlier commands found; nothing where that is missing or no such file."""
    file = cache_folder() / MEMORY
    try:
        if not file.is_file() or file.stat().st_size > MOST_MEMORY_BYTES:
            return {}
        content = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    found = content.items() if isinstance(content, dict) else ()
    return {name: value for name, value in found if isinstance(value, str) and is_hash(value)}


def is_hash(value: str) -> bool:
    return len(value) == 2 * HASH_BYTES and not set(value) - set("0123456789abcdef")


def remember(found: Mapping[str, str]) -> None:
    try:
        cache_folder().mkdir(parents=True, exist_ok=True)
        write_atomically(cache_folder() / MEMORY, pretty(dict(list(found.items())[-MOST_REMEMBERED:])))
    except OSError as error:
        log.debug("hashes of weights are not remembered: %s", error)
