"""What a board says of one model: an entry, and nothing looked up.

An entry is one JSON file below `entries/`; what is not known is left empty, never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

FORMAT = 1

DATA_REVISIONS = ("original", "2024-06-13")
"""Of the public set: as it first came out, and since the day on which some 30 duplicated questions were replaced."""


class Standing(StrEnum):
    """How the scores came about. `reproduced`: the log lies beside the entry, and every digit follows from it."""

    SELF_REPORTED = "self-reported"
    RERUN = "rerun"
    REPRODUCED = "reproduced"


@dataclass(frozen=True, slots=True)
class DataSet:
    """Which questions were asked. `revision`: of the public set, one of DATA_REVISIONS; `hash`: of the content."""

    name: str
    revision: str = ""
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Harness:
    """What asked them."""

    name: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Scores:
    """One judge's percentages by task key, and the average as its publisher printed it.

    `tasks` holds what is known, all tasks of the data set or none of them. `average` is the printed text's number,
    51.1 where the tasks' mean is 51.15; None where none was printed.
    """

    tasks: Mapping[str, float]
    average: float | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a board.

    `slug` is the file's name without its ending. `frames`, `resolution` and `protocol` are words, "" where untold.
    `parameters_billion`: of all that runs. `trained_on`: sources whose train split the model saw. `items`: questions
    scored by task key, where told. `scores` by judge (`official`, `parsed`, `lmms`, `vlmevalkit`); a published number
    is `official` unless its source says otherwise. `log`: the folder below the board that holds the run, None where
    there is none; `log_model`: what that calls the model, `hf` for instance. `context`: shown for comparison and never
    ranked: quoted by others, rerun by others, captured from a page. `unverified`: names of fields that nobody has
    checked, such as `language_model`.
    """

    slug: str
    model: str
    data: DataSet
    scores: Mapping[str, Scores]
    revision: str = ""
    link: str = ""
    type: str = ""
    language_model: str = ""
    parameters_billion: float | None = None
    frames: str = ""
    resolution: str = ""
    protocol: str = ""
    items: Mapping[str, int] = field(default_factory=dict)
    trained_on: tuple[str, ...] = ()
    harness: Harness = field(default_factory=Harness)
    submitted_by: str = ""
    date: str = ""
    source: str = ""
    standing: Standing = Standing.SELF_REPORTED
    context: bool = False
    unverified: tuple[str, ...] = ()
    log: str | None = None
    log_model: str = ""
    notes: str = ""
