"""What tokens cost, and when to stop."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mvbench.errors import ModelError, UsageError, suggestion
from mvbench.tasks import read_text
from mvbench.toml import parse_toml
from mvbench.types import Record

MAX_TABLE_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Price:
    """USD per million tokens."""

    input: float
    output: float

    def of(self, input_tokens: float, output_tokens: float) -> float:
        """USD."""
        return (self.input * input_tokens + self.output * output_tokens) / 1e6


def read_price(path: Path, model: str) -> Price:
    """The row of `model` in a TOML file of prices: `["name"]` with `input` and `output`, USD per million tokens.

    Raises UsageError naming the file, the row and the nearest name.
    """
    rows = parse_toml(read_text(path, limit=MAX_TABLE_BYTES), origin=path.name)
    if model not in rows:
        raise UsageError(
            f'{path.name} has no price for {model!r}{suggestion(model, rows)}: add ["{model}"] with '
            "input = and output = in USD per million tokens"
        )
    row = rows[model]
    if not isinstance(row, dict) or set(row) != {"input", "output"}:
        raise UsageError(f"{path.name}: {model!r} must have exactly input = and output =, USD per million tokens")
    for name, value in row.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
            raise UsageError(f"{path.name}: {model!r} has {name} = {value!r}; it must be a number of at least 0")
    return Price(float(row["input"]), float(row["output"]))


@dataclass(slots=True)
class Spending:
    """Tokens of a run so far, and what they cost.

    `limit`: USD; None: count only. `under_way`: questions that are being asked. `untold`: the first one whose reply
    does not tell its tokens although there is a limit; nothing more is affordable then.
    """

    price: Price | None = None
    limit: float | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    replies: int = 0
    under_way: int = 0
    untold: str | None = None

    @property
    def told(self) -> bool:
        """Whether any reply told its tokens."""
        return bool(self.input_tokens or self.output_tokens)

    @property
    def usd(self) -> float | None:
        return None if self.price is None else self.price.of(self.input_tokens, self.output_tokens)

    def add(self, records: Sequence[Record]) -> None:
        """Count a finished batch."""
        self.under_way -= len(records)
        for record in records:
            reply = record.reply
            if reply is None or not reply.paid:
                continue
            if self.limit is not None and (reply.input_tokens is None or reply.output_tokens is None):
                self.untold = self.untold or record.sample.id
            self.input_tokens += reply.input_tokens or 0
            self.output_tokens += reply.output_tokens or 0
            self.replies += 1

    def check(self) -> None:
        """Raises ModelError where a limit could not be held."""
        if self.untold is not None:
            raise ModelError(
                f"--max-cost {self.limit:g} cannot be held: the model does not tell the tokens of {self.untold}; "
                "finished questions are kept, leave --max-cost out to go on"
            )

    def one_by_one(self) -> bool:
        """Whether the next question must be asked alone, because nobody knows yet what one costs."""
        return self.limit is not None and not self.replies

    def affords(self, questions: int) -> bool:
        """Whether so many more fit below the limit, if they and those under way cost as much as the mean so far.

        Before the first reply nothing is known of the mean, so it is always asked: see `one_by_one`.
        """
        if self.limit is None or self.usd is None:
            return True
        if self.untold is not None:
            return False
        mean = self.usd / self.replies if self.replies else 0.0
        return self.usd + (self.under_way + questions) * mean <= self.limit
