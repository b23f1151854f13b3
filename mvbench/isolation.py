"""Worker processes that may hang or die without taking the run with them.

Each worker is a fresh interpreter that calls one function on what it is sent. A thread of ours serves each worker, so
that work runs ahead of the consumer, by a bounded number of results and of bytes. A call past its time is killed, a
crash is noticed, and both cost that call only. `multiprocessing` is not used: its pools lose or stall tasks when a
worker is killed, and its spawn imports the caller's main script again.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import pickle
import queue
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Any

from mvbench.errors import Failure, MVBenchError
from mvbench.provenance import usable_cores

START = """
import json, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
sys.path[:] = json.loads(sys.argv[1])
from mvbench.isolation import serve
serve(sys.argv[2], int(sys.argv[3]))
"""
START_SECONDS = 120.0
AHEAD_BYTES = 2**30


MOST_WORKERS = 16


def default_workers() -> int:
    """One per core that may be used; beyond sixteen, disks and memory are what a run waits for."""
    return min(usable_cores(), MOST_WORKERS)


class WorkerPool:
    """`map` a function over jobs in worker processes; use as a context manager.

    `function` is a module-level function, imported by name in the worker; its arguments and results are pickled between
    these processes only. `timeout_seconds` bounds one call. At most `ahead` results, or 1 GiB of them, wait for the
    consumer.
    """

    def __init__(
        self, function: Callable[..., Any], *, workers: int, timeout_seconds: float, ahead: int | None = None
    ) -> None:
        self._function = f"{function.__module__}:{function.__qualname__}"
        self._workers = [Worker(self._function, timeout_seconds) for _ in range(workers)]
        self._ahead = ahead if ahead is not None else 4 * workers
        self._closed = False
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for worker in self._workers:
            worker.stop()
        for thread in self._threads:
            thread.join()

    def map(self, jobs: Sequence[tuple[Any, ...]]) -> Iterator[Any]:
        """Each job's result in order: what the function returned, or the Failure it raised or came to.

        Any other MVBenchError is raised here, in the consumer.
        """
        assert not self._threads, "a pool maps once"
        results: dict[int, tuple[Any, int]] = {}
        taken = served = waiting_bytes = 0
        changed = self._changed

        def may_take() -> bool:
            room = taken - served < self._ahead and waiting_bytes < AHEAD_BYTES
            return self._closed or taken == len(jobs) or taken == served or room

        def next_is_there() -> bool:
            return served in results

        def keep_busy(worker: Worker) -> None:
            nonlocal taken, waiting_bytes
            try:
                while True:
                    with changed:
                        changed.wait_for(may_take)
                        if self._closed or taken == len(jobs):
                            return
                        number, taken = taken, taken + 1
                    try:
                        result, size = worker.call(jobs[number])
                    except BaseException as error:  # else the consumer would wait for ever
                        result, size = Raised(error), 0
                    with changed:
                        results[number] = result, size
                        waiting_bytes += size
                        changed.notify_all()
            finally:
                worker.close()

        self._threads = [threading.Thread(target=keep_busy, args=(worker,), daemon=True) for worker in self._workers]
        for thread in self._threads:
            thread.start()
        while served < len(jobs):
            with changed:
                changed.wait_for(next_is_there)
                value, size = results.pop(served)
                served += 1
                waiting_bytes -= size
                changed.notify_all()
            if isinstance(value, Raised):
                raise value.error
            if isinstance(value, MVBenchError) and not isinstance(value, Failure):
                raise value
            yield value


@dataclass(frozen=True, slots=True)
class Raised:
    """What went wrong on our side of a call, to be raised where the result is taken."""

    error: BaseException


class Worker:
    """One worker process, started when first needed and again after it died.

    `call` and `close` belong to one thread; any other may `stop` it.
    """

    def __init__(self, function: str, timeout_seconds: float) -> None:
        self._function = function
        self._timeout_seconds = timeout_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False
        self._starting = threading.Lock()

    def call(self, job: tuple[Any, ...]) -> tuple[Any, int]:
        """The result of one call and its size in bytes; Failure `timeout` or `crashed` where it did not end."""
        process = self._process or self._start()
        assert process.stdin and process.stdout
        late = threading.Event()

        def kill() -> None:
            late.set()
            process.kill()

        watchdog = threading.Timer(self._timeout_seconds, kill)
        watchdog.daemon = True
        watchdog.start()
        reply = None
        try:
            send(process.stdin, job)
            reply = receive(process.stdout)
        except (EOFError, OSError):
            pass  # the process is gone; below is said why
        finally:
            watchdog.cancel()
            watchdog.join()
        if reply is None or late.is_set():
            code = self.close()
        if reply is not None:
            return reply
        if late.is_set():
            return Failure("timeout", f"not done after {self._timeout_seconds:g} s (--decode-timeout)"), 0
        return Failure("crashed", f"the worker process ended with {ending(code)}"), 0

    def stop(self) -> None:
        """Kill the process and let no other be started; a call under way ends."""
        with self._starting:
            self._stopped = True
            if self._process:
                self._process.kill()

    def close(self) -> int:
        """Kill the process if it still runs, close its pipes and return how it ended."""
        process, self._process = self._process, None
        return end(process) if process else 0

    def _start(self) -> subprocess.Popen[bytes]:
        with self._starting:
            if self._stopped:
                raise MVBenchError("the worker pool is closed")
            self._process = process = subprocess.Popen(
                [sys.executable, "-c", START, json.dumps(sys.path), self._function, str(os.getpid())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        watchdog = threading.Timer(START_SECONDS, process.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            assert process.stdout
            receive(process.stdout)
        except (EOFError, OSError):
            code = self.close()
            raise MVBenchError(f"a worker process did not start: it ended with {ending(code)}") from None
        finally:
            watchdog.cancel()
        return process


def end(process: subprocess.Popen[bytes]) -> int:
    """Kill a process if it still runs, close its pipes and return how it ended."""
    process.kill()
    code = process.wait()
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):  # what was not sent yet cannot be any more
            if pipe:
                pipe.close()
    return code


def ending(code: int) -> str:
    """How a process ended, in words."""
    if code < 0:
        with suppress(ValueError):
            return signal.Signals(-code).name
    return f"exit code {code}"


def send(stream: IO[bytes], value: object) -> None:
    """Write a pickle and then its arrays as they lie in memory, each with its length."""
    buffers: list[pickle.PickleBuffer] = []
    head = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    views = [memoryview(head), *(buffer.raw() for buffer in buffers)]
    stream.write(struct.pack(f"<I{len(views)}Q", len(views), *(view.nbytes for view in views)))
    for view in views:
        stream.write(view)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[Any, int]:
    """What `send` wrote, and its size in bytes. Raises EOFError when the other side is gone."""
    (count,) = struct.unpack("<I", read_exactly(stream, 4))
    sizes = struct.unpack(f"<{count}Q", read_exactly(stream, 8 * count))
    head, *buffers = [read_exactly(stream, size) for size in sizes]
    return pickle.loads(head, buffers=buffers), sum(sizes)  # noqa: S301 - written by our own worker


def read_exactly(stream: IO[bytes], size: int) -> bytearray:
    data = bytearray(size)
    view = memoryview(data)
    while view:
        count = stream.readinto(view)  # type: ignore[attr-defined]
        if not count:
            raise EOFError
        view = view[count:]
    return data


def serve(function: str, parent: int) -> None:
    """The worker's main loop: call `module:name` on each job that comes in, until the parent is gone."""
    die_with_parent(parent)
    module, name = function.split(":")
    call = getattr(importlib.import_module(module), name)
    # What a library prints must not get between the replies.
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    jobs: queue.SimpleQueue[tuple[Any, ...]] = queue.SimpleQueue()
    threading.Thread(target=take_jobs, args=(jobs,), daemon=True).start()
    send(replies, "ready")
    while True:
        job = jobs.get()
        result: Any
        try:
            result = call(*job)
        except MVBenchError as error:
            result = error
        except Exception as error:
            result = Failure("crashed", f"{type(error).__name__}: {error}")
        send(replies, result)


def take_jobs(jobs: queue.SimpleQueue[tuple[Any, ...]]) -> None:
    """Read jobs beside the work, so that the closed pipe of a dead parent ends this process even while it works."""
    try:
        while True:
            jobs.put(receive(sys.stdin.buffer)[0])
    except EOFError:
        os._exit(1)


def die_with_parent(parent: int) -> None:
    """Ask Linux to kill this process when the thread that started it ends; elsewhere the closed pipe has to do."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
