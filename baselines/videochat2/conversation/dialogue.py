"""The nouns of a conversation about videos and images: text only, whatever the language model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Medium = Literal["video", "image"]

TAGS: Mapping[Medium, tuple[str, str]] = MappingProxyType(
    {"video": ("<Video>", "</Video>"), "image": ("<Image>", "</Image>")}
)
"""What stands on either side of a medium's visual tokens."""

Texts = tuple[str, ...]
"""What stands between visual tokens: with n media n + 1 texts, the tokens of medium i between texts i and i + 1."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with the media it came with, and its answer unless that is still to be written."""

    question: str
    media: tuple[Medium, ...] = ()
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A conversation to learn from: questions (which may be empty) and answers, in order, about one medium or none.

    `system`, unless empty, ends with a blank. `message` follows the medium: at which seconds its frames were taken.
    """

    turns: tuple[tuple[str, str], ...]
    medium: Medium | None = None
    instruction: str = ""
    system: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that is either learned or only read."""

    text: str
    learned: bool = False


@dataclass(frozen=True, slots=True)
class Lesson:
    """A dialogue written out: `before` the visual tokens nothing is learned; None where there are none.

    Each of the two, `before` and the joined pieces, is tokenised as one text.
    """

    before: str | None
    pieces: tuple[Piece, ...]

    @property
    def after(self) -> str:
        return "".join(piece.text for piece in self.pieces)
