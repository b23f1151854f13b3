"""What a language model remembers of the tokens it has read, in room that is made for many at once.

Legend: B batch, L tokens so far, d width of a head.
"""

from __future__ import annotations

from inspect import signature
from typing import Any

from torch import Tensor
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

STEP = 32
"""Tokens that room is made for at a time."""


class RoomyLayer(DynamicLayer):
    """A layer's keys and values (B, heads, L, d).

    transformers joins the new ones to the old ones at every token, which copies them all. Here they are written into
    room behind the old ones; only when that is full, everything moves.
    """

    keys: Tensor
    values: Tensor
    _room: tuple[Tensor, Tensor] | None = None
    _shown: Tensor | None = None

    def update(self, keys: Tensor, values: Tensor, *args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
        """Add those of new tokens -> those of all."""
        before = self.get_seq_length()
        if not before:
            seen: tuple[Tensor, Tensor] = super().update(keys, values, *args, **kwargs)
            return seen
        after = before + keys.shape[-2]
        # Whoever crops, reorders or repeats what is remembered puts other tensors in place of those that were shown.
        if self._room is None or self.keys is not self._shown or after > self._room[0].shape[-2]:
            self._room = (with_room(self.keys, after + STEP), with_room(self.values, after + STEP))
        for room, new in zip(self._room, (keys, values), strict=True):
            room[..., before:after, :] = new
        self.keys, self.values = (room[..., :after, :] for room in self._room)
        self._shown = self.keys
        return self.keys, self.values


def with_room(old: Tensor, length: int) -> Tensor:
    """A copy (B, heads, L, d) at the beginning of (B, heads, length, d)."""
    room = old.new_empty((*old.shape[:-2], length, old.shape[-1]))
    room[..., : old.shape[-2], :] = old
    return room


def roomy(llm: Any) -> DynamicCache | None:
    """An empty memory for a language model; None for one that remembers in another way in any of its layers."""
    if "past_key_values" not in signature(llm.forward).parameters:
        return None
    cache = DynamicCache(config=llm.config)
    if not cache.layers or any(type(layer) is not DynamicLayer for layer in cache.layers):
        return None
    cache.layers = [RoomyLayer() for _ in cache.layers]
    return cache
