"""The matching loss of stage 1: do this video and this text belong together?

Source: MVBench (arXiv 2311.17005), section 4; BLIP-2 (arXiv 2301.12597), section 3.1; OpenGVLab/Ask-Anything,
video_chat2/models/criterions.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

Choose = Callable[[Tensor], Tensor]
"""Weights (B, B), none of whose rows is all zero, to a column for each row (B,)."""

FLOOR = 1e-4  # of a candidate's weight, however badly it fits
UNKNOWN = 0.01  # the weight of a candidate whose score is not a finite number
UNCOUNTED = -100  # the label that cross entropy leaves out


class Pairs(NamedTuple):
    """Which of B videos goes with which of B texts: numbers (3B,), and labels 1 where they belong together, else 0."""

    videos: Tensor
    texts: Tensor
    labels: Tensor


def at_random(weights: Tensor) -> Tensor:
    """A column for each row, drawn with the row's weights."""
    return torch.multinomial(weights, 1).squeeze(1)


def negative_weights(similarity: Tensor, index: Tensor, *, hard: bool = True) -> Tensor:
    """How likely each column is to be the wrong one for its row, (B, B): the better it fits, the likelier.

    0 where the `index` (B,) is the same. hard=False: all others alike.
    """
    weights = similarity.softmax(dim=1) + FLOOR if hard else torch.ones_like(similarity)
    weights = weights.masked_fill(index[:, None] == index[None], 0)
    return torch.nan_to_num(weights, nan=UNKNOWN, posinf=UNKNOWN, neginf=UNKNOWN)


def matched_pairs(video_to_text: Tensor, text_to_video: Tensor, choose: Choose = at_random) -> Pairs:
    """Every pair as it is; then each text with a wrong video; then each video with a wrong text.

    Both arguments are weights (B, B). A row of zeros has nothing wrong to offer (a batch of one, or of one item
    throughout); its pair gets the label `UNCOUNTED`. The original's draw raises an error there.
    """
    own = torch.arange(len(video_to_text), device=video_to_text.device)
    other_video, no_video = _wrong(text_to_video, choose)
    other_text, no_text = _wrong(video_to_text, choose)
    labels = torch.zeros(3, len(own), dtype=torch.long, device=own.device)
    labels[0] = 1
    labels[1].masked_fill_(no_video, UNCOUNTED)
    labels[2].masked_fill_(no_text, UNCOUNTED)
    return Pairs(torch.cat((own, other_video, own)), torch.cat((own, own, other_text)), labels.flatten())


def _wrong(weights: Tensor, choose: Choose) -> tuple[Tensor, Tensor]:
    """A column for each row, and where there is none to choose (any column stands there). Waits for no device."""
    nothing = (weights == 0).all(dim=1)
    return choose(weights.masked_fill(nothing[:, None], 1)), nothing
