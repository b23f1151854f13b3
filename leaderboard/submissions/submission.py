"""An entry on its way to a board."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath, PureWindowsPath

from leaderboard.details import Details
from leaderboard.entry import Entry


@dataclass(frozen=True, slots=True)
class Submission:
    """What a file or folder amounts to. The entry has no slug yet, and no model's name where nothing tells it.

    `what` says in words what was read. `details`: the file's own `meta`. `log`: the run behind the entry, contents by
    file name, and `replies` the hash of what is in it. `remarks` are for the submitter.
    """

    what: str
    entry: Entry
    details: Details = field(default_factory=Details)
    log: Mapping[str, bytes] | None = None
    replies: str = ""
    remarks: tuple[str, ...] = ()


LOCAL = re.compile(r"(?:^|[\s=:,;'\"(\[])(?:/|~|\.{1,2}[/\\]|\\\\|[A-Za-z]:[\\/])|://")


def names_a_place(text: str) -> bool:
    """Whether a text names a file on somebody's machine, or a host: that goes on no board.

    >>> [names_a_place(text) for text in ("Qwen/Qwen2-VL", "/home/me/weights", "dir=~/w", "http://gpu7:8000/v1", "1/2")]
    [False, True, True, True, False]
    """
    return LOCAL.search(text) is not None


def public_name(text: str) -> str:
    """A model's name; of a path only the last part."""
    if not names_a_place(text):
        return text
    return PureWindowsPath(PurePosixPath(text.rstrip("/\\")).name).name
