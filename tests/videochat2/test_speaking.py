"""Replies are written for a whole batch, and each is what it would be alone."""

from __future__ import annotations

from typing import Any

import pytest

from baselines.videochat2.answering.speaking import decoded
from baselines.videochat2.conversation.formats import FORMATS

WORDS = ["<unk>", "<s>", "</s>", *"ABCD().: \n#", "The", " box", "###", "x", "y"]


class Letters:
    """A tokenizer of a few pieces."""

    unk_token_id, bos_token_id, eos_token_id, pad_token_id = 0, 1, 2, 2

    def decode(self, tokens: Any, **_: Any) -> str:
        return "".join(WORDS[token] for token in tokens)

    def get_vocab(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(WORDS)}


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        ([0, 1, 4], "B"),
        ([1, 4], "B"),
        ([0, 4], "B"),
        ([1, 0, 4], "<unk>B"),
        ([4, 1], "B<s>"),
        ([4, 2], "B</s>"),
        ([], ""),
    ],
)
def test_one_unknown_token_and_one_bos_are_dropped_from_the_beginning(tokens: list[int], text: str) -> None:
    assert decoded(tokens, Letters()) == text


@pytest.fixture(scope="module")
def llm() -> Any:
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=len(WORDS), hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=128, initializer_range=0.9, bos_token_id=1, eos_token_id=2, pad_token_id=2,
    )  # fmt: skip
    return LlamaForCausalLM(config).eval()


def prompts(lengths: list[int]) -> dict[str, Any]:
    import torch

    generator = torch.Generator().manual_seed(5)
    longest = max(lengths)
    rows = [torch.randn(length, 16, generator=generator) for length in lengths]
    padded = [torch.cat([torch.full((longest - len(row), 16), 9.0), row]) for row in rows]
    mask = [[0] * (longest - length) + [1] * length for length in lengths]
    return {"inputs_embeds": torch.stack(padded), "attention_mask": torch.tensor(mask)}


def said(
    llm: Any, inputs: dict[str, Any], *, choices: Any = (), may_be_empty: bool = True, shared: int = 0, **chosen: Any
) -> Any:
    import torch

    from baselines.videochat2.answering.speaking import how_to_speak, speak
    from mvbench.models.huggingface.lending import lent

    tokenizer, style = Letters(), FORMATS["vicuna"]
    settings = {"max_new_tokens": 12, "do_sample": False, "num_beams": 1} | chosen
    config = how_to_speak(llm, tokenizer, style, settings, may_be_empty=may_be_empty)
    with lent(llm, config), torch.no_grad():
        return speak(llm, tokenizer, style, config, inputs, choices=choices, shared=shared)


LENGTHS = [7, 3, 5, 1, 6, 4, 2, 7, 5, 3]


@pytest.mark.slow
@pytest.mark.parametrize("early", [False, True])
@pytest.mark.parametrize("beams", [1, 2])
def test_a_batch_says_what_each_prompt_gets_alone(llm: Any, early: bool, beams: int) -> None:
    inputs = prompts(LENGTHS)
    choices = [4] * len(LENGTHS) if early and beams == 1 else ()
    together = said(llm, inputs, choices=choices, num_beams=beams)
    for row, length in enumerate(LENGTHS):
        alone = {name: value[row : row + 1, -length:] for name, value in inputs.items()}
        assert said(llm, alone, choices=choices[:1], num_beams=beams) == [together[row]]
    if beams == 1:
        assert len({one.tokens for one in together}) > 1, "some end sooner than others"


@pytest.mark.slow
def test_a_reply_ends_with_the_formats_stop_or_is_cut(llm: Any) -> None:
    for one in said(llm, prompts(LENGTHS * 3)):
        assert "###" not in one.text
        assert one.tokens <= 12
        assert one.cut is False or one.tokens == 12


@pytest.mark.slow
@pytest.mark.parametrize("shared", [0, 40])
def test_a_reply_begins_with_the_end_token_only_where_it_may(llm: Any, shared: int) -> None:
    inputs = prompts([100] * 200)
    inputs["inputs_embeds"][:, :shared] = inputs["inputs_embeds"][:1, :shared]
    free = said(llm, inputs, shared=shared)
    kept = [one.tokens > 1 or one.text != "</s>" for one in free]
    assert not all(kept), "the test has something to forbid"
    forbidden = said(llm, inputs, shared=shared, may_be_empty=False)
    assert [a == b for a, b in zip(free, forbidden, strict=True)] == kept, "and nothing else changes"


@pytest.mark.slow
def test_ends_are_the_models_the_tokenizers_and_the_formats_unless_the_user_names_his_own(llm: Any) -> None:
    from baselines.videochat2.answering.speaking import how_to_speak

    style = FORMATS["vicuna"]
    assert how_to_speak(llm, Letters(), style, {}).eos_token_id == [2, WORDS.index("###")]
    assert how_to_speak(llm, Letters(), style, {"eos_token_id": 7}).eos_token_id == 7
