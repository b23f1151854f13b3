"""VideoChat2: a video's tokens, as many as there are queries, stand among the words a language model reads.

Source: MVBench (arXiv 2311.17005), section 4 and figure 4.
Legend: B clips, T frames, N patches of a frame, Q queries, L text, D vision width, W Q-Former width.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from baselines.videochat2 import hd
from baselines.videochat2.qformer import SPREAD
from baselines.videochat2.sizes import QFormerSize


class VideoChat2(nn.Module):
    """Vision encoder -> Q-Former -> language model.

    vision_encoder: (B, 3, T, H, W) -> (B, T, N, D), with `width` D. llm: any causal language model of transformers,
    hidden states `llm_width` wide. The extra queries begin as zeros, all alike; dropout tells them apart.
    """

    def __init__(
        self, vision_encoder: nn.Module, qformer: nn.Module, llm: nn.Module, *, size: QFormerSize, llm_width: int
    ) -> None:
        super().__init__()
        self.vision_encoder = vision_encoder
        self.vision_layernorm = nn.LayerNorm(vision_encoder.width, eps=1e-12)
        self.query_tokens = nn.Parameter(torch.empty(1, size.queries, size.width).normal_(std=SPREAD))
        self.extra_query_tokens = nn.Parameter(torch.zeros(1, size.extra_queries, size.width))
        self.qformer = qformer
        self.projection = nn.Linear(size.width, llm_width)
        self.llm = llm

    def visual_tokens(
        self, pixels: Tensor, instruction_ids: Tensor | None = None, instruction_mask: Tensor | None = None
    ) -> Tensor:
        """What the language model sees of each clip: (B, T, 3, H, W) -> (B, Q, llm_width).

        The instruction (B, L), in the Q-Former's own vocabulary, tells it what to look for; its mask is 1 at words.
        """
        patches = self.vision_encoder(pixels.transpose(1, 2))
        patches = self.vision_layernorm(patches.flatten(1, 2))  # (B, T, N, D) -> (B, T*N, D)
        queries = torch.cat([self.query_tokens, self.extra_query_tokens], dim=1).expand(len(pixels), -1, -1)
        hidden = self.qformer(queries, patches, text_ids=instruction_ids, text_mask=instruction_mask)
        return self.projection(hidden[:, : queries.shape[1]])

    def tiled_visual_tokens(
        self,
        videos: Sequence[Tensor],
        instruction_ids: Tensor | None = None,
        instruction_mask: Tensor | None = None,
        *,
        side: int,
        whole: bool = True,
    ) -> list[Tensor]:
        """HD: of each (T, 3, H, W), sides multiples of `side`, its (tiles*Q, llm_width), tile after tile.

        All videos have the same T. Each of the videos' tiles is looked at with the video's instruction.
        """
        cut = [hd.tiles(video, side=side, whole=whole) for video in videos]
        counts = [len(tiles) for tiles in cut]
        if instruction_ids is not None:
            owner = [video for video, count in enumerate(counts) for _ in range(count)]
            instruction_ids = instruction_ids[owner]
            instruction_mask = None if instruction_mask is None else instruction_mask[owner]
        tokens = self.visual_tokens(torch.cat(cut), instruction_ids, instruction_mask)
        return [part.flatten(0, 1) for part in tokens.split(counts)]

    def forward(
        self,
        inputs_embeds: Tensor,
        attention_mask: Tensor,
        labels: Tensor | None = None,
        *,
        num_learned: Tensor | int | None = None,
    ) -> Any:
        """The language model's own output, with `logits` and, where there are labels, the `loss`.

        The loss is the mean over the learned tokens; not a number where a batch has none, as in the original.
        num_learned: what the sum of the losses is divided by instead; see `conversation.labels.num_learned`.
        """
        divisor = {} if num_learned is None else {"num_items_in_batch": num_learned}
        return self.llm(inputs_embeds=inputs_embeds, attention_mask=attention_mask, labels=labels, **divisor)
