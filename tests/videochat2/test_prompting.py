"""Texts become tokens one by one, and only what precedes everything opens with a BOS."""

from typing import Any

import pytest

from baselines.videochat2.answering.prompting import words_of


class Letters:
    """Each letter is a token; told to, it would add its special tokens to every text."""

    def __init__(self, bos_token_id: int | None) -> None:
        self.bos_token_id = bos_token_id

    def encode(self, text: str, *, add_special_tokens: bool = True) -> list[int]:
        return [0] * add_special_tokens + [ord(letter) for letter in text]


@pytest.mark.parametrize(
    ("bos", "texts", "ids"),
    [
        (1, ("a", "bc"), [[1, 97], [98, 99]]),
        (1, ("", "b", "c"), [[1], [98], [99]]),
        (1, ("ab",), [[1, 97, 98]]),
        (None, ("a", "b"), [[97], [98]]),
    ],
)
def test_the_first_text_alone_has_the_bos_where_there_is_one(bos: int | None, texts: Any, ids: list[list[int]]) -> None:
    assert [words.ids for words in words_of(texts, Letters(bos))] == ids
