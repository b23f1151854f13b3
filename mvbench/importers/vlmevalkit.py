"""VLMEvalKit's table of predictions, xlsx or tsv, also with its scores -> Rows.

Source: open-compass/VLMEvalKit, vlmeval/dataset/mvbench.py. One row per question with index, task_type, video,
question, candidates (as Python writes a list), answer and prediction; start and end for some tasks.
"""

from __future__ import annotations

import ast
import csv
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

from mvbench.errors import DataError, MissingExtra
from mvbench.importers.rows import (
    MAX_CELL_CHARS,
    MAX_ROWS,
    MAX_TABLE_BYTES,
    Row,
    choices_of,
    place_of,
    refuse_large,
    refuse_many,
    seconds_of,
    text_of,
)

NEEDED = ("index", "question", "answer", "candidates", "prediction")
TASK_COLUMNS = ("task_type", "category")
MAX_COLUMNS = 100
MAX_UNPACKED_BYTES = 256 * 2**20
MAX_LIST_CHARS = 100_000

ESCAPED = re.compile(r"_x(00[01][0-9A-F]|FFF[EF])_")

Cells = Sequence[Any]


def read(path: Path) -> list[Row]:
    """The rows of one table, in its order. Raises DataError naming the row and column that cannot be meant."""
    refuse_large(path, limit=MAX_TABLE_BYTES)
    cells = xlsx_cells(path) if is_archive(path) else tsv_cells(path)
    head = [text_of(name).strip() for name in next(cells, ())]
    missing = [name for name in NEEDED if name not in head]
    if missing:
        raise DataError(
            f"{path.name!r} has no column {', '.join(map(repr, missing))}; VLMEvalKit's predictions have "
            f"{', '.join(NEEDED)} (seen: {', '.join(head[:12])!r:.60})"
        )
    rows: list[Row] = []
    for number, values in enumerate(cells, start=2):
        refuse_many(len(rows), path=path)
        table = dict(zip(head, values, strict=False))
        if any(text_of(value) for value in table.values()):
            rows.append(row_of(table, where=f"{path.name!r}, row {number}"))
    return rows


def row_of(table: dict[str, Any], *, where: str) -> Row:
    task = next((text_of(table[name]) for name in TASK_COLUMNS if table.get(name) not in (None, "")), None)
    score = table.get("score")
    choices = listed(table.get("candidates"), where=where)
    return Row(
        where=where,
        task=task,
        index=place_of(table.get("index"), name="index", where=where),
        reply=text_of(table.get("prediction")),
        question=text_of(table.get("question")),
        choices=choices,
        answer=text_of(table.get("answer")),
        video=text_of(table["video"]) if "video" in table else None,
        start=seconds_of(table.get("start"), where=where),
        end=seconds_of(table.get("end"), where=where),
        # An empty score is counted as right by the tool, as is -1.
        right=text_of(score) not in ("0", "0.0") if "score" in table else None,
    )


def listed(value: object, *, where: str) -> tuple[str, ...]:
    """The choices out of the text of a Python list, whose items must be plain literals. Raises DataError."""
    text = text_of(value)
    try:
        if len(text) > MAX_LIST_CHARS:
            raise ValueError("too long")
        return choices_of(ast.literal_eval(text), where=where)
    except DataError:
        raise
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        raise DataError(f"{where}: candidates is {text!r:.60}; it must be a list such as ['a cup', 'a box']") from None


def is_archive(path: Path) -> bool:
    """Whether it begins like an xlsx file. Raises DataError when it cannot be read."""
    try:
        with path.open("rb") as stream:
            return stream.read(4) == b"PK\x03\x04"
    except OSError as error:
        raise DataError(f"cannot read {str(path)!r}: {error.strerror}") from None


def tsv_cells(path: Path) -> Iterator[Cells]:
    """The cells of a tab-separated table. Raises DataError."""
    before = csv.field_size_limit(MAX_CELL_CHARS)
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            yield from csv.reader(stream, delimiter="\t")
    except OSError as error:
        raise DataError(f"cannot read {str(path)!r}: {error.strerror}") from None
    except (csv.Error, UnicodeDecodeError) as error:
        raise DataError(f"{path.name!r} is no table of tab-separated UTF-8 text: {error}") from None
    finally:
        csv.field_size_limit(before)


def xlsx_cells(path: Path) -> Iterator[Cells]:
    """The cells of the first sheet as they were written; formulas are texts. Raises DataError, MissingExtra."""
    if find_spec("openpyxl") is None:
        raise MissingExtra("openpyxl", extra="tables", purpose="reading an xlsx file")
    from openpyxl import load_workbook

    refuse_bomb(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it misses styles and the like, of which nothing is read
            book = load_workbook(path, read_only=True, data_only=False, keep_links=False)
        try:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # the size that the file states may be anything
            rows = sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True)
            for row in islice(rows, MAX_ROWS + 2):
                yield tuple(unescaped(cell) if isinstance(cell, str) else cell for cell in row)
        finally:
            book.close()
    except DataError:
        raise
    except Exception as error:  # a broken file makes its reader raise whatever it stumbles over
        kind = type(error).__name__
        raise DataError(f"{path.name!r} is no xlsx file that can be read ({kind}: {error!s:.100})") from None


def unescaped(text: str) -> str:
    """The text with control characters as they were: the file's writer wrote each as `_x` and four digits.

    >>> unescaped("A_x000D_\\nB")
    'A\\r\\nB'
    """
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def refuse_bomb(path: Path) -> None:
    """Raises DataError for an archive that would unpack to more than is read."""
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise DataError(f"{path.name!r} is no xlsx file that can be read ({error})") from None
    if unpacked > MAX_UNPACKED_BYTES:
        raise DataError(
            f"{path.name!r} would unpack to {unpacked:,} bytes; more than {MAX_UNPACKED_BYTES:,} is refused"
        )
