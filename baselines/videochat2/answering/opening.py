"""What all prompts of a batch begin with, read once for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor


WORTH = 32
"""Fewer tokens are read sooner with the rest than by themselves."""


def opened(llm: Any, inputs: Mapping[str, Tensor], *, shared: int) -> tuple[dict[str, Tensor], Any]:
    """The inputs, and the memory of a language model that has read the first `shared` tokens of every row.

    inputs: `inputs_embeds` (B, L, D) and `attention_mask` (B, L), padded on the left. They come back whole, their
    padding behind what was read. Nothing is read where little is shared, nor where the model has a memory of another
    kind, which then is None.
    """
    from baselines.videochat2.answering.keys_values import roomy

    memory = roomy(llm)
    size = len(inputs["inputs_embeds"])
    if memory is None or shared < WORTH or size == 1:
        return dict(inputs), memory
    moved = padded_behind(inputs, shared)
    llm(inputs_embeds=moved["inputs_embeds"][:1, :shared], past_key_values=memory, use_cache=True)
    memory.batch_repeat_interleave(size)
    return moved, memory


def padded_behind(inputs: Mapping[str, Tensor], shared: int) -> dict[str, Tensor]:
    """Rows padded on the left -> the same rows with their padding behind the first `shared` tokens."""
    import torch

    embeds, mask = inputs["inputs_embeds"], inputs["attention_mask"]
    length = mask.shape[1]
    blank = length - mask.sum(dim=1, keepdim=True)  # (B, 1)
    place = torch.arange(length, device=mask.device)[None]
    padding = torch.where(place < shared + blank, place - shared, place)
    source = torch.where(place < shared, place + blank, padding)  # (B, L)
    return {
        "inputs_embeds": embeds.gather(1, source[..., None].expand_as(embeds)),
        "attention_mask": mask.gather(1, source),
    }
