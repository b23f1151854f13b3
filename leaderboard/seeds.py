"""Published numbers -> the entries a new board begins with.

`published.csv` has a line for each model and place where a number of it was printed: `row_kind` says by whom,
`verified` whether the number was seen there or only restated elsewhere, `inferred` names what was concluded and not
read. Names of language models were filled in by hand and are always marked.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from functools import cache
from importlib import resources

from leaderboard.board import slugged
from leaderboard.entry import DataSet, Entry, Harness, Scores, Standing
from mvbench.metrics import MVBENCH
from mvbench.tasks import public_tasks

Line = dict[str, str]

JUDGE = "official"
"""Nearly every published number was made with the public rule, and none says that it was not."""
RANKED = ("paper_table2", "primary", "hf_leaderboard")
"""Tables of the benchmark's or the model's own authors, and the public board; everything else is context."""
RERUNS = ("rerun_by_other_paper", "user_reproduction")
WORDS = {"quoted_by_other": "quoted", "capture": "captured"} | dict.fromkeys(RERUNS, "rerun")
"""What is added to the slug of a line whose model another may submit."""
RUN_BY = {
    "paper_table2": "the authors of MVBench",
    "primary": "the model's authors",
    "rerun_by_other_paper": "the authors of another paper",
    "user_reproduction": "a user",
}
ARXIV = re.compile(r"https://arxiv\.org/abs/(\d\d)(\d\d)\.\d{5}")


@cache
def seeds() -> tuple[Entry, ...]:
    """One entry for each line, in their order."""
    text = (resources.files("leaderboard") / "published.csv").read_text("utf-8")
    entries = tuple(map(entry_of, csv.DictReader(text.splitlines())))
    repeated = [slug for slug, count in Counter(entry.slug for entry in entries).items() if count > 1]
    assert not repeated, repeated
    return entries


def entry_of(line: Line) -> Entry:
    kind, seen = line["row_kind"], line["verified"] == "yes"
    name, _, version = line["harness"].partition(" ")
    return Entry(
        slug=slug_of(line),
        model=line["model"],
        data=DataSet(MVBENCH),
        scores={JUDGE: scores_of(line)},
        type=line["type"],
        language_model=line["llm"],
        frames=line["frames"],
        resolution=line["resolution"],
        items=items_of(line),
        harness=Harness(name, version),
        submitted_by=RUN_BY.get(kind, ""),
        date=date_of(line["source_url"]),
        source=line["source_url"],
        standing=Standing.RERUN if kind in RERUNS else Standing.SELF_REPORTED,
        context=not (seen and kind in RANKED),
        unverified=unverified(line),
        notes="; ".join(filter(None, (line["evidence"], line["notes"]))),
    )


def slug_of(line: Line) -> str:
    slug, word = slugged(line["model"]), WORDS.get(line["row_kind"], "")
    return slug if word in slug.split("-") or not word else f"{slug}-{word}"


def scores_of(line: Line) -> Scores:
    """The tasks that were printed, which are all twenty, none, or a part of a table that was cut off."""
    tasks = {task.key: float(line[task.abbreviation]) for task in public_tasks() if line[task.abbreviation]}
    return Scores(tasks, float(line["avg"]) if line["avg"] else None)


def items_of(line: Line) -> dict[str, int]:
    """Questions scored, for the tasks where that is not all of them: `AS=188 OE=198`."""
    told = dict(part.split("=") for part in line["items"].split())
    return {task.key: int(told[task.abbreviation]) for task in public_tasks() if task.abbreviation in told}


def date_of(url: str) -> str:
    """The month in which a paper of arXiv was handed in, which its number tells; of other places nothing is known.

    >>> date_of("https://arxiv.org/abs/2311.17005"), date_of("https://example.org")
    ('2023-11', '')
    """
    found = ARXIV.fullmatch(url)
    return f"20{found[1]}-{found[2]}" if found else ""


def unverified(line: Line) -> tuple[str, ...]:
    names = set(line["inferred"].split())
    if line["verified"] != "yes":
        names.add("scores")
    if line["llm"]:
        names.add("language_model")
    return tuple(sorted(names))
