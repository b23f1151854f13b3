"""Text of a TOML file -> its table."""

import tomllib
from typing import Any

from mvbench.errors import UsageError

DEEPEST = 32
"""Tables and arrays inside one another; nothing we read needs more than four."""


def parse_toml(text: str, *, origin: str, advice: str = "") -> dict[str, Any]:
    """The table that `text` holds, nested so little that all of it can be walked and shown.

    Raises UsageError naming `origin`, what is wrong, and `advice`.
    """
    advice = advice and f"; {advice}"
    try:
        table = tomllib.loads(text)
    except ValueError as error:  # not only TOMLDecodeError: a number of 5,000 digits is a plain one
        raise UsageError(f"{origin} is not TOML ({error}){advice}") from None
    except RecursionError:
        raise too_deep(origin, advice) from None
    # `a.b.c = 1` nests as well, and without recursion: only what is done with the table later would fail.
    level: list[Any] = [table]
    for _ in range(DEEPEST):
        inner = (child for value in level for child in (value.values() if isinstance(value, dict) else value))
        level = [child for child in inner if isinstance(child, dict | list)]
    if level:
        raise too_deep(origin, advice)
    return table


def too_deep(origin: str, advice: str) -> UsageError:
    return UsageError(f"{origin} nests tables or arrays more than {DEEPEST} deep{advice}")
