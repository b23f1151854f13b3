"""The smallest VideoChat2 there can be, of every kind, and what trainers of other places would write of it."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from baselines.videochat2.build import at_stage
from baselines.videochat2.sizes import Build, Compat, LoraSize, QFormerSize, Tiles, VisionSize
from baselines.videochat2.weights.names import original

Llm = Literal["llama", "mistral", "phi"]

SPOKEN = "A person picks up the red cup and puts it on the table. What happens next? Best option: (A) the cup falls. "
FORMATS = {"llama": "vicuna", "mistral": "mistral", "phi": "phi3"}
KINDS = {"llama": "llama", "mistral": "mistral", "phi": "phi3"}
TARGETS = {
    "llama": ("q_proj", "v_proj"),
    "mistral": ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj", "lm_head"),
    "phi": ("o_proj", "down_proj", "lm_head"),
}


@cache
def tokenizers() -> tuple[Any, Any]:
    """The language model's and the Q-Former's."""
    from baselines.videochat2.words import language_tokenizer, reading_tokenizer

    return language_tokenizer(SPOKEN * 3, entries=400), reading_tokenizer(SPOKEN * 3, entries=400)


def build(llm: Llm = "llama", *, stage: Literal[1, 2, 3, 4] = 3, adapted: bool = True, width: int = 24) -> Build:
    speaker, reader = tokenizers()
    facts = {
        "model_type": KINDS[llm],
        "vocab_size": len(speaker),
        "hidden_size": width,
        "intermediate_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "max_position_embeddings": 512,
        "rms_norm_eps": 1e-5,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "pad_token_id": 2,
        "tie_word_embeddings": False,
    }
    late = Build(
        name=f"miniature_{llm}",
        stage=4 if stage == 4 else 3,
        prompt_format=FORMATS[llm],
        vision=VisionSize(width=16, blocks=2, heads=2, image_side=32, table_side=2),
        qformer=QFormerSize(
            width=16, layers=2, heads=2, intermediate=32, vocabulary=len(reader), queries=3, extra_queries=2
        ),
        llm=facts,
        lora=LoraSize(rank=4, alpha=8, targets=TARGETS[llm]) if adapted else None,
        tiles=Tiles() if stage == 4 else None,
        compat=Compat(normalisation="clip"),
    )
    return late if stage >= 3 else at_stage(late, stage)


def model(of: Build, *, seed: int = 0) -> Any:
    """With numbers in every weight, adapters among them."""
    import torch

    from baselines.videochat2.build import seeded

    made = seeded(of, seed=seed).eval()
    chance = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in made.parameters():
            weight.copy_(torch.randn(weight.shape, generator=chance) * 0.1 + 0.01)
    return made


@dataclass(frozen=True)
class Folders:
    """Beside a checkpoint: the plain language model it was trained over, and BERT's tokenizer."""

    llm: Path
    bert: Path


def folders(at: Path, made: Any) -> Folders:
    from baselines.videochat2.lora import is_adapted

    speaker, reader = tokenizers()
    plain = made.llm.get_base_model() if is_adapted(made.llm) else made.llm
    plain_state = {
        name.replace(".base_layer.", "."): value for name, value in plain.state_dict().items() if ".lora_" not in name
    }
    type(plain)(plain.config).save_pretrained(at / "llm", state_dict=plain_state)
    speaker.save_pretrained(at / "llm")
    reader.save_pretrained(at / "bert")
    return Folders(at / "llm", at / "bert")


def load(path: Path, **options: Any) -> Any:
    """In float32, where nothing else is asked for."""
    import torch

    from baselines.videochat2.checkpoint.loading import load as loaded

    return loaded(path, **{"dtype": torch.float32, **options})


def released(made: Any, llm: Llm, *, frozen: bool = False, computed: bool = True) -> OrderedDict[str, Any]:
    """The state dict as the original's trainer writes it: its names, its tables, and no frozen weights."""
    import torch

    state = made.state_dict()
    names = original(state, llm=llm)
    kept = OrderedDict(
        (names[name], value.clone())
        for name, value in state.items()
        if frozen or not name.startswith("llm.") or ".lora_" in name
    )
    if computed:
        kept["qformer.bert.embeddings.position_ids"] = torch.arange(512)[None]
        kept[f"{llm}_model.base_model.model.model.layers.0.self_attn.rotary_emb.inv_freq"] = torch.ones(6)
    return kept


def answer(made: Any, *, read: bool = True) -> Any:
    """Visual tokens of a clip, and what the language model makes of them."""
    import torch

    chance = torch.Generator().manual_seed(3)
    pixels = torch.randn(2, 2, 3, 32, 32, generator=chance)
    words = torch.tensor([[5, 6, 7], [8, 9, 10]]) if read else None
    weight = made.projection.weight
    with torch.no_grad():
        tokens = made.visual_tokens(pixels.to(weight.dtype), words)
        logits = made(tokens, torch.ones(tokens.shape[:2], dtype=torch.long)).logits
    return torch.cat([tokens.flatten(), logits.flatten()]).float()


def larger(of: Build, **changes: int) -> Build:
    return replace(of, vision=replace(of.vision, **changes))
