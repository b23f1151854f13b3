"""A submission -> one more entry on a board, or an entry renewed."""

from __future__ import annotations

import shlex
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum
from pathlib import Path
from tempfile import TemporaryDirectory

from leaderboard import board as boards
from leaderboard import renewing, submissions
from leaderboard.board import Board
from leaderboard.details import Details
from leaderboard.entry import Entry
from leaderboard.entry_json import to_json
from leaderboard.seeds import seeds
from leaderboard.submissions import Submission
from leaderboard.validation import NO_REPLIES, Finding, Severity, check_entry
from mvbench.errors import DataError, UsageError
from mvbench.metrics import MVBENCH, MVBENCH_WITHOUT_POSE
from mvbench.results import Run
from mvbench.scoring import HEADLINE

OF_A_LOG = ("protocol", "frames")
"""What a log tells, so that no flag may."""
ASKED_FOR = ("link", "type", "language_model", "parameters", "frames", "resolution", "protocol", "data_revision",
             "trained_on", "submitted_by", "date", "source")  # fmt: skip
"""What readers of a board look for; in the order in which it is asked for."""
TOLD = 3
"""Mistakes in one message: twenty tasks may make the same one."""


@dataclass(frozen=True, slots=True)
class Added:
    """`seeded`: how many published entries a new board got. `again`: the same submission was there already.

    `restored`: its log was missing or changed, and is whole again. `before`: the entry as it was, where its replies
    stood there and it has other digits or details now.
    """

    board: Board
    entry: Entry
    submission: Submission
    findings: tuple[Finding, ...] = ()
    seeded: int | None = None
    again: bool = False
    restored: bool = False
    before: Entry | None = None


def add(path: Path, names: Sequence[Path], *, details: Details, data: str | None = None) -> Added:
    """Put what `names` hold on the board at `path`, which is made where nothing lies there.

    A run whose replies stand there already renews their entry: all that was told of it stays, its digits follow anew.
    Raises UsageError, DataError or RunError, and then nothing was written.
    """
    submission = submissions.read(names, data=data, model=details.model)
    entry = described(submission, details)
    if not (path / boards.MARKER).exists():
        others = list(seeds())
        entry = placed(entry, submission, taken={other.slug for other in others})
        findings = checked(entry, submission, others=others)
        board = boards.make(path, others)
        with boards.held(board):
            boards.write(board, entry, log=submission.log)
        return Added(board, entry, submission, findings, seeded=len(others))
    board = boards.open_board(path)
    with boards.held(board):
        return add_to(board, entry, submission, path=names[0], told=details.over(submission.details))


def add_to(board: Board, entry: Entry, submission: Submission, *, path: Path, told: Details) -> Added:
    """Put it on a board that nobody else writes meanwhile; `path` is where it was read from."""
    there = [stored.entry for stored in boards.read_all(board)]
    twins = (other for other in there if same(other, entry))
    twin = next((other for other in twins if other.log == place_of_log(other.slug, submission)), None)
    before = None
    replies: Mapping[str, str] = {}
    if twin is None and submission.log is not None:
        replies = renewing.replies_beside(board, there, submission)
        before = renewing.standing_there(board, there, submission, path=path, told=told, replies=replies)
        if before is not None:
            entry = renewing.renewed(before, submission, told)
            twin = before if entry == before else None
    if twin is not None:
        restored = bool(twin.log and submission.log) and boards.put_log_back(board, twin, submission.log or {})
        return Added(board, twin, submission, again=True, restored=restored)
    if before is None:
        entry = placed(entry, submission, taken={other.slug for other in there})
    others = [other for other in there if other.slug != entry.slug]
    findings = checked(entry, submission, others=others, replies=replies)
    if before is None:
        boards.write(board, entry, log=submission.log)
    else:
        assert submission.log is not None
        boards.renew(board, entry, log=submission.log)
    return Added(board, entry, submission, findings, before=before)


def described(submission: Submission, details: Details) -> Entry:
    """The entry with all that is told of it.

    Raises UsageError where nothing tells the model's name, or where a log tells otherwise.
    """
    told = details.over(submission.details)
    entry = told.applied(submission.entry)
    for name in OF_A_LOG:
        logged, said = getattr(submission.entry, name), getattr(entry, name)
        if submission.log is not None and logged and said != logged:
            raise UsageError(f"--{name} is {said!r}, but the run says {logged!r}; leave it out")
    if not entry.model:
        raise UsageError(f"{submission.what} tells no model; give --model NAME")
    return entry


