"""How much of a chat server's capacity a run gets: requests per second at 50 ms and at 2 s. Prints; asserts nothing.

    python benchmarks/api.py [--capacity 32] [--json FILE]

A server in a process of its own works at no more than `capacity` requests at the same time, `latency` seconds at each,
and lets others wait: it can give capacity / latency replies per second. Asked by as many threads as it has places, it
rests whenever a client thinks; asked by twice as many, it never does. How near to its capacity a client of bare sockets
comes, which thinks least of all, is measured beside the real one: the model `openai` in the loop of `mvbench eval`.
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from overhead import facts, resident_mib, samples

from mvbench import provenance
from mvbench.evaluation import cut
from mvbench.models.openai import OpenAI
from mvbench.prompts import PROTOCOLS
from mvbench.results import Run
from mvbench.runner import Shown, evaluate
from mvbench.scoring import judge
from mvbench.types import Frames, Generation, Sample

ROOT = Path(__file__).parents[1]
LATENCIES = (0.05, 2.0)
SECONDS, ROUNDS = 12.0, 15
"""How long the server is kept busy for one measurement, and how often each of its places is used at least."""

FRAMES, WIDTH, HEIGHT = 16, 448, 252
"""A picture of 16:9 with as many pixels as a square of 336."""


@contextmanager
def server(latency: float, capacity: int) -> Iterator[str]:
    """The address of a server that runs until the context is left."""
    words = ["-m", "tests.api.scripted_server", "--latency", str(latency), "--capacity", str(capacity)]
    with subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def bare(base_url: str, count: int, concurrency: int) -> float:
    """Requests per second of a client that only writes and reads."""
    where = urlsplit(base_url)
    body = json.dumps({"messages": [{"role": "user", "content": "question " * 40}]}).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
    own = threading.local()

    def ask(_: int) -> None:
        if not hasattr(own, "connection"):
            own.connection = socket.create_connection((str(where.hostname), int(where.port or 0)))
        own.connection.sendall(head.encode() + body)
        received = b""
        while not received.endswith(b"}}"):
            received += own.connection.recv(65536)

    with ThreadPoolExecutor(concurrency) as threads:
        began = time.perf_counter()
        list(threads.map(ask, range(count)))
        return count / (time.perf_counter() - began)


def through_the_loop(
    base_url: str, count: int, concurrency: int, *, read: Callable[[Sample], Shown]
) -> tuple[float, float]:
    """Requests per second of a run, from the first question to the last record, and its resident memory in MiB."""
    model = OpenAI(
        generation=Generation(prefix="off"), base_url=base_url, model="scripted", concurrency=concurrency, timeout=60
    )
    batches: Sequence[Sequence[Sample]] = cut(samples(count), model.batch_size)
    with tempfile.TemporaryDirectory() as folder, Run.open(Path(folder, "run"), facts(count)) as run:
        began = time.perf_counter()
        for records in evaluate(batches, model, read=read, render=PROTOCOLS["mvbench"].render, judge=judge):
            assert records[0].failure is None, records[0].failure
            run.append(records)
        return count / (time.perf_counter() - began), resident_mib()


def drawn() -> Frames:
    """Frames as hard to code as a film: smooth, with a little noise."""
    generator = np.random.default_rng(0)
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    smooth = np.stack([(x / 2) % 256, (y + x / 3) % 256, (y / 2) % 256], axis=-1)
    rgb = np.clip(smooth + generator.normal(0, 6, (FRAMES, HEIGHT, WIDTH, 3)), 0, 255).astype(np.uint8)
    times = np.arange(FRAMES) / 2
    return Frames(rgb, times, tuple(range(FRAMES)), 25.0, 400, 16.0, (WIDTH, HEIGHT), "drawn", "drawn")


def measure(latency: float, capacity: int) -> Iterator[dict[str, Any]]:
    """One row per client: who asks, with how many threads, and how much of the capacity it gets."""
    count = capacity * max(ROUNDS, round(SECONDS / latency))
    frames = drawn()
    pictures = f"run, {FRAMES} pictures of {WIDTH} x {HEIGHT}"
    with server(latency, capacity) as base_url:
        through_the_loop(base_url, capacity, capacity, read=lambda _: None)  # imports
        for threads in (capacity, 2 * capacity):
            yield row("bare sockets", latency, capacity, threads, count, bare(base_url, count, threads))
            rate, memory = through_the_loop(base_url, count, threads, read=lambda _: None)
            yield row("run, text only", latency, capacity, threads, count, rate, memory)
            few = min(count, capacity * ROUNDS)
            rate, memory = through_the_loop(base_url, few, threads, read=lambda _: frames)
            yield row(pictures, latency, capacity, threads, few, rate, memory)


def row(
    client: str, latency: float, capacity: int, threads: int, requests: int, rate: float, memory: float | None = None
) -> dict[str, Any]:
    return {
        "client": client,
        "latency_seconds": latency,
        "capacity": capacity,
        "concurrency": threads,
        "requests": requests,
        "requests_per_second": rate,
        "share_of_capacity": rate * latency / capacity,
        "resident_mib": memory,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--capacity", type=int, default=32)
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    print(f"{provenance.processor()}, {provenance.usable_cores()} cores; {provenance.versions()}\n")
    print(f"{'latency':>7} {'places':>6} {'threads':>7}  {'client':<32}{'requests/s':>11} {'share':>7}   wanted: 95 %")
    measured = []
    for latency in LATENCIES:
        for numbers in measure(latency, arguments.capacity):
            measured.append(numbers)
            memory = f"   {numbers['resident_mib']:.0f} MiB" if numbers["resident_mib"] else ""
            print(
                f"{latency:>5g} s {numbers['capacity']:>6} {numbers['concurrency']:>7}  {numbers['client']:<32}"
                f"{numbers['requests_per_second']:>11.1f} {100 * numbers['share_of_capacity']:>5.1f} %{memory}",
                flush=True,
            )
    if arguments.json:
        where = {"date": time.strftime("%Y-%m-%d"), **provenance.hardware()}
        result = {"environment": where | provenance.versions(), "measured": measured}
        arguments.json.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
