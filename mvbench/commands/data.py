"""Check a data folder: is every clip there, whole and readable?"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mvbench.commands import TOO_MANY_ERRORS
from mvbench.config import add_flags, resolve, user_path
from mvbench.settings import OF_A_RUN, EvalSettings

if TYPE_CHECKING:
    from mvbench.verify import Verification

LISTED = 20
HOW = frozenset(
    {"tasks", "tasks_file", "limit", "frames", "fps", "max_frames", "sampling", "decoder", "workers", "decode_timeout"}
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="verify")
    verify = actions.add_parser(
        "verify",
        help="presence, size, the frames a run needs, bounds, duplicates",
        description="Read of every clip the frames a run would need; exit code 3 when one cannot be read.",
        allow_abbrev=False,
    )
    verify.add_argument("folder", metavar="DIR", help="data folder, or a data set by name such as demo")
    verify.add_argument("--out", metavar="FILE", help="write every finding, with SHA-256, to this JSON file")
    add_flags(verify, EvalSettings, only=HOW)


def run(arguments: argparse.Namespace) -> int:
    given = {key: value for key, value in vars(arguments).items() if key in HOW}
    settings, _ = resolve(EvalSettings, given, flags_only=OF_A_RUN)

    from mvbench import plan, tables, terminal, verify
    from mvbench.isolation import default_workers
    from mvbench.results import explained, pretty, write_atomically
    from mvbench.video import ReadOptions

    plan.check_extras(settings)
    dataset = plan.load_data(str(user_path(arguments.folder, flag="DIR")), settings)
    result = verify.verify(
        dataset,
        ReadOptions(sampling=plan.choose_sampling(settings), decoder=settings.decoder),
        workers=settings.workers or default_workers(),
        timeout_seconds=settings.decode_timeout,
        quiet=arguments.verbosity in ("warning", "error"),
    )
    printer = terminal.console()
    printer.print(tables.verification_table(result, dataset.tasks))
    for line in problems(result):
        printer.print(terminal.plain(line), markup=False, soft_wrap=True)
    if arguments.out:
        path = user_path(arguments.out, flag="--out")
        with explained(path, advice="choose another --out"):
            write_atomically(path, pretty(result.to_json()))
        printer.print(f"Every finding lies in {path}", markup=False, soft_wrap=True)
    return TOO_MANY_ERRORS if result.unreadable else 0


def problems(result: Verification) -> Iterator[str]:
    """What needs a person, one line each."""
    for finding in result.unreadable[:LISTED]:
        yield f"{finding.sample_id}  {finding.reason}: {finding.detail}"
    if len(result.unreadable) > LISTED:
        yield f"... and {len(result.unreadable) - LISTED} more; --out FILE.json keeps them all"
    for group in result.duplicate_items:
        yield f"the same question stands there {len(group)} times: {', '.join(group)}"
    for group in result.duplicate_files:
        yield f"the same content lies in {len(group)} places: {', '.join(group[:3])}{', ...' if len(group) > 3 else ''}"
    clamped = sum(bool(finding.notes) for finding in result.findings)
    if clamped:
        yield f"{clamped} clips were read with a note (clamped bounds, repaired index); see `notes` in --out FILE.json"
    if not result.unreadable:
        yield f"all {len(result.findings):,} questions can be shown"