def placed(entry: Entry, submission: Submission, *, taken: Container[str]) -> Entry:
    """The entry under a name that is free."""
    slug = boards.free_slug(" ".join(filter(None, (entry.model, entry.revision))), taken)
    return replace(entry, slug=slug, log=place_of_log(slug, submission))


def place_of_log(slug: str, submission: Submission) -> str | None:
    return f"{boards.LOGS}/{slug}" if submission.log else None


def checked(
    entry: Entry, submission: Submission, *, others: Iterable[Entry], replies: Mapping[str, str] = NO_REPLIES
) -> tuple[Finding, ...]:
    """What a reader should know of the entry. Raises DataError naming the first errors, and how many more there are."""
    boards.parsed(to_json(entry), slug=entry.slug)  # what cannot be read again would be in the way of all others
    with TemporaryDirectory(prefix="mvbench-leaderboard-") as folder:
        run = None
        for name, content in (submission.log or {}).items():
            (Path(folder) / name).write_bytes(content)
            run = Path(folder)
        findings = check_entry(entry, others=others, run=Run.read(run) if run else None, replies=replies)
    errors = [finding.text for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        more = f"; and {len(errors) - TOLD} more" if len(errors) > TOLD else ""
        raise DataError(f"nothing was added: {'; '.join(errors[:TOLD])}{more}")
    return tuple(findings)


def same(there: Entry, here: Entry) -> bool:
    """Whether two entries say the same, wherever they lie."""
    return replace(there, slug="", log=None) == replace(here, slug="", log=None)


def in_words(added: Added) -> Iterator[tuple[str, str]]:
    """A heading and what there is to say, line by line."""
    entry, path = added.entry, added.board.path
    if added.seeded is not None:
        yield "board", f"{path} is new, with {added.seeded:,} published entries"
    yield "read", added.submission.what
    file = path / boards.ENTRIES / f"{entry.slug}.json"
    if added.again:
        written = "its log was missing or changed, and is there again" if added.restored else "nothing was written"
        yield "there", f"{file} says the same already; {written}"
        return
    if added.before is None:
        yield "added", f"{file}" + (f", its log in {path / entry.log}" if entry.log else "")
    else:
        yield "renewed", f"{file}: {'; '.join(renewing.changes(entry, added.before))}"
    called = f"; its log calls it {entry.log_model}" if entry.log_model not in ("", entry.model) else ""
    yield "model", " ".join(filter(None, (entry.model, entry.revision and f"({entry.revision})"))) + called
    yield "data", " ".join(filter(None, (entry.data.name, entry.data.revision, entry.data.hash[:8])))
    yield "scores", ", ".join(scores_in_words(entry))
    yield "standing", standing_in_words(entry)
    missing = list(untold(entry))
    if missing:
        yield "not told", f"{', '.join(missing)}: give them as flags, or write them into the file"
    for remark in added.submission.remarks:
        yield "note", remark
    for finding in added.findings:
        yield "note", finding.text
    yield "next", f"mvbench leaderboard build {shlex.quote(str(path))} --out site"


def scores_in_words(entry: Entry) -> Iterator[str]:
    """The mean over tasks by each judge, the headline's first."""
    for judge in sorted(entry.scores, key=lambda judge: (judge != HEADLINE, judge)):
        tasks, average = entry.scores[judge].tasks, entry.scores[judge].average
        mean = f"{fsum(tasks.values()) / len(tasks):.1f}" if tasks else "?"
        yield f"{mean} by {judge}" + (f" (published as {average:g})" if average is not None else "")


def standing_in_words(entry: Entry) -> str:
    log = "the log lies beside it, and every digit follows from that" if entry.log else "there is no log to check it by"
    return f"{entry.standing}: {log}"


def untold(entry: Entry) -> Iterator[str]:
    """The flags for what readers of a board look for and nobody has told yet."""
    for name in ASKED_FOR:
        value = {
            "parameters": entry.parameters_billion,
            "data_revision": entry.data.revision or entry.data.name not in (MVBENCH, MVBENCH_WITHOUT_POSE),
        }.get(name, getattr(entry, name, None))
        if not value:
            yield f"--{name.replace('_', '-')}"
