"""The Q-Former: a BERT whose learned queries read the video through cross-attention in every second layer.

Source: MVBench (arXiv 2311.17005), section 4, after BLIP-2 (arXiv 2301.12597), section 3.1; parameters are named as in
OpenGVLab/Ask-Anything, video_chat2/models/blip2/Qformer.py.
Legend: B batch, Q queries, L text, W width, N visual tokens, D their width, P what is remembered of an earlier pass.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from baselines.videochat2.qformer_layer import EPSILON, KeysValues, Layer
from baselines.videochat2.sizes import QFormerSize
from mvbench.errors import UsageError

SPREAD = 0.02  # standard deviation of new weights, as in BERT
BLOCKED = -10000.0
"""Added where self-attention may not look. Not the lowest number, as for vision: the original's BERT counts so, and
reads a text that is all padding as if none of it were, not as the plain mean of its words."""

Past = tuple[KeysValues, ...]
"""What each layer remembers of an earlier pass."""


class Encoded(NamedTuple):
    """Hidden states (B, Q + L, W), and the keys and values a later pass may look back at."""

    hidden: Tensor
    past: Past


class QFormer(nn.Module):
    """Queries and text attend to each other with the same weights, and go through feed-forwards of their own.

    vision_width: of the visual tokens. head: whether it can also write words, for captions in stage 1.
    """

    def __init__(self, size: QFormerSize, *, vision_width: int, head: bool = False) -> None:
        super().__init__()
        if head and not size.text:
            raise UsageError(
                "a Q-Former with size.text=False knows no words, so it cannot have a head that writes them"
            )
        self.size = size
        self.bert = Bert(size, vision_width)
        if head:
            self.cls = nn.ModuleDict({"predictions": WordHead(size)})
        self.apply(_draw)
        if head:
            _tie(self)
            self.register_load_state_dict_post_hook(_tie)  # loading with assign=True parts them

    def forward(
        self,
        queries: Tensor | None,
        vision: Tensor | None = None,
        vision_mask: Tensor | None = None,
        text_ids: Tensor | None = None,
        text_mask: Tensor | None = None,
        *,
        past: Past = (),
        causal: bool = False,
    ) -> Tensor:
        """Hidden states of the queries, then of the text: (B, Q + L, W). See `encode`."""
        return self.encode(queries, vision, vision_mask, text_ids, text_mask, past=past, causal=causal).hidden

    def encode(
        self,
        queries: Tensor | None,
        vision: Tensor | None = None,
        vision_mask: Tensor | None = None,
        text_ids: Tensor | None = None,
        text_mask: Tensor | None = None,
        *,
        past: Past = (),
        causal: bool = False,
    ) -> Encoded:
        """What the queries (B, Q, W) saw in `vision` (B, N, D), what the text (B, L) means, and what to remember.

        Masks are 1 or True where there is something; without one there is something everywhere. Positions of the text
        count from 0 over the padded row. causal: a word sees the queries, `past` and the words up to itself, while the
        queries see no word; otherwise all see all. `past` lets a text look back at the queries of an earlier pass.
        """
        hidden = self.bert.embeddings(queries, text_ids)
        num_queries = 0 if queries is None else queries.shape[1]
        looked_back = past[0][0].shape[2] if past else 0
        self_mask = None
        if text_ids is not None:
            if text_mask is None:
                text_mask = torch.ones_like(text_ids)
            self_mask = attention_mask(text_mask, queries=num_queries, past=looked_back, causal=causal)
        encoded: Encoded = self.bert(hidden, num_queries, vision, _lowest(vision_mask), self_mask, past)
        return encoded

    def logits(self, hidden: Tensor) -> Tensor:
        """Scores of every word, for hidden states of text: (B, L, W) -> (B, L, vocabulary)."""
        return self.cls["predictions"](hidden)


@torch.no_grad()
def copy_text_to_queries(qformer: QFormer) -> None:
    """Start the queries' feed-forwards from the text's, as stage 1 does after loading BERT."""
    weights = dict(qformer.named_parameters())
    for name, weight in weights.items():
        if "_query." in name:
            weight.copy_(weights[name.replace("_query.", ".")])


def attention_mask(text_mask: Tensor, *, queries: int, past: int, causal: bool) -> Tensor:
    """What self-attention adds to its scores, (B, 1, 1 or Q + L, P + Q + L): 0 where it may look, else `BLOCKED`."""
    prefix = past + queries
    there = F.pad(text_mask.bool(), (prefix, 0), value=True)[:, None, None]  # (B, L) -> (B, 1, 1, P + Q + L)
    if causal:
        turn = (torch.arange(there.shape[-1], device=there.device) - prefix + 1).clamp(min=0)  # 0 before the text
        there = there & (turn <= turn[past:, None])
    return torch.zeros(there.shape, device=there.device).masked_fill(~there, BLOCKED)


def _lowest(vision_mask: Tensor | None) -> Tensor | None:
    """(B, N) -> (B, 1, 1, N), the lowest number where there is no visual token."""
    if vision_mask is None:
        return None
    absent = ~vision_mask.bool()[:, None, None]
    return torch.zeros(absent.shape, device=absent.device).masked_fill(absent, torch.finfo(torch.float32).min)


class Bert(nn.Module):
    """Everything but the head; a module because the original's names begin with `bert.`."""

    def __init__(self, size: QFormerSize, vision_width: int) -> None:
        super().__init__()
        rates = [size.drop_path * layer / max(1, size.layers - 1) for layer in range(size.layers)]
        crossing = [layer % size.cross_attention_every == 0 for layer in range(size.layers)]
        self.embeddings = Embeddings(size)
        self.encoder = nn.ModuleDict(
            {
                "layer": nn.ModuleList(
                    Layer(size, vision_width=vision_width if crosses else None, drop_path=rate)
                    for crosses, rate in zip(crossing, rates, strict=True)
                )
            }
        )

    def forward(
        self,
        hidden: Tensor,
        queries: int,
        vision: Tensor | None,
        vision_mask: Tensor | None,
        self_mask: Tensor | None,
        past: Past,
    ) -> Encoded:
        if queries and vision is None:
            raise UsageError("the Q-Former's queries have nothing to look at: pass `vision` along with them")
        seen = []
        for place, layer in enumerate(self.encoder["layer"]):
            before = past[place] if past else None
            hidden, remembered = layer(hidden, queries, vision, vision_mask, self_mask, before)
            seen.append(remembered)
        return Encoded(hidden, tuple(seen))


