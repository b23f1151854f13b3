"""Processes that are gone in the middle of writing a board."""

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

WRITING = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate"}


def until(number: int, board: Path, write: Callable[[], object]) -> None:
    """Write, but be gone just before the file system is changed for the `number`th time."""
    left = number

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        opened = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if (event in WRITING or opened) and str(board) in str(arguments[0]):
            left -= 1
            if left < 0:
                os._exit(9)

    sys.addaudithook(hear)
    write()
    os._exit(0)


def killed_at_every_step(board: Path, write: Callable[[], object]) -> Iterator[int]:
    """One number for each step at which a process was killed, until one comes through; mend the board between them."""
    for number in range(200):
        child = multiprocessing.get_context("fork").Process(target=until, args=(number, board, write))
        child.start()
        child.join()
        if child.exitcode == 0:
            return
        assert child.exitcode == 9
        yield number
    raise AssertionError("it never comes through")
