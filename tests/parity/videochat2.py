"""The original's tensors: cases of `model_goldens.json` with their weights, inputs and outputs, and its tokenizers."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Goldens:
    """A folder with `model_goldens.json` and a safetensors file per case."""

    folder: Path

    @cached_property
    def facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads((self.folder / "model_goldens.json").read_text("utf-8"))
        return facts

    @property
    def dims(self) -> dict[str, Any]:
        return dict(self.facts["dims"])

    def case(self, name: str) -> dict[str, Any]:
        return dict(self.facts["cases"][name])

    def tensors(self, name: str, kind: str) -> dict[str, Any]:
        """The tensors of a case whose names begin with `kind/` (weights, in, out), without it."""
        from safetensors import safe_open

        with safe_open(self.folder / self.case(name)["file"], framework="pt") as stored:
            names = [key for key in stored.keys() if key.startswith(f"{kind}/")]  # noqa: SIM118
            return {key.removeprefix(f"{kind}/"): stored.get_tensor(key) for key in names}

    @property
    def llm_tokenizer(self) -> WordIds:
        rule = self.facts["tokenizers"]["llm"]
        return WordIds(rule["pattern"], rule["vocab"], named={"<unk>": 0, "<s>": 1, "</s>": 2}, first=3)

    @property
    def bert_tokenizer(self) -> WordIds:
        rule = self.facts["tokenizers"]["bert"]
        return WordIds(rule["pattern"], rule["vocab"], named={"[DEC]": rule["vocab"]}, first=4, lower=True)


@dataclass(frozen=True)
class WordIds:
    """The stand-in tokenizers: a word's id follows from its checksum."""

    pattern: str
    vocabulary: int
    named: dict[str, int]
    first: int
    lower: bool = False

    bos_token_id = 1
    eos_token_id = 2
    pad_token_id = 2

    def encode(self, text: str, *, add_special_tokens: bool = False) -> list[int]:
        words = re.findall(self.pattern, text.lower() if self.lower else text)
        ids = [self.named.get(word, self._hashed(word)) for word in words]
        return [self.bos_token_id, *ids] if add_special_tokens else ids

    def _hashed(self, word: str) -> int:
        return self.first + zlib.crc32(word.encode("utf-8")) % (self.vocabulary - self.first)


def bert_ids(
    tokenizer: WordIds, texts: Sequence[str], *, longest: int, truncate: str, pad: str, fill: bool = False
) -> tuple[list[list[int]], list[list[int]]]:
    """Ids with [CLS]=1 and [SEP]=2, padded with 0 to the longest (or, with `fill`, to `longest`), and their mask."""
    rows = []
    for text in texts:
        ids = tokenizer.encode(text)
        kept = ids[-(longest - 2) :] if truncate == "left" else ids[: longest - 2]
        rows.append([1, *(kept if longest > 2 else []), 2])
    length = longest if fill else max(map(len, rows))
    blanks = [length - len(row) for row in rows]
    if pad == "left":
        return (
            [[0] * blank + row for row, blank in zip(rows, blanks, strict=True)],
            [[0] * blank + [1] * len(row) for row, blank in zip(rows, blanks, strict=True)],
        )
    return (
        [row + [0] * blank for row, blank in zip(rows, blanks, strict=True)],
        [[1] * len(row) + [0] * blank for row, blank in zip(rows, blanks, strict=True)],
    )


def enlarged(pixels: Any, factor: int) -> Any:
    """Low-resolution pixels by nearest repetition of their last two dimensions."""
    return pixels.repeat_interleave(factor, dim=-2).repeat_interleave(factor, dim=-1)
