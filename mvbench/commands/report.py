"""Show a run as one page with every question and its frames, or write it as a table for other programs.

  mvbench report RUN                   RUN/report.html: charts, every question
  mvbench report RUN --out scores.tex  the scores for a paper; .md for the web
  mvbench report RUN --format csv      a row per question; also parquet and xlsx
  mvbench report RUN --format lmms     a folder of samples as of lmms-eval

Needs no model, and the videos for the page's thumbnails alone.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from mvbench.config import add_flags, resolve, user_path
from mvbench.errors import UsageError
from mvbench.settings import EvalSettings

FLAGS = frozenset({"data", "workers", "decode_timeout", "scoring"})
DESCRIPTIONS = {
    "data": "where the videos are now (default: where the run found them)",
    "scoring": "judge whose scores come first: parsed official official-hd lmms vlmevalkit",
}
PAGE = "html"
FORMATS = (PAGE, "latex", "markdown", "csv", "parquet", "xlsx", "lmms")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="a run folder")
    parser.add_argument("--out", metavar="FILE", help="what to write (default: RUN/report.html, or as the format asks)")
    parser.add_argument(
        "--format", choices=FORMATS, help="what to write it as (default: by the ending of --out, else html)"
    )
    parser.add_argument(
        "--no-frames", "--no_frames", action="store_true", help="leave the thumbnails out of the page: quick and small"
    )
    add_flags(parser, EvalSettings, only=FLAGS, descriptions=DESCRIPTIONS)


def run(arguments: argparse.Namespace) -> int:
    given = {key: value for key, value in vars(arguments).items() if key in FLAGS}
    # The run says which data it is about; a settings file speaks of other evaluations.
    settings, _ = resolve(EvalSettings, given, flags_only={"data"})

    from mvbench.report.formats.writing import ENDINGS, write
    from mvbench.results import Run
    from mvbench.terminal import plain, shown_path

    opened = Run.read(user_path(arguments.run, flag="RUN"))
    format = arguments.format or format_of(arguments.out or "", ENDINGS)
    if format != PAGE and (arguments.no_frames or settings.data is not None):
        raise UsageError(f"--no-frames and --data are about the page's thumbnails; --format {format} has none")
    name = f"report{ENDINGS.get(format, f'.{format}')}"
    out = user_path(arguments.out, flag="--out") if arguments.out else opened.path / name
    if format != PAGE:
        print(f"written: {shown_path(write(opened, out, format=format, judge=settings.scoring))}")
        return 0

    from mvbench.report.page import write_page

    made = write_page(
        opened,
        out,
        judge=settings.scoring,
        data=settings.data,
        thumbnails=not arguments.no_frames,
        workers=settings.workers,
        timeout_seconds=settings.decode_timeout,
        quiet=arguments.verbosity in ("warning", "error"),
    )
    print(f"written: {shown_path(made.path)} ({made.size_bytes / 1e6:,.1f} MB); open it in a browser")
    if made.without and not arguments.no_frames:
        print(f"without thumbnails: {plain(made.without)}; --data DIR says where the videos are")
    elif made.lost:
        print(f"{made.lost:,} of {made.strips:,} clips cannot be shown; --data DIR says where the videos are now")
    return 0


def format_of(out: str, endings: Mapping[str, str]) -> str:
    """The format by the ending of a file's name; the page where it has none. Raises UsageError."""
    suffix = Path(out).suffix.lower()
    known = {ending: format for format, ending in endings.items()} | {f".{PAGE}": PAGE, ".htm": PAGE, "": PAGE}
    if suffix not in known:
        told = ", ".join(ending for ending in known if ending)
        raise UsageError(f"--out is {out!r}, whose ending names no format ({told}); give --format too")
    return known[suffix]
