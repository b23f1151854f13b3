"""UMT's vision transformer: a clip's pixels -> tokens, by attention over space and time at once.

Legend: B clips, T frames, H W pixels, N patches of a frame, D width, L = T*N tokens of a clip.
Source: OpenGVLab/Ask-Anything, video_chat2/models/umt. Parameters have the names of its checkpoints.
"""

from __future__ import annotations

from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from baselines.videochat2.sizes import VisionSize


class VisionEncoder(nn.Module):
    """The ViT without its last block, so that its tokens are those of the penultimate layer.

    `width`: dimensions of a token. `checkpoint_blocks`: of so many first blocks the activations are computed again in
    the backward pass, not kept.
    """

    def __init__(self, size: VisionSize) -> None:
        super().__init__()
        self.size = size
        self.width = size.width
        self.checkpoint_blocks = 0
        self.encoder = nn.ModuleDict(
            {
                "patch_embed": PatchEmbedding(size),
                "blocks": nn.ModuleList(Block(size) for _ in range(size.blocks)),
                "norm": nn.LayerNorm(size.width, eps=1e-6) if size.final_norm else nn.Identity(),
            }
        )
        self.apply(_initialise)

    def forward(self, pixels: Tensor) -> Tensor:
        """Normalised pixels (B, 3, T, H, W) -> tokens (B, T, N, D), of each frame row by row.

        Any number of frames and any square that whole patches fill: the position table is stretched to them. Raises
        ValueError for other shapes.
        """
        frames, side = _grid(pixels, patch=self.size.patch)
        tokens = self.encoder.patch_embed(pixels)
        tokens = tokens + _placed_table(self.size, frames, side, tokens.device, tokens.dtype)
        for number, block in enumerate(self.encoder.blocks):
            if number < self.checkpoint_blocks and torch.is_grad_enabled():
                # A block draws no random numbers, so there is no random state to keep.
                tokens = checkpoint(block, tokens, use_reentrant=False, preserve_rng_state=False)
            else:
                tokens = block(tokens)
        return self.encoder.norm(tokens).unflatten(1, (frames, side * side))  # (B, T*N, D) -> (B, T, N, D)


class PatchEmbedding(nn.Module):
    """Each patch of each frame on its own -> a token."""

    def __init__(self, size: VisionSize) -> None:
        super().__init__()
        kernel = (1, size.patch, size.patch)
        self.patch = size.patch
        self.proj = nn.Conv3d(3, size.width, kernel_size=kernel, stride=kernel)

    def forward(self, pixels: Tensor) -> Tensor:
        # In two dimensions, with the same result: convolutions in three are slow in half precision on some GPUs.
        weight = self.proj.weight[:, :, 0]
        images = pixels.transpose(1, 2).to(weight.dtype)  # (B, 3, T, H, W) -> (B, T, 3, H, W)
        patches = F.conv2d(images.flatten(0, 1), weight, self.proj.bias, stride=self.patch)  # (B*T, D, h, w)
        tokens = patches.flatten(2).transpose(1, 2)  # (B*T, N, D)
        return tokens.unflatten(0, images.shape[:2]).flatten(1, 2).contiguous()  # (B, T*N, D)


class Block(nn.Module):
    """Attention, then two linear layers, each on the normalised tokens and added to them."""

    def __init__(self, size: VisionSize) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(size.width, eps=1e-6)
        self.attn = Attention(size)
        self.norm2 = nn.LayerNorm(size.width, eps=1e-6)
        self.mlp = FeedForward(size)

    def forward(self, tokens: Tensor) -> Tensor:
        tokens = tokens + self.attn(self.norm1(tokens))
        return tokens + self.mlp(self.norm2(tokens))


