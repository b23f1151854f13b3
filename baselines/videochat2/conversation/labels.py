"""Which tokens are learned: the pieces of a lesson, counted in tokens.

A piece's text is not tokenised by itself. A tokenizer of words and their blanks (sentencepiece) starts every text as a
new word, one of bytes keeps a blank with the word it precedes: pieces tokenised apart would not add up to the whole,
and the model would learn other tokens than it writes. So the whole is tokenised once, and a token belongs to the piece
in which its first character that is no blank lies; one of blanks alone, to the piece in which it begins.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from baselines.videochat2.conversation.dialogue import Piece
from mvbench.errors import UsageError

if TYPE_CHECKING:
    from torch import Tensor

IGNORED = -100


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text's token ids, and where in the text each begins and ends."""

    ids: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]


def tokenised(text: str, tokenizer: Any) -> Tokens:
    """Without special tokens. Raises UsageError for a tokenizer that cannot tell where its tokens lie."""
    if not tokenizer.is_fast:
        raise UsageError(
            f"the tokenizer {type(tokenizer).__name__} does not tell where in a text its tokens lie, which training "
            "needs; save it in the format of the package tokenizers (tokenizer.json) and use that"
        )
    encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    return Tokens(tuple(encoded["input_ids"]), tuple((start, end) for start, end in encoded["offset_mapping"]))


def labelled(pieces: Sequence[Piece], tokens: Tokens) -> tuple[int, ...]:
    """The ids of the learned tokens, `IGNORED` for the others; `tokens` are those of the pieces joined."""
    text = "".join(piece.text for piece in pieces)
    ends = list(accumulate(len(piece.text) for piece in pieces))

    def learned(start: int, end: int) -> bool:
        begins = next((place for place in range(start, end) if not text[place].isspace()), start)
        return pieces[min(bisect_right(ends, begins), len(pieces) - 1)].learned

    return tuple(token if learned(*span) else IGNORED for token, span in zip(tokens.ids, tokens.spans, strict=True))


def num_learned(labels: Tensor) -> Tensor:
    """How many tokens of (B, L) are predicted and learned, at least 1.

    Given to the model with a batch that has lost every label to truncation, the loss is 0 and has a gradient (of
    zeros), where the original's is not a number and ends the training.
    """
    return (labels[:, 1:] != IGNORED).sum().clamp(min=1)
