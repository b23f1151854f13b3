"""A run that stands on a board already -> its entry with today's digits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import fsum
from pathlib import Path

from leaderboard.board import Board
from leaderboard.details import Details
from leaderboard.entry import Entry, Scores
from leaderboard.recomputing import replies_of
from leaderboard.submissions import Submission
from leaderboard.validation.logs import opened
from leaderboard.validation.naming import folded
from mvbench.errors import DataError, RunError
from mvbench.scoring import HEADLINE

SHOWN_DECIMALS = (1, 2, 3)


def replies_beside(board: Board, entries: Iterable[Entry], submission: Submission) -> dict[str, str]:
    """The hash of the replies in each log of the same questions under the same protocol, by slug.

    A log that cannot be read has none: `validate` says why.
    """
    new = submission.entry
    found = {}
    for entry in entries:
        if (entry.data.hash, entry.protocol) == (new.data.hash, new.protocol):
            try:
                log = board.log_of(entry)
                if log is not None:
                    found[entry.slug] = replies_of(opened(log))
            except (DataError, RunError, OSError):
                continue
    return found


def standing_there(
    board: Board,
    entries: Sequence[Entry],
    submission: Submission,
    *,
    path: Path,
    told: Details,
    replies: Mapping[str, str],
) -> Entry | None:
    """The entry whose log lies at `path`, else the one with the same replies and by no other name; None if none."""
    place = path.resolve()
    for entry in entries:
        if entry.log is not None and place == board.logs.resolve() / entry.slug:
            return entry
    same = (entry for entry in entries if replies.get(entry.slug) == submission.replies)
    return next((entry for entry in same if is_same_model(entry, submission, told)), None)


def is_same_model(entry: Entry, submission: Submission, told: Details) -> bool:
    """Whether nothing that was told speaks against it: a name or a revision given is the entry's."""
    if told.revision and entry.revision and folded(told.revision) != folded(entry.revision):
        return False
    if told.model is not None:
        return folded(told.model) == folded(entry.model)
    return folded(submission.entry.model) in (folded(entry.model), folded(entry.log_model))


def renewed(entry: Entry, submission: Submission, told: Details) -> Entry:
    """The entry with what follows from its log, and what is told now; all else stays."""
    new = submission.entry
    kept = replace(
        entry,
        data=replace(entry.data, name=new.data.name, hash=new.data.hash),
        scores=new.scores,
        items=new.items,
        frames=new.frames or entry.frames,
        protocol=new.protocol or entry.protocol,
        log_model=new.log_model,
    )
    return told.applied(kept)


def changes(entry: Entry, before: Entry) -> Iterator[str]:
    """What each judge's mean is and was, the headline's first; nothing of a judge who gives what he gave.

    >>> from leaderboard.entry import DataSet
    >>> old, new = (Entry("x", "X", DataSet("x"), {"official": Scores({"a": 50.0, "b": b})}) for b in (52.0, 52.2))
    >>> list(changes(new, old))
    ['official 51.1, was 51.0 (1 of 2 tasks)']
    """
    for judge in sorted(entry.scores, key=lambda judge: (judge != HEADLINE, judge)):
        new, old = entry.scores[judge], before.scores.get(judge, Scores({}))
        if new != old:
            now, was = told_apart(new, old)
            moved = sum(old.tasks.get(key) != percent for key, percent in new.tasks.items())
            yield f"{judge} {now}, was {was} ({moved} of {len(new.tasks)} tasks)"


def told_apart(new: Scores, old: Scores) -> tuple[str, str]:
    """Both means, with as many decimals as it takes to see them differ."""
    means = [fsum(scores.tasks.values()) / len(scores.tasks) if scores.tasks else None for scores in (new, old)]
    printed = [tuple("?" if mean is None else f"{mean:.{places}f}" for mean in means) for places in SHOWN_DECIMALS]
    now, was = next((pair for pair in printed if pair[0] != pair[1]), printed[0])
    return now, was
