"""Compare runs on the same questions: who is better, by how much, is it noise, and which setting explains it."""

from __future__ import annotations

import argparse
import sys

from mvbench.config import checked, user_path
from mvbench.errors import UsageError
from mvbench.types import LETTERS

FELL_BELOW = 3
"""Exit code: the first run is worse than the second by more than was allowed, or incomplete."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = f"""{__doc__}

Runs are called A, B, C, ... in the order given, and differences are A - B in points of percent: give the new run first
and the one to beat second. Needs mvbench[tables]."""
    parser.add_argument("runs", nargs="+", metavar="RUN", help="run folders, two or more")
    parser.add_argument(
        "--scoring",
        default="parsed",
        metavar="JUDGE",
        help="judge of all runs, whatever their own: parsed official official-hd lmms vlmevalkit (default: parsed)",
    )
    parser.add_argument(
        "--explain",
        action="store_true",
        help="split the gap that two runs report into judges, other prompts, other frames, errors, and the rest",
    )
    parser.add_argument("--out", metavar="FILE", help="write every common question with all replies: .csv or .jsonl")
    parser.add_argument(
        "--fail-below",
        type=checked(points),
        metavar="X",
        help="exit 3 when A - B, as measured, is below X points: --fail-below -1.0 lets A be up to one point worse; "
        "also when A is incomplete",
    )


def run(arguments: argparse.Namespace) -> int:
    from mvbench.settings import JUDGE

    check_number(arguments)
    try:
        JUDGE(arguments.scoring)
    except ValueError as error:
        raise UsageError(f"--scoring is {arguments.scoring!r}; it {error}") from None
    paths = [user_path(name, flag="RUN") for name in arguments.runs]
    out = None if arguments.out is None else user_path(arguments.out, flag="--out")

    from mvbench.compare.attribution import attributed
    from mvbench.compare.comparison import compared
    from mvbench.compare.listing import check_out, write_questions
    from mvbench.compare.results import results_of
    from mvbench.compare.tables import attribution_table, comparison_table
    from mvbench.compare.words import fell_below, gate, unfinished
    from mvbench.progress import progress
    from mvbench.results import Run
    from mvbench.terminal import console, shown_path

    if out is not None:
        check_out(out)
    runs = [Run.read(path) for path in paths]
    quiet = arguments.verbosity in ("warning", "error") or not sys.stderr.isatty()
    with progress("reading", total=sum(run.facts["data"]["questions"] for run in runs), quiet=quiet) as advance:
        read = [
            results_of(run, letter, judge=arguments.scoring, passing=lambda: advance(1, ""))
            for run, letter in zip(runs, LETTERS, strict=False)
        ]
    comparison = compared(read, judge=arguments.scoring)
    printer = console()
    printer.print(comparison_table(comparison))
    if arguments.explain:
        printer.print(attribution_table(comparison, attributed(comparison)))
    if out is not None:
        write_questions(comparison, out)
        printer.print(
            f"All {len(comparison.questions):,} questions lie in {shown_path(out)}", markup=False, soft_wrap=True
        )
    if arguments.fail_below is None:
        return 0
    duel = comparison.duels[0]
    missing = unfinished(comparison)
    for line in filter(None, (gate(duel, arguments.fail_below), missing)):
        printer.print(line, markup=False, soft_wrap=True)
    return FELL_BELOW if missing or fell_below(duel, arguments.fail_below) else 0


def points(text: str) -> float:
    """Points of percent. Raises ValueError."""
    try:
        number = float(text)
    except ValueError:
        number = 1e9
    if not -100 <= number <= 100:
        raise ValueError("must be a number of points between -100 and 100, such as -1.0")
    return number


def check_number(arguments: argparse.Namespace) -> None:
    """Raises UsageError for too few or too many runs for what is asked."""
    count = len(arguments.runs)
    if not 2 <= count <= len(LETTERS):
        raise UsageError(f"{count} run{'' if count == 1 else 's'} given; compare takes 2 to {len(LETTERS)} run folders")
    for flag, given in (("--explain", arguments.explain), ("--fail-below", arguments.fail_below is not None)):
        if given and count > 2:
            raise UsageError(f"{flag} is about two runs, and {count} are given; name two")
