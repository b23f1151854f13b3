"""The strips a page wants -> their pictures, from the videos of its data folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mvbench.cache import cache_folder
from mvbench.errors import Failure, MVBenchError
from mvbench.isolation import WorkerPool, default_workers
from mvbench.progress import progress
from mvbench.registry import dataset_folder
from mvbench.report.shown import Wanted
from mvbench.report.strips import Strip, strip
from mvbench.results import Run
from mvbench.types import Clip


def media_of(run: Run) -> Path | str:
    """Where the videos lie that the run asked about; else why that is not known, in words."""
    named = run.facts["arguments"]["resolved"].get("data")
    if not isinstance(named, str):
        return "the run does not say which data it asked about"
    try:
        return media_folder(dataset_folder(named))
    except MVBenchError:
        return "the data that the run asked about is not where it was"  # which is for no page to tell


def media_folder(data: Path) -> Path:
    """Where the videos of a data folder lie."""
    return data / "video" if (data / "video").is_dir() else data


def pictures(
    wanted: Sequence[Wanted], media: Path, *, workers: int | None, timeout_seconds: float, quiet: bool
) -> Iterator[Strip | Failure]:
    """Each strip in turn, or why there is none; strips made before, by an interrupted report too, are not made again.

    A video that hangs or kills its decoder costs its own strip alone.
    """
    kept = cache_folder() / "thumbnails"
    has_decord = find_spec("decord") is not None
    jobs: list[tuple[Any, ...]] = [
        (Clip(media / one.video, one.kind), one.indices, one.decoder if has_decord else "pyav", kept) for one in wanted
    ]
    if not jobs:
        return
    with (
        WorkerPool(
            strip, workers=min(workers or default_workers(), len(jobs)), timeout_seconds=timeout_seconds
        ) as pool,
        progress("thumbnails", total=len(jobs), unit="clip", quiet=quiet) as advance,
    ):
        lost = 0
        for result in pool.map(jobs):
            lost += isinstance(result, Failure)
            advance(1, f"{lost} cannot be shown" if lost else "")
            yield result
