"""The contrastive loss of stage 1, over the batches of all processes.

Source: MVBench (arXiv 2311.17005), section 4; BLIP-2 (arXiv 2301.12597), section 3.1; OpenGVLab/Ask-Anything,
video_chat2/models/criterions.py.
Legend: B batch of one process, M videos, N texts, Q queries, E width of the shared space.
"""

from __future__ import annotations

from typing import Any, Literal

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor

Aggregate = Literal["mean", "max"]
GradientTo = Literal["own", "all"]
"""Whose features a process sends a gradient to. `own`, the original's way: each process has the loss over all pairs,
but the part of its gradient that runs through the features of others is lost, so that the mean over processes is too
small by their number. `all`: the mean over processes is the gradient of the whole batch."""


def similarity(video: Tensor, text: Tensor, *, aggregate: Aggregate = "mean") -> Tensor:
    """How well each video (M, Q, E) fits each text (N, E), both of length 1: the mean or best over queries, (M, N)."""
    fits = torch.einsum("mqe,ne->mqn", video, text)
    return fits.mean(dim=1) if aggregate == "mean" else fits.amax(dim=1)


def contrastive_loss(similarity: Tensor, index: Tensor) -> Tensor:
    """Cross entropy of video to text and of text to video over scores (B, B); equal `index` (B,) means the same one."""
    same = (index[:, None] == index[None]).to(similarity.dtype)
    targets = same / same.sum(dim=1, keepdim=True)
    return (F.cross_entropy(similarity, targets) + F.cross_entropy(similarity.T, targets)) / 2


def from_all(features: Tensor, *, gradient_to: GradientTo = "all") -> Tensor:
    """The features (B, ...) of all processes, in the order of their ranks; its own where there is one process.

    Every process must bring a batch of the same size.
    """
    if not (dist.is_available() and dist.is_initialized()):
        return features
    if gradient_to == "all":
        return _WithGradients.apply(features)
    parts = _gathered(features)
    parts[dist.get_rank()] = features
    return torch.cat(parts)


def _gathered(features: Tensor) -> list[Tensor]:
    parts = [torch.empty_like(features) for _ in range(dist.get_world_size())]
    dist.all_gather(parts, features.detach().contiguous())
    return parts


class _WithGradients(torch.autograd.Function):
    """Features of all processes, whose gradients come home from all of them.

    torch.distributed.nn.functional.all_gather is deprecated, and what is to follow it is not public yet.
    """

    @staticmethod
    def forward(context: Any, features: Tensor) -> Tensor:
        return torch.cat(_gathered(features))

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> Tensor:
        gradient = gradient.clone(memory_format=torch.contiguous_format)
        dist.all_reduce(gradient)
        return gradient.chunk(dist.get_world_size())[dist.get_rank()]
