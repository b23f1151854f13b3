"""Rankings -> the plain values from which the page's script builds its tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from leaderboard.entry import Entry
from leaderboard.ranking import Ranking, Row
from leaderboard.validation.words import link_problem
from mvbench.metrics import MVBENCH
from mvbench.statistics import Estimate
from mvbench.terminal import plain
from mvbench.types import Task

Fact = dict[str, str]
"""A line of a row's details: `label`, `text`, and `link` where there is one; `unverified` where nobody checked it."""

SIZES = ((4, "< 4B"), (10, "4-10B"), (20, "10-20B"), (40, "20-40B"))
LARGEST, UNKNOWN = "> 40B", "unknown"
LONGEST_PRINT = 3
"""Decimals of the longest average anybody printed; more are what a division left."""


def ranking_values(rankings: Sequence[Ranking]) -> list[dict[str, Any]]:
    """One object per ranking, in the order given; `id` names it in the page's address."""
    names = data_names(rankings)
    identities = unlike([slug(name, one.judge, one.protocol) for name, one in zip(names, rankings, strict=True)])
    return [
        one_ranking(ranking, data=name, identity=identity)
        for ranking, name, identity in zip(rankings, names, identities, strict=True)
    ]


def data_names(rankings: Sequence[Ranking]) -> list[str]:
    """What each ranking's data set is called; sets of one name are told apart by content, then by their tasks.

    Two sets with the same name, content and number of tasks still differ in which tasks, so they are numbered.
    """
    sets = [(one.data.name, one.data.hash, tuple(task.key for task in one.tasks)) for one in rankings]
    names: dict[tuple[str, str, tuple[str, ...]], str] = {}
    for name, digest, tasks in dict.fromkeys(sets):
        alike = {other for other in sets if other[0] == name}
        words = [plain(name)]
        if len({other[1] for other in alike}) > 1:
            words.append(plain(digest)[:8] or "unknown content")
        if len({other[2] for other in alike if other[1] == digest}) > 1:
            words.append(f"({len(tasks)} tasks)")
        names[name, digest, tasks] = " ".join(words)
    numbered = dict(zip(names, unlike(list(names.values()), between=" "), strict=True))
    return [numbered[one] for one in sets]


def unlike(names: Sequence[str], *, between: str = "-") -> list[str]:
    """The names, a number behind each that has come before.

    >>> unlike(["a", "b", "a", "a-2"])
    ['a', 'b', 'a-2', 'a-2-2']
    """
    taken: set[str] = set()
    found = []
    for name in names:
        number, new = 1, name
        while new in taken:
            number += 1
            new = f"{name}{between}{number}"
        taken.add(new)
        found.append(new)
    return found


def one_ranking(ranking: Ranking, *, data: str, identity: str) -> dict[str, Any]:
    return {
        "id": identity,
        "data": data,
        "rule": rule(ranking),
        "public": ranking.data.name == MVBENCH,
        "tasks": [
            {
                "key": task.key,
                "title": plain(task.title),
                "abbreviation": plain(task.abbreviation),
                "skill": plain(task.skill),
            }
            for task in ranking.tasks
        ],
        "rows": rows_of(ranking.rows, ranking.tasks),
        "averages": rows_of(ranking.averages, ranking.tasks),
        "context": rows_of(ranking.context, ranking.tasks),
    }


def rule(ranking: Ranking) -> str:
    """Judge and protocol in words.

    The public set's published rows seldom tell their protocol, and count by the official judge.
    """
    judge = f"{plain(ranking.judge)} judge"
    if ranking.protocol:
        return f"{judge}, protocol {plain(ranking.protocol)}"
    as_published = " (as published)" if ranking.data.name == MVBENCH and ranking.judge == "official" else ""
    return f"{judge}, protocol not stated{as_published}"


def rows_of(rows: Iterable[Row], tasks: Sequence[Task]) -> list[dict[str, Any]]:
    return [row_values(row, tasks) for row in rows]


def row_values(row: Row, tasks: Sequence[Task]) -> dict[str, Any]:
    """Numbers are rounded to three decimals: more than can be seen, and what a reader of the page gets back."""
    entry = row.entry
    return {
        "slug": entry.slug,
        "model": plain(entry.model),
        "link": web_address(entry.link),
        "type": plain(entry.type),
        "language_model": plain(entry.language_model),
        "parameters": entry.parameters_billion,
        "size": size_class(entry.parameters_billion),
        "frames": plain(entry.frames),
        "status": entry.standing.value,
        "revision": plain(entry.data.revision),
        "average": None if row.average is None else round(row.average, 3),
        "printed": printed(row),
        "mean": interval(row.mean) if row.mean else None,
        "tasks": [interval(row.tasks[task.key]) if task.key in row.tasks else None for task in tasks]
        if row.tasks
        else [],
        "first": row.first,
        "last": row.last,
        "unverified": [plain(name) for name in entry.unverified],
        "facts": facts(entry, tasks),
        "untold": untold(entry),
    }


