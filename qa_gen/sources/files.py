"""A source's file -> its values, streamed: JSON documents, lists, objects and lines, CSV rows, lines of text."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal, Self, cast, overload

import ijson
import orjson

from mvbench.archives import in_words
from mvbench.errors import DataError
from qa_gen.sources.folder import LARGEST_VALUE_BYTES, SourceFile, SourceFolder
from qa_gen.sources.nesting import DEEPEST, Nesting
from qa_gen.sources.patterns import safe_path

__all__ = [
    "Broken", "SourceFile", "SourceFolder", "csv_rows", "json_document", "json_items", "json_lines", "json_pairs",
    "opening", "safe_path", "text_lines",
]  # fmt: skip

BUFFER_BYTES = 2**16
BOM = codecs.BOM_UTF8
LONGEST_PLAIN_ROW = 10_000
NO_NUMBER = re.compile(r"-?(?:NaN|Infinity)")


@dataclass(frozen=True, slots=True)
class Broken:
    """A line or row that cannot be read: why, and how it begins."""

    reason: str
    text: str


def json_document(file: SourceFile) -> Any:
    """The one value of a small file. Raises DataError for what is not JSON or larger than LARGEST_DOCUMENT_BYTES."""
    content = file.bytes()
    if not content:
        raise empty(file)
    try:
        return orjson.loads(content.removeprefix(BOM))
    except orjson.JSONDecodeError as error:
        raise DataError(f"{file.name} is not JSON ({error})") from None


def json_items(file: SourceFile, *, under: str = "") -> Iterator[Any]:
    """The elements of a list, one at a time: of the file's only one, or of the one that it keeps `under` a key.

    Raises DataError where there is no list, and where the text stops being JSON, after the elements before that.
    """
    expect(file, b"{" if under else b"[")
    with file.open() as stream, Watched(stream, file.name) as watched:
        for item in ijson.items(watched, f"{under}.item" if under else "item", buf_size=BUFFER_BYTES, use_float=True):
            watched.rest()
            yield item
    if under and not watched.num_values and not any(isinstance(value, list) for value in values_under(file, under)):
        raise DataError(f"{file.name} holds no list {under!r}")


def json_pairs(file: SourceFile) -> Iterator[tuple[str, Any]]:
    """Keys and values of the file's only object, one pair at a time; a key may come twice.

    Raises DataError where there is no object, and where the text stops being JSON, after the pairs before that.
    """
    expect(file, b"{")
    with file.open() as stream, Watched(stream, file.name) as watched:
        for key, value in ijson.kvitems(watched, "", buf_size=BUFFER_BYTES, use_float=True):
            watched.rest()
            yield key, value


def json_lines(file: SourceFile) -> Iterator[tuple[int, Any]]:
    """Line numbers from 1 and values; a Broken where a line is not JSON. Empty lines are passed over.

    Raises DataError for an empty file.
    """
    for number, line in lines(file):
        if line is None:
            yield number, Broken(f"a line of more than {in_words(LARGEST_VALUE_BYTES)}", "")
        elif line.strip():
            try:
                yield number, orjson.loads(line)
            except orjson.JSONDecodeError as error:
                yield number, Broken(f"not JSON ({error})", line[:200].decode("utf-8", "replace"))


def text_lines(file: SourceFile) -> Iterator[tuple[int, str]]:
    """Line numbers from 1 and the lines that are not blank, without their ends; what is not UTF-8 becomes U+FFFD.

    Raises DataError for an empty file, and for a line of more than LARGEST_VALUE_BYTES.
    """
    for number, line in enumerate(whole_lines(file), start=1):
        if line.strip():
            yield number, line.decode("utf-8", "replace").rstrip("\r\n")


@overload
def csv_rows(file: SourceFile, header: Literal[True]) -> Iterator[tuple[int, dict[str, str] | Broken]]: ...
@overload
def csv_rows(file: SourceFile, header: Literal[False]) -> Iterator[tuple[int, list[str] | Broken]]: ...
def csv_rows(file: SourceFile, header: bool) -> Iterator[tuple[int, Any]]:
    """Line numbers and rows: texts by the names of the header, or, without one, in a list. Blank rows are passed over.

    Each line is a row, so that a stray quote costs its own line and not those up to the next one. A row that cannot be
    read, or has not the header's number of columns, is a Broken. Raises DataError for a missing header and as
    `text_lines` does.
    """
    rows = rows_of(file)
    if not header:
        yield from rows
        return
    _, names = next(rows, (0, []))
    if isinstance(names, Broken) or not names:
        raise DataError(f"{file.name} has no header row")
    names = [name.strip() for name in names]
    for number, row in rows:
        if isinstance(row, Broken):
            yield number, row
        elif len(row) != len(names):
            yield number, Broken(f"{len(row)} columns instead of {len(names)}", ",".join(row)[:200])
        else:
            yield number, dict(zip(names, row, strict=True))


def rows_of(file: SourceFile) -> Iterator[tuple[int, list[str] | Broken]]:
    for number, line in text_lines(file):
        try:
            row = columns_of(line)
        except csv.Error as error:
            yield number, Broken(f"not a row of CSV ({error})", line[:200])
        else:
            if any(map(str.strip, row)):
                yield number, row


def columns_of(line: str) -> list[str]:
    """The texts of a row. Raises csv.Error."""
    if '"' in line or "\r" in line or len(line) > LONGEST_PLAIN_ROW:
        return next(csv.reader([line], strict=True))
    return line.split(",")  # as the reader does, in a fifth of the time


def whole_lines(file: SourceFile) -> Iterator[bytes]:
    for number, line in lines(file):
        if line is None:
            raise DataError(f"{file.name}, line {number} holds more than {in_words(LARGEST_VALUE_BYTES)}")
        yield line


def lines(file: SourceFile) -> Iterator[tuple[int, bytes | None]]:
    """Line numbers from 1 and lines with their ends, without a byte order mark; None for a line that is too long.

    Raises DataError for an empty file.
    """
    with file.open() as stream:
        skip_mark(stream)
        number = 0
        while line := stream.readline(LARGEST_VALUE_BYTES + 1):
            number += 1
            if len(line) <= LARGEST_VALUE_BYTES:
                yield number, line
                continue
            while line and not line.endswith(b"\n"):
                line = stream.readline(LARGEST_VALUE_BYTES)
            yield number, None
    if not number:
        raise empty(file)


class Watched:
    """What a streaming parser reads: bytes that do not nest deeply, and hold no value that is too large for memory.

    As a context it makes of whatever is not JSON a DataError that names the file and the place.
    """

    def __init__(self, stream: BinaryIO, name: str) -> None:
        skip_mark(stream)
        self._stream = stream
        self._name = name
        self._nesting = Nesting()
        self._num_bytes = 0
        self.num_values = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ijson.JSONError | ValueError) and not isinstance(error, DataError):
            values = f"{self.num_values} value{'s' if self.num_values != 1 else ''}"
            raise DataError(f"{self._name} is not JSON all through: after {values} comes {trouble(error)}") from None

    def read(self, size: int) -> bytes:
        content = self._stream.read(size)
        self._num_bytes += len(content)
        if self._num_bytes > LARGEST_VALUE_BYTES:
            raise DataError(f"{self._name} holds a value of more than {in_words(LARGEST_VALUE_BYTES)}")
        if self._nesting.deepest(content) > DEEPEST:
            raise DataError(f"{self._name} nests lists or objects more than {DEEPEST} deep")
        return content

    def rest(self) -> None:
        """A value is complete."""
        self._num_bytes = 0
        self.num_values += 1


def skip_mark(stream: BinaryIO) -> None:
    if cast(io.BufferedReader, stream).peek(len(BOM))[: len(BOM)] == BOM:
        stream.read(len(BOM))


def opening(file: SourceFile) -> bytes:
    """The first character of a JSON text, none where there are 64 KiB of blanks first. DataError for an empty file."""
    with file.open() as stream:
        skip_mark(stream)
        start = stream.read(BUFFER_BYTES)
    if not start:
        raise empty(file)
    return start.lstrip(b" \t\r\n")[:1]


def expect(file: SourceFile, first: bytes) -> None:
    """Raises DataError when a JSON text begins with another character: a parser would find nothing, in silence."""
    if (found := opening(file)) != first:
        kind = "a list" if first == b"[" else "an object"
        raise DataError(f"{file.name} does not begin as {kind} in JSON does; it begins with {found!r}")


def empty(file: SourceFile) -> DataError:
    return DataError(f"{file.name} is empty; get it anew")


def values_under(file: SourceFile, key: str) -> Iterator[Any]:
    with file.open() as stream, Watched(stream, file.name) as watched:
        yield from ijson.items(watched, key, buf_size=BUFFER_BYTES, use_float=True)


def trouble(error: Exception) -> str:
    """What a parser met, on one line, from the three that it says: the reason, the text around, an arrow under it."""
    reason, *more = str(error).splitlines() or [type(error).__name__]
    if len(more) < 2 or "^" not in more[1]:
        return f"what is none ({reason.strip()})"
    arrow = more[1].index("^")
    if word := NO_NUMBER.search(more[0], max(0, arrow - 2), arrow + 10):
        reason = f"{word[0]} is no number in JSON"
    around = more[0].strip()
    return f"what is none ({reason.strip()}){around and f' in {around!a}'}"
