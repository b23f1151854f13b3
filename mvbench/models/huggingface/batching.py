"""Batches that do not fit, or that one request spoils: smaller ones, then each request alone, then an error reply."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Sequence

from mvbench.errors import MVBenchError
from mvbench.types import Reply, Request

log = logging.getLogger(__name__)

Answer = Callable[[Sequence[Request]], list[Reply]]


class Batches:
    """Remembers the largest batch that fits, so that no later batch runs out of memory for the same reason.

    `largest`: of the batches that were answered.
    """

    def __init__(self) -> None:
        self.fits: int | None = None
        self.largest = 0

    def answer(self, requests: Sequence[Request], answer: Answer, *, free: Callable[[], None]) -> list[Reply]:
        """The replies, in order. `free` gives back what a failed attempt still holds."""
        replies: list[Reply] = []
        while len(replies) < len(requests):
            part = requests[len(replies) :][: self.fits or len(requests)]
            try:
                replies += answer(part)
                self.largest = max(self.largest, len(part))
                continue
            except MVBenchError:
                raise
            except Exception as error:
                trouble, no_memory = f"{type(error).__name__}: {one_line(error)}", out_of_memory(error)
                log.debug("where it failed", exc_info=True)
            if no_memory:  # past the handler: the traceback held the tensors
                free()
            if len(part) == 1:
                log.warning("no reply to %s: %s", part[0].sample_id, trouble)
                replies.append(Reply("", error=trouble))
            elif no_memory:
                self.fits = len(part) // 2
                log.warning("out of memory with %d requests at once; going on with %d", len(part), self.fits)
            else:
                log.warning("a batch of %d failed (%s); asking one by one", len(part), trouble)
                replies += [reply for request in part for reply in self.answer([request], answer, free=free)]
        return replies


def together(requests: Sequence[Request], key: Callable[[Request], Hashable], answer: Answer) -> list[Reply]:
    """The replies in the order of the requests, asked in groups that share a key."""
    groups: dict[Hashable, list[int]] = {}
    for place, request in enumerate(requests):
        groups.setdefault(key(request), []).append(place)
    replies: dict[int, Reply] = {}
    for places in groups.values():
        replies.update(zip(places, answer([requests[place] for place in places]), strict=True))
    return [replies[place] for place in range(len(requests))]


def out_of_memory(error: BaseException) -> bool:
    """Whether the accelerator's or the computer's memory was too small; each library says it in its own words."""
    if isinstance(error, MemoryError):
        return True
    words = str(error).lower()
    return isinstance(error, RuntimeError) and ("out of memory" in words or "not enough memory" in words)


def one_line(error: object, *, most: int = 300) -> str:
    return " ".join(str(error).split())[:most]
