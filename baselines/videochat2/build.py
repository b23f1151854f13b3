"""Every size by name: its numbers, its stages, its networks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from baselines.videochat2.sizes import Build, Compat, LoraSize, QFormerSize, Tiles, VisionSize
from mvbench.errors import UsageError, suggestion

if TYPE_CHECKING:
    from torch import nn

LINEARS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
WITH_HEAD = LoraSize(targets=(*LINEARS, "lm_head"))
"""The original's list for Mistral and Phi-3. Of Phi-3, whose projections are fused, it meets only three kinds."""

EVERYWHERE = Compat(bos_row="number", image_tokens="repeated", gradient_to="own", empty_reply="never")
"""What the original does whichever the language model."""

LLAMA = {
    "model_type": "llama",
    "hidden_act": "silu",
    "bos_token_id": 1,
    "eos_token_id": 2,
    "tie_word_embeddings": False,
}


def vicuna_7b() -> Build:
    """The paper's model, over Vicuna-7B v0."""
    llm = {
        **LLAMA,
        "vocab_size": 32000,
        "hidden_size": 4096,
        "intermediate_size": 11008,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "max_position_embeddings": 2048,
        "rms_norm_eps": 1e-6,
    }
    compat = replace(EVERYWHERE, normalisation="clip")
    return Build("vicuna_7b", 3, "vicuna", llm=llm, lora=LoraSize(), compat=compat)


def mistral_7b() -> Build:
    """Over Mistral-7B-Instruct-v0.2."""
    llm = {
        "model_type": "mistral",
        "vocab_size": 32000,
        "hidden_size": 4096,
        "intermediate_size": 14336,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "max_position_embeddings": 32768,
        "rms_norm_eps": 1e-5,
        "rope_theta": 1e6,
        "sliding_window": None,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "tie_word_embeddings": False,
    }
    compat = replace(EVERYWHERE, qformer_padding="left", normalisation="clip", end_of_caption="masked")
    return Build("mistral_7b", 3, "mistral", llm=llm, lora=WITH_HEAD, compat=compat)


def phi3() -> Build:
    """Over Phi-3-mini-128k-instruct.

    How that one stretches its rotary angles for long contexts is told by the `config.json` of its folder; shapes do not
    depend on it.
    """
    llm = {
        "model_type": "phi3",
        "vocab_size": 32064,
        "hidden_size": 3072,
        "intermediate_size": 8192,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "max_position_embeddings": 4096,
        "rms_norm_eps": 1e-5,
        "bos_token_id": 1,
        "eos_token_id": 32000,
        "pad_token_id": 32000,
        "tie_word_embeddings": False,
    }
    compat = replace(EVERYWHERE, qformer_padding="left", caption_padding="left")
    return Build("phi3", 3, "phi3", llm=llm, lora=WITH_HEAD, compat=compat)


def hd_mistral_7b() -> Build:
    """Stage 4: frames in tiles, over Mistral-7B-Instruct-v0.2."""
    low = mistral_7b()
    compat = replace(low.compat, hd_instruction="first_character", normalisation="imagenet")
    return replace(low, name="hd_mistral_7b", stage=4, tiles=Tiles(), compat=compat)


def llama3_8b() -> Build:
    """Over Llama-3.1-8B-Instruct, by its own chat template."""
    llm = {
        "model_type": "llama",
        "vocab_size": 128256,
        "hidden_size": 4096,
        "intermediate_size": 14336,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "max_position_embeddings": 131072,
        "rms_norm_eps": 1e-5,
        "rope_theta": 5e5,
        "rope_scaling": {
            "rope_type": "llama3",
            "factor": 8.0,
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0,
            "original_max_position_embeddings": 8192,
        },
        "bos_token_id": 128000,
        "eos_token_id": 128009,
        "tie_word_embeddings": False,
    }
    return Build("llama3_8b", 3, "chat_template", llm=llm, lora=LoraSize(targets=LINEARS))


def qwen3_8b() -> Build:
    """Over Qwen3-8B, by its own chat template."""
    llm = {
        "model_type": "qwen3",
        "vocab_size": 151936,
        "hidden_size": 4096,
        "intermediate_size": 12288,
        "num_hidden_layers": 36,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "head_dim": 128,
        "max_position_embeddings": 40960,
        "rms_norm_eps": 1e-6,
        "rope_theta": 1e6,
        "eos_token_id": 151645,
        "pad_token_id": 151643,
        "tie_word_embeddings": False,
    }
    return Build("qwen3_8b", 3, "chat_template", llm=llm, lora=LoraSize(targets=LINEARS))


def small() -> Build:
    """About 60 M parameters for one GPU, a language model of its own among them: nothing to download."""
    llm = {
        **LLAMA,
        "vocab_size": 4000,
        "hidden_size": 512,
        "intermediate_size": 1408,
        "num_hidden_layers": 8,
        "num_attention_heads": 8,
        "max_position_embeddings": 2048,
        "rms_norm_eps": 1e-6,
    }
    vision = VisionSize(width=384, blocks=8, heads=6)
    qformer = QFormerSize(width=384, layers=6, heads=6, intermediate=1024, vocabulary=4000)
    return Build("small", 3, "vicuna", vision=vision, qformer=qformer, llm=llm)


