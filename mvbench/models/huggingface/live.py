"""A model that is alive in someone's program: lent for an answer, and given back as it was."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mvbench.errors import UsageError

CHUNK = 2**22
"""Numbers summed at once: 32 MiB beside the weights."""


class LiveModel:
    """An nn.Module with `generate`, and its processor. `revision` names its weights; else their checksum does."""

    fallbacks: tuple[str, ...] = ()

    def __init__(self, module: Any, processor: Any, *, revision: str | None) -> None:
        if not (callable(getattr(module, "generate", None)) and hasattr(module, "generation_config")):
            raise UsageError(f"{type(module).__name__} cannot generate; hf needs a model of transformers")
        self._module, self._processor, self._revision = module, processor, revision

    def identity(self) -> dict[str, Any]:
        """The weights as they are now, so it changes with training."""
        if self._revision is not None:
            return {"class": type(self._module).__name__, "revision": self._revision}
        return {"class": type(self._module).__name__, "weights": weights_checksum(self._module)}

    def processor(self) -> Any:
        return self._processor

    def model(self) -> Any:
        return self._module


@contextmanager
def evaluating(model: Any) -> Iterator[None]:
    """Evaluation mode for the block, then every submodule's own mode again: parts may have been frozen before."""
    training = [part for part in model.modules() if part.training]
    model.eval()
    try:
        yield
    finally:
        for part in training:
            part.training = True


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
