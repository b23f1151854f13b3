"""A module that is alive in someone's training loop is given back as it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mvbench.errors import UsageError
from mvbench.models.huggingface import HuggingFace
from mvbench.models.huggingface.live import weights_checksum
from mvbench.types import Generation
from tests.hf.asking import request

pytestmark = pytest.mark.slow

Checkpoint = Callable[[str], Path]


@pytest.fixture
def parts(checkpoint: Checkpoint) -> tuple[Any, Any]:
    from transformers import AutoModelForImageTextToText, AutoProcessor

    path = checkpoint("qwen3_vl")
    return AutoModelForImageTextToText.from_pretrained(path), AutoProcessor.from_pretrained(path)


def loss(module: Any, processor: Any) -> Any:
    tokens = processor.tokenizer("walk to the door", return_tensors="pt")["input_ids"]
    return module(input_ids=tokens, labels=tokens).loss


def test_training_goes_on_as_if_nothing_had_been_asked(parts: tuple[Any, Any]) -> None:
    import torch

    module, processor = parts
    module.train()
    module.model.visual.eval()  # a frozen part stays frozen
    own = module.generation_config
    modes = {name: part.training for name, part in module.named_modules()}
    random_state = torch.get_rng_state()
    before = loss(module, processor)
    model = HuggingFace.live(module, processor, generation=Generation(max_new_tokens=4), name="mine", batch_size=2)
    (reply,) = model.answer([request()])
    assert reply.error is None
    assert {name: part.training for name, part in module.named_modules()} == modes
    assert module.generation_config is own
    assert torch.equal(torch.get_rng_state(), random_state)
    after = loss(module, processor)
    after.backward()
    assert after.item() == before.item()
    assert module.lm_head.weight.grad is not None
    assert (model.name, model.batch_size, processor.tokenizer.padding_side) == ("mine", 2, "right")


def test_a_module_is_given_back_after_a_failure_too(parts: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    module, processor = parts
    module.train()
    own = module.generation_config

    def fail(**inputs: Any) -> None:
        assert not module.training
        raise RuntimeError("no kernel")

    monkeypatch.setattr(module, "generate", fail)
    (reply,) = HuggingFace.live(module, processor).answer([request()])
    assert reply.error == "RuntimeError: no kernel"
    assert module.training and module.generation_config is own


def test_the_identity_follows_the_weights_or_the_given_revision(parts: tuple[Any, Any]) -> None:
    import torch

    module, processor = parts
    model = HuggingFace.live(module, processor)
    first = model.identity()
    assert model.identity() == first
    with torch.no_grad():
        module.lm_head.weight[3, 5] += 1e-6
    assert model.identity() != first
    named = HuggingFace.live(module, processor, revision="step-100").identity()
    assert named["revision"] == "step-100" and "weights" not in named


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")  # peft 0.21
def test_an_adapter_in_training_answers_with_our_settings(parts: tuple[Any, Any]) -> None:
    import peft

    module, processor = parts
    config = peft.LoraConfig(target_modules=r".*language_model.*\.q_proj", task_type="CAUSAL_LM")
    wrapped = peft.get_peft_model(module, config).train()
    own = module.generation_config
    generation = Generation(max_new_tokens=4)
    replies = HuggingFace.live(wrapped, processor, generation=generation).answer([request(0), request(1)])
    assert [reply.error for reply in replies] == [None, None]
    assert module.generation_config is own and wrapped.training
    assert replies == HuggingFace.live(wrapped, processor, generation=generation).answer([request(0), request(1)])


def test_what_cannot_generate_is_refused() -> None:
    import torch

    with pytest.raises(UsageError, match="Linear cannot generate"):
        HuggingFace.live(torch.nn.Linear(2, 2), None)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float64", "int8", "bool"])
@pytest.mark.parametrize("shape", [(), (1,), (3,), (5, 7), (0,)])
def test_every_bit_of_every_weight_takes_part(dtype: str, shape: tuple[int, ...]) -> None:
    import torch

    module = torch.nn.Module()
    kind = getattr(torch, dtype)
    module.register_buffer("weights", torch.arange(35, dtype=torch.float32)[: max(1, _count(shape))].to(kind))
    weights = module.weights
    assert isinstance(weights, torch.Tensor)
    module.weights = weights[: _count(shape)].reshape(shape)
    before = weights_checksum(module)
    assert weights_checksum(module) == before
    raw = module.weights.reshape(-1).view(torch.uint8)
    seen = {before}
    for place in range(raw.numel()):
        raw[place] ^= 1
        seen.add(weights_checksum(module))
        raw[place] ^= 1
    assert len(seen) == raw.numel() + 1
    assert weights_checksum(module) == before


def _count(shape: tuple[int, ...]) -> int:
    count = 1
    for side in shape:
        count *= side
    return count


def test_weights_that_change_places_or_shape_change_the_checksum() -> None:
    import torch

    def checksum(values: Any) -> str:
        module = torch.nn.Module()
        module.register_buffer("weights", values)
        return weights_checksum(module)

    values = torch.arange(24.0)
    swapped = values[[2, 3, 0, 1, *range(4, 24)]]  # two 64-bit words, whole
    odd_start = torch.arange(25.0, dtype=torch.float32)[1:] - 1  # the same numbers, not on a boundary of 8 bytes
    assert len({checksum(values), checksum(swapped), checksum(values.reshape(4, 6)), checksum(values.double())}) == 4
    assert checksum(torch.cat([values[:1], values])[1:]) == checksum(values) == checksum(odd_start)
