import math
from dataclasses import replace
from typing import Any

import orjson
import pytest

from mvbench.report.gathering import ALL_JUDGES
from mvbench.report.samples import row
from mvbench.report.shortening import in_a_word
from mvbench.report.shown import Shown
from mvbench.rescoring import judged_again
from mvbench.types import Record, Reply
from tests.fabricated import record, task


def row_of(one: Record) -> dict[str, Any]:
    made = row(one, ALL_JUDGES, Shown({}))
    assert orjson.loads(orjson.dumps(made)).keys() == made.keys()
    return made


def reply(text: str, **changes: Any) -> Record:
    return judged_again(replace(record(task("A task")), reply=Reply(text, **changes)))


def test_a_reply_has_a_verdict_by_every_judge() -> None:
    made = row_of(reply("B)", prefix="("))
    assert made["reply"] == {"text": "B)", "prefix": "("}
    assert len(made["verdicts"]) == len(ALL_JUDGES) and made["verdicts"][0] == [1, 0, "ok"]


def test_a_long_reply_is_cut_and_what_follows_is_counted() -> None:
    assert row_of(reply("x" * 1_000_000))["reply"]["text"] == {"text": "x" * 4000, "left_out": 996_000}


def test_an_empty_reply_stays_there() -> None:
    assert row_of(reply(""))["reply"]["text"] == ""


def test_an_item_whose_answer_is_no_choice_says_which_it_was() -> None:
    one = record(task("A task"))
    made = row_of(replace(one, sample=replace(one.sample, answer=None, answer_text="elsewhere")))
    assert made["answer"] is None and made["answer_text"] == "elsewhere"


@pytest.mark.parametrize(
    "extras",
    [[], "text", {"dials": [1]}, {"dials": {"a": math.nan}}, {"orbit": {"x": [1]}}, {str(n): n for n in range(10_000)}],
)
def test_extras_of_any_shape_are_kept_short(extras: Any) -> None:
    one = record(task("A task"))
    assert len(orjson.dumps(row_of(replace(one, sample=replace(one.sample, extras=extras))))) < 5_000


def test_nested_without_end_is_three_dots() -> None:
    nested: list[Any] = []
    for _ in range(600):
        nested = [nested]
    assert in_a_word(nested) == "..."


def test_odd_values_of_a_record_are_words() -> None:
    one = reply("A)", choice_logprobs=(-0.1, math.nan))
    clip = replace(one.sample.clip, start_seconds={"a": 1}, end_seconds=3.0)  # type: ignore[arg-type]
    odd = replace(one, prompt_hash=12, read_seconds="long", sample=replace(one.sample, clip=clip, flags=(1, [2])))  # type: ignore[arg-type]
    made = row_of(odd)
    assert (made["prompt_hash"], made["bounds"], made["flags"]) == ("12", ['{"a":1}', "3.0"], ["1", "[2]"])
    assert made["seconds"] == [0.0, 0.0]
