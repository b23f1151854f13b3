"""Judge the replies of a run again and print its scores; needs no video and no model."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from mvbench.config import user_path
from mvbench.errors import UsageError

if TYPE_CHECKING:
    from mvbench.exports import RunFacts
    from mvbench.metrics import Summary


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="a run folder")
    parser.add_argument(
        "--scoring",
        default="parsed",
        metavar="JUDGE",
        help="judge of the printed table: parsed official official-hd lmms vlmevalkit (default: parsed)",
    )


def run(arguments: argparse.Namespace) -> int:
    from mvbench import rescoring
    from mvbench.settings import JUDGE

    try:
        JUDGE(arguments.scoring)
    except ValueError as error:
        raise UsageError(f"--scoring is {arguments.scoring!r}; it {error}") from None
    path = user_path(arguments.run, flag="RUN")
    result = rescoring.rescore(path)
    show(result.summary, result.facts, judge=arguments.scoring, path=path)
    return 0


def show(summary: Summary, facts: RunFacts, *, judge: str, path: Path) -> None:
    """Print the table of one judge and where everything else lies."""
    from mvbench.tables import result_table
    from mvbench.terminal import console, shown_path

    printer = console()
    printer.print(result_table(summary, facts, judge=judge))
    where = f"\nEverything lies in {shown_path(path)}: records.jsonl, summary.json, results.csv"
    printer.print(where, markup=False, soft_wrap=True)
