"""A board -> all findings."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from itertools import chain
from pathlib import Path
from types import MappingProxyType

from leaderboard import board as boards
from leaderboard.entry import Entry, Standing
from leaderboard.recomputing import Recomputed
from leaderboard.seeds import seeds
from leaderboard.validation import duplicates, logs, naming, scores, words
from leaderboard.validation.findings import Finding, Remark, Severity
from mvbench.commands import TOO_MANY_ERRORS
from mvbench.errors import DataError, RunError
from mvbench.metrics import Summary
from mvbench.progress import progress
from mvbench.results import Run
from mvbench.terminal import counted

Where = Callable[..., str]

NO_REPLIES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Checked:
    """A board that was looked at: the entries that could be read, what their logs amount to, and every finding.

    `logs`: the summary of an entry's log, judged again, by the entry's slug.
    """

    entries: tuple[Entry, ...]
    logs: Mapping[str, Summary]
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)

    @property
    def notes(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity is Severity.NOTE)


def check(path: Path, *, today: date | None = None, quiet: bool = True) -> Checked:
    """Every entry of a board, whatever is wrong with another; logs are judged again.

    Raises RunError where no board lies.
    """
    board = boards.open_board(path)
    today = today or datetime.now(UTC).date()
    stored, findings = _read(board)
    ordered = sorted((one.entry for one in stored), key=lambda entry: not is_published(entry))
    first, contents = duplicates.index(ordered), duplicates.contents(ordered)
    recomputed: dict[str, Recomputed] = {}
    with progress("logs", total=sum(one.entry.log is not None for one in stored), unit="log", quiet=quiet) as advance:
        for one in stored:
            entry, where = one.entry, one.document.where
            remarks = chain(
                _alone(entry, today=today),
                duplicates.remarks(entry, first),
                duplicates.other_content(entry, contents),
            )
            findings += [_finding(remark, where) for remark in remarks]
            if entry.log is not None:
                found = _log(board, entry, where, findings)
                if found is not None:
                    recomputed[entry.slug] = found
                advance(1, entry.slug)
    replies = {slug: found.replies for slug, found in recomputed.items()}
    repliers = duplicates.repliers(ordered, replies)
    for one in stored:
        if one.entry.slug in replies:
            copies = duplicates.same_replies(one.entry, replies[one.entry.slug], repliers)
            findings += [_finding(remark, one.document.where) for remark in copies]
    findings += _orphans(board, stored)
    findings.sort(key=lambda finding: (finding.path, finding.line or 0))
    summaries = {slug: found.summary for slug, found in recomputed.items()}
    return Checked(tuple(one.entry for one in stored), summaries, tuple(findings))


def check_entry(
    entry: Entry,
    *,
    others: Iterable[Entry] = (),
    run: Run | None = None,
    replies: Mapping[str, str] = NO_REPLIES,
    today: date | None = None,
) -> list[Finding]:
    """What would be found if this entry stood on a board beside `others`, with `run` as its log.

    `replies`: the hash of the replies in the log of another, by its slug.
    """
    path = f"{boards.ENTRIES}/{entry.slug}.json"
    others = list(others)
    remarks = [
        *_alone(entry, today=today or datetime.now(UTC).date()),
        *duplicates.remarks(entry, duplicates.index(others)),
        *duplicates.other_content(entry, duplicates.contents(others)),
    ]
    if run is not None:
        differing, found = logs.compare(entry, run)
        remarks += differing
        if found is not None:
            remarks += duplicates.same_replies(entry, found.replies, duplicates.repliers(others, replies))
    return [Finding(path, None, remark.severity, remark.text) for remark in remarks]


def is_published(entry: Entry) -> bool:
    """Whether this is a published row as it was printed, and not a submission."""
    seed = _published().get(entry.slug)
    return seed is not None and (seed.model, seed.source, seed.scores) == (entry.model, entry.source, entry.scores)


def run(path: Path, *, quiet: bool = False) -> int:
    """`mvbench leaderboard validate`: a line for each finding, a count; 0, or 3 where there is an error."""
    checked = check(path, quiet=quiet)
    for finding in checked.findings:
        print(finding)
    counts = f"{counted(len(checked.errors), 'error')}, {counted(len(checked.notes), 'note')}"
    total = len(checked.entries)
    print(f"{total:,} {'entry' if total == 1 else 'entries'}, {len(checked.logs):,} judged again from a log: {counts}")
    return TOO_MANY_ERRORS if checked.errors else 0


@cache
def _published() -> Mapping[str, Entry]:
    return {seed.slug: seed for seed in seeds()}


def _read(board: boards.Board) -> tuple[list[boards.Stored], list[Finding]]:
    stored, findings = [], []
    try:
        paths = boards.files_of(board)
    except DataError as error:
        return [], [_refused(boards.ENTRIES, error)]
    for path in paths:
        try:
            stored.append(boards.read(path))
        except DataError as error:
            findings.append(_refused(f"{boards.ENTRIES}/{path.name}", error))
    return stored, findings


def _refused(origin: str, error: DataError) -> Finding:
    """What reading says, `entries/x.json:12: ...`, taken apart."""
    found = re.fullmatch(rf"{re.escape(origin)}(?::(\d+))?: (.*)", str(error), re.DOTALL)
    line, text = found.groups() if found else (None, str(error))
    return Finding(origin, int(line) if line else None, Severity.ERROR, text)


def _alone(entry: Entry, *, today: date) -> Iterator[Remark]:
    published = is_published(entry)
    yield from words.remarks(entry, today=today)
    yield from naming.remarks(entry, published=published)
    yield from scores.remarks(entry, published=published)
    if entry.standing is Standing.REPRODUCED and entry.log is None:
        yield Remark(
            ("standing",), "standing is 'reproduced', and there is no log it follows from; add the run, or say 'rerun'"
        )


def _finding(remark: Remark, where: Where) -> Finding:
    path, _, line = where(*remark.at).rpartition(":")
    return Finding(path, int(line), remark.severity, remark.text)


def _log(board: boards.Board, entry: Entry, where: Where, findings: list[Finding]) -> Recomputed | None:
    try:
        path = board.log_of(entry)
        assert path is not None, entry.slug
        log = logs.opened(path)
    except (DataError, RunError, OSError) as error:
        text = str(error).removeprefix(f"{boards.ENTRIES}/{entry.slug}.json: ").replace(f"{board.path}{os.sep}", "")
        findings.append(_finding(Remark(("log",), text), where))
        return None
    remarks, found = logs.compare(entry, log)
    findings += [_finding(remark, where) for remark in remarks]
    return found


def _orphans(board: boards.Board, stored: Iterable[boards.Stored]) -> Iterator[Finding]:
    """Logs that no entry names, as an interrupted `add` leaves them."""
    named = {one.entry.log for one in stored}
    if not board.logs.is_dir() or board.logs.is_symlink():
        return
    for name in sorted(path.name for path in board.logs.iterdir()):
        path = f"{boards.LOGS}/{name}"
        if not name.startswith(".") and path not in named:
            text = "no entry names this log; remove it, or add the run again"
            yield Finding(path, None, Severity.NOTE, text)
