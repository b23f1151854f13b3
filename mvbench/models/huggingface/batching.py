"""Batches that do not fit, or that one request spoils: smaller ones, then each request alone, then an error reply."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Sequence

from mvbench.errors import ModelError, MVBenchError
from mvbench.models.huggingface.probe import plain_request
from mvbench.types import Reply, Request

log = logging.getLogger(__name__)

Answer = Callable[[Sequence[Request]], list[Reply]]

NO_MEMORY = (
    "out of memory",
    "not enough memory",
    "can't allocate memory",
    "cublas_status_alloc_failed",
    "cudnn_status_alloc_failed",
    "cuda_error_out_of_memory",
)
"""In the words of torch, cuBLAS, cuDNN and the driver; sayings that may mean other trouble too are left out."""


class Batches:
    """Remembers the largest batch that fits, so that no later batch runs out of memory for the same reason.

    `largest`: of the batches that were answered. A model that has answered nothing yet is asked a plain question when
    a request fails: where that fails too, no request is to blame and ModelError stops the run.
    """

    def __init__(self) -> None:
        self.fits: int | None = None
        self.largest = 0
        self._sound = False

    def answer(self, requests: Sequence[Request], answer: Answer, *, free: Callable[[], None]) -> list[Reply]:
        """The replies, in order. `free` gives back what a failed attempt still holds."""
        replies: list[Reply] = []
        while len(replies) < len(requests):
            part = requests[len(replies) :][: self.fits or len(requests)]
            try:
                replies += answer(part)
                self.largest = max(self.largest, len(part))
                self._sound = True
                continue
            except MVBenchError:
                raise
            except Exception as error:
                trouble, no_memory = f"{type(error).__name__}: {one_line(error)}", out_of_memory(error)
                log.debug("where it failed", exc_info=True)
            if no_memory:  # past the handler: the traceback held the tensors
                free()
            if len(part) == 1:
                if not no_memory:
                    self._stop_if_hopeless(part[0], answer)
                log.warning("no reply to %s: %s", part[0].sample_id, trouble)
                replies.append(Reply("", error=trouble))
            elif no_memory:
                self.fits = len(part) // 2
                log.warning("out of memory with %d requests at once; going on with %d", len(part), self.fits)
            else:
                log.warning("a batch of %d failed (%s); asking one by one", len(part), trouble)
                replies += [reply for request in part for reply in self.answer([request], answer, free=free)]
        return replies

    def _stop_if_hopeless(self, failed: Request, answer: Answer) -> None:
        if self._sound:
            return
        try:
            answer([plain_request(failed)])
        except MVBenchError:
            raise
        except Exception as error:
            if out_of_memory(error):
                return
            trouble = f"{type(error).__name__}: {one_line(error)}"
            raise ModelError(
                f"the model cannot answer even a plain question ({trouble}); see --model-args and --gen-kwargs"
            ) from None
        self._sound = True


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
    return isinstance(error, RuntimeError) and any(saying in words for saying in NO_MEMORY)


def one_line(error: object, *, most: int = 300) -> str:
    return " ".join(str(error).split())[:most]
