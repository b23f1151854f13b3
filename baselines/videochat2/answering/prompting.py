"""Texts with visual tokens between them -> what the language model reads, padded on the left."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any

from baselines.videochat2.conversation.dialogue import Texts
from baselines.videochat2.sequence import Words, assembled

if TYPE_CHECKING:
    from torch import Tensor

    from baselines.videochat2.checkpoint.loading import Loaded

Prompted = tuple[Texts, Sequence["Tensor"]]
"""The texts of one prompt, and the visual tokens of its media: one text more than media."""


def embedded(prompts: Sequence[Prompted], loaded: Loaded) -> dict[str, Any]:
    """`inputs_embeds` (B, L, D) and `attention_mask` (B, L) for the language model's `generate` and `forward`.

    Each text is tokenised by itself, the first with a BOS where the tokenizer has one. Source: OpenGVLab/Ask-Anything,
    video_chat2/mvbench.ipynb, `get_context_emb`.
    """
    tokenizer = loaded.tokenizer
    rows = [
        [part for part in chain(*zip_longest(words_of(texts, tokenizer), seen)) if part is not None]
        for texts, seen in prompts
    ]
    pad = tokenizer.eos_token_id if tokenizer.pad_token_id is None else tokenizer.pad_token_id
    batch = assembled(rows, loaded.model.llm.get_input_embeddings(), pad_id=pad, padding="left")
    return {"inputs_embeds": batch.inputs_embeds, "attention_mask": batch.attention_mask}


def shared_beginning(prompts: Sequence[Prompted], loaded: Loaded) -> int:
    """How many tokens all the prompts begin with: the text before the first medium, where that is the same in all."""
    beginnings = {texts[0] for texts, _ in prompts}
    if len(beginnings) > 1 or any(len(texts) == 1 for texts, _ in prompts):
        return 0
    return len(words_of((beginnings.pop(),), loaded.tokenizer)[0].ids)


def words_of(texts: Texts, tokenizer: Any) -> list[Words]:
    ids = [tokenizer.encode(text, add_special_tokens=False) for text in texts]
    if tokenizer.bos_token_id is not None:
        ids[0] = [tokenizer.bos_token_id, *ids[0]]
    return [Words(some) for some in ids]
