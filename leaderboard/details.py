"""What a submitter tells of a model, in flags or in a meta file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from leaderboard.documents import Document
from leaderboard.entry import DATA_REVISIONS, Entry, Standing
from mvbench.config import one_of, setting, text
from mvbench.errors import DataError, UsageError, suggestion
from mvbench.toml import parse_toml

MAX_META_BYTES = 256 * 2**10
TYPES = ("LLM", "ImageLLM", "VideoLLM", "Other")
"""The public Space's list."""

SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([BbMm]?)", re.ASCII)


def billions(value: object) -> float:
    """Parameters in billions, from a number of them or from a size as models' names have it.

    >>> billions("7B"), billions("500M"), billions(0.5)
    (7.0, 0.5, 0.5)
    """
    found = SIZE.fullmatch(str(value).strip())
    if isinstance(value, bool) or found is None or len(found[1]) > 12 or not float(found[1]):
        raise ValueError("must be a size such as 7B, 500M or, in billions, 7")
    return float(found[1]) / (1000 if found[2] in ("M", "m") else 1)


def label(value: object) -> str:
    """A text, which JSON and TOML also write as a number or a date.

    >>> label("1 fps"), label(16), label(date(2024, 6, 13))
    ('1 fps', '16', '2024-06-13')
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.isoformat() if isinstance(value, date) else text(value)


def words(value: object) -> tuple[str, ...]:
    """A list of names, or one text with commas between them."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise ValueError("must be names with commas between them")
    return tuple(filter(None, (part.strip() for part in parts)))


def data_revision(value: object) -> str:
    return str(one_of(*DATA_REVISIONS)(label(value)))


def standing(value: object) -> Standing:
    return Standing(one_of(Standing.SELF_REPORTED, Standing.RERUN)(value))


@dataclass(frozen=True, slots=True)
class Details:
    """Fields of an entry; None where nothing is told."""

    model: str | None = setting(None, "the model's name (default: as the run or the file tells it)", text)
    revision: str | None = setting(None, "which version of the model: one model may stand once per revision", text)
    link: str | None = setting(None, "the model's page, https://...", text, metavar="URL")
    type: str | None = setting(None, "LLM, ImageLLM, VideoLLM or Other", one_of(*TYPES))
    language_model: str | None = setting(None, "the language model in it", text, metavar="NAME")
    parameters: float | None = setting(None, "parameters of all that runs, such as 7B", billions, metavar="SIZE")
    frames: str | None = setting(None, "frames per clip, such as 16 or '1 fps, at most 32'", label)
    resolution: str | None = setting(None, "pixels the model sees, such as 224", label)
    protocol: str | None = setting(
        None, "how the questions were put (`mvbench`, `notebook`, ...)", text, metavar="NAME"
    )
    data_revision: str | None = setting(
        None,
        "of MVBench: original, or 2024-06-13, when some 30 duplicated questions were replaced",
        data_revision,
        metavar="REVISION",
    )
    trained_on: tuple[str, ...] | None = setting(
        None, "sources whose train split the model saw, comma-separated", words, metavar="A,B"
    )
    submitted_by: str | None = setting(None, "who hands this in", text, metavar="NAME")
    date: str | None = setting(None, "of the result, YYYY-MM-DD (default: the run's)", label)
    source: str | None = setting(None, "where the numbers stand, https://...", text, metavar="URL")
    standing: Standing | None = setting(
        None,
        "self-reported, or rerun by others than the model's authors (default for a run: reproduced)",
        standing,
        metavar="WORD",
    )
    notes: str | None = setting(None, "anything a reader should know", text)

    def over(self, weaker: Details) -> Details:
        """These details, and the weaker ones where these tell nothing."""
        told = {field.name: value for field in fields(self) if (value := getattr(self, field.name)) is not None}
        return replace(weaker, **told)

    def applied(self, entry: Entry) -> Entry:
        """The entry with what these details tell; a field of which they tell nothing stays."""
        told = {
            field.name: value
            for field in fields(self)
            if field.name not in ("parameters", "data_revision") and (value := getattr(self, field.name)) is not None
        }
        if self.parameters is not None:
            told["parameters_billion"] = self.parameters
        if self.data_revision is not None:
            told["data"] = replace(entry.data, revision=self.data_revision)
        return replace(entry, **told)


def from_flags(given: Mapping[str, Any]) -> Details:
    """The details among a command's arguments, as `mvbench.config.add_flags` leaves them: the last text of each flag.

    Raises UsageError naming the flag and its value.
    """
    known = {field.name for field in fields(Details)}
    return converted(
        {name: texts[-1] for name, texts in given.items() if name in known},
        where=lambda name: f"--{name.replace('_', '-')}",
    )


def from_file(path: Path) -> Details:
    """The details in a TOML or JSON file. Raises UsageError or DataError naming file, line where known, and key."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_META_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot read --meta {str(path)!r}: {error.strerror}") from None
    if len(raw) > MAX_META_BYTES:
        raise UsageError(
            f"--meta {str(path)!r} has more than {MAX_META_BYTES:,} bytes; it is no description of a model"
        )
    if path.suffix.lower() == ".json":
        document = Document(raw, origin=path.name)
        return from_table(document.table.members, where=document.where)
    try:
        table = parse_toml(raw.decode("utf-8-sig"), origin=path.name, advice="--meta takes TOML, or JSON in FILE.json")
    except UnicodeDecodeError as error:
        raise DataError(f"{path.name} is not UTF-8 text (byte {error.start})") from None
    return from_table(table, where=lambda name: path.name)


def from_table(table: Mapping[str, Any], *, where: Any) -> Details:
    """The details in a table whose keys are the flags' names. `where` gives the place of a key, for messages."""
    known = [field.name for field in fields(Details)]
    for name in table:
        if name not in known:
            near = suggestion(name, known) or f" (known: {', '.join(known)})"
            raise UsageError(f"{where(name)}: {name!r:.60} is unknown{near}")
    return converted(table, where=lambda name: f"{where(name)}: {name}")


def converted(table: Mapping[str, Any], *, where: Any) -> Details:
    values = {}
    for field in fields(Details):
        if field.name in table:
            try:
                values[field.name] = field.metadata["convert"](table[field.name])
            except ValueError as error:
                raise UsageError(f"{where(field.name)} is {table[field.name]!r:.80}; it {error}") from None
    return Details(**values)
