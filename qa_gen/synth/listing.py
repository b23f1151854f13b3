"""Annotation files written item by item, so that no file has to fit into memory."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

import orjson


def write_json_list(path: Path, items: Iterable[Any]) -> None:
    """A JSON list with one item per line."""
    with created(path) as stream:
        write_items(stream, (orjson.dumps(item) for item in items), b"[", b"]\n")


def write_json_object(path: Path, members: Iterable[tuple[str, Any]]) -> None:
    """A JSON object with one member per line."""
    with created(path) as stream:
        rows = (orjson.dumps(key) + b": " + orjson.dumps(value) for key, value in members)
        write_items(stream, rows, b"{", b"}\n")


def write_items(stream: IO[bytes], rows: Iterable[bytes], begin: bytes, end: bytes) -> None:
    separator = begin + b"\n"
    for row in rows:
        stream.write(separator + row)
        separator = b",\n"
    stream.write((b"\n" if separator == b",\n" else begin) + end)


def write_json_lines(path: Path, items: Iterable[Any]) -> None:
    with created(path) as stream:
        for item in items:
            stream.write(orjson.dumps(item) + b"\n")


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Text with a line feed after each line."""
    with created(path) as stream:
        for line in lines:
            stream.write(line.encode() + b"\n")


def created(path: Path) -> IO[bytes]:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("wb")
