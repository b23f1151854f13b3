"""What every tool's file comes down to: one Row per question, and the tools' names."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mvbench.errors import DataError, Failure
from mvbench.types import Reply

MAX_ROWS = 500_000
MAX_JSON_BYTES = 2**30
MAX_TABLE_BYTES = 256 * 2**20
MAX_CELL_CHARS = 2**24
"""Of a line or a cell: longer than any reply, short enough to be held."""


@dataclass(frozen=True, slots=True)
class Tool:
    """`judge`: our judge that follows its rules. `prefix`: the answer prefix that its replies continue."""

    name: str
    judge: str
    protocol: str
    prefix: str = ""


LMMS_EVAL = Tool("lmms-eval", judge="lmms", protocol="lmms")
# It sends its answer prefix, but as a turn that most of its models do not continue.
VLMEVALKIT = Tool("vlmevalkit", judge="vlmevalkit", protocol="vlmevalkit")
NOTEBOOK = Tool("notebook", judge="official", protocol="notebook", prefix="Best option:(")
TOOLS = {tool.name: tool for tool in (LMMS_EVAL, VLMEVALKIT, NOTEBOOK)}


@dataclass(frozen=True, slots=True)
class Row:
    """One question as a tool wrote it down; None for what its file does not say.

    `task`: as the tool spells it. `index`: the question's place in its task (lmms-eval, notebook) or in the whole table
    (VLMEvalKit). `prompt`: what question and choices were read back out of, where the file has no list of them.
    `gold`: the right option as `(B) text`, all that the notebook keeps of the question. `right`: the tool's own
    verdict. `said` and `failure`, where this package itself wrote the file: how the reply came about, or why there is
    none. `where` is for messages.
    """

    where: str
    task: str | None
    index: int
    reply: str
    question: str | None = None
    choices: tuple[str, ...] | None = None
    prompt: str | None = None
    answer: str | None = None
    gold: str | None = None
    video: str | None = None
    start: float | None = None
    end: float | None = None
    right: bool | None = None
    said: Reply | None = None
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Logged:
    """All rows of an import. `right`: how many the tool itself counts right, where only their number is known.

    `skipped`: the names of files in a folder that are about another benchmark.
    """

    tool: Tool
    model: str
    rows: tuple[Row, ...]
    hashes: dict[str, str]
    right: int | None = None
    skipped: tuple[str, ...] = ()


def place_of(value: object, *, name: str, where: str) -> int:
    """A row's number, which a table may hold as text or as a float. Raises DataError."""
    try:
        number = int(value) if isinstance(value, int | str) and not isinstance(value, bool) else None
        if isinstance(value, float) and value.is_integer():
            number = int(value)
    except ValueError:
        number = None
    if number is None or not 0 <= number < 10**9:
        raise DataError(f"{where}: {name} is {value!r:.60}; it must be a row's number, counted from 0")
    return number


def text_of(value: object) -> str:
    """A text as a file can hold it. Nothing there, as None or not-a-number, is the empty text; a number is its digits.

    A whole number that a table made a float of is whole again.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).encode("utf-8", "replace").decode("utf-8")


def choices_of(value: object, *, where: str) -> tuple[str, ...]:
    """Raises DataError for what is no list of texts or numbers."""
    if not isinstance(value, list | tuple) or not all(isinstance(choice, str | int | float) for choice in value):
        raise DataError(f"{where}: candidates is {value!r:.60}; it must be a list of texts")
    return tuple(text_of(choice) if isinstance(choice, str) else str(choice) for choice in value)


def seconds_of(value: object, *, where: str) -> float | None:
    """A bound in seconds; None for an empty cell. Raises DataError."""
    text = text_of(value).strip()
    try:
        seconds = float(text) if text else None
    except (ValueError, OverflowError):
        raise DataError(f"{where}: a bound is {value!r:.60}; it must be a number of seconds") from None
    return None if seconds is None or math.isnan(seconds) else seconds


def refuse_large(path: Path, *, limit: int) -> None:
    """Raises DataError for a file with more bytes than are read, and for what is no regular file."""
    try:
        if not path.is_file():
            raise DataError(f"{str(path)!r} is no regular file; name a file that a tool wrote")
        size = path.stat().st_size
    except OSError as error:
        raise DataError(f"cannot read {str(path)!r}: {error.strerror}") from None
    if size > limit:
        raise DataError(f"{str(path)!r} has {size:,} bytes; more than {limit:,} are not read")


def refuse_many(count: int, *, path: Path) -> None:
    if count > MAX_ROWS:
        raise DataError(f"{str(path)!r} has more than {MAX_ROWS:,} rows; no result of MVBench is that long")


def expect_table(value: Any, *, where: str) -> dict[str, Any]:
    """The value, where it is a JSON object. Raises DataError."""
    if not isinstance(value, dict):
        raise DataError(f"{where} is {value!r:.60}; it must be an object {{...}}")
    return value
