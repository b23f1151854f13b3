import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from mvbench.errors import Failure, UsageError
from mvbench.isolation import WorkerPool
from tests import isolated


def pool(function: object = isolated.behave, *, workers: int = 2, timeout: float = 30.0, ahead: int = 4) -> WorkerPool:
    return WorkerPool(function, workers=workers, timeout_seconds=timeout, ahead=ahead)  # type: ignore[arg-type]


def processes_of(parent: int) -> list[int]:
    """The children of a process, from the kernel's own list."""
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def gone(pid: int) -> bool:
    try:
        return "State:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True


def wait_until(condition: object, seconds: float = 20.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.05)
    return False


def test_results_come_in_the_order_of_the_jobs() -> None:
    with pool(isolated.double) as workers:
        assert list(workers.map([(number,) for number in range(50)])) == list(range(0, 100, 2))


def test_arrays_arrive_whole_and_writable() -> None:
    with pool(isolated.picture) as workers:
        for side, array in zip((3, 300), workers.map([(3,), (300,)]), strict=True):
            assert array.shape == (side, side, 3)
            assert np.all(array == side % 256)
            array[0] = 1


@pytest.mark.parametrize(
    ("word", "reason", "words"),
    [
        ("die", "crashed", "SIGKILL"),
        ("segfault", "crashed", "SIGSEGV"),
        ("exit", "crashed", "exit code 7"),
        ("bug", "crashed", "KeyError: 'a bug'"),
        ("fail", "corrupt", "as asked"),
    ],
)
def test_what_goes_wrong_costs_that_job_only(word: str, reason: str, words: str) -> None:
    with pool() as workers:
        first, bad, *rest = workers.map([(1,), (word,), (2,), (3,), (4,)])
    assert (first, rest) == (2, [4, 6, 8])
    assert isinstance(bad, Failure)
    assert bad.reason == reason
    assert words in bad.detail


def test_a_job_past_its_time_is_killed_and_the_others_are_not_late() -> None:
    began = time.monotonic()
    with pool(timeout=2.0) as workers:
        results = list(workers.map([("spin",), (1,), (2,), ("hang",), (3,)]))
    assert [result for result in results if not isinstance(result, Failure)] == [2, 4, 6]
    assert [result.reason for result in results if isinstance(result, Failure)] == ["timeout", "timeout"]
    assert "2 s" in results[0].detail
    assert time.monotonic() - began < 15


def test_what_a_library_prints_does_not_get_between_the_replies(capfd: pytest.CaptureFixture[str]) -> None:
    with pool() as workers:
        assert list(workers.map([("chatter",), (1,)])) == [0, 2]
    assert "past Python" in capfd.readouterr().err


def test_a_mistake_of_the_user_is_raised_where_the_results_are_taken() -> None:
    with pool() as workers, pytest.raises(UsageError, match="a mistake of the user"):
        list(workers.map([(1,), ("user",)]))


def test_an_error_on_our_side_of_a_call_reaches_the_consumer_instead_of_hanging_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise MemoryError("no room for the reply")

    monkeypatch.setattr("mvbench.isolation.receive", refuse)
    with pool() as workers, pytest.raises(MemoryError):
        list(workers.map([(1,), (2,)]))


def test_work_runs_ahead_of_the_consumer_but_not_without_bound() -> None:
    taken: list[int] = []

    class Jobs(list[tuple[int]]):
        def __getitem__(self, place: object) -> tuple[int]:  # type: ignore[override]
            taken.append(place)  # type: ignore[arg-type]
            return super().__getitem__(place)  # type: ignore[index]

    with pool(isolated.double, ahead=6) as workers:
        results = workers.map(Jobs([(number,) for number in range(40)]))
        next(results)
        assert wait_until(lambda: len(taken) >= 7)
        time.sleep(0.3)
        assert len(taken) == 7
        assert list(results) == list(range(2, 80, 2))


def test_memory_that_waits_for_the_consumer_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mvbench.isolation.AHEAD_BYTES", 3 * 200 * 200)
    taken: list[object] = []

    class Jobs(list[tuple[int]]):
        def __getitem__(self, place: object) -> tuple[int]:  # type: ignore[override]
            taken.append(place)
            return super().__getitem__(place)  # type: ignore[index]

    with pool(isolated.picture, workers=1, ahead=100) as workers:
        results = workers.map(Jobs([(200,)] * 10))
        next(results)
        time.sleep(0.5)
        assert len(taken) == 2
        assert len(list(results)) == 9


def test_no_process_and_no_thread_is_left_when_the_consumer_stops_early() -> None:
    threads = threading.active_count()
    with pool() as workers:
        results = workers.map([(1,), ("hang",), ("hang",), (2,)])
        assert next(results) == 2
    assert wait_until(lambda: threading.active_count() <= threads)
    assert wait_until(lambda: not processes_of(os.getpid()))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.isolated", str(tmp_path)]
    with subprocess.Popen(command, cwd=Path(__file__).parents[1]) as parent:
        files = [tmp_path / "one", tmp_path / "two"]
        assert wait_until(lambda: all(file.exists() and file.read_text() for file in files))
        workers = [int(file.read_text()) for file in files]
        parent.kill()
    assert wait_until(lambda: all(gone(pid) for pid in workers), seconds=10), "workers outlived their parent"


def test_a_worker_that_cannot_start_is_one_clear_error() -> None:
    from mvbench.errors import MVBenchError

    workers = pool()
    for worker in workers._workers:
        worker._function = "no.such.module:function"
    with workers, pytest.raises(MVBenchError, match="did not start"):
        list(workers.map([(1,)]))
