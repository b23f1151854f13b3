"""What training begins from: UMT's vision encoder, BERT, the checkpoint of an earlier stage."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from baselines.videochat2.checkpoint.accounts import Account, Rules, Shape, account, compared, settle
from baselines.videochat2.checkpoint.filling import Supply, shapes_of
from baselines.videochat2.sizes import Build
from baselines.videochat2.weights.foreign import Weights, refuse_nan, shapes
from baselines.videochat2.weights.names import COMPUTED, sign
from mvbench.errors import ModelError

if TYPE_CHECKING:
    from torch import nn

log = logging.getLogger(__name__)

AFTER_THE_ENCODER = re.compile(r"encoder\.(norm|fc_norm|head|pos_embed|mask_token)\b.*|(?!encoder\.).+")
"""In `l16_25m.pth`: UMT's own last norm, and everything that is not its encoder (decoders, heads, text)."""

OLD_NAMES = (("LayerNorm.gamma", "LayerNorm.weight"), ("LayerNorm.beta", "LayerNorm.bias"))
BERT_PARTS = ("embeddings.", "encoder.", "pooler.")
NOT_IN_BERT = re.compile(r".+\.(crossattention|intermediate_query|output_query)\..+")
NOT_IN_QFORMER = re.compile(r"bert\.pooler\..+|bert\.embeddings\.token_type_embeddings\..+|cls\.seq_relationship\..+")
HEAD = re.compile(r"cls\..+")
ROWS = re.compile(r"bert\.embeddings\.word_embeddings\.weight|cls\.predictions\.(decoder\.(weight|bias)|bias)")
"""Weights with a row for each word."""


def load_vision(encoder: nn.Module, path: str | Path) -> Account:
    """Fill a vision encoder from a file such as `l16_25m.pth`, or from a VideoChat2 of any stage.

    Blocks after the last one that is used are left out: the tokens are those of UMT's last but one. Raises ModelError
    unless every weight of the encoder is there.
    """
    weights = Weights(path)
    names = {name.removeprefix("vision_encoder."): theirs for name, theirs in Supply.of(weights).names.items()}
    used = {found[1] for name in encoder.state_dict() if (found := re.match(r"encoder\.blocks\.(\d+)\.", name))}
    unused = {
        "blocks after the last that is used": re.compile(rf"encoder\.blocks\.(?!({'|'.join(used)})\.)\d+\..+"),
        "what comes after the encoder": AFTER_THE_ENCODER,
    }
    return copy_in(encoder, Supply(weights, names), missing={}, unused=unused, what="the vision encoder")


def load_bert(qformer: nn.Module, path: str | Path) -> Account:
    """Fill a Q-Former from BERT: self-attention and text branch; then the queries' feed-forwards from the text's.

    Cross-attention, which BERT has not, stays as it was made: random. The vocabulary has a row more than BERT's, for
    `[DEC]`: that row stays random as well (normal, 0.02), and its bias 0. Raises ModelError where anything else lacks.
    """
    from baselines.videochat2.qformer import copy_text_to_queries

    weights = Weights(path)
    supply = Supply(weights, {in_qformer(name): name for name in weights.held})
    missing = {"cross-attention and the queries' feed-forwards, which BERT has not": NOT_IN_BERT}
    unused = {"what only BERT has": NOT_IN_QFORMER, "tables that are computed": COMPUTED}
    if not any(HEAD.fullmatch(name) for name in supply.names):
        missing["the head for words, which this BERT has not: it stays random"] = HEAD
    if not hasattr(qformer, "cls"):
        unused["the head for words, which only stage 1 has"] = HEAD
    elif "cls.predictions.bias" in supply.names:  # one vector with two names, of which BERT's file has the first
        missing["weights that the file has under their other name"] = ROWS
    result = copy_in(qformer, supply, missing=missing, unused=unused, what="the Q-Former", one_row_less=True)
    copy_text_to_queries(qformer)
    return result


def in_qformer(name: str) -> str:
    """BERT's name for a weight, of any version of transformers -> the Q-Former's.

    >>> in_qformer("encoder.layer.0.output.LayerNorm.gamma")
    'bert.encoder.layer.0.output.LayerNorm.weight'
    """
    for old, new in OLD_NAMES:
        name = name.replace(old, new)
    return f"bert.{name}" if name.startswith(BERT_PARTS) else name


def load_earlier(model: nn.Module, path: str | Path, *, build: Build) -> Account:
    """Fill a model with the checkpoint of its own stage or of an earlier one; what is new in its own stays as it was.

    Raises ModelError for a later stage's, and for whatever else does not fit.
    """
    weights = Weights(path)
    told = sign(weights.held)
    supply = Supply.of(weights)
    found = shapes_of([supply])
    wanted = shapes(model.state_dict())
    stage = min(told.stage or build.stage, build.stage)
    result = account(found, wanted, build=build, from_stage=stage, llm_elsewhere=build.stage > 1)
    settle(result, found, wanted, sign=told, build=build, origin=str(path), partial=False)
    place(model, supply, result.loaded)
    return result


def copy_in(
    module: nn.Module, supply: Supply, *, missing: Rules, unused: Rules, what: str, one_row_less: bool = False
) -> Account:
    """Copy what is there, name by name, and tell the rest. Raises ModelError for what no rule allows."""
    found = shapes_of([supply])
    wanted = shapes(module.state_dict())

    def fits(name: str, here: Shape, there: Shape) -> bool:
        return here == there or bool(one_row_less and ROWS.fullmatch(name) and (here[0] + 1, *here[1:]) == there)

    result = compared(found, wanted, absent=missing, spare=unused, fits=fits)
    origin = supply.weights.origin
    if not result.clear:
        raise ModelError(f"{origin!r} does not fit {what}: {'; '.join(result.troubles())}")
    for line in result.said():
        log.info("%s: %s", origin, line)
    place(module, supply, result.loaded)
    return result


def place(module: nn.Module, supply: Supply, names: Collection[str]) -> None:
    """Copy weights into the module's own, as many rows as there are. Raises ModelError for NaN or infinite ones."""
    import torch

    own = module.state_dict()
    here = {supply.names[name]: name for name in names}
    with torch.no_grad():
        for theirs, tensor in supply.weights.read(here):
            refuse_nan(tensor, theirs, origin=repr(supply.weights.origin))
            target = own[here[theirs]]
            (target if target.ndim == 0 else target[: len(tensor)]).copy_(tensor)
