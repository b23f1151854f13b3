"""Replies that another tool wrote down -> a submission with a log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from leaderboard.submissions import runs
from leaderboard.submissions.submission import Submission
from mvbench.importers.found import read_all
from mvbench.importers.joining import Choice, join
from mvbench.importers.rows import LMMS_EVAL, NOTEBOOK, VLMEVALKIT
from mvbench.importers.writing import write
from mvbench.results import Run

SPEAKER = {LMMS_EVAL.name: "lmms-eval", VLMEVALKIT.name: "VLMEvalKit", NOTEBOOK.name: "the notebook"}


def read(names: Sequence[Path], *, data: str | None, model: str | None) -> Submission:
    """Raises DataError or UsageError as `mvbench import` does, and for what no ranking can hold.

    `data`: what the questions were taken from. Without it they are a data set of their own, for nobody can tell whether
    they are all of MVBench's.
    """
    logged = read_all(names, model=model)
    choice = Choice(data=data)
    joined = join(logged, choice)
    with TemporaryDirectory(prefix="mvbench-leaderboard-") as folder:
        written = write(logged, joined, choice, out=Path(folder) / "run")
        found = runs.read(Run.read(written.path))
    entry = found.entry
    if logged.tool is NOTEBOOK and model is None:  # nothing in its file or its usual place tells
        entry = replace(entry, model="")
    remarks = [*found.remarks, *joined.notes]
    if data is None:
        remarks.append("with --data DIR, the folder the questions were taken from, the data set is known by its name")
    what = f"{len(joined.pairs):,} replies that {SPEAKER[logged.tool.name]} wrote down"
    return replace(found, what=what, entry=entry, remarks=tuple(remarks))
