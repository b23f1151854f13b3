"""Is it the questions that a server refuses, or everything?"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from mvbench.chat_api import Rejected
from mvbench.errors import Failure

log = logging.getLogger(__name__)

REFUSED_AT_FIRST = 10
"""So many questions refused before one is answered may be an accident, as where errors are asked again."""


class Refusals:
    """Counts the questions refused before one is answered; when they are many, one small request decides.

    `ask_little` sends the smallest request of the same kind as this question's.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._works = False

    def answered(self) -> None:
        self._works = True

    def count(self, refusal: Rejected, *, ask_little: Callable[[], object]) -> str | None:
        """Why nothing more is to be asked, if so. Others that were refused wait until that is known."""
        with self._lock:
            self._count += 1
            if self._works or self._count < REFUSED_AT_FIRST:
                return None
            try:
                ask_little()
            except Rejected:
                return f"the server refused the first {self._count} questions, and a small one too: {refusal.detail}"
            except Failure as failure:
                log.debug("whether the server takes a small question cannot be said: %s", failure.detail)
            self._works = True
        log.warning("the server refused the first %s questions, but takes a small one: %s", self._count, refusal.detail)
        return None
