"""Evaluate a model on a data folder; resumes what was interrupted."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from mvbench.commands import INTERRUPTED, TOO_MANY_ERRORS
from mvbench.config import add_flags, resolve
from mvbench.settings import EvalSettings

if TYPE_CHECKING:
    from mvbench.plan import Plan


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_flags(parser, EvalSettings)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="override any setting")
    # Other harnesses ask for this; here every reply is always kept.
    parser.add_argument("--log-samples", "--log_samples", action="store_true", help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    settings, sources = resolve(EvalSettings, vars(arguments), arguments.set)

    from mvbench import evaluation, plan
    from mvbench.commands.score import show

    planned = plan.make(settings)
    if settings.dry_run:
        return foretell(planned)
    quiet = arguments.verbosity in ("warning", "error")
    outcome = evaluation.run(planned, sources=sources, argv=sys.argv[1:], quiet=quiet)
    if outcome.summary is not None:
        show(outcome.summary, planned.facts, judge=settings.scoring, path=outcome.run.path)
        if planned.price:
            spent = outcome.spending
            tokens = f"{spent.input_tokens:,} tokens in, {spent.output_tokens:,} out"
            cost = f"{tokens}: {spent.usd:,.4f} USD by {settings.price_table}"
            print(cost if spent.told else "the model does not tell its tokens, so that their price is not known")
    if outcome.interrupted:
        return INTERRUPTED
    return 0 if outcome.summary is not None and outcome.summary.complete else TOO_MANY_ERRORS


def foretell(planned: Plan) -> int:
    """Print what the run would take."""
    from mvbench.dry_run import dry_run, in_words
    from mvbench.terminal import console, plain

    printer = console()
    for heading, words in in_words(dry_run(planned), planned):
        printer.print(f"{heading:10}{plain(words)}", markup=False, soft_wrap=True)
    return 0
