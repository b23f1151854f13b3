"""A run that stands on a board already -> its entry with today's digits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from math import fsum
from pathlib import Path

from leaderboard.board import ENTRIES, LOGS, Board
from leaderboard.details import Details
from leaderboard.entry import Entry, Scores
from leaderboard.recomputing import replies_of
from leaderboard.submissions import Submission
from leaderboard.validation.findings import Severity, quoted
from leaderboard.validation.logs import compare, opened
from leaderboard.validation.naming import folded
from mvbench.errors import DataError, RunError, UsageError
from mvbench.scoring import HEADLINE

SHOWN_DECIMALS = (1, 2, 3)
DETAILS = tuple(field.name for field in fields(Entry) if field.name not in ("slug", "scores"))


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
    """The entry whose log lies at `path`, else the one with the same replies and by no other name; None if none.

    Else the one with the same digits, where its own log is lost. Raises UsageError where several may be meant.
    """
    place = path.resolve()
    for entry in entries:
        if entry.log is not None and place == board.logs.resolve() / entry.slug:
            return entry
    known = [entry for entry in entries if is_same_model(entry, submission, told)]
    same = [entry for entry in known if replies.get(entry.slug) == submission.replies]
    same = same or [entry for entry in known if has_lost(board, entry, submission, replies)]
    return the_one_meant(same, told.applied(submission.entry))


def has_lost(board: Board, entry: Entry, submission: Submission, replies: Mapping[str, str]) -> bool:
    """Whether the entry says of the same questions what the run gives, and its own log no longer does."""
    new = submission.entry
    said, given = ((one.data.hash, one.protocol, one.items, one.scores) for one in (entry, new))
    if said != given:
        return False
    log = board.log_of(entry) if entry.slug in replies else None
    return log is None or any(remark.severity is Severity.ERROR for remark in compare(entry, opened(log))[0])


def the_one_meant(entries: Sequence[Entry], new: Entry) -> Entry | None:
    """Of several the one with the name and the revision of the new one. Raises UsageError where that is not one."""
    called = [entry for entry in entries if names_of(entry) == names_of(new)] if len(entries) > 1 else entries
    if len(entries) > 1 and len(called) != 1:
        places = " and ".join(f"{quoted(entry.model)} ({ENTRIES}/{entry.slug}.json)" for entry in entries)
        raise UsageError(
            f"these replies stand here as {places}; name one by --model or --revision, or add BOARD/{LOGS}/NAME"
        )
    return called[0] if called else None


def names_of(entry: Entry) -> tuple[str, str]:
    return folded(entry.model), folded(entry.revision)


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
        log=f"{LOGS}/{entry.slug}",
    )
    return told.applied(kept)


def changes(entry: Entry, before: Entry) -> Iterator[str]:
    """What each judge's mean is and was, the headline's first; then the names of the details that changed.

    Nothing of a judge who gives what he gave.

    >>> from leaderboard.entry import DataSet
    >>> old, new = (Entry("x", "X", DataSet("x"), {"official": Scores({"a": 50.0, "b": b})}) for b in (52.0, 52.2))
    >>> list(changes(new, old))
    ['official 51.1, was 51.0 (1 of 2 tasks)']
    """
    for judge in sorted({**entry.scores, **before.scores}, key=lambda judge: (judge != HEADLINE, judge)):
        if judge not in entry.scores:
            yield f"{judge} is gone"
            continue
        new, old = entry.scores[judge], before.scores.get(judge, Scores({}))
        if new != old:
            now, was = told_apart(new, old)
            moved = sum(old.tasks.get(key) != percent for key, percent in new.tasks.items())
            yield f"{judge} {now}, was {was} ({moved} of {len(new.tasks)} tasks)"
    others = [name for name in DETAILS if getattr(entry, name) != getattr(before, name)]
    if others:
        yield f"other {', '.join(others)}"


def told_apart(new: Scores, old: Scores) -> tuple[str, str]:
    """Both means, with as many decimals as it takes to see them differ."""
    means = [fsum(scores.tasks.values()) / len(scores.tasks) if scores.tasks else None for scores in (new, old)]
    printed = [tuple("?" if mean is None else f"{mean:.{places}f}" for mean in means) for places in SHOWN_DECIMALS]
    now, was = next((pair for pair in printed if pair[0] != pair[1]), printed[0])
    return now, was
