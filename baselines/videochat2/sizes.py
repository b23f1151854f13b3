"""Every number that makes one VideoChat2 another, as plain values that a checkpoint's `config.json` holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Normalisation = Literal["clip", "imagenet"]


@dataclass(frozen=True, slots=True)
class VisionSize:
    """The vision encoder. Defaults: UMT-L/16, of whose 24 blocks the last is never built.

    `kind`: `umt`, or `clip` for a CLIP ViT of transformers that sees each frame alone. `image_side`: pixels;
    `table_frames` and `table_side`: frames, and patches a side, of the sinusoid table that others are stretched from.
    """

    kind: Literal["umt", "clip"] = "umt"
    width: int = 1024
    blocks: int = 23
    heads: int = 16
    mlp_ratio: int = 4
    patch: int = 16
    image_side: int = 224
    table_frames: int = 4
    table_side: int = 14
    final_norm: bool = False


@dataclass(frozen=True, slots=True)
class QFormerSize:
    """The Q-Former. Defaults: BERT-base, whose vocabulary has one more row for `[DEC]`.

    `extra_queries` are appended to `queries` after stage 1. `text`: whether it reads the instruction too (stages 1, 3
    and 4); without it there are no text embeddings and no text feed-forwards.
    """

    width: int = 768
    layers: int = 12
    heads: int = 12
    intermediate: int = 3072
    vocabulary: int = 30523
    max_positions: int = 512
    cross_attention_every: int = 2
    queries: int = 32
    extra_queries: int = 64
    text: bool = True
    dropout: float = 0.1
    drop_path: float = 0.2


@dataclass(frozen=True, slots=True)
class LoraSize:
    """Low-rank adapters on the language model's linear layers whose names end in one of `targets`."""

    rank: int = 16
    alpha: int = 32
    dropout: float = 0.1
    targets: tuple[str, ...] = ("q_proj", "v_proj")


@dataclass(frozen=True, slots=True)
class Tiles:
    """High-resolution input: a frame is cut into at most `most` squares of the encoder's side, the whole comes last."""

    most: int = 12
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Compat:
    """Where the original does something that nobody would choose; each field names the original's way first.

    bos_row: in training of stages 3 and 4 the first position holds the number of the BOS token in every dimension, not
        its embedding (which inference uses).
    qformer_padding: Mistral, Phi-3 and HD pad the Q-Former's text on the left, so that positions, and with them what is
        read, depend on the other texts of a batch.
    hd_instruction: the HD evaluation hands the Q-Former the instruction's first character only.
    normalisation: pixels are normalised by ImageNet's statistics in training, and by CLIP's in the evaluation that the
        published Vicuna and Mistral scores come from.
    end_of_caption: where padding and end token are one (Mistral), stage 2 never learns to stop.
    caption_padding: stage 2 of Phi-3 pads captions on the left, between the visual tokens and the words.
    image_tokens: stage 1 adds a table of four times to an image's tokens, which makes four copies of them.
    gradient_to: in stage 1 on several processes, each learns from its own pairs alone, not from all that it compares.
    empty_reply: a reply cannot begin with the end token, so that a model with nothing to say says something.
    """

    bos_row: Literal["number", "embedding"] = "embedding"
    qformer_padding: Literal["left", "right"] = "right"
    hd_instruction: Literal["first_character", "whole"] = "whole"
    normalisation: Normalisation = "imagenet"
    end_of_caption: Literal["masked", "learned"] = "learned"
    caption_padding: Literal["left", "right"] = "right"
    image_tokens: Literal["repeated", "once"] = "once"
    gradient_to: Literal["own", "all"] = "all"
    empty_reply: Literal["never", "allowed"] = "allowed"


FIXED = Compat()


@dataclass(frozen=True, slots=True)
class Build:
    """One VideoChat2, complete: enough to make its networks, without weights.

    `llm` is the configuration of a causal language model of transformers, `model_type` among it; `prompt_format` names
    one of `conversation.formats.FORMATS`. `stage` 1 has no language model (`alignment.Alignment`), 4 is HD.
    """

    name: str
    stage: Literal[1, 2, 3, 4]
    prompt_format: str
    vision: VisionSize = VisionSize()
    qformer: QFormerSize = QFormerSize()
    llm: Mapping[str, Any] = field(default_factory=dict)
    lora: LoraSize | None = None
    tiles: Tiles | None = None
    compat: Compat = FIXED