def interval(estimate: Estimate) -> list[float | None]:
    """Mean, low, high and margin."""
    values = (estimate.mean, estimate.low, estimate.high, estimate.margin)
    return [None if value is None else round(value, 3) for value in values]


def printed(row: Row) -> str:
    """An average with the digits it was published with; one decimal where it was not, or is a quotient."""
    if row.average is None:
        return ""
    text = repr(float(row.average))
    published = any(scores.average == row.average for scores in row.entry.scores.values())
    return text if published and len(text.partition(".")[2]) <= LONGEST_PRINT else f"{row.average:.1f}"


def size_class(billions: float | None) -> str:
    """
    >>> size_class(3.8), size_class(4), size_class(40), size_class(72), size_class(None)
    ('< 4B', '4-10B', '> 40B', '> 40B', 'unknown')
    """
    if billions is None:
        return UNKNOWN
    return next((name for below, name in SIZES if billions < below), LARGEST)


def facts(entry: Entry, tasks: Sequence[Task]) -> list[Fact]:
    """What is known of an entry, in the order of reading."""
    told = {
        "Revision": ("revision", entry.revision),
        "Type": ("type", entry.type),
        "Language model": ("language_model", entry.language_model),
        "Parameters": ("parameters_billion", parameters(entry.parameters_billion)),
        "Frames": ("frames", entry.frames),
        "Resolution": ("resolution", entry.resolution),
        "Protocol": ("protocol", entry.protocol),
        "Trained on": ("trained_on", ", ".join(entry.trained_on)),
        "Questions": ("items", questions(entry.items, tasks)),
        "Data revision": ("data", entry.data.revision),
        "Data hash": ("data", entry.data.hash),
        "Harness": ("harness", f"{entry.harness.name} {entry.harness.version}".strip()),
        "Log": ("log", log_in_words(entry)),
        "Submitted by": ("submitted_by", entry.submitted_by),
        "Date": ("date", entry.date),
        "Source": ("source", entry.source),
        "Notes": ("notes", entry.notes),
    }
    lines = []
    for label, (field, text) in told.items():
        if text:
            line = {"label": label, "text": plain(text)}
            if field == "source" and web_address(text):
                line["link"] = web_address(text)
            if field in entry.unverified:
                line["unverified"] = "yes"
            lines.append(line)
    return lines


def log_in_words(entry: Entry) -> str:
    """That there is one, and what it calls the model where that is another name."""
    if entry.log is None:
        return ""
    other = f"; it calls the model {entry.log_model}" if entry.log_model not in ("", entry.model) else ""
    return f"attached, every digit follows from it{other}"


def untold(entry: Entry) -> str:
    """The fields a reader would ask for that the entry leaves open."""
    asked = {
        "model revision": entry.revision,
        "language model": entry.language_model,
        "parameters": parameters(entry.parameters_billion),
        "frames": entry.frames,
        "resolution": entry.resolution,
        "protocol": entry.protocol,
        "training data": ", ".join(entry.trained_on),
        "data revision": entry.data.revision or entry.data.hash,
        "harness": entry.harness.name,
        "who ran it": entry.submitted_by,
        "date": entry.date,
        "source": entry.source,
    }
    return ", ".join(name for name, text in asked.items() if not text)


def parameters(billions: float | None) -> str:
    return "" if billions is None else f"{billions:g} billion"


def questions(items: Mapping[str, int], tasks: Sequence[Task]) -> str:
    """How many were scored, the commonest number in one word.

    >>> from mvbench.tasks import public_tasks
    >>> questions({task.key: 188 if task.abbreviation == "AS" else 200 for task in public_tasks()}, public_tasks())
    '200 of each task, but AS 188'
    """
    told = {task.abbreviation: items[task.key] for task in tasks if task.key in items}
    if not told:
        return ""
    common = Counter(told.values()).most_common(1)[0][0]
    others = ", ".join(f"{name} {count:,}" for name, count in told.items() if count != common)
    return f"{common:,} of each task{f', but {others}' if others else ''}"


def web_address(text: str) -> str:
    """The text where it is an address of the web that may be followed, else nothing."""
    return text if link_problem(text) is None else ""


def slug(*words: str) -> str:
    """
    >>> slug("MVBench", "official", ""), slug("demo", "official-hd", "mvbench")
    ('mvbench.official', 'demo.official-hd.mvbench')
    """
    return ".".join(filter(None, (re.sub(r"[^a-z0-9]+", "-", word.lower()).strip("-") for word in words)))
