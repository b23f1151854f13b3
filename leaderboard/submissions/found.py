"""What a user names -> a submission; its content tells who wrote it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from leaderboard.documents import Document
from leaderboard.submissions import imported, lmms_eval, notebook, runs, uploads, vlmevalkit
from leaderboard.submissions.submission import Submission
from mvbench.errors import DataError, UsageError
from mvbench.importers.found import SAMPLES, tool_of
from mvbench.importers.rows import refuse_large
from mvbench.results import FACTS, Run

MAX_UPLOAD_BYTES = 4 * 2**20
HEAD_BYTES = 2**16
ACCEPTED = (
    "a board takes a run folder, upload_leaderboard.json, results or samples of lmms-eval, ratings or predictions of "
    "VLMEvalKit, and the notebook's full file"
)


def read(names: Sequence[Path], *, data: str | None = None, model: str | None = None) -> Submission:
    """Raises an MVBenchError, one line, for what is none of these or cannot stand on a board.

    Several names: the samples of lmms-eval, one file per task. `data`: what the questions of an import were taken from.
    `model`: what made its replies.
    """
    path = names[0]
    if not path.exists():
        raise UsageError(f"there is no {str(path)!r}; {ACCEPTED}")
    if len(names) > 1 and any((name / FACTS).exists() for name in names):
        raise UsageError("several folders are given, and a run among them; a board takes one run at a time")
    if len(names) == 1:
        if path.is_dir() and (path / FACTS).exists():
            refuse_data(data, path)
            return runs.read(Run.read(path))
        head = head_of(path)
        if data is None and b'"acc_dict"' in head and not has_rows(head):
            return notebook.read(path)
        if head.startswith(b"{") and b'"acc_dict"' not in head and not has_rows(head):
            refuse_data(data, path)
            return read_scores(path)
    for name in names:
        refuse_other_files(name)
    return imported.read(names, data=data, model=model)


def refuse_data(data: str | None, path: Path) -> None:
    if data is not None:
        raise UsageError(f"--data {data}: {str(path)!r} tells its data itself; --data goes with other tools' replies")


def head_of(path: Path) -> bytes:
    """How a file begins, nothing of a folder. Raises DataError where it cannot be read."""
    if path.is_dir():
        return b""
    refuse_large(path, limit=2**40)  # and what is no regular file, whose reading may never end
    try:
        with path.open("rb") as stream:
            return stream.read(HEAD_BYTES).lstrip(b"\xef\xbb\xbf \t\r\n")
    except OSError as error:
        raise DataError(f"cannot read {str(path)!r}: {error.strerror}") from None


def refuse_other_files(path: Path) -> None:
    """Raises DataError for what no tool wrote whose replies are understood."""
    try:
        known = any(path.rglob(SAMPLES)) if path.is_dir() else tool_of(path) is not None
    except DataError:
        known = False
    if not known:
        raise DataError(f"{str(path)!r} is none of what can be added; {ACCEPTED}")


def has_rows(head: bytes) -> bool:
    """Whether a file holds one object per line, as lmms-eval writes samples."""
    return b'"doc_id"' in head.partition(b"\n")[0]


def read_scores(path: Path) -> Submission:
    """One JSON object of scores. Raises DataError or UsageError."""
    refuse_large(path, limit=MAX_UPLOAD_BYTES)
    document = Document(path.read_bytes(), origin=path.name)
    for is_one, read_one in (
        (lmms_eval.is_one, lmms_eval.read),
        (vlmevalkit.is_one, vlmevalkit.read),
        (uploads.is_one, uploads.read),
    ):
        if is_one(document):
            return read_one(document)
    raise DataError(f"{str(path)!r} is none of what can be added; {ACCEPTED}")
