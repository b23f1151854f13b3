"""Low-rank adapters: where they sit, that merging and publishing them changes no answer, and foreign ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from baselines.videochat2 import build, language, lora
from baselines.videochat2.sizes import LoraSize
from mvbench.errors import ModelError, UsageError

pytestmark = pytest.mark.slow

LLM = {
    "vocab_size": 50,
    "hidden_size": 16,
    "intermediate_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "pad_token_id": 2,
}
MET = {
    "llama": {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj", "lm_head"},
    "mistral": {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj", "lm_head"},
    "phi3": {"o_proj", "down_proj", "lm_head"},
}
IDS = [[1, 5, 9, 40, 3], [1, 2, 3, 4, 4]]


def plain(kind: str = "llama", **more: Any) -> Any:
    """Always the same language model of that kind, without adapters."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        return language.new_llm({"model_type": kind, "tie_word_embeddings": False, **LLM, **more}).eval()


def trained(llm: Any, size: LoraSize = build.WITH_HEAD) -> Any:
    """With adapters that change something."""
    import torch

    adapted = lora.attach(llm, size).eval()
    draw = torch.Generator().manual_seed(5)
    for weight in adapted.parameters():
        if weight.requires_grad:
            weight.data.copy_(torch.randn(weight.shape, generator=draw) * 0.05)
    return adapted


def logits(llm: Any) -> Any:
    import torch

    with torch.inference_mode():
        return llm(input_ids=torch.tensor(IDS)).logits


@pytest.mark.parametrize("kind", MET)
def test_adapters_sit_where_the_original_has_them(kind: str) -> None:
    adapted = lora.attach(plain(kind), build.WITH_HEAD)
    names = {name for name, weight in adapted.named_parameters() if weight.requires_grad}
    assert {name.split(".lora_")[0].rsplit(".", 1)[1] for name in names} == MET[kind]
    assert all(".lora_A.default.weight" in name or ".lora_B.default.weight" in name for name in names)
    layers = 2 * (len(MET[kind]) - 1) + 1
    assert len(names) == 2 * layers


def test_new_adapters_change_no_answer() -> None:
    assert (logits(lora.attach(plain(), LoraSize())) == logits(plain())).all()


def test_adapters_are_attached_without_weights_too() -> None:
    import torch

    with torch.device("meta"):
        adapted = lora.attach(plain(), LoraSize(rank=4))
    assert {weight.device.type for weight in adapted.parameters()} == {"meta"}


@pytest.mark.parametrize("kind", MET)
def test_merged_adapters_answer_as_before(kind: str) -> None:
    import torch

    adapted = trained(plain(kind))
    before = logits(adapted)
    assert (before - logits(plain(kind))).abs().max() > 1e-2
    merged = lora.merged(adapted)
    assert not lora.is_adapted(merged)
    assert type(merged) is type(plain(kind))
    assert torch.equal(torch.tensor(merged.lm_head.weight.shape), torch.tensor([50, 16]))
    assert (logits(merged) - before).abs().max() < 1e-5


def test_a_model_without_adapters_is_merged_already() -> None:
    llm = plain()
    assert lora.merged(llm) is llm


@pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing:FutureWarning")  # peft 0.21 over transformers 5.23
def test_a_published_adapter_alone_makes_the_same_answers(tmp_path: Path) -> None:
    from peft import PeftModel

    adapted = trained(plain())
    lora.save_adapter(adapted, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["adapter_config.json", "adapter_model.safetensors"]
    assert (logits(lora.load_adapter(plain(), tmp_path).eval()) == logits(adapted)).all()
    assert (logits(PeftModel.from_pretrained(plain(), str(tmp_path)).eval()) == logits(adapted)).all()


def test_the_files_of_an_adapter_are_always_the_same_and_name_no_folder(tmp_path: Path) -> None:
    for name in ("one", "two"):
        llm = plain()
        llm.name_or_path = str(tmp_path / name)
        lora.save_adapter(trained(llm), tmp_path / name)
    targets = json.loads((tmp_path / "one" / lora.CONFIG).read_text())["target_modules"]
    assert targets == sorted(build.WITH_HEAD.targets)  # peft keeps them as a set, in another order in each process
    for file in (lora.CONFIG, lora.WEIGHTS):
        content = (tmp_path / "one" / file).read_bytes()
        assert content == (tmp_path / "two" / file).read_bytes()
        assert str(tmp_path).encode() not in content


def test_an_output_layer_that_is_the_embedding_table_too_takes_no_adapter() -> None:
    with pytest.raises(UsageError, match="embedding table too"):
        lora.attach(plain(tie_word_embeddings=True), build.WITH_HEAD)
    tied = trained(plain(tie_word_embeddings=True), LoraSize())
    before = logits(tied)
    assert (logits(lora.merged(tied)) - before).abs().max() < 1e-5


def test_targets_that_name_no_layer_are_one_line() -> None:
    with pytest.raises(UsageError, match="LoRA targets qkv, nothing") as raised:
        lora.attach(plain(), LoraSize(targets=("qkv", "nothing")))
    assert "\n" not in str(raised.value)


def changed(**facts: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        file = folder / lora.CONFIG
        file.write_text(json.dumps(json.loads(file.read_text()) | facts))

    return change


def without_weights(folder: Path) -> None:
    (folder / lora.WEIGHTS).unlink()


def torn(folder: Path) -> None:
    file = folder / lora.WEIGHTS
    file.write_bytes(file.read_bytes()[:-100])


@pytest.mark.parametrize(
    ("spoil", "error", "said"),
    [
        (changed(peft_type="IA3"), UsageError, "peft_type 'IA3'"),
        (changed(use_dora=True), UsageError, "use_dora"),
        (changed(layers_to_transform=0), UsageError, "layers_to_transform"),
        (changed(megatron_core="os"), UsageError, "megatron_core"),
        (changed(bias="all"), UsageError, "bias"),
        (changed(rank_pattern={"q_proj": 3}), UsageError, "rank_pattern"),
        (changed(modules_to_save=["lm_head"]), UsageError, "modules_to_save"),
        (changed(anything=[1]), UsageError, "anything"),
        (changed(target_modules=".*"), UsageError, "target_modules"),
        (changed(target_modules=[]), UsageError, "target_modules"),
        (changed(r=0), UsageError, "r is '0'"),
        (changed(r=10**9), UsageError, "r is"),
        (changed(r=True), UsageError, "r is"),
        (changed(lora_dropout="a"), UsageError, "lora_dropout"),
        (changed(r=8), ModelError, "another language model"),
        (changed(target_modules=["q_proj"]), ModelError, "another language model"),
        (without_weights, ModelError, "cannot load the adapter"),
        (torn, ModelError, "cannot load the adapter"),
    ],
)
def test_an_adapter_of_another_kind_is_one_line(
    tmp_path: Path, spoil: Callable[[Path], None], error: type[Exception], said: str
) -> None:
    lora.save_adapter(trained(plain()), tmp_path)
    spoil(tmp_path)
    with pytest.raises(error, match=said) as raised:
        lora.load_adapter(plain(), tmp_path)
    assert "\n" not in str(raised.value)


def test_an_adapter_of_a_larger_model_is_refused_with_both_shapes(tmp_path: Path) -> None:
    lora.save_adapter(trained(plain()), tmp_path)
    with pytest.raises(ModelError, match=r"\(16, 16\) in the adapter, \(16, 32\) in the model"):
        lora.load_adapter(plain(hidden_size=32), tmp_path)
