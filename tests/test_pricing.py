"""Prices, and stopping before they hurt."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvbench.errors import ModelError, UsageError
from mvbench.pricing import Price, Spending, read_price
from mvbench.types import Record, Reply
from tests.fabricated import record, task

TOML = """
["Qwen/Qwen3-VL-8B"]
input = 0.2
output = 1
"""


def answered(input_tokens: int | None, output_tokens: int | None) -> Record:
    reply = Reply("A)", input_tokens=input_tokens, output_tokens=output_tokens)
    return replace(record(task("Counting")), reply=reply)


def test_a_row_is_dollars_per_million_tokens(tmp_path: Path) -> None:
    (tmp_path / "prices.toml").write_text(TOML)
    price = read_price(tmp_path / "prices.toml", "Qwen/Qwen3-VL-8B")
    assert price.of(1_000_000, 500_000) == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no price for 'm': add"),
        ("[n]\ninput = 1\noutput = 1", "has no price for 'm'"),
        ("m = 3", "must have exactly input"),
        ("[m]\ninput = 1", "must have exactly input"),
        ("[m]\ninput = 1\noutput = 1\nimage = 2", "must have exactly input"),
        ("[m]\ninput = -1\noutput = 1", "input = -1; it must be a number of at least 0"),
        ("[m]\ninput = 1\noutput = inf", "output = inf"),
        ("[m]\ninput = true\noutput = 1", "input = True"),
        ("[m]\ninput = 'free'\noutput = 1", "input = 'free'"),
        ("[m", "prices.toml"),
    ],
)
def test_a_table_that_tells_no_price_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "prices.toml").write_text(text)
    with pytest.raises(UsageError, match=r"prices\.toml") as raised:
        read_price(tmp_path / "prices.toml", "m")
    assert message in str(raised.value)


def test_the_nearest_row_is_named(tmp_path: Path) -> None:
    (tmp_path / "prices.toml").write_text(TOML)
    with pytest.raises(UsageError, match="did you mean 'Qwen/Qwen3-VL-8B'"):
        read_price(tmp_path / "prices.toml", "Qwen3-VL-8B")


@given(questions=st.integers(1, 60), cost=st.integers(1, 50), limit=st.integers(1, 500), at_once=st.integers(1, 8))
def test_what_is_asked_within_a_limit_is_overshot_by_the_first_question_only(
    questions: int, cost: int, limit: int, at_once: int
) -> None:
    """Where every question costs the same, only the first one, which tells the cost, can be dearer than the limit."""
    spending = Spending(Price(1e6, 0.0), limit=limit)
    for _ in range(questions):
        while spending.under_way < (1 if spending.one_by_one() else at_once) and spending.affords(1):
            spending.under_way += 1
        if not spending.under_way:
            break
        spending.add([answered(cost, 0)])
    assert spending.usd is not None
    assert spending.usd <= max(limit, cost)
    assert spending.replies == questions or spending.usd + (spending.under_way + 1) * cost > limit


def test_without_a_limit_everything_is_affordable_and_tokens_are_counted() -> None:
    spending = Spending()
    spending.add([answered(10, 2), answered(None, None)])
    assert (spending.input_tokens, spending.output_tokens, spending.replies) == (10, 2, 2)
    assert spending.usd is None
    assert spending.affords(10**9)


def test_a_limit_that_cannot_be_held_lets_nothing_more_be_asked_and_is_told() -> None:
    spending = Spending(Price(1, 1), limit=5)
    spending.check()
    spending.add([answered(3, 4), answered(None, None), answered(5, 6)])
    assert spending.replies == 3
    assert not spending.affords(1)
    with pytest.raises(ModelError, match="does not tell the tokens of counting/0000; finished questions are kept"):
        spending.check()


def test_what_was_kept_from_before_costs_nothing() -> None:
    spending = Spending(Price(1e6, 1e6), limit=5)
    kept = answered(3, 4)
    assert kept.reply
    spending.add([replace(kept, reply=replace(kept.reply, paid=False))])
    assert (spending.usd, spending.replies, spending.one_by_one()) == (0, 0, True)
    spending.add([answered(1, 1)])
    assert (spending.usd, spending.replies, spending.one_by_one()) == (2, 1, False)
