"""Is this data folder complete and readable? Asked before a model is, clip by clip, in parallel."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from mvbench.errors import Failure
from mvbench.isolation import WorkerPool
from mvbench.progress import progress
from mvbench.runner import unanswerable
from mvbench.tasks import Dataset
from mvbench.types import Clip, Sample
from mvbench.video import ReadOptions, read


@dataclass(frozen=True, slots=True)
class ClipReport:
    """One clip: how its frames were read, or why they could not be; size and hash where the file was to be hashed."""

    failure: Failure | None = None
    notes: tuple[str, ...] = ()
    num_frames: int | None = None
    duration_seconds: float | None = None
    size_bytes: int = 0
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One question: `reason` is None where a run could show its frames."""

    sample_id: str
    task: str
    video: str
    located: str
    reason: str | None
    detail: str
    notes: tuple[str, ...]
    flags: tuple[str, ...]
    size_bytes: int
    sha256: str | None
    num_frames: int | None
    duration_seconds: float | None


@dataclass(frozen=True, slots=True)
class Verification:
    """Every question's Finding, in their order, and what stands there twice."""

    data: str
    hash: str
    findings: tuple[Finding, ...]
    duplicate_items: tuple[tuple[str, ...], ...]
    duplicate_files: tuple[tuple[str, ...], ...]

    @property
    def unreadable(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.reason)

    def to_json(self) -> dict[str, Any]:
        """Plain values, for the file that `--out` names."""
        reasons = Counter(finding.reason or "ok" for finding in self.findings)
        return {"counts": dict(sorted(reasons.items()))} | asdict(self)


def verify(
    dataset: Dataset, how: ReadOptions, *, workers: int, timeout_seconds: float, quiet: bool = False
) -> Verification:
    """Read of every clip the frames that a run with these options would, skipping none of the decoder's checks.

    Each file is hashed whole, once. A clip that hangs or kills its worker is a finding like any other.
    """
    how = replace(how, strict=True)
    first_of_file = {sample.clip.path: sample.id for sample in reversed(dataset.samples)}
    jobs = [(sample.clip, how, first_of_file[sample.clip.path] == sample.id) for sample in dataset.samples]
    findings: list[Finding] = []
    files: dict[str, ClipReport] = {}
    unreadable = 0
    with (
        WorkerPool(inspect, workers=min(workers, max(1, len(jobs))), timeout_seconds=timeout_seconds) as pool,
        progress("verify", total=len(jobs), quiet=quiet) as advance,
    ):
        for sample, report in zip(dataset.samples, pool.map(jobs), strict=True):
            report = ClipReport(failure=report) if isinstance(report, Failure) else report
            file = files.setdefault(sample.video, report)
            findings.append(finding(sample, report, file))
            unreadable += findings[-1].reason is not None
            advance(1, f"{unreadable} unreadable")
    return Verification(
        dataset.name,
        dataset.hash,
        tuple(findings),
        groups_of((f"{sample.task} {sample.item_hash}", sample.id) for sample in dataset.samples),
        groups_of((one.sha256, one.video) for one in findings if one.sha256),
    )


def inspect(clip: Clip, how: ReadOptions, with_hash: bool) -> ClipReport:
    """Whether a clip's frames can be read, and what its file is. Runs in a worker process."""
    size_bytes, sha256 = 0, None
    try:
        if with_hash and clip.path.exists():
            size_bytes, sha256 = hashed(clip.path)
        frames = read(clip, how)
    except Failure as failure:
        return ClipReport(failure, size_bytes=size_bytes, sha256=sha256)
    except OSError as error:
        detail = f"{clip.path} cannot be read: {error.strerror}"
        return ClipReport(Failure("unreadable", detail), size_bytes=size_bytes, sha256=sha256)
    return ClipReport(None, frames.notes, frames.num_source_frames, frames.duration_seconds, size_bytes, sha256)


def hashed(path: Path) -> tuple[int, str]:
    """The size and SHA-256 of a file; of a folder, those of its files' names and contents in the order of the names."""
    digest, size_bytes = hashlib.sha256(), 0
    for file in sorted(entry for entry in path.iterdir() if entry.is_file()) if path.is_dir() else [path]:
        if path.is_dir():
            digest.update(file.name.encode("utf-8", "surrogateescape") + b"\0")
        with file.open("rb") as stream:
            while block := stream.read(2**20):
                digest.update(block)
                size_bytes += len(block)
    return size_bytes, digest.hexdigest()


def finding(sample: Sample, report: ClipReport, file: ClipReport) -> Finding:
    """What is to be said of one question: its own report, with size and hash from the first one of its file."""
    failure = report.failure or unanswerable(sample)
    return Finding(
        sample_id=sample.id,
        task=sample.task,
        video=sample.video,
        located=sample.located,
        reason=failure.reason if failure else None,
        detail=failure.detail if failure else "",
        notes=report.notes,
        flags=sample.flags,
        size_bytes=file.size_bytes,
        sha256=file.sha256,
        num_frames=report.num_frames,
        duration_seconds=report.duration_seconds,
    )


def groups_of(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, ...], ...]:
    """The names that share a key with another name."""
    names: dict[str, dict[str, None]] = defaultdict(dict)
    for key, name in pairs:
        names[key][name] = None
    return tuple(tuple(group) for group in names.values() if len(group) > 1)
