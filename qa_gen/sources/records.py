"""A value from a file, which may be anything -> the text, number or path it must be, or why the record is unfit."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from qa_gen.sources.files import safe_path

LONGEST_TEXT = 10_000
"""Letters; no sentence, question or title of any source comes near."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


class Unfit(ValueError):
    """Why a record cannot be used, in words that hold no value of it."""


class Once:
    """Knows what came before, by eight bytes of each: of a million records it takes 90 MB, however long they are."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._seen: set[int] = set()

    def check(self, *key: object) -> None:
        """Raises Unfit where the same came before."""
        mark = int.from_bytes(blake2b(repr(key).encode(), digest_size=8).digest())
        if mark in self._seen:
            raise Unfit(f"{self._kind} comes twice")
        self._seen.add(mark)


def object_of(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Unfit("no object")
    return value


def text_at(record: Mapping[str, Any], key: str) -> str:
    """As `text_of`, of what a record has for the key."""
    return text_of(record.get(key), key)


def text_of(value: object, key: str) -> str:
    """A text on one line, blanks at its ends and repeated ones left out. Raises Unfit."""
    if value is None:
        raise Unfit(f"no {key}")
    if not isinstance(value, str):
        raise Unfit(f"{key} is no text")
    return clean(value, key)


def optional_text_at(record: Mapping[str, Any], key: str) -> str | None:
    """As `text_at`; None where there is nothing, or only blanks."""
    value = record.get(key)
    return None if value is None or (isinstance(value, str) and not value.strip()) else text_at(record, key)


def clean(text: str, key: str) -> str:
    """A text on one line. Raises Unfit for an empty one, and for letters that no sentence holds."""
    if len(text) > LONGEST_TEXT:
        raise Unfit(f"{key} is too long")
    text = " ".join(text.split())
    if not text:
        raise Unfit(f"{key} is empty")
    if "\ufffd" in text or any(letter < " " or "\x7f" <= letter <= "\x9f" for letter in text):
        raise Unfit(f"{key} holds what is no text")
    return text


def number_of(value: object, key: str) -> float:
    """A finite number, be it written as a text. Raises Unfit."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Unfit(f"{key} is no number")
    if isinstance(value, str) and (not value.isascii() or "_" in value):  # which Python would take
        raise Unfit(f"{key} is no number")
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise Unfit(f"{key} is no number") from None
    if not math.isfinite(number):
        raise Unfit(f"{key} is no finite number")
    return number


def optional_number_at(record: Mapping[str, Any], key: str) -> float | None:
    return None if record.get(key) is None else number_of(record[key], key)


def digits_of(value: object, key: str) -> str:
    """A number that names something, as the text of it. Raises Unfit."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18 else value
    if not isinstance(text, str) or not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Unfit(f"{key} is no whole number")
    return text


def name_of(value: object, key: str) -> str:
    """What a source calls a video, of which paths are made. Raises Unfit."""
    if not isinstance(value, str) or not NAME.fullmatch(value):
        raise Unfit(f"{key} names no video")
    return value


def path_of(value: object, key: str) -> str:
    """The path of a file below some folder. Raises Unfit for one that could lead out of it."""
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise Unfit(f"{key} is no path")
    try:
        path = safe_path(value.strip())
    except ValueError:
        raise Unfit(f"{key} is no plain relative path") from None
    if "\ufffd" in path:
        raise Unfit(f"{key} holds what is no text")
    return path
