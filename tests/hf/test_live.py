"""A module that is alive in someone's training loop is given back as it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mvbench.errors import ModelError, UsageError
from mvbench.models.huggingface import HuggingFace
from mvbench.models.huggingface.lending import cards_of, on_card
from mvbench.models.huggingface.weights import weights_checksum
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
    with pytest.raises(ModelError, match="RuntimeError: no kernel"):
        HuggingFace.live(module, processor).answer([request()])
    assert module.training and module.generation_config is own


def test_the_identity_follows_the_weights_under_a_revision_too(parts: tuple[Any, Any]) -> None:
    import torch

    module, processor = parts
    for revision in (None, "step 100"):
        model = HuggingFace.live(module, processor, revision=revision)
        first = model.identity()
        assert model.identity() == first
        assert first.get("revision") == revision
        with torch.no_grad():
            module.lm_head.weight[3, 5] += 1e-6
        assert model.identity() != first


def recoloured(module: Any, processor: Any) -> None:
    processor.image_processor.image_mean = [0.1, 0.2, 0.3]


def reworded(module: Any, processor: Any) -> None:
    processor.chat_template = processor.chat_template.replace("assistant", "robot")


def resized(module: Any, processor: Any) -> None:
    processor.video_processor.size = {"shortest_edge": 32 * 32, "longest_edge": 2 * 32 * 32}


def respelled(module: Any, processor: Any) -> None:
    processor.tokenizer.add_tokens(["what"])


def reset(module: Any, processor: Any) -> None:
    module.config.text_config.rms_norm_eps = 0.1


def ended(module: Any, processor: Any) -> None:
    module.generation_config.eos_token_id = [5]


@pytest.mark.parametrize("change", [recoloured, reworded, resized, respelled, reset, ended])
def test_the_identity_follows_settings_and_processor(
    parts: tuple[Any, Any], change: Callable[[Any, Any], None]
) -> None:
    module, processor = parts
    model = HuggingFace.live(module, processor, generation=Generation(max_new_tokens=2))
    first = model.identity()
    json.dumps(first)
    model.answer([request(0), request(1)])
    assert model.identity() == first, "asking changes nothing"
    change(module, processor)
    assert model.identity() != first


def test_the_identity_does_not_follow_the_place(checkpoint: Checkpoint, tmp_path: Path) -> None:
    from transformers import AutoModelForImageTextToText, AutoProcessor

    for file in checkpoint("qwen3_vl").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    one, other = (
        HuggingFace.live(AutoModelForImageTextToText.from_pretrained(path), AutoProcessor.from_pretrained(path))
        for path in (checkpoint("qwen3_vl"), tmp_path)
    )
    assert one.identity() == other.identity()


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")  # peft 0.21
def test_the_identity_follows_an_adapters_strength_and_switch(parts: tuple[Any, Any]) -> None:
    import peft

    module, processor = parts
    config = peft.LoraConfig(target_modules=r".*language_model.*\.q_proj", task_type="CAUSAL_LM")
    wrapped = peft.get_peft_model(module, config)
    model = HuggingFace.live(wrapped, processor)
    first = model.identity()
    with wrapped.disable_adapter():
        assert model.identity() != first
    assert model.identity() == first
    for part in wrapped.modules():
        if isinstance(getattr(part, "scaling", None), dict):
            part.scaling["default"] *= 2
    assert model.identity() != first


def test_offloaded_weights_are_named_by_a_revision_alone(parts: tuple[Any, Any]) -> None:
    from accelerate import cpu_offload

    module, processor = parts
    cpu_offload(module, "cpu", offload_buffers=True)
    with pytest.raises(UsageError, match=r"on the meta device.*revision='step 100'"):
        HuggingFace.live(module, processor).identity()
    named = HuggingFace.live(module, processor, revision="step 100")
    assert named.identity()["revision"] == "step 100" and "weights" not in named.identity()


def test_sharded_weights_are_named_by_a_revision_alone(parts: tuple[Any, Any]) -> None:
    import torch
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.tensor import distribute_tensor

    module, processor = parts
    torch.distributed.init_process_group("gloo", store=torch.distributed.HashStore(), rank=0, world_size=1)
    try:
        mesh = init_device_mesh("cpu", (1,))
        module.lm_head.weight = torch.nn.Parameter(distribute_tensor(module.lm_head.weight.detach(), mesh))
        with pytest.raises(UsageError, match=r"lm_head\.weight is sharded.*revision="):
            HuggingFace.live(module, processor).identity()
        assert "weights" not in HuggingFace.live(module, processor, revision="1").identity()
    finally:
        torch.distributed.destroy_process_group()


def test_a_module_on_the_meta_device_is_refused(parts: tuple[Any, Any]) -> None:
    module, processor = parts
    with pytest.raises(UsageError, match="has no weights: they are on the meta device"):
        HuggingFace.live(module.to("meta"), processor, revision="1")


@pytest.mark.parametrize(
    ("argument", "words"),
    [({"name": 3}, "name is 3; it must be text"), ({"name": " "}, "name is"), ({"revision": 20}, "revision is 20")],
)
def test_a_name_is_text(parts: tuple[Any, Any], argument: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        HuggingFace.live(*parts, **argument)


def test_a_models_card_is_the_current_one_in_the_thread_that_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    entered: list[int] = []
    monkeypatch.setattr(torch.cuda, "device", lambda card: entered.append(card) or nullcontext())
    weights = [SimpleNamespace(device=torch.device(name)) for name in ("cpu", "cuda:2", "cuda:1", "cuda:2")]
    with on_card(cards_of(SimpleNamespace(parameters=lambda: weights))):
        assert entered == [2]
    with on_card(cards_of(torch.nn.Linear(1, 1))):
        assert entered == [2]


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
