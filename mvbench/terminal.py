"""What may be printed: text from outside never moves the cursor, colours the line or turns it around."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

PLAIN_WIDTH = 110


def plain(text: str, *, lines: bool = False) -> str:
    """The text without control codes, on one line unless `lines` are to stay."""
    return "".join(
        character if character.isprintable() or (lines and character == "\n") else "\N{REPLACEMENT CHARACTER}"
        for character in text
    )


def counted(count: int, noun: str) -> str:
    """`1 error`, `2,000 errors`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def shown_path(path: Path) -> Path:
    """The path from the working folder where it lies below that."""
    path = path.absolute()
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def console() -> Console:
    """Where results are printed: as wide as the terminal, or wide enough for a file."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH, highlight=False)
