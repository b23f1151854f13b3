"""Low-rank adapters of a language model, by peft."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from baselines.videochat2.language import existing, explained, read_json
from baselines.videochat2.sizes import LoraSize
from baselines.videochat2.weights.foreign import shapes
from mvbench.errors import ModelError, UsageError
from mvbench.folders import pretty, write_atomically
from mvbench.models.huggingface.batching import one_line

CONFIG = "adapter_config.json"
WEIGHTS = "adapter_model.safetensors"
NAME = "default"

UNDERSTOOD = {"r", "lora_alpha", "lora_dropout", "target_modules"}
HARMLESS = {
    "auto_mapping", "base_model_name_or_path", "inference_mode", "init_lora_weights", "peft_type", "peft_version",
    "revision", "task_type",
}  # fmt: skip
PLAIN = {"bias": ("none",), "megatron_core": ("megatron.core",), "qalora_group_size": (16,)}
"""Of the settings that are always set, the value that changes nothing. Any other makes another kind of adapter."""


def attach(llm: Any, size: LoraSize) -> Any:
    """The language model with adapters that change nothing yet, itself frozen; also on the meta device.

    Raises UsageError where no layer has such a name, and for an output layer that is the embedding table too: merging
    an adapter into one would change the other.
    """
    from peft import LoraConfig, get_peft_model

    if "lm_head" in size.targets and getattr(llm.config, "tie_word_embeddings", False):
        raise UsageError(
            "the output layer (lm_head) of this language model is its embedding table too and takes no adapter of its "
            "own; leave lm_head out of the LoRA targets"
        )
    settings = LoraConfig(
        r=size.rank,
        lora_alpha=size.alpha,
        lora_dropout=size.dropout,
        target_modules=list(size.targets),
        bias="none",
        task_type="CAUSAL_LM",
    )
    try:
        with warnings.catch_warnings():  # peft 0.21 asks transformers 5.23 in words that are going to go
            warnings.filterwarnings("ignore", ".*is_gradient_checkpointing", FutureWarning)
            adapted = get_peft_model(llm, settings)
    except ValueError as error:
        raise UsageError(f"LoRA targets {', '.join(size.targets)}: {one_line(error)}") from None
    # peft notes where the model came from, and what is published tells no folder of ours.
    adapted.peft_config[NAME].base_model_name_or_path = None
    return adapted


def is_adapted(llm: Any) -> bool:
    return hasattr(llm, "peft_config") and hasattr(llm, "merge_and_unload")


def begin(llm: Any) -> None:
    """Give adapters without weights (on the meta device, where their language model is) new ones on the CPU."""
    from peft.tuners.lora import LoraLayer

    for layer in llm.modules():
        if isinstance(layer, LoraLayer) and layer.lora_A[NAME].weight.is_meta:
            layer.lora_A.to_empty(device="cpu")
            layer.lora_B.to_empty(device="cpu")
            layer.reset_lora_parameters(NAME, init_lora_weights=True)


def merged(llm: Any) -> Any:
    """The plain language model with its adapters added to its weights; one without adapters as it is."""
    return llm.merge_and_unload() if is_adapted(llm) else llm


def save_adapter(llm: Any, folder: Path) -> None:
    """Write the adapter alone, as peft loads it onto the plain language model: `PeftModel.from_pretrained`."""
    from peft import get_peft_model_state_dict
    from safetensors.torch import save

    folder.mkdir(parents=True, exist_ok=True)
    weights = get_peft_model_state_dict(llm, save_embedding_layers=False)
    write_atomically(
        folder / WEIGHTS,
        save({name: value.detach().cpu().contiguous() for name, value in weights.items()}, {"format": "pt"}),
    )
    settings = llm.peft_config[NAME].to_dict()
    settings |= {"inference_mode": True, "target_modules": sorted(settings["target_modules"])}
    write_atomically(folder / CONFIG, pretty(settings))


def load_adapter(llm: Any, folder: str | Path) -> Any:
    """The plain language model with the adapter of a folder attached, every weight of it read from there.

    Raises UsageError for a folder that is none or an adapter of another kind, ModelError where its weights are not
    those of this language model.
    """
    from peft import get_peft_model_state_dict, set_peft_model_state_dict
    from safetensors.torch import load_file

    folder = existing(folder, "adapter")
    adapted = attach(llm, read_size(folder))
    with explained(f"the adapter of {str(folder)!r}"):
        weights = load_file(folder / WEIGHTS)
        wanted = shapes(get_peft_model_state_dict(adapted, save_embedding_layers=False))
        refuse_other(wanted, shapes(weights), str(folder))
        set_peft_model_state_dict(adapted, weights)
    return adapted


def read_size(folder: Path) -> LoraSize:
    """What `adapter_config.json` says. Raises UsageError for what `LoraSize` cannot say."""
    facts = read_json(folder / CONFIG)
    origin = str(folder / CONFIG)
    if facts.get("peft_type") != "LORA":
        raise UsageError(f"{origin!r} has peft_type {facts.get('peft_type')!r}; only LORA is known here")
    for name, value in facts.items():
        unset = value is None or value is False or value in ({}, [], *PLAIN.get(name, ()))
        if name not in UNDERSTOOD | HARMLESS and not unset:
            raise UsageError(f"{origin!r} has {name} = {one_line(value, most=60)!r}, which is not known here")
    targets = facts.get("target_modules")
    if not isinstance(targets, list) or not targets or not all(isinstance(name, str) for name in targets):
        raise UsageError(f"{origin!r}: target_modules is {one_line(targets, most=60)!r}; it must be a list of names")
    return LoraSize(
        rank=number(facts, "r", origin, kind=int, low=1, high=2**16),
        alpha=number(facts, "lora_alpha", origin, kind=int, low=1, high=2**16),
        dropout=number(facts, "lora_dropout", origin, kind=int | float, low=0, high=1),
        targets=tuple(sorted(targets)),
    )


def number(facts: Mapping[str, Any], name: str, origin: str, *, kind: Any, low: int, high: int) -> Any:
    """The value, a number from `low` to `high`. Raises UsageError."""
    value = facts.get(name)
    if isinstance(value, bool) or not isinstance(value, kind) or not low <= value <= high:
        raise UsageError(f"{origin!r}: {name} is {one_line(value, most=60)!r}; it must lie from {low} to {high:,}")
    return value


def refuse_other(wanted: Mapping[str, Any], found: Mapping[str, Any], folder: str) -> None:
    """Raises ModelError unless the names and shapes are the same."""
    odd = sorted(name for name in {*wanted, *found} if wanted.get(name) != found.get(name))
    if odd:
        here, there = wanted.get(odd[0], "none"), found.get(odd[0], "none")
        raise ModelError(
            f"the adapter of {folder!r} was made for another language model: {len(odd)} weights differ, such as "
            f"{odd[0]} ({there} in the adapter, {here} in the model)"
        )
