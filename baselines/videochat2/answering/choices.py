"""Embedded prompts -> how likely the language model finds each choice, without writing anything."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from baselines.videochat2.answering.opening import opened
from mvbench.models.huggingface.likelihood import Tokens, choice_logprobs


def scored(
    llm: Any, inputs: Mapping[str, Any], wanted: Sequence[Sequence[Sequence[Tokens]]], *, pad_id: int, shared: int = 0
) -> list[tuple[float, ...]]:
    """For each row of `inputs` and choice, the log-probability of the token sequences that mean it.

    `inputs`: `inputs_embeds` (B, L, D) and `attention_mask` (B, L), padded on the left. `wanted[row][choice]` are those
    of `mvbench.models.huggingface.likelihood.continuations`. The prompts are read once, and the first `shared` tokens,
    with which all begin, once for all; what follows them is read from there.
    """
    return choice_logprobs(wanted, Prompts(llm, inputs, pad_id=pad_id, shared=shared).logprobs_after)


class Prompts:
    """Prompts that were read once: the keys and values of every position, and what may come next."""

    def __init__(self, llm: Any, inputs: Mapping[str, Any], *, pad_id: int, shared: int = 0) -> None:
        inputs, memory = opened(llm, inputs, shared=shared)
        begun = memory.get_seq_length() if memory is not None else 0
        self._llm, self._pad = llm, pad_id
        self._forgets = memory is not None  # one with a sliding window cannot
        self._mask = inputs["attention_mask"]
        positions = (self._mask.cumsum(dim=1) - 1).clamp(min=0)
        options = {"logits_to_keep": 1} if "logits_to_keep" in inspect.signature(llm.forward).parameters else {}
        read = llm(
            inputs_embeds=inputs["inputs_embeds"][:, begun:],
            attention_mask=self._mask,
            position_ids=positions[:, begun:],
            past_key_values=memory,
            use_cache=True,
            **options,
        )
        self._past = read.past_key_values
        self._next = read.logits[:, -1:]  # (B, 1, vocabulary)

    def logprobs_after(self, paths: Sequence[Tokens]) -> Any:
        """float32 `(B, n, vocabulary)` on the CPU: at j, of the token after the prompt and a path's first j tokens."""
        import torch

        longest = max(map(len, paths))
        logits = self._next
        if longest:
            tail = torch.tensor([[*path, *[self._pad] * (longest - len(path))] for path in paths])
            tail = tail.to(self._mask.device)
            read = self._mask.sum(dim=1, keepdim=True) + torch.arange(longest, device=tail.device)  # (B, longest)
            past = self._past if self._forgets else deepcopy(self._past)
            after = self._llm(
                inputs_embeds=self._llm.get_input_embeddings()(tail),
                attention_mask=torch.cat([self._mask, torch.ones_like(tail)], dim=1),
                position_ids=read,
                past_key_values=past,
                use_cache=True,
            )
            if self._forgets:
                past.crop(-longest)
            logits = torch.cat([logits, after.logits], dim=1)
        return torch.log_softmax(logits.float(), dim=-1).cpu()
