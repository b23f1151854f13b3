"""Entries side by side: nothing stands on a board twice, and no name means two things."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from leaderboard.entry import Entry
from leaderboard.ranking import OFFICIAL
from leaderboard.validation.findings import Remark, Severity, quoted
from leaderboard.validation.naming import PUBLIC, folded
from mvbench.metrics import MVBENCH

Key = tuple[str, ...]

TELLING = 200
"""Of fewer questions, which is one task of MVBench, two good models may well have the same replies."""


def index(entries: Iterable[Entry]) -> dict[Key, Entry]:
    """The first entry that has each key."""
    found: dict[Key, Entry] = {}
    for entry in entries:
        for key in keys(entry):
            found.setdefault(key, entry)
    return found


def keys(entry: Entry) -> Iterator[Key]:
    """What two entries must not have in common, once for each judge: model and revision as the eye reads them.

    A context row, which quotes somebody, may stand beside another that quotes somebody else.
    """
    data = (entry.data.name, entry.data.revision if entry.data.name == MVBENCH else entry.data.hash)
    quote = ("context", entry.source, entry.frames) if entry.context else ()
    for judge in entry.scores or (OFFICIAL,):
        yield (judge, folded(entry.model), folded(entry.revision), *data, entry.protocol, *quote)


def remarks(entry: Entry, first: Mapping[Key, Entry]) -> Iterator[Remark]:
    """At most one, about the first entry that has something in common with this one."""
    for key in keys(entry):
        other = first.get(key)
        if other is not None and other.slug != entry.slug:
            same = "" if other.model == entry.model else f", which reads the same as {quoted(other.model)},"
            yield Remark(
                ("model",),
                f"{quoted(entry.model)}{same} stands on this board already with these data, judge {key[0]} and "
                f"protocol {quoted(entry.protocol)} (entries/{other.slug}.json); give it another revision, "
                "or change that file instead",
            )
            return


def contents(entries: Iterable[Entry]) -> dict[Key, Entry]:
    """The first entry that tells the content of the public set, by its name and revision."""
    found: dict[Key, Entry] = {}
    for entry in entries:
        if entry.data.name in PUBLIC and entry.data.hash:
            found.setdefault((entry.data.name, entry.data.revision), entry)
    return found


def other_content(entry: Entry, first: Mapping[Key, Entry]) -> Iterator[Remark]:
    """A note where two entries mean different questions by the name of the public set. Nobody knows who is right."""
    other = first.get((entry.data.name, entry.data.revision))
    if other is not None and entry.data.hash and entry.data.hash != other.data.hash:
        yield Remark(
            ("data", "hash"),
            f"data.hash is {quoted(entry.data.hash)}: its {entry.data.name} has other questions than that of "
            f"entries/{other.slug}.json",
            Severity.NOTE,
        )


def repliers(entries: Iterable[Entry], replies: Mapping[str, str]) -> dict[str, Entry]:
    """The first entry with each log's replies, one that is ranked before one that is context.

    `replies`: the hash of an entry's replies by its slug.
    """
    found: dict[str, Entry] = {}
    for entry in sorted(entries, key=lambda entry: entry.context):
        if entry.slug in replies:
            found.setdefault(replies[entry.slug], entry)
    return found


def same_replies(entry: Entry, replies: str, first: Mapping[str, Entry]) -> Iterator[Remark]:
    """At most one, where another entry's log is this one's under another name."""
    other = first.get(replies)
    if other is not None and other.slug != entry.slug:
        questions = sum(entry.items.values())
        text = f"the same replies as entries/{other.slug}.json, {quoted(other.model)}, to all {questions:,} questions"
        if questions < TELLING or entry.context or other.context:
            yield Remark(("log",), text, Severity.NOTE)
        else:
            yield Remark(("log",), f"{text}; a run stands once: rename it by 'model' in that file, or remove one")
