"""Tell in two minutes whether a model's stack is fit to be measured."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mvbench.commands import TOO_MANY_ERRORS
from mvbench.config import add_flags, resolve, user_path
from mvbench.settings import OF_A_RUN, EvalSettings

if TYPE_CHECKING:
    from mvbench.doctor.checks import Finding

HOW = frozenset(
    {
        "model", "model_args", "checkpoint", "frames", "fps", "max_frames", "sampling", "protocol", "answer", "view",
        "decoder", "resize", "max_pixels", "send_as", "prefix", "gen_kwargs", "max_new_tokens", "seed", "batch_size",
        "concurrency", "device", "workers", "decode_timeout",
    }
)  # fmt: skip
NOT_FROM_FILES = OF_A_RUN | {"view", "price_table", "max_cost"}
"""Settings in a file that mean a run: taken from flags, where this command has them, and from nowhere else."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_flags(
        parser,
        EvalSettings,
        only=HOW,
        descriptions={"view": "change what is sent, to see the doctor notice: reverse middle shuffle zeros ..."},
    )
    parser.add_argument("--out", metavar="FILE", help="write verdicts, evidence and every reply to this JSON file")
    parser.add_argument("--strict", action="store_true", help="`cannot tell` is exit code 3 too, not `fail` alone")


def run(arguments: argparse.Namespace) -> int:
    given = {key: value for key, value in vars(arguments).items() if key in HOW}
    settings, _ = resolve(EvalSettings, given, flags_only=NOT_FROM_FILES)

    from mvbench import doctor
    from mvbench.doctor import report as reports
    from mvbench.results import explained, pretty, write_atomically
    from mvbench.terminal import console

    out = user_path(arguments.out, flag="--out") if arguments.out else None
    report = doctor.examine(doctor.make_plan(settings), quiet=arguments.verbosity in ("warning", "error"))
    printer = console()
    printer.print(reports.table(report))
    if out is not None:
        with explained(out, advice="choose another --out"):
            write_atomically(out, pretty(report.to_json()))
        printer.print(f"Every reply lies in {out}", markup=False, soft_wrap=True)
    return exit_code(report.findings, strict=arguments.strict)


def exit_code(findings: Sequence[Finding], *, strict: bool) -> int:
    """0 where no check failed and, if `strict`, every one passed."""
    unfit = {"fail", "cannot tell"} if strict else {"fail"}
    return TOO_MANY_ERRORS if any(finding.result in unfit for finding in findings) else 0