class Attention(nn.Module):
    """Every token of a clip reads every other, whichever frame they are in. Keys have no bias."""

    def __init__(self, size: VisionSize) -> None:
        super().__init__()
        self.heads = size.heads
        self.q_bias = nn.Parameter(torch.zeros(size.width))
        self.v_bias = nn.Parameter(torch.zeros(size.width))
        self.qkv = nn.Linear(size.width, 3 * size.width, bias=False)
        self.proj = nn.Linear(size.width, size.width)

    def forward(self, tokens: Tensor) -> Tensor:
        bias = torch.cat([self.q_bias, torch.zeros_like(self.v_bias), self.v_bias])
        projected = F.linear(tokens, self.qkv.weight, bias).unflatten(2, (3, self.heads, -1))  # (B, L, 3, heads, d)
        queries, keys, values = projected.permute(2, 0, 3, 1, 4)  # each (B, heads, L, d)
        read = F.scaled_dot_product_attention(queries, keys, values)
        return self.proj(read.transpose(1, 2).flatten(2))  # (B, heads, L, d) -> (B, L, D)


class FeedForward(nn.Module):
    """Two linear layers with the exact GELU between them."""

    def __init__(self, size: VisionSize) -> None:
        super().__init__()
        self.fc1 = nn.Linear(size.width, size.mlp_ratio * size.width)
        self.fc2 = nn.Linear(size.mlp_ratio * size.width, size.width)

    def forward(self, tokens: Tensor) -> Tensor:
        return self.fc2(F.gelu(self.fc1(tokens)))


def position_table(size: VisionSize, *, frames: int, side: int) -> Tensor:
    """What is added to a clip's tokens to say where they are: (1, frames * side * side, D), float32, on the CPU.

    A fixed sinusoid table of `table_frames` x `table_side` x `table_side` positions, stretched to `side` (bicubic) in
    space, then to `frames` (linear) in time. A single frame is an image: it gets the table's first frame, stretched in
    space alone.
    """
    table = _sinusoid(size.table_frames * size.table_side**2, size.width)
    table = table.unflatten(0, (size.table_frames, size.table_side, size.table_side))  # (T, h, w, D)
    if frames == 1:
        table = table[:1]
    table = F.interpolate(table.permute(0, 3, 1, 2), size=(side, side), mode="bicubic")  # (T, D, h, w)
    table = table.flatten(2).permute(2, 1, 0)  # (T, D, h, w) -> (N, D, T)
    table = F.interpolate(table, size=frames, mode="linear")
    return table.permute(2, 0, 1).reshape(1, -1, size.width)  # (N, D, T) -> (1, T*N, D)


def _sinusoid(positions: int, width: int) -> Tensor:
    """(positions, width), float32: sine in even columns, cosine in odd ones, two columns to a frequency."""
    place = torch.arange(positions, dtype=torch.float64, device="cpu")
    pair = torch.arange(width, dtype=torch.float64, device="cpu").div(2, rounding_mode="floor")
    angles = place[:, None] / torch.pow(10000.0, 2 * pair / width)
    angles[:, 0::2] = angles[:, 0::2].sin()
    angles[:, 1::2] = angles[:, 1::2].cos()
    return angles.float()


@lru_cache(maxsize=8)
def _placed_table(size: VisionSize, frames: int, side: int, device: torch.device, dtype: torch.dtype) -> Tensor:
    """The table where and as the tokens are, kept so that a pass neither computes nor sends it again.

    It is no buffer because checkpoints have none, and in a network made on the meta device it would stay empty.
    """
    return position_table(size, frames=frames, side=side).to(device, dtype)


def _grid(pixels: Tensor, *, patch: int) -> tuple[int, int]:
    """Frames of a clip, and patches along a side of a frame. Raises ValueError for pixels that have no such grid."""
    shape = tuple(pixels.shape)
    if len(shape) != 5 or shape[1] != 3 or 0 in shape:
        raise ValueError(f"pixels have shape {shape}; the vision encoder takes (clips, 3, frames, side, side)")
    if shape[3] != shape[4] or shape[3] % patch:
        raise ValueError(
            f"frames have {shape[3]} x {shape[4]} pixels; resize them to a square of a multiple of {patch}"
        )
    return shape[2], shape[3] // patch


def _initialise(module: nn.Module) -> None:
    """A ViT's usual start: weights from a normal distribution of deviation 0.02, biases 0."""
    if isinstance(module, (nn.Linear, nn.Conv3d)):
        nn.init.trunc_normal_(module.weight, std=0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
