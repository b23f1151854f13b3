"""Clips -> the visual tokens that stand for them in a prompt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from baselines.videochat2.answering.pixels import RGB, image_square, normalised, video_squares
from baselines.videochat2.conversation.dialogue import Medium
from baselines.videochat2.conversation.formats import instruction

if TYPE_CHECKING:
    from torch import Tensor

    from baselines.videochat2.checkpoint.loading import Loaded


def visual_tokens(loaded: Loaded, clips: Sequence[RGB], medium: Medium, *, system: str = "") -> list[Tensor]:
    """Clips of one shape `(T, H, W, 3)` -> for each `(tokens, width of the language model)`.

    The Q-Former reads the same instruction with each of them, so that none is padded and a batch changes nothing. HD
    builds cut frames of any size into tiles, others make squares of them.
    """
    build, model = loaded.build, loaded.model
    first = next(model.parameters())
    ids = mask = None
    if build.qformer.text:
        words = instruction(system, medium, first_character=build.compat.hd_instruction == "first_character")
        read = loaded.bert_tokenizer([words], truncation=True, return_tensors="pt").to(first.device)
        ids, mask = (read[name].expand(len(clips), -1) for name in ("input_ids", "attention_mask"))
    if build.tiles is None:
        square = image_square if medium == "image" else video_squares
        clips = [square(rgb, build.vision.image_side) for rgb in clips]
    pixels = normalised(clips, build.compat.normalisation, device=first.device)
    if build.tiles is None:
        return list(model.visual_tokens(pixels.to(first.dtype), ids, mask))
    from baselines.videochat2 import hd

    tiled = [hd.enlarged(clip, most=build.tiles.most, side=build.vision.image_side).to(first.dtype) for clip in pixels]
    return list(model.tiled_visual_tokens(tiled, ids, mask, side=build.vision.image_side, whole=build.tiles.whole))
