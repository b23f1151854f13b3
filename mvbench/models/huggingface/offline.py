"""Loading a folder without a word to the hub."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

_one_at_a_time = RLock()
"""The hub's library keeps its state for the whole process."""


@contextmanager
def offline() -> Iterator[None]:
    """As under HF_HUB_OFFLINE=1, for the block.

    A folder may name other repositories, such as an audio tokenizer's, and the library asks the hub about the program
    it runs in before a first request. Each loader is told `local_files_only` too, but not all of them heed it.
    """
    from huggingface_hub import constants

    with _one_at_a_time:
        before = constants.HF_HUB_OFFLINE
        constants.HF_HUB_OFFLINE = True
        try:
            yield
        finally:
            constants.HF_HUB_OFFLINE = before
