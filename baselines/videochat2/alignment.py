"""Stage 1: the Q-Former learns to see what a caption says, by three losses over a vision encoder.

Source: MVBench (arXiv 2311.17005), section 4; OpenGVLab/Ask-Anything, video_chat2/models/videochat2_qformer.py, whose
names the parameters have.
Legend: B batch, T frames, N patches of a frame, D width of the vision encoder, Q queries, L text, W width, E width of
the space that videos and texts share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from baselines.videochat2.contrast import Aggregate, GradientTo, contrastive_loss, from_all, similarity
from baselines.videochat2.matching import UNCOUNTED, Choose, at_random, matched_pairs, negative_weights
from baselines.videochat2.qformer import SPREAD, Encoded, QFormer
from mvbench.errors import UsageError

TEMPERATURES = 0.001, 0.5
Pooling = Literal["cat", "add", "none"]
"""What the matching head reads: the queries' mean beside the text's first state, their sum, or the mean alone."""


@dataclass(frozen=True, slots=True)
class Losses:
    """The three losses and their weighted sum, each a tensor of one number."""

    contrastive: Tensor
    matching: Tensor
    captioning: Tensor
    total: Tensor


@dataclass(frozen=True, slots=True)
class LossWeights:
    """What each loss counts in the sum."""

    contrastive: float = 1.0
    matching: float = 1.0
    captioning: float = 1.0


class Alignment(nn.Module):
    """Vision encoder -> times -> LayerNorm -> Q-Former, with a head for each loss.

    qformer: one with a head for words. frames: how many a video has. shared_width: E; without it, the Q-Former's width.
    hard_negatives: whether the matching loss prefers the wrong pairs that look right; choose: draws them. image_tokens:
    an image's tokens are `repeated` once for each time of the table, as in the original, or there `once`, with the mean
    of the table.
    """

    def __init__(
        self,
        vision_encoder: nn.Module,
        qformer: QFormer,
        *,
        frames: int = 4,
        shared_width: int | None = None,
        pooling: Pooling = "cat",
        aggregate: Aggregate = "mean",
        hard_negatives: bool = True,
        choose: Choose = at_random,
        gradient_to: GradientTo = "all",
        image_tokens: Literal["repeated", "once"] = "once",
        weights: LossWeights = LossWeights(),
    ) -> None:
        super().__init__()
        size, width = qformer.size, vision_encoder.width
        self.vision_encoder = vision_encoder
        self.vision_temp_embed = nn.Parameter(torch.zeros(1, frames, 1, width))
        self.vision_layernorm = nn.LayerNorm(width, eps=1e-12)
        self.query_tokens = nn.Parameter(nn.init.normal_(torch.empty(1, size.queries, size.width), std=SPREAD))
        self.qformer = qformer
        self.vision_proj = nn.Linear(size.width, shared_width or size.width)
        self.text_proj = nn.Linear(size.width, shared_width or size.width)
        self.itm_head = nn.Linear(size.width * (2 if pooling == "cat" else 1), 2)
        self.temp = nn.Parameter(torch.tensor(0.07))
        self.pooling, self.aggregate, self.image_tokens = pooling, aggregate, image_tokens
        self.hard_negatives, self.choose, self.gradient_to = hard_negatives, choose, gradient_to
        self.weights = weights

    def forward(self, pixels: Tensor, text_ids: Tensor, text_mask: Tensor, index: Tensor) -> Losses:
        """Losses of videos (B, T, 3, H, W) and their captions (B, L), [CLS] first; equal `index` (B,) is the same clip.

        The caption to be written begins with the vocabulary's last word, `[DEC]`.
        """
        with torch.no_grad():
            self.temp.clamp_(*TEMPERATURES)
        vision = self.see(pixels)
        seen = self.ask(vision)
        video = self.place_video(seen.hidden)
        text = self.place_text(self.read(text_ids, text_mask))
        contrastive = self._contrastive(video, text, index)
        matching = self._matching(vision, text_ids, text_mask, self.scores(video, text).detach(), index)
        captioning = self._captioning(seen, text_ids, text_mask)
        weights = self.weights
        total = weights.contrastive * contrastive + weights.matching * matching + weights.captioning * captioning
        return Losses(contrastive, matching, captioning, total)

    def see(self, pixels: Tensor) -> Tensor:
        """Visual tokens (B, T*N, D) of videos (B, T, 3, H, W), an image being one frame."""
        num_frames, table = pixels.shape[1], self.vision_temp_embed
        if num_frames not in (1, table.shape[1]):
            raise UsageError(f"stage 1 takes an image or videos of {table.shape[1]} frames; this one has {num_frames}")
        if num_frames == 1 and self.image_tokens == "once":
            table = table.mean(dim=1, keepdim=True)
        tokens = self.vision_encoder(pixels.transpose(1, 2)) + table  # (B, T, N, D)
        return self.vision_layernorm(tokens.flatten(1, 2))  # (B, T, N, D) -> (B, T*N, D)

    def ask(self, vision: Tensor) -> Encoded:
        """What the queries saw, (B, Q, W), and what a caption may look back at."""
        return self.qformer.encode(self.query_tokens.expand(len(vision), -1, -1), vision)

    def read(self, text_ids: Tensor, text_mask: Tensor) -> Tensor:
        """What the text means by itself, (B, L, W)."""
        return self.qformer(None, text_ids=text_ids, text_mask=text_mask)

    def place_video(self, hidden: Tensor) -> Tensor:
        """Where each query places the video in the shared space: (B, Q, W) -> (B, Q, E) of length 1."""
        return F.normalize(self.vision_proj(hidden), dim=-1)

    def place_text(self, hidden: Tensor) -> Tensor:
        """Where the text's first state places it: (B, L, W) -> (B, E) of length 1."""
        return F.normalize(self.text_proj(hidden[:, 0]), dim=-1)

    def scores(self, video: Tensor, text: Tensor) -> Tensor:
        """How well videos (M, Q, E) fit texts (N, E), over the temperature: (M, N)."""
        return similarity(video, text, aggregate=self.aggregate) / self.temp

    def _contrastive(self, video: Tensor, text: Tensor, index: Tensor) -> Tensor:
        video, text = (from_all(features, gradient_to=self.gradient_to) for features in (video, text))
        return contrastive_loss(self.scores(video, text), from_all(index))

    def _matching(self, vision: Tensor, text_ids: Tensor, text_mask: Tensor, scores: Tensor, index: Tensor) -> Tensor:
        to_text, to_video = (negative_weights(one, index, hard=self.hard_negatives) for one in (scores, scores.T))
        pairs = matched_pairs(to_text, to_video, self.choose)
        queries = self.query_tokens.expand(len(pairs.labels), -1, -1)
        hidden = self.qformer(
            queries, vision[pairs.videos], text_ids=text_ids[pairs.texts], text_mask=text_mask[pairs.texts]
        )  # (3B, Q + L, W)
        asked, first = hidden[:, : queries.shape[1]].mean(dim=1), hidden[:, queries.shape[1]]
        pooled = {"cat": lambda: torch.cat((asked, first), dim=1), "add": lambda: asked + first, "none": lambda: asked}
        return F.cross_entropy(self.itm_head(pooled[self.pooling]()), pairs.labels)

    def _captioning(self, seen: Encoded, text_ids: Tensor, text_mask: Tensor) -> Tensor:
        words = text_ids.clone()
        words[:, 0] = self.qformer.size.vocabulary - 1
        hidden = self.qformer(None, text_ids=words, text_mask=text_mask, past=seen.past, causal=True)
        return caption_loss(self.qformer.logits(hidden), words.masked_fill(text_mask == 0, UNCOUNTED))


def caption_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross entropy of each next word, smoothed by 0.1: logits (B, L, vocabulary), labels (B, L)."""
    return F.cross_entropy(logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten(), label_smoothing=0.1)
