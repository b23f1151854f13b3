"""Which token sequences mean a choice, and how their probabilities are added. Needs no torch."""

import math
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvbench.models.huggingface.likelihood import (
    Tokens,
    contexts,
    continuations,
    encoded,
    shortest_only,
    summed,
)

TOKENS = st.lists(st.integers(0, 2), min_size=1, max_size=4).map(tuple)


class Greedy:
    """Cuts text into the longest words it knows, else characters."""

    def __init__(self, *words: str) -> None:
        self._words = sorted(words, key=len, reverse=True)
        self._ids: dict[str, int] = {}

    def encode(self, text: str, **options: Any) -> list[int]:
        pieces = []
        while text:
            piece = next((word for word in self._words if text.startswith(word)), text[0])
            pieces.append(self._ids.setdefault(piece, len(self._ids)))
            text = text[len(piece) :]
        return pieces

    def words(self, tokens: Sequence[int]) -> tuple[str, ...]:
        known = {number: piece for piece, number in self._ids.items()}
        return tuple(known[token] for token in tokens)


def spelled(tokenizer: Greedy, text: str, prefix: str, answer: Any = "options") -> list[list[tuple[str, ...]]]:
    found = continuations(text, prefix, ("a cat", "dogs"), answer, tokenizer)  # type: ignore[arg-type]
    return [[tokenizer.words(sequence) for sequence in choice] for choice in found]


def test_after_an_open_bracket_a_letter_is_one_token() -> None:
    first, second = spelled(Greedy(), "Best Option: (", "Best Option: (")
    assert ("A",) in first and ("B",) in second
    assert all(sequence[0] in ("A", " ") for sequence in first)


def test_tokens_that_hold_letter_and_bracket_count_too() -> None:
    first, _ = spelled(Greedy("A)", " A"), "Best Option: (", "Best Option: (")
    assert {("A",), ("A)",), (" A",)} <= set(first)


def test_without_a_prefix_the_bracket_may_come_first() -> None:
    first, _ = spelled(Greedy("(A"), "ASSISTANT:", "")
    assert {("A",), ("(A",), (" ", "A"), (" ", "(A")} <= set(first)


def test_texts_follow_the_letter_after_a_prefix_and_stand_alone_without() -> None:
    assert spelled(Greedy(), "Option: (", "Option: (", "texts")[1] == [tuple("B) dogs")]
    assert set(spelled(Greedy(), "ASSISTANT:", "", "texts")[1]) == {tuple("dogs"), tuple(" dogs")}


def test_a_text_counts_with_and_without_the_space_that_a_template_may_leave_to_it() -> None:
    assert set(spelled(Greedy(" dogs", "dogs"), "ASSISTANT:", "", "texts")[1]) == {("dogs",), (" dogs",)}


def test_a_token_across_the_end_of_the_prompt_cannot_be_generated() -> None:
    tokenizer = Greedy("(A")
    assert tokenizer.words(encoded("Option: (", "A", tokenizer)) == ("A",)


def test_there_are_letters_for_26_choices() -> None:
    with pytest.raises(ValueError, match="27 choices"):
        continuations("text", "", ["x"] * 27, "options", Greedy())  # type: ignore[arg-type]


@given(st.lists(TOKENS, max_size=12))
def test_no_kept_sequence_begins_with_another(sequences: list[Tokens]) -> None:
    kept = shortest_only(sequences)
    assert not any(one != other and other[: len(one)] == one for one in kept for other in kept)
    assert all(any(one[: len(short)] == short for short in kept) for one in sequences)


@given(st.lists(TOKENS, min_size=1, max_size=12))
def test_contexts_predict_every_token_and_are_few(sequences: list[Tokens]) -> None:
    fed = contexts(sequences)
    for sequence in sequences:
        assert any(path[: len(sequence) - 1] == sequence[:-1] for path in fed)
    assert not any(one != other and other[: len(one)] == one for one in fed for other in fed)


def test_probabilities_are_added_and_never_exceed_one() -> None:
    known = {(1,): math.log(0.5), (2,): math.log(0.25), (2, 3): math.log(0.5)}
    assert summed([(1,), (2, 3)], known) == pytest.approx(math.log(0.625))
    assert summed([(1,), (9,)], {(1,): 0.0, (9,): 0.0}) == 0.0
    assert summed([(1,)], {(1,): -math.inf}) == -math.inf
