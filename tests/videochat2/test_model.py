"""VideoChat2 as a composition: what goes where, with small doubles for its sub-networks."""

from __future__ import annotations

from typing import Any

import pytest

from baselines.videochat2.conversation.labels import IGNORED, num_learned
from baselines.videochat2.sizes import LoraSize, QFormerSize

pytestmark = pytest.mark.slow

SIZE = QFormerSize(width=6, queries=2, extra_queries=3, layers=1, heads=1, intermediate=8, vocabulary=20)
WIDTH = 8


def llama() -> Any:
    from transformers import LlamaConfig, LlamaForCausalLM

    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=40,
            hidden_size=WIDTH,
            intermediate_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            bos_token_id=1,
            eos_token_id=2,
        )
    )


def model(llm: Any = None) -> Any:
    """With an encoder whose patches are each frame's mean colour, and a Q-Former that keeps what it is given and adds
    its first text id to its queries."""
    import torch
    from torch import nn

    from baselines.videochat2.model import VideoChat2

    class Encoder(nn.Module):
        width = 3

        def forward(self, pixels: Any) -> Any:
            assert pixels.ndim == 5 and pixels.shape[1] == 3  # (B, 3, T, H, W)
            return pixels.mean(dim=(-2, -1)).transpose(1, 2)[:, :, None].expand(-1, -1, 2, -1)  # (B, T, N, D)

    class Former(nn.Module):
        def forward(self, queries: Any, vision: Any, text_ids: Any = None, text_mask: Any = None) -> Any:
            self.queries, self.vision, self.ids, self.mask = queries, vision, text_ids, text_mask
            told = torch.zeros(len(queries), 1, 1) if text_ids is None else text_ids[:, :1, None].float()
            return torch.cat([queries + told, torch.full((len(queries), 4, SIZE.width), 99.0)], dim=1)

    torch.manual_seed(0)
    return VideoChat2(Encoder(), Former(), llm or llama(), size=SIZE, llm_width=WIDTH)


def pixels(*shape: int) -> Any:
    import torch

    return torch.rand(*shape, generator=torch.Generator().manual_seed(1))


def test_only_the_queries_outputs_are_projected() -> None:
    import torch

    made = model()
    ids, mask = torch.tensor([[4, 5, 6], [7, 8, 9]]), torch.tensor([[0, 1, 1], [1, 1, 1]])
    found = made.visual_tokens(pixels(2, 5, 3, 8, 8), ids, mask)
    assert found.shape == (2, SIZE.queries + SIZE.extra_queries, WIDTH)
    queries = torch.cat([made.query_tokens, made.extra_query_tokens], dim=1)
    assert torch.equal(made.qformer.queries, queries.expand(2, -1, -1))
    assert torch.equal(found, made.projection(queries + ids[:, :1, None]))
    assert made.qformer.ids is ids and made.qformer.mask is mask


def test_patches_of_all_frames_are_seen_together_and_normalised() -> None:
    import torch
    from torch.nn.functional import layer_norm

    made, clips = model(), pixels(2, 5, 3, 8, 8)
    made.visual_tokens(clips)
    patches = made.vision_encoder(clips.transpose(1, 2)).reshape(2, 5 * 2, 3)
    assert torch.allclose(made.qformer.vision, layer_norm(patches, (3,), eps=1e-12))
    assert made.qformer.ids is None


def test_new_extra_queries_are_zeros() -> None:
    made = model()
    assert (made.extra_query_tokens == 0).all() and made.query_tokens.std() > 0


def test_nothing_is_stored_but_parameters() -> None:
    made = model()
    assert set(made.state_dict()) == {name for name, _ in made.named_parameters()}


def test_tiles_of_all_videos_pass_together_each_with_its_videos_instruction() -> None:
    import torch

    made, side = model(), 4
    videos = [pixels(2, 3, 4, 8), pixels(2, 3, 8, 8)]
    ids, mask = torch.tensor([[4, 5], [7, 8]]), torch.tensor([[0, 1], [1, 1]])
    found = made.tiled_visual_tokens(videos, ids, mask, side=side)
    queries = SIZE.queries + SIZE.extra_queries
    assert [len(tokens) for tokens in found] == [3 * queries, 5 * queries]
    assert made.qformer.ids.tolist() == [[4, 5]] * 3 + [[7, 8]] * 5
    assert made.qformer.mask.tolist() == [[0, 1]] * 3 + [[1, 1]] * 5
    for video, tokens, told in zip(videos, found, ids, strict=True):
        squares = [
            video[..., top : top + side, left : left + side]
            for top in range(0, video.shape[-2], side)
            for left in range(0, video.shape[-1], side)
        ]
        for number, square in enumerate(squares):
            alone = made.visual_tokens(square[None], told[None], None)[0]
            assert torch.allclose(tokens[number * queries : (number + 1) * queries], alone)


def test_without_the_whole_and_without_an_instruction() -> None:
    made = model()
    found = made.tiled_visual_tokens([pixels(1, 3, 4, 8)], side=4, whole=False)
    assert found[0].shape == (2 * (SIZE.queries + SIZE.extra_queries), WIDTH)
    assert made.qformer.ids is None and made.qformer.mask is None


def batch() -> tuple[Any, Any, Any]:
    import torch

    labels = torch.tensor([[IGNORED, 5, 6, 7], [IGNORED, IGNORED, 8, IGNORED]])
    return pixels(2, 4, WIDTH), torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]]), labels


@pytest.mark.parametrize("adapted", [False, True])
def test_the_loss_is_the_mean_over_what_is_learned(adapted: bool) -> None:
    import torch
    from torch.nn.functional import cross_entropy

    from baselines.videochat2 import lora

    made = model(lora.attach(llama(), LoraSize(rank=2)) if adapted else None).eval()
    embeds, mask, labels = batch()
    out = made(embeds, mask, labels)
    expected = cross_entropy(out.logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten(), ignore_index=IGNORED)
    assert torch.allclose(out.loss, expected, atol=1e-6)
    divided = made(embeds, mask, labels, num_learned=num_learned(labels))
    assert torch.allclose(divided.loss, expected, atol=1e-6)
    assert made(embeds, mask).loss is None


def test_a_batch_with_nothing_to_learn_costs_nothing_and_breaks_nothing() -> None:
    import torch

    made = model()
    embeds, mask, labels = batch()
    labels = torch.full_like(labels, IGNORED)
    assert torch.isnan(made(embeds, mask, labels).loss)
    loss = made(embeds.requires_grad_(), mask, labels, num_learned=num_learned(labels)).loss
    loss.backward()
    assert loss.item() == 0
    assert (embeds.grad == 0).all()


def test_what_padding_holds_changes_nothing_before_it() -> None:
    import torch

    made = model().eval()
    embeds, mask, labels = batch()
    other = embeds.clone()
    other[1, 3] = 5.0
    found, again = made(embeds, mask, labels), made(other, mask, labels)
    assert torch.allclose(found.logits[1, :3], again.logits[1, :3], atol=1e-6)
    assert torch.allclose(found.loss, again.loss, atol=1e-6)
