"""One layer of the Q-Former: attention over queries and text, a look at the video, and a feed-forward for each.

A BERT layer (post-norm) with the second feed-forward and the cross-attention of OpenGVLab/Ask-Anything,
video_chat2/models/blip2/Qformer.py, whose names the parameters have.
Legend: B batch, Q queries, L text, W width, N visual tokens, P what is remembered of an earlier pass.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from baselines.videochat2.sizes import QFormerSize

EPSILON = 1e-12  # of every LayerNorm, as in BERT

KeysValues = tuple[Tensor, Tensor]
"""Keys and values of self-attention, each (B, heads, P, W / heads)."""


class Layer(nn.Module):
    """Self-attention over all, cross-attention of the queries where there is any, two feed-forwards.

    vision_width: None where the layer does not look at the video.
    """

    def __init__(self, size: QFormerSize, *, vision_width: int | None, drop_path: float) -> None:
        super().__init__()
        self.attention = Attention(size, size.width, drop_path)
        if vision_width is not None:
            self.crossattention = Attention(size, vision_width, drop_path)
        if size.text:
            self.intermediate = Intermediate(size)
            self.output = Output(size, size.intermediate, drop_path)
        self.intermediate_query = Intermediate(size)
        self.output_query = Output(size, size.intermediate, drop_path)
        self.looks = vision_width is not None

    def forward(
        self,
        hidden: Tensor,
        queries: int,
        vision: Tensor | None,
        vision_mask: Tensor | None,
        self_mask: Tensor | None,
        past: KeysValues | None,
    ) -> tuple[Tensor, KeysValues]:
        hidden, remembered = self.attention(hidden, hidden, self_mask, past)
        asking, text = hidden[:, :queries], hidden[:, queries:]  # (B, Q, W), (B, L, W)
        parts = []
        if queries:
            if self.looks:
                asking, _ = self.crossattention(asking, vision, vision_mask)
            parts.append(self.output_query(self.intermediate_query(asking), asking))
        if text.shape[1]:
            parts.append(self.output(self.intermediate(text), text))
        return torch.cat(parts, dim=1), remembered


class Attention(nn.Module):
    """Multi-head attention with its residual and LayerNorm."""

    def __init__(self, size: QFormerSize, context_width: int, drop_path: float) -> None:
        super().__init__()
        self.self = Heads(size, context_width)
        self.output = Output(size, size.width, drop_path)

    def forward(
        self, hidden: Tensor, context: Tensor, mask: Tensor | None, past: KeysValues | None = None
    ) -> tuple[Tensor, KeysValues]:
        attended, remembered = self.self(hidden, context, mask, past)
        return self.output(attended, hidden), remembered


class Heads(nn.Module):
    """Scaled dot-product attention, and its keys and values with those of `past` before them."""

    def __init__(self, size: QFormerSize, context_width: int) -> None:
        super().__init__()
        self.query = nn.Linear(size.width, size.width)
        self.key = nn.Linear(context_width, size.width)
        self.value = nn.Linear(context_width, size.width)
        self.heads = size.heads
        self.dropout = size.dropout

    def forward(
        self, hidden: Tensor, context: Tensor, mask: Tensor | None, past: KeysValues | None
    ) -> tuple[Tensor, KeysValues]:
        query, key, value = (
            layer(what).unflatten(2, (self.heads, -1)).transpose(1, 2)  # (B, L, W) -> (B, heads, L, W / heads)
            for layer, what in ((self.query, hidden), (self.key, context), (self.value, context))
        )
        if past is not None:
            key, value = torch.cat((past[0], key), dim=2), torch.cat((past[1], value), dim=2)
        if mask is not None:  # in the scores' own type: float32's lowest number is minus infinity in bfloat16
            mask = mask.clamp(min=torch.finfo(query.dtype).min).to(query.dtype)
        dropout = self.dropout if self.training else 0.0
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=mask, dropout_p=dropout)
        return mixed.transpose(1, 2).flatten(2), (key, value)  # (B, heads, L, W / heads) -> (B, L, W)


class Intermediate(nn.Module):
    """The widening half of a feed-forward."""

    def __init__(self, size: QFormerSize) -> None:
        super().__init__()
        self.dense = nn.Linear(size.width, size.intermediate)

    def forward(self, hidden: Tensor) -> Tensor:
        return F.gelu(self.dense(hidden))


class Output(nn.Module):
    """The end of an attention or feed-forward: dense, dropout, drop path, then LayerNorm of the sum with `residual`."""

    def __init__(self, size: QFormerSize, width: int, drop_path: float) -> None:
        super().__init__()
        self.dense = nn.Linear(width, size.width)
        self.LayerNorm = nn.LayerNorm(size.width, eps=EPSILON)
        self.dropout = nn.Dropout(size.dropout)
        self.drop_path = drop_path

    def forward(self, hidden: Tensor, residual: Tensor) -> Tensor:
        hidden = self.dropout(self.dense(hidden))
        if self.training and self.drop_path:
            hidden = drop_path(hidden, self.drop_path)
        return self.LayerNorm(residual + hidden)


def drop_path(branch: Tensor, rate: float) -> Tensor:
    """The branch without the samples, each with probability `rate`, that skip it; the others weigh more for that."""
    kept = torch.rand(branch.shape[0], 1, 1, device=branch.device) >= rate
    return branch * kept / (1 - rate)
