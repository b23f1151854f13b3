"""What the prompts of a batch begin with is read once, and nobody can tell."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

pytestmark = pytest.mark.slow

SHARED = 32
LENGTHS = {"unlike": [37, 34, 33, 40], "alike": [36, 36, 36]}


@pytest.fixture(scope="module")
def llm() -> Any:
    return speaker()


def speaker(**changed: Any) -> Any:
    import torch
    from transformers import MistralConfig, MistralForCausalLM

    torch.manual_seed(2)
    settings = {"sliding_window": None, "initializer_range": 0.7, "eos_token_id": None, "pad_token_id": 2} | changed
    config = MistralConfig(
        vocab_size=40, hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, max_position_embeddings=128, **settings,
    )  # fmt: skip
    return MistralForCausalLM(config).eval()


def prompts(lengths: list[int]) -> dict[str, Any]:
    """Rows that begin with the same `SHARED` tokens, padded on the left."""
    import torch

    drawn = torch.Generator().manual_seed(5)
    beginning = torch.randn(SHARED, 16, generator=drawn)
    longest = max(lengths)
    rows = [torch.cat([beginning, torch.randn(length - SHARED, 16, generator=drawn)]) for length in lengths]
    padded = [torch.cat([torch.full((longest - len(row), 16), 9.0), row]) for row in rows]
    mask = [[0] * (longest - length) + [1] * length for length in lengths]
    return {"inputs_embeds": torch.stack(padded), "attention_mask": torch.tensor(mask)}


def read(llm: Any, work: Any) -> list[tuple[int, ...]]:
    """The shapes (rows, tokens) of what the language model reads while some work is done."""
    shapes: list[tuple[int, ...]] = []

    def see(_: Any, given: Any, named: dict[str, Any]) -> None:
        seen = named.get("inputs_embeds") if named.get("inputs_embeds") is not None else named["input_ids"]
        shapes.append(tuple(seen.shape[:2]))

    hook = llm.register_forward_pre_hook(see, with_kwargs=True)
    work()
    hook.remove()
    return shapes


@pytest.mark.parametrize("lengths", LENGTHS.values(), ids=LENGTHS)
def test_replies_are_those_of_prompts_that_are_read_whole(llm: Any, lengths: list[int]) -> None:
    import torch

    from baselines.videochat2.answering.opening import opened

    inputs = prompts(lengths)
    asked = {"max_new_tokens": 40, "do_sample": False}
    with torch.no_grad():
        whole = llm.generate(**inputs, **asked)
        moved, memory = opened(llm, inputs, shared=SHARED)
        shapes = read(llm, lambda: llm.generate(**moved, **asked, past_key_values=memory))
        moved, memory = opened(llm, inputs, shared=SHARED)
        assert llm.generate(**moved, **asked, past_key_values=memory).equal(whole)
    assert shapes[0] == (len(lengths), max(lengths) - SHARED)
    assert len({tuple(row) for row in whole.tolist()}) > 1


@pytest.mark.parametrize("lengths", LENGTHS.values(), ids=LENGTHS)
def test_choices_are_as_likely_as_after_prompts_that_are_read_whole(llm: Any, lengths: list[int]) -> None:
    import torch

    from baselines.videochat2.answering.choices import scored

    wanted = [[[(5,), (6, 7)], [(8, 9, 10)], [(11,)]]] * len(lengths)
    with torch.no_grad():
        whole = torch.tensor(scored(llm, prompts(lengths), wanted, pad_id=2))
        shapes = read(llm, lambda: scored(llm, prompts(lengths), wanted, pad_id=2, shared=SHARED))
        again = torch.tensor(scored(llm, prompts(lengths), wanted, pad_id=2, shared=SHARED))
    torch.testing.assert_close(again, whole, atol=1e-5, rtol=0)
    assert shapes[:2] == [(1, SHARED), (len(lengths), max(lengths) - SHARED)]


@pytest.mark.parametrize(
    ("rows", "shared", "changed"), [(1, SHARED, {}), (3, SHARED - 1, {}), (3, SHARED, {"sliding_window": 3})]
)
def test_nothing_is_read_beforehand_where_nothing_is_gained_or_the_memory_is_of_another_kind(
    rows: int, shared: int, changed: dict[str, Any]
) -> None:
    from baselines.videochat2.answering.opening import opened

    llm, inputs = speaker(**changed), prompts([34, 33, 35][:rows])
    shapes = read(llm, lambda: opened(llm, inputs, shared=shared))
    same, memory = opened(llm, inputs, shared=shared)
    assert shapes == []
    assert same["inputs_embeds"] is inputs["inputs_embeds"]
    assert (memory is None) == bool(changed)


def test_padding_goes_behind_the_shared_tokens() -> None:
    import torch

    from baselines.videochat2.answering.opening import padded_behind

    rows = torch.tensor([[0, 0, 1, 2, 3], [1, 2, 4, 5, 6], [0, 0, 0, 1, 2]])
    moved = padded_behind({"inputs_embeds": rows[..., None], "attention_mask": (rows > 0).long()}, 2)
    assert moved["inputs_embeds"][..., 0].tolist() == [[1, 2, 0, 0, 3], [1, 2, 4, 5, 6], [1, 2, 0, 0, 0]]
    assert moved["attention_mask"].tolist() == [[1, 1, 0, 0, 1], [1, 1, 1, 1, 1], [1, 1, 0, 0, 0]]


@pytest.mark.parametrize(
    ("prompts", "shared"),
    [
        ([("Watch. <Video>", "</Video> One?"), ("Watch. <Video>", "</Video> Two?")], 15),
        ([("Watch. <Video>", "</Video> One?"), ("Look. <Video>", "</Video> One?")], 0),
        ([("Watch. One?",), ("Watch. One?",)], 0),
    ],
)
def test_prompts_share_the_text_before_their_medium(prompts: Any, shared: int) -> None:
    from baselines.videochat2.answering.prompting import shared_beginning

    tokenizer = SimpleNamespace(encode=lambda text, add_special_tokens: list(text.encode()), bos_token_id=1)
    loaded: Any = SimpleNamespace(tokenizer=tokenizer)
    assert shared_beginning([(texts, ()) for texts in prompts], loaded) == shared
