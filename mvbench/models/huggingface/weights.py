"""A checksum of a module's weights, computed where they lie."""

from __future__ import annotations

import hashlib
from itertools import chain
from typing import Any

CHUNK = 2**22
"""Numbers summed at once: 32 MiB beside the weights."""


def out_of_reach(module: Any) -> str | None:
    """Why the weights are not all here to be summed: on the meta device (offloaded), or parted among processes."""
    if any(is_a(part, "FullyShardedDataParallel") for part in module.modules()):
        return "the weights are sharded (FSDP)"
    for name, value in chain(module.named_parameters(), module.named_buffers()):
        if value.is_meta:
            return f"{name} is on the meta device, as offloaded weights are"
        if is_a(value, "DTensor") or hasattr(value, "ds_id"):  # the second is DeepSpeed's, of ZeRO stage 3
            return f"{name} is sharded"
    return None


def is_a(value: object, name: str) -> bool:
    """By the name of its class or of one that it comes from: the class itself lives in a module seldom loaded."""
    return any(kind.__name__ == name for kind in type(value).__mro__)


def weights_checksum(module: Any) -> str:
    """32 hex digits in which every bit of every parameter and saved buffer takes part, computed where they lie.

    Each tensor is summed as 64-bit words times odd numbers, modulo 2^64: one changed word always changes the sum, and
    words that change places do too.
    """
    import torch

    state = sorted(module.state_dict().items())
    tensors = [(name, value) for name, value in state if isinstance(value, torch.Tensor)]
    with torch.no_grad():
        sums = [tensor_checksum(value) for _, value in tensors]
    digest = hashlib.blake2b(digest_size=16)
    for (name, value), total in zip(tensors, sums, strict=True):
        digest.update(f"{name} {tuple(value.shape)} {value.dtype} {int(total)}\n".encode())
    return digest.hexdigest()


def tensor_checksum(value: Any) -> Any:
    """The sum as an int64 tensor on the value's device, so that no value waits for the one before it."""
    import torch

    raw = value.detach().contiguous().reshape(-1).view(torch.uint8)
    if raw.numel() % 8 or raw.storage_offset() % 8:  # a view of 64-bit words must begin and end on one
        raw = torch.cat([raw, raw.new_zeros(-raw.numel() % 8)])
    words = raw.view(torch.int64)
    total = torch.zeros((), dtype=torch.int64, device=value.device)
    for start in range(0, words.numel(), CHUNK):
        part = words[start : start + CHUNK]
        odd = torch.arange(start, start + part.numel(), device=value.device) * 2 + 1
        total = total + (part * odd).sum()
    return total
