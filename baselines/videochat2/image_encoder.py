"""A CLIP vision transformer in the vision encoder's place: each frame alone, as an image."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from baselines.videochat2.sizes import VisionSize


class ClipImageEncoder(nn.Module):
    """CLIP's ViT of transformers without its last block and its class token: the image encoder of the paper's ablation.

    `size.blocks` counts the blocks that are built, so 23 make the penultimate layer of CLIP's ViT-L. The parameters
    have the names of CLIP's published checkpoints, `vision_model.` in front, less the last block and `post_layernorm`.
    CLIP's position table is learned and for `size.image_side` alone; of the fields for a sinusoid table, and of
    `final_norm`, nothing is used.
    """

    def __init__(self, size: VisionSize) -> None:
        super().__init__()
        from transformers import CLIPVisionConfig, CLIPVisionModel

        clip = CLIPVisionModel(
            CLIPVisionConfig(
                hidden_size=size.width,
                intermediate_size=size.mlp_ratio * size.width,
                num_hidden_layers=size.blocks,
                num_attention_heads=size.heads,
                image_size=size.image_side,
                patch_size=size.patch,
            )
        )
        self.width = size.width
        # Older releases of transformers have the network one level further down; names are to be the same either way.
        self.vision_model = getattr(clip, "vision_model", clip)
        self.vision_model.post_layernorm = nn.Identity()  # it sees the class token only, so nothing would train it
        # In no checkpoint, so it must hold its numbers even when all else is made on the meta device.
        positions = (size.image_side // size.patch) ** 2 + 1
        self.vision_model.embeddings.position_ids = torch.arange(positions, device="cpu")[None]

    def forward(self, pixels: Tensor) -> Tensor:
        """Normalised pixels (B, 3, T, H, W) -> tokens (B, T, N, D), of each frame row by row.

        Raises ValueError when frames are not squares of `size.image_side` pixels.
        """
        clips, _, frames, _, _ = pixels.shape
        images = pixels.transpose(1, 2).flatten(0, 1)  # (B, 3, T, H, W) -> (B*T, 3, H, W)
        tokens = self.vision_model(images).last_hidden_state[:, 1:]  # (B*T, N, D)
        return tokens.unflatten(0, (clips, frames))
