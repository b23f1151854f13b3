"""A run's replies -> what every judge makes of them today, where a board can take it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

from leaderboard.entry import DataSet, Scores
from mvbench.errors import RunError
from mvbench.metrics import MVBENCH, MVBENCH_WITHOUT_POSE, UNOBTAINABLE, Summary, summarise
from mvbench.rescoring import judged_again
from mvbench.results import RECORDS, Run
from mvbench.tasks import content_hash
from mvbench.types import Record

MAX_RECORDS_BYTES = 512 * 2**20
FULL = "full"


class Asked(NamedTuple):
    """One question of a run; `reply` is a hash of the reply's text."""

    task: str
    id: str
    item_hash: str
    reply: str


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What follows from a run's records alone; `summary` has the intervals.

    `model`: what the run calls it. `replies`: one hash of all, as `replies_of` gives it.
    """

    model: str
    replies: str
    data: DataSet
    frames: str
    protocol: str
    scores: dict[str, Scores]
    items: dict[str, int]
    summary: Summary


def recomputed(run: Run) -> Recomputed:
    """Every reply judged anew.

    Raises RunError or DataError for a run that no ranking can hold: one that is incomplete, saw something else than the
    clips, had its choices turned, or was asked a part of its data set.
    """
    refuse_other_conditions(run)
    path = run.path / RECORDS
    if path.is_file() and path.stat().st_size > MAX_RECORDS_BYTES:
        raise RunError(f"{str(path)!r} has more than {MAX_RECORDS_BYTES:,} bytes; no run on a board does")
    asked: list[Asked] = []
    summary = summarise(
        noted(run, asked),
        run.tasks,
        data_name=run.facts["data"]["name"],
        expected=run.facts["data"]["questions"],
    )
    if not summary.complete:
        raise RunError(
            f"{str(run.path)!r} is incomplete: {'; '.join(summary.shortfalls)}; the same `mvbench eval` again "
            "finishes it, with --retry-errors where there are too many errors"
        )
    refuse_part(run, asked)
    judge = summary.judge("official")
    return Recomputed(
        model=run.facts["title"]["model"],
        replies=hashed(asked, run),
        data=DataSet(data_name(run, summary), hash=str(run.facts["data"].get("hash", ""))),
        frames=told(run.facts["title"].get("frames")),
        protocol=told(run.facts["title"].get("protocol")),
        scores={
            name: Scores({task.task.key: task.accuracy for task in row.tasks}) for name, row in summary.judges.items()
        },
        items={task.task.key: task.questions for task in judge.tasks},
        summary=summary,
    )


def refuse_other_conditions(run: Run) -> None:
    """Raises RunError for a run of an audit: its number is about the questions, not about the model."""
    fingerprint = run.facts["fingerprint"]
    for facts in (fingerprint, run.facts["title"]):
        view = facts.get("view", FULL)
        if view != FULL:
            raise RunError(
                f"{str(run.path)!r} was made with --view {view!s:.20}; a board takes runs that saw the clips, with "
                "the choices as they stand"
            )
    for name in ("limit", "subset"):
        if fingerprint.get(name) is not None:
            raise RunError(
                f"{str(run.path)!r} was asked a part of its data set (--{name} {fingerprint[name]!s:.20}); a ranking "
                "holds whole sets only"
            )


def noted(run: Run, asked: list[Asked]) -> Iterator[Record]:
    """The records judged again; `asked` gets every question."""
    for record in run.records():
        asked += asked_in(record)
        yield judged_again(record)


def asked_in(record: Record) -> Iterator[Asked]:
    """The question of a record; none of one that was asked again with its choices turned."""
    sample = record.sample
    if "#" not in sample.id:
        text = "" if record.reply is None else record.reply.text
        reply = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
        yield Asked(sample.task, sample.id, sample.item_hash, reply)


def replies_of(run: Run) -> str:
    """A hash of protocol, questions and replies, the same whatever the order, the ids and the judges.

    Raises RunError for a line that is no record.
    """
    return hashed((asked for record in run.records() for asked in asked_in(record)), run)


def hashed(asked: Iterable[Asked], run: Run) -> str:
    replies = sorted((row.task, row.item_hash, row.reply) for row in asked)
    return blake2b(repr((told(run.facts["title"].get("protocol")), replies)).encode(), digest_size=16).hexdigest()


def refuse_part(run: Run, asked: list[Asked]) -> None:
    """Raises RunError where the records are not those of the data set that the run names by its hash."""
    order = {task.key: place for place, task in enumerate(run.tasks)}
    lines = sorted(asked, key=lambda row: (order[row.task], len(row.id), row.id))
    found = content_hash((row.task, row.item_hash) for row in lines)
    if found != run.facts["data"].get("hash"):
        raise RunError(
            f"{str(run.path)!r}: its records are not all the questions of its data set {run.facts['data']['name']!r} "
            f"(hash {found[:8]}, run.json says {run.facts['data'].get('hash')!s:.8}); a ranking holds whole sets only"
        )


def data_name(run: Run, summary: Summary) -> str:
    """The name of the data set; MVBench's only for the whole of it. Raises RunError for a part of MVBench."""
    name: str = run.facts["data"]["name"]
    if name not in (MVBENCH, MVBENCH_WITHOUT_POSE) or summary.name == MVBENCH:
        return name
    if f"without {UNOBTAINABLE}" in summary.name:
        return MVBENCH_WITHOUT_POSE
    raise RunError(f"{str(run.path)!r} is a {summary.name} of {MVBENCH}; a ranking holds the whole set only")


def told(value: object) -> str:
    """A word of a run's title; nothing where the run does not know it either."""
    return value if isinstance(value, str) and value not in ("?", "unknown") else ""
