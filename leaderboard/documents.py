"""JSON that others wrote -> values that know their line."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple, NoReturn

import orjson

from mvbench.errors import DataError, suggestion

DEEPEST = 24
"""Objects and lists inside one another; an entry needs three, lmms-eval's results some ten."""

TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[][{}:,]|[^][{}:,"\s]+')

Path = tuple[str, ...]


class Document:
    """The content of one JSON file. `origin` names it in messages."""

    def __init__(self, raw: bytes, *, origin: str) -> None:
        """Raises DataError naming file and line: no UTF-8, no JSON, NaN, a key that comes twice, too much nesting."""
        self.origin = origin
        self._text = decoded(raw, origin=origin)
        try:
            self.content: Any = orjson.loads(self._text)
        except orjson.JSONDecodeError as error:
            raise DataError(f"{origin}:{error.lineno}: this is not JSON: {error.msg}") from None
        if too_deep(self.content):
            raise DataError(f"{origin}:1: objects and lists lie more than {DEEPEST} deep in one another")
        if repeats(self._text):
            found = next(member for member in walk(self._text) if member.again)
            raise DataError(f"{origin}:{found.line}: {found.path[-1]!r:.60} comes twice; keep one of them")

    @property
    def table(self) -> Table:
        """The content, read field by field. Raises DataError where it is no object."""
        if not isinstance(self.content, dict):
            raise DataError(f"{self.origin}:1: this is {self.content!r:.60}; it must be an object {{...}}")
        return Table(self, (), self.content)

    def where(self, *path: str) -> str:
        """`file:line` of a member, or of the nearest thing around it that is there."""
        while path and path not in self._lines:
            path = path[:-1]
        return f"{self.origin}:{self._lines.get(path, 1)}"

    @cached_property
    def _lines(self) -> dict[Path, int]:
        return {member.path: member.line for member in walk(self._text)}


class Table:
    """One object of a document. Every reader raises DataError naming file, line, what is there, and what must be."""

    def __init__(self, document: Document, path: Path, members: Mapping[str, Any]) -> None:
        self.document = document
        self.path = path
        self.members = members

    def refuse_unknown(self, known: Collection[str]) -> None:
        for name in self.members:
            if name not in known:
                near = suggestion(name, known) or f" (known: {', '.join(known)})"
                raise DataError(f"{self.where(name)}: {self.named(name)} is unknown{near}")

    def text(self, name: str, default: str | None = "") -> str:
        """`default=None`: it must be there, and say something."""
        value = self._get(name, default)
        if not isinstance(value, str):
            self.refuse(name, "a text")
        if default is None and not value.strip():
            self.refuse(name, "a text that says something")
        return value

    def number(self, name: str) -> float | None:
        value = self._get(name, None, needed=False)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.refuse(name, "a number")
        return float(value)

    def switch(self, name: str) -> bool:
        value = self._get(name, False)
        if not isinstance(value, bool):
            self.refuse(name, "true or false")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.refuse(name, "a list of texts")
        return tuple(value)

    def inner(self, name: str, *, needed: bool = False) -> Table:
        value = self._get(name, None if needed else {})
        if not isinstance(value, dict):
            self.refuse(name, "an object {...}")
        return Table(self.document, (*self.path, name), value)

    def numbers(self, name: str) -> dict[str, float]:
        """An object whose members are all numbers."""
        inner = self.inner(name)
        return {key: number for key in inner.members if (number := inner.present(key)) is not None}

    def counts(self, name: str) -> dict[str, int]:
        """An object whose members are all whole numbers, none below 0."""
        inner = self.inner(name)
        for key, value in inner.members.items():
            if type(value) is not int or not 0 <= value < 10**9:
                inner.refuse(key, "a whole number, 0 or more")
        return dict(inner.members)

    def present(self, name: str) -> float:
        """A number that must be there."""
        number = self.number(name)
        if number is None:
            self.refuse(name, "a number")
        return number

    def refuse(self, name: str, wanted: str) -> NoReturn:
        if name not in self.members:
            raise DataError(f"{self.where()}: {self.named(name)} is missing; it must be {wanted}")
        value = self.members[name]
        raise DataError(f"{self.where(name)}: {self.named(name)} is {shown(value)}; it must be {wanted}")

    def where(self, *names: str) -> str:
        return self.document.where(*self.path, *names)

    def named(self, name: str) -> str:
        return repr(".".join((*self.path, name)))[:200]

    def _get(self, name: str, default: Any, *, needed: bool = True) -> Any:
        if name not in self.members and default is None and needed:
            raise DataError(f"{self.where()}: {self.named(name)} is missing")
        return self.members.get(name, default)


class Twice(Exception):
    """A key comes twice in one object: another reader may take the other value."""


def repeats(text: str) -> bool:
    try:
        json.loads(text, object_pairs_hook=once, parse_int=str, parse_float=str)
    except Twice:
        return True
    return False


def once(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) < len(pairs):
        raise Twice


def decoded(raw: bytes, *, origin: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise DataError(f"{origin}:{line}: this is not UTF-8 text (byte {error.start})") from None


def too_deep(content: Any) -> bool:
    level: list[Any] = [content] if isinstance(content, dict | list) else []
    for _ in range(DEEPEST):
        inner = (child for value in level for child in (value.values() if isinstance(value, dict) else value))
        level = [child for child in inner if isinstance(child, dict | list)]
    return bool(level)


def shown(value: object) -> str:
    """A value in a message: a large one by its beginning."""
    text = orjson.dumps(value).decode()
    return text if len(text) <= 60 else text[:57] + "..."


class Member(NamedTuple):
    """A member of an object: the keys that lead to it, its line, and whether its object has had that key before."""

    path: Path
    line: int
    again: bool


def walk(text: str) -> Iterator[Member]:
    """Every member of every object, in the order of the text. A list has no name of its own in their paths.

    The text is JSON already, so that only brackets and the keys before a colon matter.

    >>> [(".".join(path), line) for path, line, _ in walk('{"a": {"b": 1},\\n "c": [{"d": 2}]}')]
    [('a', 1), ('a.b', 1), ('c', 2), ('c.d', 2)]
    """
    path: list[str | None] = []
    seen: list[set[str]] = []
    line, counted, before = 1, 0, ""
    for token in TOKEN.finditer(text):
        word = token[0]
        if word == ":":
            line += text.count("\n", counted, token.start())
            counted = token.start()
            name = path[-1] = json.loads(before)
            yield Member(tuple(part for part in path if part is not None), line, again=name in seen[-1])
            seen[-1].add(name)
        elif word in ("{", "["):
            path.append(None)
            seen.append(set())
        elif word in ("}", "]"):
            path.pop()
            seen.pop()
        before = word
