"""How likely each choice is, from prompts that are read once."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.slow

VOCABULARY, WIDTH = 40, 16


def made(kind: str, **more: Any) -> Any:
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    torch.manual_seed(0)
    config = AutoConfig.for_model(
        kind, vocab_size=VOCABULARY, hidden_size=WIDTH, intermediate_size=32, num_hidden_layers=2,
        num_attention_heads=2, num_key_value_heads=1, max_position_embeddings=64, initializer_range=0.5, **more,
    )  # fmt: skip
    return AutoModelForCausalLM.from_config(config).eval()


@pytest.fixture(scope="module")
def llm() -> Any:
    return made("llama")


@pytest.fixture(scope="module")
def inputs() -> dict[str, Any]:
    """Two prompts of 5 and 3 positions; what stands in the padding must not matter."""
    import torch

    torch.manual_seed(1)
    mask = torch.tensor([[1, 1, 1, 1, 1], [0, 0, 1, 1, 1]])
    return {"inputs_embeds": torch.randn(2, 5, WIDTH), "attention_mask": mask}


def by_hand(llm: Any, embeds: Any, tokens: tuple[int, ...]) -> float:
    """The log-probability of the tokens after one prompt (L, D), in a single pass without padding or memory."""
    import torch

    tail = llm.get_input_embeddings()(torch.tensor(tokens))
    logits = llm(inputs_embeds=torch.cat([embeds, tail])[None]).logits[0, len(embeds) - 1 :]
    logprobs = torch.log_softmax(logits, dim=-1)
    return float(sum(logprobs[place, token] for place, token in enumerate(tokens)))


WANTED = {
    "letters": [[[(5,)], [(6,)], [(7,)]], [[(5,)], [(9,)]]],
    "texts": [[[(5, 6, 7)], [(5, 8)], [(9,)]], [[(3, 3)], [(4, 2, 1, 6)]]],
    "two spellings": [[[(5,), (8, 5)], [(6,), (8, 6)]], [[(5,)], [(8, 6)]]],
}


@pytest.mark.parametrize("kind", WANTED)
def test_scores_are_those_of_each_prompt_alone_without_padding(llm: Any, inputs: Any, kind: str) -> None:
    import torch

    from baselines.videochat2.answering.choices import scored

    wanted: Any = WANTED[kind]
    with torch.no_grad():
        found = scored(llm, inputs, wanted, pad_id=0)
        prompts = [inputs["inputs_embeds"][0], inputs["inputs_embeds"][1, 2:]]
        for row, choices, prompt in zip(found, wanted, prompts, strict=True):
            for score, sequences in zip(row, choices, strict=True):
                each = torch.tensor([by_hand(llm, prompt, tokens) for tokens in sequences])
                assert score == pytest.approx(float(each.logsumexp(0)), abs=1e-5)


def test_a_model_that_sees_only_the_latest_tokens_can_be_asked_about_several_texts(inputs: Any) -> None:
    test_scores_are_those_of_each_prompt_alone_without_padding(made("mistral", sliding_window=4), inputs, "texts")


def test_letters_of_one_token_take_a_single_pass_and_no_step_more(llm: Any, inputs: Any) -> None:
    import torch

    from baselines.videochat2.answering.choices import scored

    passes: list[int] = []
    hook = llm.model.register_forward_hook(lambda *_: passes.append(1))
    with torch.no_grad():
        scored(llm, inputs, WANTED["letters"], pad_id=0)
    hook.remove()
    assert len(passes) == 1


def test_a_prompt_is_read_once_whatever_the_number_of_texts(llm: Any, inputs: Any) -> None:
    import torch

    from baselines.videochat2.answering.choices import scored

    read: list[int] = []
    hook = llm.model.register_forward_hook(lambda *call: read.append(call[-1].last_hidden_state.shape[1]))
    with torch.no_grad():
        scored(llm, inputs, WANTED["texts"], pad_id=0)
    hook.remove()
    assert read[0] == 5, "the prompts, and then nothing but the texts"
    assert max(read[1:]) <= 3
