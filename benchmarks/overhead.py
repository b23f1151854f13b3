"""What the harness itself costs: records per second, memory, resuming and rescoring. Prints; asserts nothing.

    python benchmarks/overhead.py [--samples 100000] [--json FILE]

The real loop, judges and run folder, with a model that thinks nothing and a read that decodes nothing.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mvbench import provenance
from mvbench.evaluation import cut, unfinished
from mvbench.metrics import summarise
from mvbench.model import Model
from mvbench.prompts import PROTOCOLS
from mvbench.registry import build_model
from mvbench.results import Run
from mvbench.runner import evaluate
from mvbench.scoring import HEADLINE, judge
from mvbench.tasks import public_tasks
from mvbench.types import Clip, Generation, Sample

CHOICES = ("The laptop.", "The box.", "The towel.", "The shoe.")
RESCORED = 4_000


def samples(count: int) -> list[Sample]:
    tasks = public_tasks()
    return [
        Sample(
            id=f"{tasks[n % 20].key}/{n // 20:04d}",
            task=tasks[n % 20].key,
            question=f"Which object was taken by the person ({n})?",
            choices=CHOICES,
            answer=n % 4,
            answer_text=CHOICES[n % 4],
            clip=Clip(Path(f"video/{n}.mp4"), "video"),
            video=f"{n}.mp4",
            located="folder",
            item_hash=f"{n:016x}",
            cluster=f"source/{n % 3_000}.mp4",
        )
        for n in range(count)
    ]


def facts(count: int) -> dict[str, Any]:
    """As much of `run.json` as `mvbench score` reads."""
    fields = ("key", "title", "abbreviation", "skill", "json", "folder", "media", "bounded", "source", "options")
    return {
        "fingerprint": {},
        "title": {"model": "random", "frames": "0", "protocol": "mvbench"},
        "data": {"name": "overhead", "questions": count},
        "tasks": [{name: getattr(task, name) for name in fields} for task in public_tasks()],
        "arguments": {"resolved": {"max_errors": 0.05}},
    }


def resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def ask(model: Model, batches: Sequence[Sequence[Sample]], run: Run) -> list[float]:
    """Run the loop; the resident memory after each tenth."""
    memory = []
    render = PROTOCOLS["mvbench"].render
    for number, records in enumerate(evaluate(batches, model, read=lambda _: None, render=render, judge=judge)):
        run.append(records)
        if number % max(1, len(batches) // 10) == 0:
            memory.append(resident_mib())
    return memory


def measure(count: int) -> dict[str, float]:
    model = build_model("random", {}, Generation())
    asked = samples(count)
    batches = cut(asked, model.batch_size)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "run")
        began = time.perf_counter()
        with Run.open(path, facts(count)) as run:
            memory = ask(model, batches, run)
        loop_seconds = time.perf_counter() - began

        began = time.perf_counter()
        with Run.open(path, facts(count)) as run:
            left = unfinished(batches, run.done(HEADLINE))
        resume_seconds = time.perf_counter() - began
        assert not left

        began = time.perf_counter()
        summarise(Run.read(path).records(), public_tasks(), data_name="overhead", expected=count)
        summary_seconds = time.perf_counter() - began
        record_bytes = (path / "records.jsonl").stat().st_size / count

        small = Path(folder, "small")
        with Run.open(small, facts(RESCORED)) as run:
            ask(model, batches[: RESCORED // model.batch_size], run)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "mvbench", "score", str(small)], check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "samples": count,
        "records_per_second": count / loop_seconds,
        "memory_growth_mib": memory[-1] - memory[1],
        "resume_seconds": resume_seconds,
        "summary_seconds": summary_seconds,
        "bytes_per_record": record_bytes,
        "score_4000_cpu_seconds": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=100_000)
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    numbers = measure(arguments.samples)
    print(f"{provenance.processor()}, {provenance.usable_cores()} cores; {provenance.versions()}\n")
    for line in (
        f"loop, judges and records.jsonl   {numbers['records_per_second']:>10,.0f} records/s   (wanted: 5,000)",
        f"memory, first tenth to last      {numbers['memory_growth_mib']:>10.1f} MiB         (wanted: flat)",
        f"resume of {arguments.samples:,} records        {numbers['resume_seconds']:>10.2f} s           (wanted: 3)",
        f"summary of {arguments.samples:,} records       {numbers['summary_seconds']:>10.2f} s",
        f"`mvbench score` of 4,000         {numbers['score_4000_cpu_seconds']:>10.2f} s CPU       (wanted: 5)",
    ):
        print(line)
    if arguments.json:
        where = {"date": time.strftime("%Y-%m-%d"), **provenance.hardware()}
        result = {"environment": where | provenance.versions(), **numbers}
        arguments.json.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
