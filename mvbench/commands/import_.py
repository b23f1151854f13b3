"""Judge replies that lmms-eval, VLMEvalKit or the notebook wrote down, and keep them as a run."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mvbench.commands import TOO_MANY_ERRORS
from mvbench.config import add_flags, resolve, user_path
from mvbench.importers.rows import TOOLS
from mvbench.settings import OF_A_RUN, EvalSettings

FLAGS = frozenset({"data", "tasks", "tasks_file", "limit", "out", "fresh", "max_errors"})
DESCRIPTIONS = {
    "data": (
        "what the questions were taken from: tells the videos, and questions without a row count; the notebook's file "
        "holds no questions and needs it"
    ),
    "limit": "the other tool was asked for the first so many questions of each task",
    "out": "run folder (default: runs/<model>-<tool>-<fingerprint>)",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help=(
            "lmms-eval's *_samples_*.jsonl (several, or their folder), VLMEvalKit's tsv or xlsx (which needs "
            "mvbench[tables]), the notebook's JSON (which needs --data DIR)"
        ),
    )
    parser.add_argument(
        "--from", dest="tool", choices=tuple(TOOLS), help="which tool wrote it (default: told from the content)"
    )
    parser.add_argument("--model", metavar="NAME", help="what made the replies (default: told from the path)")
    add_flags(parser, EvalSettings, only=FLAGS, descriptions=DESCRIPTIONS)


def run(arguments: argparse.Namespace) -> int:
    given = {key: value for key, value in vars(arguments).items() if key in FLAGS}
    settings, _ = resolve(EvalSettings, given, flags_only=OF_A_RUN)

    from mvbench.importers.comparison import compare
    from mvbench.importers.found import read_all
    from mvbench.importers.joining import Choice, join
    from mvbench.importers.tables import remarks, report
    from mvbench.importers.writing import write
    from mvbench.terminal import console, plain, shown_path

    logged = read_all(
        [user_path(name, flag="FILE") for name in arguments.files],
        tool=TOOLS[arguments.tool] if arguments.tool else None,
        model=arguments.model,
    )
    choice = Choice(
        data=settings.data,
        tasks=settings.tasks,
        tasks_file=Path(settings.tasks_file) if settings.tasks_file else None,
        limit=settings.limit,
    )
    joined = join(logged, choice)
    out = Path(settings.out).resolve() if settings.out else None
    written = write(
        logged,
        joined,
        choice,
        out=out,
        fresh=settings.fresh,
        max_errors=settings.max_errors,
        argv=sys.argv[1:],
    )
    printer = console()
    comparison = compare(logged, joined, written.records, written.summary)
    printer.print(report(logged, written.summary, comparison))
    for line in remarks(logged, joined, written.summary, comparison):
        printer.print(plain(line), markup=False, soft_wrap=True)
    printer.print(f"\nThe run lies in {shown_path(written.path)}", markup=False, soft_wrap=True)
    return 0 if written.summary.complete else TOO_MANY_ERRORS
