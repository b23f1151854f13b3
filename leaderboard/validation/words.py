"""Texts, links, dates: what may stand on a page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import fields
from datetime import date, timedelta
from math import isfinite
from urllib.parse import urlsplit

from leaderboard.entry import Entry
from leaderboard.validation.findings import Remark, Severity, quoted
from mvbench.errors import suggestion
from mvbench.exports import FORMULA_STARTS
from mvbench.scoring import JUDGES

NAME_CHARS = 120
NOTE_CHARS = 2_000
LINK_CHARS = 2_000
MOST_LISTED = 100
MOST_PARAMETERS_BILLION = 100_000

BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | frozenset(
    map(chr, (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))
)
"""Characters that are printable by their category and yet show nothing, so that two names can look the same."""

MARKUP = re.compile(r"<[A-Za-z/!?]|&#?\w+;|\]\(")
URL = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
KEY = re.compile(r"[a-z0-9_]{1,100}")
HASH = re.compile(r"[0-9a-f]{8,128}")

SHORT = ("revision", "type", "language_model", "frames", "resolution", "protocol", "submitted_by", "date", "log_model")
FIELDS = frozenset(field.name for field in fields(Entry))

Place = tuple[str, ...]


def remarks(entry: Entry, *, today: date) -> Iterator[Remark]:
    """Everything but the numbers of one entry. `today`: a date more than a day later is nobody's."""
    for at, text, limit in texts(entry):
        yield from _text(at, text, limit)
    yield from _link("link", entry.link)
    yield from _link("source", entry.source)
    yield from _date(entry.date, today)
    yield from _lists(entry)
    yield from _keys(entry)
    size = entry.parameters_billion
    if size is not None and not (isfinite(size) and 0 < size <= MOST_PARAMETERS_BILLION):
        yield Remark(
            ("parameters_billion",),
            f"parameters_billion is {size:g}; it must lie above 0 and be in billions, 7 for a model of 7B",
        )


def texts(entry: Entry) -> Iterator[tuple[Place, str, int]]:
    """Every text of an entry that is shown somewhere, with the keys that lead to it and its longest length."""
    yield ("model",), entry.model, NAME_CHARS
    for name in SHORT:
        yield (name,), getattr(entry, name), NAME_CHARS
    for name in ("name", "revision", "hash"):
        yield ("data", name), getattr(entry.data, name), NAME_CHARS
    for name in ("name", "version"):
        yield ("harness", name), getattr(entry.harness, name), NAME_CHARS
    for name in ("trained_on", "unverified"):
        for word in getattr(entry, name):
            yield (name,), word, NAME_CHARS
    for name in ("link", "source"):
        yield (name,), getattr(entry, name), LINK_CHARS
    yield ("notes",), entry.notes, NOTE_CHARS


def _text(at: Place, text: str, limit: int) -> Iterator[Remark]:
    name = ".".join(at)
    if len(text) > limit:
        yield Remark(at, f"{name} has {len(text):,} characters, {quoted(text)}; at most {limit:,} fit")
    if hidden := next((character for character in text if _is_hidden(character)), None):
        called = unicodedata.name(hidden, "a control character").lower()
        yield Remark(at, f"{name} is {text!a:.60} and holds U+{ord(hidden):04X} ({called}); leave it out")
    elif text != text.strip():
        yield Remark(at, f"{name} is {quoted(text)}; leave out the blanks around it")
    if _piled(text):
        yield Remark(at, f"{name} is {text!a:.60}: accents are piled on one letter; leave them out")
    if MARKUP.search(text):
        yield Remark(at, f"{name} is {quoted(text)}: markup is shown as it stands, never followed", Severity.NOTE)
    if text.startswith(FORMULA_STARTS):
        yield Remark(
            at, f"{name} is {quoted(text)}: in CSV files an apostrophe keeps it from being a formula", Severity.NOTE
        )


def _is_hidden(character: str) -> bool:
    """Whether a character shows nothing, breaks the line or turns the text around."""
    return not character.isprintable() or character in BLANK


def _piled(text: str) -> bool:
    return any(
        all(unicodedata.combining(character) for character in text[place : place + 3]) and len(text) >= place + 3
        for place in range(len(text))
    )


def _link(name: str, link: str) -> Iterator[Remark]:
    if link and (problem := link_problem(link)):
        yield Remark((name,), f"{name} is {quoted(link)}: {problem}")


def link_problem(link: str) -> str | None:
    """Why nobody may follow it, in words; None for an address of the web."""
    if not URL.fullmatch(link):
        return "it holds a character that no web address has; write it percent-encoded"
    try:
        parts = urlsplit(link)
        _ = parts.port  # raises where it is no number
    except ValueError as error:
        return f"it is no web address ({error})"
    if parts.scheme not in ("http", "https"):
        return "only http:// and https:// are shown"
    if not parts.hostname:
        return "it names no host"
    if parts.username is not None or parts.password is not None:
        return "it carries a user name or a password; leave them out"
    return None


def _date(text: str, today: date) -> Iterator[Remark]:
    """A day, a month or a year: of a published number often no more is known."""
    if not text:
        return
    found = DATE.fullmatch(text)
    try:
        start = date(*(int(part or 1) for part in found.groups())) if found else None
    except ValueError:
        start = None
    if start is None:
        yield Remark(("date",), f"date is {quoted(text)}; write it as 2024-06-13, 2024-06 or 2024")
    elif start > today + timedelta(days=1):
        yield Remark(("date",), f"date is {quoted(text)}, which lies ahead of us: today is {today.isoformat()}")


def _lists(entry: Entry) -> Iterator[Remark]:
    for name in ("trained_on", "unverified"):
        listed = getattr(entry, name)
        if len(listed) > MOST_LISTED:
            yield Remark((name,), f"{name} lists {len(listed):,}; at most {MOST_LISTED} fit")
        if not all(listed):
            yield Remark((name,), f"{name} lists an empty text; leave it out")
    for word in entry.unverified:
        if word not in FIELDS:
            yield Remark(
                ("unverified",), f"unverified names {quoted(word)}, which is no field{suggestion(word, FIELDS)}"
            )


def _keys(entry: Entry) -> Iterator[Remark]:
    """Names that are not for show: of judges, of tasks, of content."""
    if entry.data.hash and not HASH.fullmatch(entry.data.hash):
        yield Remark(("data", "hash"), f"data.hash is {quoted(entry.data.hash)}; it must be hexadecimal digits")
    for judge in entry.scores:
        if judge not in JUDGES:
            near = suggestion(judge, JUDGES) or f" (known: {', '.join(JUDGES)})"
            yield Remark(("scores", judge), f"the judge {quoted(judge)} is unknown{near}")
    places = [(("scores", judge, "tasks"), scores.tasks) for judge, scores in entry.scores.items()]
    for at, keys in (*places, (("items",), entry.items)):
        for key in keys:
            if not KEY.fullmatch(key):
                yield Remark(
                    (*at, key), f"the task {quoted(key)} needs another key, of lower-case letters a-z, digits and '_'"
                )
