"""When a reply is over before its last token: at a stop text, or once its first word has settled the verdict."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import Any

from mvbench.types import LETTERS

SETTLED = re.compile(r"\s*(\(*([A-Za-z])[).:][).,:;]*)[ \n]")
FIRST_WORD = re.compile(r"\s*\S+\s")
"""A first word that is over, of whatever kind."""


def settled(text: str, num_choices: int) -> str | None:
    """The first word of a reply, where it is over and is a choice's letter with its closing mark; else None.

    The public judges read nothing else: whatever follows, `official` and `official-hd` say of the first word what they
    say of the whole reply, and so does `lmms` for the letters it knows, A to E. Known exceptions:

    * `official`, and of Vicuna's replies every judge, reads what comes after the last `Assistant:`. One that was
      written before the first word is seen here (`Assistant:` is then the first word, and no letter); one that would
      come later is not.
    * `parsed` and `vlmevalkit` read on. They differ from their reading of the first word alone only for a reply that
      goes back on it: denies it, takes it back, asks it, names another letter in the same breath, makes it part of a
      condition, or closes a think block (`lmms` too) after it.

    Without the closing mark nothing is settled: `A cat` is no choice for `parsed`.

    >>> settled("B) The", 4), settled("B)", 4), settled(" A cat", 4), settled("E) The", 4)
    ('B)', None, None, None)
    """
    match = SETTLED.match(text)
    if match is None or LETTERS.index(match[2].upper()) >= num_choices:
        return None
    return match[1]


class Stopping:
    """A stopping criterion of transformers that ends each row of a batch on its own and keeps what it said.

    A row is over with one of the tokens `ends`, with a text that holds one of `stops`, or once its text is `settled`
    among its `choices` (one number for each row; 0: never). `rows` are the tokens of each reply, the one that ended it
    included; `texts` what they decode to. Decoding costs more than all else here, so a reply is decoded only where its
    latest token can make it over.
    """

    def __init__(
        self,
        decode: Callable[[Sequence[int]], str],
        *,
        choices: Sequence[int],
        ends: Collection[int] = (),
        stops: Collection[str] = (),
    ) -> None:
        self._decode = decode
        self._ends = frozenset(ends)
        self._stops = tuple(stops)
        self._choices = tuple(choices)
        self.rows: list[list[int]] = [[] for _ in choices]
        self.over = [False for _ in choices]
        self._open = [number > 0 for number in choices]  # whether the first word may still be settled
        self._final: dict[int, bool] = {}

    @property
    def texts(self) -> list[str]:
        return [self._decode(row) if row else "" for row in self.rows]

    def __call__(self, tokens: Any, scores: Any, **_: Any) -> Any:
        """`tokens` (B, length), whose last column is new -> (B,): which rows are over. One transfer for the batch."""
        import torch

        return torch.tensor(self.take(tokens[:, -1].tolist()), device=tokens.device)

    def take(self, latest: Sequence[int]) -> list[bool]:
        """One more token for each row; those of rows that are over are padding."""
        for row, token in enumerate(latest):
            if not self.over[row]:
                self.rows[row].append(token)
                self.over[row] = token in self._ends or self._is_over(row, token)
        return self.over

    def _is_over(self, row: int, token: int) -> bool:
        if not self._open[row] and not self._may_complete_a_stop(token):
            return False
        text = self._decode(self.rows[row])
        if self._open[row] and settled(text, self._choices[row]) is not None:
            return True
        self._open[row] = self._open[row] and not FIRST_WORD.match(text)
        return any(stop in text for stop in self._stops)

    def _may_complete_a_stop(self, token: int) -> bool:
        """Whether its text alone holds a stop's last character. Blanks at its ends count for nothing there."""
        if token not in self._final:
            text = self._decode([token])
            self._final[token] = any(stop[-1:].isspace() or stop[-1:] in text for stop in self._stops)
        return self._final[token]
