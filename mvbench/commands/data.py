"""Check a data folder, clip by clip, or download the public one."""

from __future__ import annotations

import argparse
import logging
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from mvbench.commands import TOO_MANY_ERRORS
from mvbench.config import add_flags, resolve, user_path
from mvbench.settings import OF_A_RUN, EvalSettings

if TYPE_CHECKING:
    from mvbench.download import Source
    from mvbench.verify import Verification

log = logging.getLogger(__name__)

LISTED = 20
PUBLIC_REPO = "OpenGVLab/MVBench"
POSE_FOLDER = "nturgbd"
POSE_ADVICE = (
    "NTU RGB+D is given out by its owners only: request it at https://rose1.ntu.edu.sg/dataset/actionRecognition/ and "
    "put the files that video/MVBench_videos_ntu.txt names into"
)
HOW = frozenset(
    {"tasks", "tasks_file", "limit", "frames", "fps", "max_frames", "sampling", "decoder", "workers", "decode_timeout"}
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="{verify,download}")
    verify = actions.add_parser(
        "verify",
        help="presence, size, the frames a run needs, bounds, duplicates",
        description="Read of every clip the frames a run would need; exit code 3 when one cannot be read.",
        allow_abbrev=False,
    )
    verify.add_argument("folder", metavar="DIR", help="data folder, or a data set by name such as demo")
    verify.add_argument("--out", metavar="FILE", help="write every finding, with SHA-256, to this JSON file")
    add_flags(verify, EvalSettings, only=HOW)
    add_download(actions)


def add_download(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    download = actions.add_parser(
        "download",
        help="fetch a data set from the hub, resuming, and unpack it",
        description=(
            "Fetch a data set from the hub (HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE are heeded) and unpack its zip "
            "archives. The public one has some 17 GB; the videos of NTU RGB+D (Fine-grained Pose) are not among them: "
            "request them from their owners. An archive is deleted when it is unpacked; a small record keeps it from "
            "being fetched again, unless files of it are lost. The same command goes on where an interrupted one "
            "stopped, brings back what was lost, and asks no host when all is there."
        ),
        allow_abbrev=False,
    )
    download.add_argument("--out", metavar="DIR", help="data folder to make (default: the name of the data set)")
    download.add_argument("--repo", default=PUBLIC_REPO, metavar="OWNER/NAME", help=f"default: {PUBLIC_REPO}")
    download.add_argument("--revision", default="main", help="branch, tag or commit (default: main)")
    download.add_argument("--tasks", help="only what these tasks need: keys, titles, abbreviations or skills")
    download.add_argument("--fresh", action="store_true", help="move an existing download aside and start anew")


def run(arguments: argparse.Namespace) -> int:
    return run_download(arguments) if arguments.action == "download" else run_verify(arguments)


def run_download(arguments: argparse.Namespace) -> int:
    from mvbench.download import download

    hear_the_library(quiet=arguments.verbosity in ("warning", "error"))
    folder = user_path(arguments.out or arguments.repo.rpartition("/")[2], flag="--out")
    try:
        source = download(
            folder, repo=arguments.repo, revision=arguments.revision, tasks=arguments.tasks, fresh=arguments.fresh
        )
    except KeyboardInterrupt:
        log.warning("what has arrived is kept in %s. The same command resumes", folder)
        raise
    from mvbench import terminal

    printer = terminal.console()
    for line in state(folder, source, arguments.tasks):
        printer.print(terminal.plain(line), markup=False, soft_wrap=True)
    return 0


def hear_the_library(*, quiet: bool) -> None:
    """Let what the hub's library has to say come through our log, once, and not every request of its client."""
    from huggingface_hub.utils.logging import get_logger
    from huggingface_hub.utils.tqdm import disable_progress_bars

    for logger in (get_logger("huggingface_hub"), logging.getLogger("httpx"), logging.getLogger("httpx2")):
        logger.handlers.clear()  # of the library's own, whose lines would come twice
        logger.setLevel(max(logging.WARNING, logging.getLogger().level))
    if quiet:
        disable_progress_bars()


def state(folder: Path, source: Source, names: str | None) -> Iterator[str]:
    """Which tasks are complete in a downloaded folder, what the others lack, and what to do next."""
    from mvbench import download, tasks

    chosen = tasks.choose(tasks.public_tasks(), names)
    lacking = download.shortfalls(tasks.load(folder, tasks=names), chosen)
    complete = sum(not count for count in lacking.values())
    yield f"{source.repo} at {source.commit[:8]} lies in {folder}: {complete} of {len(chosen)} tasks are complete"
    for task in chosen:
        if count := lacking[task.key]:
            yield f"{task.title}: " + ("no questions" if count < 0 else f"{count:,} questions lack their video")
            if task.folder == POSE_FOLDER:
                yield f"  {POSE_ADVICE} {folder / 'video' / POSE_FOLDER}"
    yield f"Next: mvbench data verify {shlex.quote(str(folder))}"


def run_verify(arguments: argparse.Namespace) -> int:
    given = {key: value for key, value in vars(arguments).items() if key in HOW}
    settings, _ = resolve(EvalSettings, given, flags_only=OF_A_RUN)

    from mvbench import plan, tables, terminal, verify
    from mvbench.folders import explained, pretty, write_atomically
    from mvbench.isolation import default_workers
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