class Embeddings(nn.Module):
    """Queries as they are, then words with their positions; one LayerNorm over both."""

    def __init__(self, size: QFormerSize) -> None:
        super().__init__()
        if size.text:
            self.word_embeddings = nn.Embedding(size.vocabulary, size.width)
            self.position_embeddings = nn.Embedding(size.max_positions, size.width)
        self.LayerNorm = nn.LayerNorm(size.width, eps=EPSILON)
        self.dropout = nn.Dropout(size.dropout)
        self.size = size

    def forward(self, queries: Tensor | None, text_ids: Tensor | None) -> Tensor:
        parts = [] if queries is None else [queries]
        if text_ids is not None:
            parts.append(self._read(text_ids))
        return self.dropout(self.LayerNorm(torch.cat(parts, dim=1)))

    def _read(self, text_ids: Tensor) -> Tensor:
        length = text_ids.shape[1]
        if not self.size.text:
            raise UsageError("this Q-Former has no text branch (stage 2), so it takes no instruction")
        if length > self.size.max_positions:
            raise UsageError(
                f"a text of {length} tokens is too long for the Q-Former: it has {self.size.max_positions} positions"
            )
        return self.word_embeddings(text_ids) + self.position_embeddings.weight[:length]


class WordHead(nn.Module):
    """Hidden states -> scores of words, by the word embeddings themselves."""

    def __init__(self, size: QFormerSize) -> None:
        super().__init__()
        self.transform = nn.ModuleDict(
            {"dense": nn.Linear(size.width, size.width), "LayerNorm": nn.LayerNorm(size.width, eps=EPSILON)}
        )
        self.decoder = nn.Linear(size.width, size.vocabulary)
        self.bias = self.decoder.bias  # one vector, which the original stores under both names

    def forward(self, hidden: Tensor) -> Tensor:
        transformed = self.transform["LayerNorm"](F.gelu(self.transform["dense"](hidden)))
        return self.decoder(transformed)


def _tie(qformer: Any, _: object = None) -> None:
    """One matrix reads and writes words, and one vector is the head's bias."""
    head = qformer.cls["predictions"]
    head.decoder.weight = qformer.bert.embeddings.word_embeddings.weight
    head.decoder.bias = head.bias


def _draw(module: nn.Module) -> None:
    """New weights as BERT's: normal with a small spread, biases zero; LayerNorms are so already."""
    if isinstance(module, (nn.Linear, nn.Embedding)):
        nn.init.normal_(module.weight, std=SPREAD)
    if isinstance(module, nn.Linear):
        nn.init.zeros_(module.bias)
