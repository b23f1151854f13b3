"""What the numbers in `--gen-kwargs` may be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mvbench.errors import UsageError

Rule = tuple[Callable[[Any], bool], str]


def whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def token_ids(value: object) -> bool:
    ids = value if isinstance(value, list | tuple) and value else [value]
    return all(isinstance(one, int) and whole(one) and one >= 0 for one in ids)


SHARE: Rule = (lambda value: number(value) and 0 < value <= 1, "a number above 0 and at most 1")
POSITIVE: Rule = (lambda value: number(value) and value > 0, "a number above 0")
NOT_NEGATIVE: Rule = (lambda value: number(value) and value >= 0, "a number of at least 0")
COUNT: Rule = (lambda value: whole(value) and value >= 1, "a whole number of at least 1")
COUNT_OR_NONE: Rule = (lambda value: whole(value) and value >= 0, "a whole number of at least 0")
SWITCH: Rule = (lambda value: isinstance(value, bool), "true or false")
TOKENS: Rule = (token_ids, "a token's number, or a list of them")
TOKEN: Rule = (lambda value: whole(value) and value >= 0, "a token's number")

RULES: Mapping[str, Rule] = {
    "do_sample": SWITCH,
    "use_cache": SWITCH,
    "temperature": NOT_NEGATIVE,
    "top_p": SHARE,
    "typical_p": SHARE,
    "min_p": (lambda value: number(value) and 0 <= value <= 1, "a number from 0 to 1"),
    "top_k": COUNT_OR_NONE,
    "num_beams": COUNT,
    "max_new_tokens": COUNT,
    "min_new_tokens": COUNT_OR_NONE,
    "no_repeat_ngram_size": COUNT_OR_NONE,
    "repetition_penalty": POSITIVE,
    "length_penalty": (number, "a number"),
    "eos_token_id": TOKENS,
    "pad_token_id": TOKEN,
    "bos_token_id": TOKEN,
}
"""transformers finds most of these only when it generates."""


def check(given: Mapping[str, Any]) -> None:
    """Raises UsageError for a value that cannot be, and for sampling at temperature 0."""
    for name, value in given.items():
        allowed, words = RULES.get(name, (lambda _: True, ""))
        if not allowed(value):
            raise UsageError(f"--gen-kwargs {name}={value!r} is refused; it must be {words}")
    if given.get("do_sample") and given.get("temperature") == 0:
        raise UsageError("--gen-kwargs do_sample=true needs a temperature above 0; leave both out for greedy replies")
