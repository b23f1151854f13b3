"""Rankings -> CSV files: what a spreadsheet or a script reads."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from leaderboard.entry import DataSet
from leaderboard.ranking import OFFICIAL, Ranking, Row, tasks_of
from mvbench.exports import inert
from mvbench.metrics import MVBENCH
from mvbench.types import Task

ALL = "leaderboard.csv"
PUBLIC = "leaderboard_official.csv"
PUBLIC_PROTOCOLS = ("", "notebook")
"""As published, and the protocol that the official number stands for."""
PUBLIC_COLUMNS = ("Type", "Model", "Language Model", "Avg")
RESERVED = ("", "official")
NAME_CHARS = 60

RANKED, AVERAGE_ONLY, CONTEXT = "ranked", "average only", "context"

Cell = Callable[[Ranking, Row], str]

ABOUT: Mapping[str, Cell] = {
    "Mean": lambda _, row: _rounded(row.mean.mean if row.mean else None),
    "Low": lambda _, row: _rounded(row.mean.low if row.mean else None),
    "High": lambda _, row: _rounded(row.mean.high if row.mean else None),
    # Two columns: a spreadsheet takes "1-3" for a day in January.
    "Rank First": lambda _, row: _count(row.first),
    "Rank Last": lambda _, row: _count(row.last),
    "Frames": lambda _, row: row.entry.frames,
    "Resolution": lambda _, row: row.entry.resolution,
    "Protocol": lambda ranking, _: ranking.protocol,
    "Judge": lambda ranking, _: ranking.judge,
    "Status": lambda _, row: row.entry.standing.value,
    "Data": lambda _, row: row.entry.data.name,
    "Data Revision": lambda _, row: row.entry.data.revision,
    "Data Hash": lambda _, row: row.entry.data.hash,
    "Revision": lambda _, row: row.entry.revision,
    "Link": lambda _, row: row.entry.link,
    "Parameters (B)": lambda _, row: _exact(row.entry.parameters_billion),
    "Questions": lambda _, row: _count(sum(row.entry.items.values()) or None),
    "Trained On": lambda _, row: "; ".join(row.entry.trained_on),
    "Model In Log": lambda _, row: row.entry.log_model,
    "Harness": lambda _, row: f"{row.entry.harness.name} {row.entry.harness.version}".strip(),
    "Submitted By": lambda _, row: row.entry.submitted_by,
    "Date": lambda _, row: row.entry.date,
    "Source": lambda _, row: row.entry.source,
    "Unverified": lambda _, row: "; ".join(row.entry.unverified),
    "Entry": lambda _, row: row.entry.slug,
    "Notes": lambda _, row: row.entry.notes,
}
"""The columns behind those of the public board. Intervals and places follow from the margins of `ranking`."""


def csv_files(rankings: Sequence[Ranking]) -> dict[str, bytes]:
    """Every CSV file of a board by its name; MVBench is in `leaderboard.csv`, and nothing else is.

    Text that a spreadsheet would run as a formula gets a leading apostrophe. Same rankings, same bytes.
    """
    public = [ranking for ranking in rankings if ranking.data.name == MVBENCH]
    others: dict[tuple[str, str], list[Ranking]] = defaultdict(list)
    for ranking in rankings:
        if ranking.data.name != MVBENCH:
            others[ranking.data.name, ranking.data.hash].append(ranking)
    named = zip(file_names(others), others.values(), strict=True)
    return {
        ALL: board_csv(public, _public_tasks()),
        PUBLIC: public_csv(public),
        **{name: board_csv(members, _tasks_of_all(members)) for name, members in named},
    }


def board_csv(rankings: Iterable[Ranking], tasks: Sequence[Task]) -> bytes:
    """A line for each row of these rankings, in their order: the public board's columns, then all else.

    Percentages of tasks are the entry's to the last digit, empty where there is none; `Avg` is the number as published.
    """
    lines = [
        [
            row.entry.type,
            row.entry.model,
            row.entry.language_model,
            _average(row, ranking.judge),
            *(_exact(row.tasks[task.key].mean if task.key in row.tasks else None) for task in tasks),
            *(cell(ranking, row) for cell in ABOUT.values()),
            group,
        ]
        for ranking in rankings
        for group, rows in _groups(ranking)
        for row in rows
    ]
    return _csv([*PUBLIC_COLUMNS, *(task.title for task in tasks), *ABOUT, "Group"], lines)


def public_csv(rankings: Iterable[Ranking]) -> bytes:
    """The table of the public board: its columns, tasks by alphabet, best average first, models linked in Markdown.

    Its lines are the ranked rows by the official judge, which have all twenty tasks, and of two protocols alone: the
    notebook's, and "", under which numbers stand as published. A number of another protocol is no official one.
    """
    tasks = sorted(_public_tasks(), key=lambda task: task.title)
    official = [one for one in rankings if one.judge == OFFICIAL and one.protocol in PUBLIC_PROTOCOLS]
    rows = [row for ranking in official for row in ranking.rows]
    rows.sort(key=lambda row: (-(row.average or 0.0), row.entry.model, row.entry.slug))
    lines = [
        [
            row.entry.type,
            _linked(row.entry.model, row.entry.link),
            row.entry.language_model,
            _average(row, OFFICIAL),
            *(_exact(row.tasks[task.key].mean) for task in tasks),
        ]
        for row in rows
    ]
    return _csv([*PUBLIC_COLUMNS, *(task.title for task in tasks)], lines)


def file_names(sets: Iterable[tuple[str, str]]) -> list[str]:
    """`leaderboard_<data set>.csv` for each name and hash of content: safe on every file system, no two alike.

    >>> file_names([("demo", "878d39de85087def"), ("TVBench", "")])
    ['leaderboard_demo.csv', 'leaderboard_tvbench.csv']
    """
    pairs = list(sets)
    words = [re.sub(r"[^a-z0-9]+", "-", name.lower())[:NAME_CHARS].strip("-") for name, _ in pairs]
    taken = Counter([*words, *RESERVED])
    return [
        f"leaderboard_{word if taken[word] == 1 else f'{word}-{_digest(pair)}'.strip('-')}.csv"
        for word, pair in zip(words, pairs, strict=True)
    ]


def _public_tasks() -> tuple[Task, ...]:
    return tasks_of(DataSet(MVBENCH), ())


def _tasks_of_all(rankings: Sequence[Ranking]) -> tuple[Task, ...]:
    return tasks_of(rankings[0].data, {task.key for ranking in rankings for task in ranking.tasks})


def _groups(ranking: Ranking) -> Iterator[tuple[str, tuple[Row, ...]]]:
    yield RANKED, ranking.rows
    yield AVERAGE_ONLY, ranking.averages
    yield CONTEXT, ranking.context


def _linked(model: str, link: str) -> str:
    """A name in Markdown that leads where `link` says, and nowhere by itself.

    >>> _linked("[x](javascript:1)", "https://example.org/a)b")
    '[\\\\[x\\\\](javascript:1)](https://example.org/a%29b)'
    """
    name = re.sub(r"([\\\[\]<`])", r"\\\1", model)
    return f"[{name}]({link.replace('(', '%28').replace(')', '%29')})" if link else name


def _average(row: Row, judge: str) -> str:
    """As it was published: 51.1, also where the tasks' mean is 51.15. A mean in its place has two decimals."""
    published = row.entry.scores[judge].average
    if published is not None or row.average is None:
        return _exact(published)
    return _exact(round(row.average, 2))


def _exact(number: float | None) -> str:
    """The shortest text that reads back as this number.

    >>> _exact(51.1), _exact(7.0)
    ('51.1', '7.0')
    """
    return "" if number is None else repr(number)


def _rounded(number: float | None) -> str:
    return "" if number is None else f"{number:.3f}"


def _count(number: int | None) -> str:
    return "" if number is None else str(number)


def _digest(pair: tuple[str, str]) -> str:
    return hashlib.blake2b("\n".join(pair).encode(), digest_size=4).hexdigest()


def _csv(header: Sequence[str], lines: Iterable[Sequence[str]]) -> bytes:
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow([inert(name) for name in header])
    writer.writerows([inert(cell) for cell in line] for line in lines)
    return table.getvalue().encode("utf-8")
