"""The rows of a run -> parquet or xlsx, by pandas."""

from __future__ import annotations

import io
import re
import zipfile
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from mvbench.errors import MissingExtra
from mvbench.report.formats.rows import cell_of, rows_of
from mvbench.results import Run

if TYPE_CHECKING:
    import pandas

WHOLE = ("answer", "input_tokens", "output_tokens")
MAX_CELL_UNITS = 32_767
"""Of UTF-16, as the makers of the format count."""
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
SAVED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The first moment a zip file can name; the moment of saving would make two files of one run differ."""


def parquet(run: Run) -> bytes:
    """One row per question; columns have the same types whatever is in them, choices are a list of texts.

    Raises MissingExtra, and DataError for a run without records.
    """
    require("pandas", "pyarrow", format="parquet")
    stream = io.BytesIO()
    frame_of(rows_of(run)).to_parquet(stream, engine="pyarrow", index=False)
    return stream.getvalue()


def xlsx(run: Run) -> bytes:
    """One row per question. No text is a formula or a link: what would be one gets a leading apostrophe, as in csv.

    A text of more than 32,767 characters, the most a cell holds, is cut and says so at its end. Raises MissingExtra,
    and DataError for a run without records.
    """
    require("pandas", "openpyxl", format="xlsx")
    rows = [{name: sheet_cell(value) for name, value in row.items()} for row in rows_of(run)]
    stream = io.BytesIO()
    frame_of(rows).to_excel(stream, sheet_name="questions", index=False, engine="openpyxl", freeze_panes=(1, 1))
    return timeless(stream.getvalue())


def require(*packages: str, format: str) -> None:
    for package in packages:
        if find_spec(package) is None:
            raise MissingExtra(package, extra="tables", purpose=f"--format {format}")


def frame_of(rows: list[dict[str, Any]]) -> pandas.DataFrame:
    import pandas

    frame = pandas.DataFrame(rows)
    return frame.astype({name: kind for name in frame.columns if (kind := kind_of(name, frame[name]))})


def kind_of(name: str, column: Any) -> str | None:
    """The type of a column, which a column of nothing could not tell; None: as it is."""
    if name.endswith("_seconds"):
        return "float64"
    if name in WHOLE:
        return "Int64"
    if name.endswith(".correct"):
        return "bool"
    return None if isinstance(column.iloc[0], list) else "string"


def sheet_cell(value: Any) -> Any:
    value = cell_of(value)
    return fitting(UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", value)) if isinstance(value, str) else value


def fitting(text: str) -> str:
    """The text, or as much of it as a cell holds."""
    units = text.encode("utf-16-le")
    if len(units) <= 2 * MAX_CELL_UNITS:
        return text
    note = f" [cut: {len(text):,} characters]"
    return units[: 2 * (MAX_CELL_UNITS - len(note))].decode("utf-16-le", "ignore") + note


def timeless(archive: bytes) -> bytes:
    """An xlsx file without the moment in which it was made."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = SAVED.sub(rb"\g<1>1980-01-01T00:00:00Z", content)
            new.writestr(zipfile.ZipInfo(name, LONG_AGO), content, compress_type=zipfile.ZIP_DEFLATED)
    return stream.getvalue()
