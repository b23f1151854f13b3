"""What a server said -> Reply."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Mapping, Sequence

from mvbench.chat_api import Completion
from mvbench.types import LETTERS, FinishReason, Reply

log = logging.getLogger(__name__)

NOT_TO_BE_TRUSTED = 0.01
FEWEST_REPLIES = 20

LEAST = -1e9
"""Smaller log-probabilities are impossibilities that a server wrote down as numbers."""


def reply_of(completion: Completion, *, prefix: str) -> Reply:
    """The reply, without the prefix that some servers repeat."""
    text = completion.text
    if prefix and text.lstrip().startswith(prefix.strip()):
        text = text.lstrip().removeprefix(prefix.strip())
    return Reply(
        text,
        prefix=prefix,
        finish_reason=finish_reason(completion),
        reasoning=completion.reasoning,
        input_tokens=completion.input_tokens,
        output_tokens=completion.output_tokens,
        paid=not completion.kept,
    )


def finish_reason(completion: Completion) -> FinishReason | None:
    if completion.refused:
        return "content_filter"
    known: Mapping[str | None, FinishReason] = {"length": "length", "stop": "stop"}
    return known.get(completion.finish_reason)


def letter_logprobs(first_token: Mapping[str, float], num_choices: int) -> tuple[float, ...] | None:
    """One log-probability per choice: of all spellings of its letter together, such as `A`, ` A`, `(A` and `A)`.

    A letter that is not among the tokens is less likely than each of them, and gets less: it must never tie with the
    one letter that is there. None where not one letter is: then nothing is known.

    >>> letter_logprobs({"The": -0.25, "B": -9.0}, 3)
    (-10.0, -9.0, -10.0)
    """
    found: dict[str, list[float]] = {}
    for token, logprob in first_token.items():
        found.setdefault(letter_of(token), []).append(logprob)
    letters = LETTERS[:num_choices]
    if not any(letter in found for letter in letters):
        return None
    seen = {letter: max(log_sum(found[letter]), LEAST) for letter in letters if letter in found}
    unseen = max(min(first_token.values()), LEAST) - 1
    return tuple(seen.get(letter, unseen) for letter in letters)


def letter_of(token: str) -> str:
    """The token without what may surround a letter: brackets, full stops, and marks of a word's beginning.

    >>> [letter_of(token) for token in ("A", " (B", "C).", "▁D", "The")]
    ['A', 'B', 'C', 'D', 'The']
    """
    return token.strip(" \n\t▁Ġ().:*\"'[]")


def log_sum(logprobs: Sequence[float]) -> float:
    largest = max(logprobs)
    return largest + math.log(sum(math.exp(value - largest) for value in logprobs))


class Tally:
    """Counts replies that were cut or declined, and warns when they are too many to be an accident."""

    def __init__(self, max_new_tokens: int) -> None:
        self._max_new_tokens = max_new_tokens
        self._lock = threading.Lock()
        self._counts = {"all": 0, "length": 0, "content_filter": 0}
        self._warn_at = 1

    def count(self, finish_reason: FinishReason | None) -> None:
        """One more reply. Warns above 1 % of at least 20, and again whenever their number has doubled."""
        with self._lock:
            self._counts["all"] += 1
            if finish_reason not in ("length", "content_filter"):
                return
            self._counts[finish_reason] += 1
            total, cut, declined = self._counts.values()
            if total < FEWEST_REPLIES or cut + declined <= NOT_TO_BE_TRUSTED * total or cut + declined < self._warn_at:
                return
            self._warn_at = 2 * (cut + declined)
        log.warning(
            "of %s replies %s were cut after %s tokens (raise --max-new-tokens) and %s declined by a content filter",
            f"{total:,}",
            f"{cut:,}",
            f"{self._max_new_tokens:,}",
            f"{declined:,}",
        )
