"""A run and the name of a format -> its file, or its folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from mvbench.errors import RunError
from mvbench.folders import explained, write_atomically
from mvbench.report.formats import frame, latex, lmms, markdown, rows
from mvbench.rescoring import summarised_again
from mvbench.results import RECORDS, Run, refuse_own_file

MAX_RECORDS_BYTES = 2**30
"""Of records.jsonl: some hundred times a run over the whole of MVBench, and as much as is held in memory."""

Content = Callable[[Run, str], bytes]


def latex_table(run: Run, judge: str) -> bytes:
    found = summarised_again(run)
    return latex.table(found.summary, found.facts, judge=judge).encode()


def markdown_table(run: Run, judge: str) -> bytes:
    found = summarised_again(run)
    return markdown.table(found.summary, found.facts, judge=judge).encode()


FILES: Mapping[str, Content] = MappingProxyType(
    {
        "latex": latex_table,
        "markdown": markdown_table,
        "csv": lambda run, _: rows.csv_table(run),
        "parquet": lambda run, _: frame.parquet(run),
        "xlsx": lambda run, _: frame.xlsx(run),
    }
)
"""The formats that are one file: its content, of a run and the judge whose scores a table shows."""
ENDINGS = MappingProxyType({"latex": ".tex", "markdown": ".md", "csv": ".csv", "parquet": ".parquet", "xlsx": ".xlsx"})
FOLDERS = ("lmms",)
"""The formats that are a folder of files."""


def write(run: Run, out: Path, *, format: str, judge: str = "parsed") -> Path:
    """Write one of FILES or FOLDERS and return where it lies; the same run gives the same bytes.

    `judge`: whose scores `latex` and `markdown` show; the other formats hold the verdicts of all judges, made anew.

    Raises DataError for a run without records, UsageError for a judge that is none, MissingExtra, and RunError for a
    run that is too large or does not fit the format, for what cannot be written, and for a file of a run.
    """
    refuse_large(run)
    if format in FOLDERS:
        return lmms.write(run, out)
    refuse_own_file(out)
    content = FILES[format](run, judge)
    if out.is_dir():
        raise RunError(f"{str(out)!r} is a folder, and {format} is one file; choose another --out")
    with explained(out.parent, advice="choose another --out"):
        out.parent.mkdir(parents=True, exist_ok=True)
        return write_atomically(out, content)


def refuse_large(run: Run) -> None:
    path = run.path / RECORDS
    if path.is_file() and path.stat().st_size > MAX_RECORDS_BYTES:
        raise RunError(f"{str(path)!r} has more than {MAX_RECORDS_BYTES:,} bytes; no report is made of so many")
