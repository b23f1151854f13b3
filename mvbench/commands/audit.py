"""Find out whether a model uses the video at all; resumes what was interrupted.

The same questions are asked about the clips as they are and about less and less of them, with their choices turned
round, and once more as a noise floor. Each of these rungs is a run folder below --out.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields
from typing import TYPE_CHECKING

from mvbench.commands import INTERRUPTED, TOO_MANY_ERRORS
from mvbench.config import add_flags, checked, positive, resolve
from mvbench.settings import EvalSettings

if TYPE_CHECKING:
    from mvbench.audit import Outcome
    from mvbench.plan import Plan

NOT_HERE = frozenset({"view", "repeats"})
"""What rungs differ in, and what would ask each of them several times."""
FLAGS = frozenset(item.name for item in fields(EvalSettings)) - NOT_HERE
FLAGS_ONLY = NOT_HERE | {"out"}
"""Settings in a file that mean a run, not an audit."""

MARGIN = 2.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_flags(
        parser,
        EvalSettings,
        only=FLAGS,
        descriptions={
            "out": "audit folder (default: audits/, and in it the name of a run with these settings)",
            "fresh": "move an existing audit folder aside and start anew",
            "dry_run": "ask nothing; say how many requests, clips, minutes it takes",
            "scoring": "judge of all findings: parsed official official-hd lmms vlmevalkit (default: parsed)",
        },
    )
    parser.add_argument(
        "--margin",
        type=checked(positive),
        default=MARGIN,
        metavar="POINTS",
        help=f"what is called no better lies within so many points (default: {MARGIN:g})",
    )
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="override any setting")


def run(arguments: argparse.Namespace) -> int:
    settings, sources = resolve(EvalSettings, vars(arguments), arguments.set, flags_only=FLAGS_ONLY)

    from mvbench import audit, plan

    planned = plan.make(settings)
    if settings.dry_run:
        return foretell(planned)
    quiet = arguments.verbosity in ("warning", "error")
    outcome = audit.audit(
        planned, scoring=settings.scoring, margin=arguments.margin, sources=sources, argv=sys.argv[1:], quiet=quiet
    )
    show(outcome, planned)
    if outcome.interrupted:
        return INTERRUPTED
    sound = outcome.findings is not None and all(step.sound for step in outcome.findings.steps)
    return 0 if sound else TOO_MANY_ERRORS


def show(outcome: Outcome, planned: Plan) -> None:
    """Print the findings and where everything lies, or how far the audit is."""
    from mvbench.audit.shelf import ROOM_BYTES
    from mvbench.audit.tables import shown
    from mvbench.terminal import console, shown_path

    printer = console()
    here = shown_path(outcome.path)
    if outcome.decoded.again:
        clips, again = f"{outcome.decoded.clips:,}", f"{outcome.decoded.again:,}"
        room = f"{ROOM_BYTES / 2**30:g} GiB"
        printer.print(f"{clips} clips were decoded, and {again} times one again: no more than {room} are kept\n")
    if outcome.findings is None:
        words = f"{outcome.asked:,} of {outcome.total:,} questions are answered in {here}; the same command goes on"
        printer.print(words, markup=False, soft_wrap=True)
        return
    printer.print(shown(outcome.findings, planned.dataset.tasks, planned.facts, data=planned.dataset.name))
    where = f"\nEverything lies in {here}: audit.json, and a run folder for each rung"
    printer.print(where, markup=False, soft_wrap=True)


def foretell(planned: Plan) -> int:
    """Print what the audit would take."""
    from mvbench.audit import folder_of, ladder
    from mvbench.audit.forecast import forecast, in_words
    from mvbench.terminal import console, plain

    printer = console()
    rungs = ladder(planned, folder_of(planned))
    for heading, words in in_words(forecast(rungs), rungs):
        printer.print(f"{heading:10}{plain(words)}", markup=False, soft_wrap=True)
    return 0
