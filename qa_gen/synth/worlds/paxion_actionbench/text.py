"""Names of things -> the texts of a record, in the words of the source."""

from __future__ import annotations

import re
from collections.abc import Sequence

BLANK = re.compile(r"\b[Ss]omething\b")


def filled_in(template: str, names: Sequence[str]) -> str:
    """The template with one name after the other for each "something"; names left over are not used.

    >>> filled_in("Putting something into something", ["pen", "cup"])
    'Putting pen into cup'
    """
    rest = iter(names)
    return BLANK.sub(lambda _: next(rest), template)


def blanks(template: str) -> int:
    return len(BLANK.findall(template))
