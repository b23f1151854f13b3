"""What the rules say, and where."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mvbench.terminal import plain


class Severity(StrEnum):
    """`error`: the board cannot be built. `note`: people should know."""

    ERROR = "error"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Remark:
    """What a rule says of one entry: the keys that lead to the field, and what, the value seen, what to do."""

    at: tuple[str, ...]
    text: str
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class Finding:
    """A remark with its place: `path` below the board, `line` from 1, None where a file has none."""

    path: str
    line: int | None
    severity: Severity
    text: str

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return plain(f"{place}: {self.severity}: {self.text}")


def quoted(value: object) -> str:
    """A value in a message: a long one by its beginning, and never more than one line."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
