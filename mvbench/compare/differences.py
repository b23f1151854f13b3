"""Runs -> every setting in which they differ, in plain words: what may explain a gap besides the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mvbench.compare.results import RunResults
from mvbench.folders import shown

MODEL = "model"
ORDER = (MODEL, "prompt", "replies", "frames", "questions", "judge", "machine", "versions")
UNKNOWN = "unknown"
ARGUMENT = "argument "
Name = tuple[str, str]
"""Group and name of a setting."""
WORDS = {
    "protocol": ("prompt", "protocol"),
    "protocol_text": ("prompt", "wording of the protocol"),
    "prefix": ("prompt", "answer prefix"),
    "subtitles": ("prompt", "subtitles"),
    "answer": ("prompt", "answer mode"),
    "max_new_tokens": ("replies", "longest reply, tokens"),
    "repeats": ("replies", "repeats"),
    "seed": ("replies", "seed"),
    "sampling.num_frames": ("frames", "frames per clip"),
    "sampling.policy": ("frames", "sampling"),
    "sampling.fps": ("frames", "frames per second"),
    "sampling.max_frames": ("frames", "most frames"),
    "view": ("frames", "view"),
    "decoder": ("frames", "decoder"),
    "resize": ("frames", "resize"),
    "max_pixels": ("frames", "most pixels"),
    "task_rules": ("questions", "rules of the tasks"),
    "limit": ("questions", "limit"),
    "subset": ("questions", "subset"),
}
"""Keys of a fingerprint; those that are not here belong to the model and keep their names."""
DATA, TASKS, CONTENT = ("questions", "data"), ("questions", "tasks"), ("questions", "content")
CHOICE = frozenset({DATA, TASKS, WORDS["limit"], WORDS["subset"]})
CAUSES: Mapping[Name, frozenset[Name]] = {
    WORDS["protocol_text"]: frozenset({WORDS["protocol"]}),
    WORDS["task_rules"]: frozenset({TASKS}),
    CONTENT: CHOICE,
}
"""What differs of itself where one of the others does, and is then no second difference."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting and its value in each run, as text."""

    group: str
    name: str
    values: tuple[str, ...]


def differences(runs: Sequence[RunResults]) -> list[Difference]:
    """What is known to differ, group by group, the model first; what a run does not record is unknown there."""
    tables = [dict(settings_of(run)) for run in runs]
    names = sorted({name: None for table in tables for name in table}, key=lambda name: ORDER.index(name[0]))
    rows = [
        Difference(*name, tuple(table.get(name, absent(name, run)) for table, run in zip(tables, runs, strict=True)))
        for name in names
    ]
    different = [row for row in rows if len(set(row.values) - {UNKNOWN}) > 1]
    named = {(row.group, row.name) for row in different}
    return [
        row
        for row in different
        if not named & CAUSES.get((row.group, row.name), frozenset()) and not said_by_identity(row, different)
    ]


def said_by_identity(row: Difference, others: Sequence[Difference]) -> bool:
    """Whether this is an argument of which the model's identity tells the same, under its name or below."""
    name = row.name.removeprefix(ARGUMENT)
    return name != row.name and any(
        f"{other.name}.".startswith(f"{name}.") and other.values == row.values for other in others
    )


def absent(name: Name, run: RunResults) -> str:
    """What a run means that has no such setting: a model's arguments may be left out, other settings have a value."""
    return "none" if name[0] == MODEL and imported_from(run) is None else UNKNOWN


def imported_from(run: RunResults) -> str | None:
    """The tool whose replies these are, where they were not made here."""
    imported = run.run.facts.get("import")
    return str(imported.get("tool")) if isinstance(imported, dict) else None


def settings_of(run: RunResults) -> Iterator[tuple[Name, str]]:
    """(group, name) and value of all that a run records of how its replies were made."""
    facts = run.run.facts
    data, tasks = facts["data"], facts["fingerprint"].get("tasks")
    yield DATA, data["name"]
    yield TASKS, f"{len(tasks)}" if isinstance(tasks, list) else in_words(tasks)
    yield CONTENT, str(data.get("hash"))[:8]
    yield ("judge", "its own table by"), run.own_judge
    if imported_from(run) is not None:
        yield (MODEL, "model"), facts["title"]["model"]
        yield WORDS["protocol"], in_words(facts["title"].get("protocol"))
        return
    for key, value in flat({**facts["fingerprint"], "used": table_of(facts, "used")}):
        if key not in ("data", "tasks"):
            yield WORDS.get(key) or named(key), in_words(value)
    yield from machine_of(facts)
    for package, version in table_of(facts, "versions").items():
        yield ("versions", str(package)), in_words(version)
    yield ("versions", "commit"), in_words(facts.get("commit"))[:12]


def named(key: str) -> Name:
    """The group and name of a key that has no words of its own."""
    for start, group, words in (
        ("gen_kwargs.", "replies", ""),
        ("model_args.", MODEL, ARGUMENT),
        ("model_identity.", MODEL, ""),
        ("used.", MODEL, "used "),
    ):
        if key.startswith(start):
            return group, words + key.removeprefix(start)
    return MODEL, key


def machine_of(facts: Mapping[str, Any]) -> Iterator[tuple[Name, str]]:
    resolved = facts["arguments"]["resolved"]
    size = facts.get("batch_size", resolved.get("batch_size"))
    yield ("machine", "batch size"), UNKNOWN if size is None else in_words(size)
    yield ("machine", "device"), in_words(resolved.get("device") or "the model's own")
    yield ("machine", "processor"), in_words(table_of(facts, "hardware").get("processor"))


def table_of(facts: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = facts.get(name)
    return value if isinstance(value, dict) else {}


def flat(table: Mapping[str, Any], under: str = "", *, depth: int = 4) -> Iterator[tuple[str, Any]]:
    """Every value with the path to it; an empty table has none, and what lies deeper is one value."""
    for key, value in table.items():
        if isinstance(value, dict) and depth:
            yield from flat(value, f"{under}{key}.", depth=depth - 1)
        else:
            yield f"{under}{key}", value


def in_words(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, str) and len(value) <= 60:
        return value
    try:
        return shown(value)
    except TypeError:  # lists in lists, deeper than JSON is written
        return "something too deep to show"
