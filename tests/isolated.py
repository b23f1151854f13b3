"""Functions that worker processes are told to call: some of them badly behaved."""

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mvbench.errors import Failure, UsageError
from mvbench.types import Clip, Frames
from mvbench.video import ReadOptions, read


def double(value: int) -> int:
    return 2 * value


def behave(value: int | str) -> int:
    """Does what the word says; returns the double of a number."""
    if value == "hang":
        time.sleep(600)
    if value == "spin":
        while True:
            pass
    if value == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if value == "segfault":
        os.kill(os.getpid(), signal.SIGSEGV)
    if value == "exit":
        os._exit(7)
    if value == "fail":
        raise Failure("corrupt", "as asked")
    if value == "bug":
        raise KeyError("a bug")
    if value == "user":
        raise UsageError("a mistake of the user")
    if value == "chatter":
        print("libraries print to stdout", flush=True)
        os.write(1, b"and past Python, too\n")
        return 0
    return 2 * int(value)


def picture(side: int) -> npt.NDArray[np.uint8]:
    return np.full((side, side, 3), side % 256, np.uint8)


def read_badly(clip: Clip, how: ReadOptions) -> Frames:
    """Reads as it should, but for one clip that hangs and one that takes the process down."""
    if clip.path.name == "166510.webm":
        time.sleep(600)
    if clip.path.name == "166520.webm":
        os.kill(os.getpid(), signal.SIGSEGV)
    return read(clip, how)


def report_and_hang(folder: str, name: str) -> None:
    Path(folder, name).write_text(str(os.getpid()))
    time.sleep(600)


def parent_of_hanging_workers(folder: str) -> None:
    """Run as a script by a test: start two workers that hang, until this process is killed."""
    from mvbench.isolation import WorkerPool

    with WorkerPool(report_and_hang, workers=2, timeout_seconds=600) as pool:
        list(pool.map([(folder, "one"), (folder, "two")]))


if __name__ == "__main__":
    from tests import isolated

    isolated.parent_of_hanging_workers(sys.argv[1])
