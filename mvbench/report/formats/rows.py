"""A run -> one row per question, with the verdicts of all judges."""

from __future__ import annotations

from typing import Any

import orjson

from mvbench.errors import DataError
from mvbench.exports import csv_content, inert
from mvbench.rescoring import judged_again
from mvbench.results import Run, to_row


def rows_of(run: Run) -> list[dict[str, Any]]:
    """The rows of `Run.frame()`, judged by today's judges, sorted by id. Raises DataError where there are none."""
    records = sorted(run.records(), key=lambda record: record.sample.id)
    if not records:
        raise DataError(f"{str(run.path)!r} has no records, so nothing to report; run `mvbench eval` first")
    return [to_row(judged_again(record)) for record in records]


def csv_table(run: Run) -> bytes:
    """A header and the rows; choices as a JSON list. Text that a spreadsheet would run gets a leading apostrophe."""
    return csv_content([{name: cell_of(value) for name, value in row.items()} for row in rows_of(run)])


def cell_of(value: Any) -> Any:
    if isinstance(value, list):
        return orjson.dumps(value).decode()
    return inert(value) if isinstance(value, str) else value
