"""A memory with room says what transformers' own says, and does not copy itself at every token."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

pytestmark = pytest.mark.slow


def llm(**changed: Any) -> Any:
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=40, hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=256, initializer_range=0.7, pad_token_id=2, eos_token_id=None, **changed,
    )  # fmt: skip
    return LlamaForCausalLM(config).eval()


def added(layer: Any, tokens: int, *, seed: int) -> Any:
    import torch

    drawn = torch.randn(2, 3, 2, tokens, 4, generator=torch.Generator().manual_seed(seed))
    return layer.update(*drawn)


def test_it_remembers_what_the_usual_one_does_whatever_is_done_to_it() -> None:
    import torch
    from transformers.cache_utils import DynamicLayer

    from baselines.videochat2.answering.keys_values import STEP, RoomyLayer

    ours, theirs = RoomyLayer(), DynamicLayer()
    rows = torch.tensor([2, 0, 1])
    for seed, step in enumerate(
        [5, *[1] * 3, STEP + 3, *[1] * STEP, "crop", 1, 1, "reorder", 1, 1, "repeat", 1, 2, "select", 1, "reset", 4, 1]
    ):
        if isinstance(step, int):
            size = len(theirs.keys) if theirs.get_seq_length() else 3
            drawn = torch.randn(2, size, 2, step, 4, generator=torch.Generator().manual_seed(seed))
            for mine, usual in zip(ours.update(*drawn), theirs.update(*drawn), strict=True):
                assert torch.equal(mine, usual)
        for layer in (ours, theirs):
            if step == "crop":
                layer.crop(-7)
            elif step == "reorder":
                layer.reorder_cache(rows)
            elif step == "repeat":
                layer.batch_repeat_interleave(2)
            elif step == "select":
                layer.batch_select_indices(rows)
            elif step == "reset":
                layer.reset()
        assert ours.get_seq_length() == theirs.get_seq_length()


def test_what_was_given_out_before_stays_as_it_was() -> None:
    from baselines.videochat2.answering.keys_values import RoomyLayer

    layer = RoomyLayer()
    added(layer, 3, seed=0)
    keys, _ = added(layer, 1, seed=1)
    kept = keys.clone()
    layer.crop(-1)
    added(layer, 1, seed=2)
    assert keys.equal(kept)


def test_keys_and_values_move_once_in_many_tokens() -> None:
    from baselines.videochat2.answering.keys_values import STEP, RoomyLayer

    layer = RoomyLayer()
    added(layer, 10, seed=0)
    places = [added(layer, 1, seed=1)[0].data_ptr() for _ in range(4 * STEP)]
    assert sum(before != after for before, after in pairwise(places)) == 3


def test_generation_writes_the_same_tokens_with_it() -> None:
    import torch

    from baselines.videochat2.answering.keys_values import STEP, roomy

    speaker = llm()
    words = torch.randint(3, 40, (3, 9), generator=torch.Generator().manual_seed(4))
    seen = torch.ones_like(words)
    seen[1, :4] = 0
    asked = {"input_ids": words, "attention_mask": seen, "max_new_tokens": 2 * STEP, "do_sample": False}
    usual = speaker.generate(**asked)
    assert speaker.generate(**asked, past_key_values=roomy(speaker)).equal(usual)


def test_a_model_that_remembers_in_another_way_is_left_to_it() -> None:
    from transformers import MambaConfig, MambaForCausalLM, MistralConfig, MistralForCausalLM

    from baselines.videochat2.answering.keys_values import roomy

    sizes = {"vocab_size": 40, "hidden_size": 16, "num_hidden_layers": 2}
    forgetting = MistralForCausalLM(
        MistralConfig(**sizes, intermediate_size=32, num_attention_heads=2, num_key_value_heads=1, sliding_window=8)
    )
    assert roomy(llm()) is not None
    assert roomy(forgetting) is None
    assert roomy(MambaForCausalLM(MambaConfig(**sizes, state_size=4))) is None
