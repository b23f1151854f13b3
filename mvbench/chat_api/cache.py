"""A folder of paid replies, in which a request that was answered once is found again."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import orjson

from mvbench.chat_api.completion import MAX_REPLY_BYTES, Completion, parse_completion

log = logging.getLogger(__name__)


class ReplyCache:
    """Where it cannot be written, the run goes on without it, and says so."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._given_up = False

    def place(self, base_url: str, request: Mapping[str, Any], occasion: str) -> Path:
        """The file of a request: `occasion` tells apart what says the same and is to be answered anew."""
        content = orjson.dumps([base_url, request, occasion], option=orjson.OPT_SORT_KEYS)
        name = hashlib.blake2b(content, digest_size=16).hexdigest()
        return self._folder / name[:2] / f"{name}.json"

    def find(self, place: Path) -> Completion | None:
        return None if self._given_up else read_cached(place)

    def keep(self, place: Path, document: bytes) -> None:
        if self._given_up:
            return
        try:
            write_whole(place, document)
        except OSError as error:
            self._given_up = True
            log.warning("no more replies are cached: %s cannot be written (%s)", self._folder, error.strerror)


def read_cached(path: Path) -> Completion | None:
    """A reply from the cache; None where there is none, or none that can be read."""
    try:
        if not path.is_file() or path.stat().st_size > MAX_REPLY_BYTES:
            return None
        return parse_completion(path.read_bytes())
    except (OSError, ValueError):
        return None


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that appears in one piece, whoever else writes it at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.stem}.", suffix=".part", delete=False) as part:
        try:
            part.write(content)
            part.flush()
            os.fsync(part.fileno())
            Path(part.name).replace(path)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise
