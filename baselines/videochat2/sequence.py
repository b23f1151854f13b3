"""Words and visual tokens, row by row, laid out as one batch of embeddings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from baselines.videochat2.conversation.labels import IGNORED
from baselines.videochat2.sizes import FIXED, Compat

if TYPE_CHECKING:
    from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Words:
    """Token ids with their labels (none learned by default). `seen`: False for padding inside a row."""

    ids: Sequence[int]
    labels: Sequence[int] | None = None
    seen: bool = True


@dataclass(frozen=True, slots=True)
class Batch:
    """`inputs_embeds` (B, L, D), `attention_mask` and `labels` (B, L): what `VideoChat2.forward` takes."""

    inputs_embeds: Tensor
    attention_mask: Tensor
    labels: Tensor


@dataclass(slots=True)
class Laid:
    """A row position by position, before its padding. `visual`: where visual tokens go; their ids mean nothing."""

    ids: list[int]
    mask: list[int]
    labels: list[int]
    visual: list[int]


def assembled(
    rows: Sequence[Sequence[Words | Tensor]],
    embedding: nn.Module,
    *,
    pad_id: int,
    padding: Literal["left", "right"] = "right",
    max_text: int | None = None,
    bos_number: int | None = None,
) -> Batch:
    """The rows, padded to the longest with the embedding of `pad_id`: on the right to train, on the left to generate.

    max_text: longer rows are cut on the right, to so many positions and as many as the batch's longest visual part has.
    bos_number: fills the first position with this number; the original trained stages 3 and 4 so (`Compat.bos_row`).
    One embedding look-up and no wait for the device, whatever the number of rows.

    Raises ValueError when a cut would reach into visual tokens.
    """
    import torch

    laid = [_laid(row, pad_id) for row in rows]
    longest = max(len(row.ids) for row in laid)
    length = longest if max_text is None else min(longest, max_text + max(len(row.visual) for row in laid))
    ids, mask, labels = [], [], []
    places: list[int] = []
    for number, row in enumerate(laid):
        if row.visual and row.visual[-1] >= length:
            raise ValueError(
                f"row {number} would be cut at {length} positions, inside its visual tokens, which end at "
                f"{row.visual[-1] + 1}; max_text={max_text} is too small for the text before them"
            )
        blank = max(0, length - len(row.ids))
        left, right = (blank, 0) if padding == "left" else (0, blank)
        ids += [[pad_id] * left + row.ids[:length] + [pad_id] * right]
        mask += [[0] * left + row.mask[:length] + [0] * right]
        labels += [[IGNORED] * left + row.labels[:length] + [IGNORED] * right]
        places += [number * length + left + place for place in row.visual]

    device = next(embedding.parameters()).device

    def placed(values: Sequence[int] | Sequence[Sequence[int]]) -> Tensor:
        return torch.tensor(values, dtype=torch.int64).to(device, non_blocking=True)

    embeds = embedding(placed(ids))
    if bos_number is not None:
        embeds = torch.cat([torch.full_like(embeds[:, :1], bos_number), embeds[:, 1:]], dim=1)
    if places:
        visual = torch.cat([part for row in rows for part in row if not isinstance(part, Words)])
        flat = embeds.flatten(0, 1)  # (B, L, D) -> (B*L, D)
        embeds = flat.index_copy(0, placed(places), visual.to(flat)).view_as(embeds)
    return Batch(embeds, placed(mask), placed(labels))


def _laid(row: Sequence[Words | Tensor], pad_id: int) -> Laid:
    laid = Laid([], [], [], [])
    for part in row:
        if isinstance(part, Words):
            laid.ids += part.ids
            laid.mask += [int(part.seen)] * len(part.ids)
            laid.labels += [IGNORED] * len(part.ids) if part.labels is None else part.labels
        else:
            laid.visual += range(len(laid.ids), len(laid.ids) + len(part))
            laid.ids += [pad_id] * len(part)
            laid.mask += [1] * len(part)
            laid.labels += [IGNORED] * len(part)
    assert len(laid.ids) == len(laid.labels), "labels and ids differ in number"
    return laid


def caption_rows(
    visual: Tensor,
    captions: Sequence[Sequence[int]],
    *,
    before: Sequence[int],
    after: Sequence[int],
    pad_id: int,
    max_text: int,
    compat: Compat = FIXED,
) -> list[list[Words | Tensor]]:
    """Stage 2: the same request about every clip of `visual` (B, Q, D), then its caption, the only part learned.

    before: begins with the BOS. captions: end with the end token, and lose it where they are longer than `max_text`.
    """
    rows: list[list[Words | Tensor]] = []
    kept = [list(caption[:max_text]) for caption in captions]
    longest = max(len(caption) for caption in kept)
    for seen, caption in zip(visual, kept, strict=True):
        masked = {pad_id} if compat.end_of_caption == "masked" else set()
        labels = [IGNORED if token in masked else token for token in caption]
        blank = longest - len(caption) if compat.caption_padding == "left" else 0
        rows += [[Words(before), seen, Words(after), Words([pad_id] * blank, seen=False), Words(caption, labels)]]
    return rows