def tiny() -> Build:
    """Under 6 M parameters: everything in seconds on a CPU."""
    llm = {
        **LLAMA,
        "vocab_size": 1600,
        "hidden_size": 192,
        "intermediate_size": 512,
        "num_hidden_layers": 4,
        "num_attention_heads": 6,
        "max_position_embeddings": 2048,
        "rms_norm_eps": 1e-6,
    }
    vision = VisionSize(width=160, blocks=6, heads=5, image_side=64, table_side=4)
    qformer = QFormerSize(
        width=128, layers=4, heads=4, intermediate=256, vocabulary=1600, queries=16, extra_queries=16, drop_path=0.0
    )
    return Build("tiny", 3, "vicuna", vision=vision, qformer=qformer, llm=llm)


BUILDS: Mapping[str, Callable[[], Build]] = MappingProxyType(
    {size.__name__: size for size in (vicuna_7b, mistral_7b, phi3, hd_mistral_7b, llama3_8b, qwen3_8b, small, tiny)}
)
"""Each as its last stage makes it; `at_stage` gives what comes before."""

OWN_LLM = ("small", "tiny")
"""Those that bring a language model and tokenizers of their own."""


def named(name: str) -> Build:
    """The build of that name. Raises UsageError that tells the nearest one."""
    if name not in BUILDS:
        raise UsageError(f"size {name!r} is unknown{suggestion(name, BUILDS)} (known: {', '.join(BUILDS)})")
    return BUILDS[name]()


def at_stage(build: Build, stage: Literal[1, 2, 3, 4]) -> Build:
    """A build of stage 3 or 4 as another stage trains it.

    Stage 1 has neither language model nor extra queries, 2 reads no instruction and adapts nothing, 4 alone has tiles.
    """
    assert build.stage >= 3, f"{build.name} is of stage {build.stage}, and what later stages have is not in it"
    tiles = (build.tiles or Tiles()) if stage == 4 else None
    if stage == 1:
        qformer = replace(build.qformer, extra_queries=0)
        return replace(build, stage=stage, qformer=qformer, llm={}, lora=None, tiles=tiles)
    if stage == 2:
        return replace(build, stage=stage, qformer=replace(build.qformer, text=False), lora=None, tiles=tiles)
    return replace(build, stage=stage, tiles=tiles)


def over(build: Build, llm: Mapping[str, Any]) -> Build:
    """The build with the configuration of another language model, which is frozen and so gets low-rank adapters."""
    adapters = LoraSize(targets=LINEARS) if build.name in OWN_LLM else build.lora
    return replace(build, llm=dict(llm), lora=adapters if build.stage > 2 else None)


def make(build: Build, *, llm: nn.Module | None = None) -> nn.Module:
    """The networks, with random weights where the default device holds any: `VideoChat2`, or of stage 1 `Alignment`.

    `llm`: a language model with its weights, in place of one made from `build.llm`. Low-rank adapters are attached
    where the build has them. Raises UsageError for a language model that cannot be made.
    """
    from baselines.videochat2.qformer import QFormer

    encoder = vision_encoder(build.vision)
    qformer = QFormer(build.qformer, vision_width=encoder.width, head=build.stage == 1)
    if build.stage == 1:
        from baselines.videochat2.alignment import Alignment

        return Alignment(
            encoder,
            qformer,
            frames=build.vision.table_frames,
            shared_width=build.qformer.width,
            image_tokens=build.compat.image_tokens,
            gradient_to=build.compat.gradient_to,
        )
    from baselines.videochat2 import language, lora
    from baselines.videochat2.model import VideoChat2

    speaker: Any = llm if llm is not None else language.new_llm(build.llm)
    width = speaker.config.hidden_size
    adapted = lora.attach(speaker, build.lora) if build.lora else speaker
    return VideoChat2(encoder, qformer, adapted, size=build.qformer, llm_width=width)


def seeded(build: Build, *, seed: int, llm: nn.Module | None = None) -> nn.Module:
    """The networks on the CPU with random weights that follow from the seed alone, whatever the number of threads.

    `llm` keeps its own weights, or its lack of them, but the adapters get some.
    """
    import torch

    from baselines.videochat2 import lora

    with torch.random.fork_rng(devices=[]), torch.device("cpu"):
        torch.manual_seed(seed)
        model = make(build, llm=llm)
        lora.begin(model)
        return model


def vision_encoder(size: VisionSize) -> Any:
    if size.kind == "clip":
        from baselines.videochat2.image_encoder import ClipImageEncoder

        return ClipImageEncoder(size)
    from baselines.videochat2.vision_encoder import VisionEncoder

    return VisionEncoder(size)
