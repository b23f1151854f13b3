"""Text of any length, cut to what a page can show; the rest is counted."""

from __future__ import annotations

import math
from typing import Any

import orjson

Text = str | dict[str, Any]
"""A text as it is, or `{"text": its beginning, "left_out": how many characters follow}`."""

LONGEST_REPLY = 4_000
LONGEST_QUESTION = 2_000
LONGEST_CHOICE = 500
LONGEST_WORD = 300
MOST_WORDS = 50
"""Of a list or table that a file may make as long as it likes."""


def shortened(text: str, longest: int) -> Text:
    """The text, or its first `longest` characters with how many were left out."""
    if len(text) <= longest:
        return text
    return {"text": text[:longest], "left_out": len(text) - longest}


def in_a_word(value: object) -> str:
    """Any JSON value on a line: texts as they are, others as JSON, `...` where it is long or nested without end."""
    try:
        text = value if isinstance(value, str) else orjson.dumps(value).decode()
    except TypeError:  # orjson's limits: 254 levels of nesting, 64 bits
        return "..."
    return text if len(text) <= LONGEST_WORD else text[:LONGEST_WORD] + "..."


def seconds_or_zero(value: object) -> float:
    """A duration from a file; what is none counts as unmeasured."""
    usable = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value > 0
    return float(value) if usable else 0.0  # type: ignore[arg-type]
