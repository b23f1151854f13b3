"""The sizes by name: how large each is, what its stages have, and that weights follow from a seed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from baselines.videochat2.build import BUILDS, OWN_LLM, at_stage, make, named, over, seeded, tiny
from baselines.videochat2.conversation.formats import FORMATS
from baselines.videochat2.sizes import FIXED, Compat, LoraSize, Tiles, VisionSize
from mvbench.errors import UsageError

MILLIONS = {
    "vicuna_7b": (474.4, 7133.7, 7222.6),
    "mistral_7b": (474.4, 7637.0, 7760.1),
    "phi3": (474.4, 4215.6, 4305.6),
    "hd_mistral_7b": (474.4, 7637.0, 7760.1),
    "llama3_8b": (474.4, 8425.6, 8548.0),
    "qwen3_8b": (474.4, 8586.0, 8710.2),
    "small": (31.5, 54.6, 61.0),
    "tiny": (3.2, 5.1, 5.6),
}
"""Parameters at stages 1, 2 and 3, tied ones once."""


def count(model: Any) -> int:
    return sum(weight.numel() for weight in model.parameters())


def on_meta(*arguments: Any, **more: Any) -> Any:
    import torch

    with torch.device("meta"):
        return make(*arguments, **more)


@pytest.mark.slow
@pytest.mark.parametrize("name", BUILDS)
def test_every_size_is_made_without_memory_at_every_stage(name: str) -> None:
    models = [on_meta(at_stage(named(name), stage)) for stage in (1, 2, 3)]
    assert tuple(round(count(model) / 1e6, 1) for model in models) == MILLIONS[name]
    assert all(weight.is_meta for model in models for weight in model.parameters())
    assert not any("lora" in key for key in models[1].state_dict())
    assert any("lora" in key for key in models[2].state_dict()) == (named(name).lora is not None)


@pytest.mark.slow
def test_tiny_is_tiny() -> None:
    assert count(on_meta(tiny())) <= 6e6


@pytest.mark.slow
def test_weights_follow_from_the_seed_whatever_the_number_of_threads() -> None:
    import torch

    build = over(tiny(), tiny().llm)
    before = torch.random.get_rng_state()
    one = seeded(build, seed=4).state_dict()
    assert torch.equal(torch.random.get_rng_state(), before)
    torch.manual_seed(99)
    torch.set_num_threads(2)
    same, other = (seeded(build, seed=seed).state_dict() for seed in (4, 5))
    assert all(torch.isfinite(value).all() for value in one.values())
    assert all(torch.equal(value, same[key]) for key, value in one.items())
    assert not torch.equal(one["query_tokens"], other["query_tokens"])
    assert not torch.equal(one["llm.base_model.model.lm_head.weight"], other["llm.base_model.model.lm_head.weight"])


@pytest.mark.slow
def test_adapters_have_weights_over_a_language_model_without() -> None:
    import torch

    from baselines.videochat2 import language

    build = over(tiny(), tiny().llm)
    with torch.device("meta"):
        empty = language.new_llm(build.llm)
        model = seeded(build, seed=4, llm=empty)
    weights = dict(model.named_parameters())
    assert {name for name, weight in weights.items() if weight.is_meta} == {
        name for name in weights if name.startswith("llm.") and ".lora_" not in name
    }
    first = weights["llm.base_model.model.model.layers.0.self_attn.q_proj.lora_A.default.weight"]
    assert first.isfinite().all()
    assert first.std() > 0
    assert (weights["llm.base_model.model.model.layers.0.self_attn.q_proj.lora_B.default.weight"] == 0).all()


@pytest.mark.slow
def test_another_image_encoder_takes_the_vision_encoders_place() -> None:
    import torch

    clip = VisionSize(kind="clip", width=32, blocks=2, heads=2, image_side=64, patch=16)
    model = seeded(replace(tiny(), vision=clip), seed=0).eval()
    with torch.inference_mode():
        assert model.visual_tokens(torch.zeros(1, 2, 3, 64, 64)).shape == (1, 32, 192)


@pytest.mark.slow
def test_a_language_model_at_hand_is_taken() -> None:
    import torch

    from baselines.videochat2 import language

    with torch.device("meta"):
        llm = language.new_llm(tiny().llm)
    assert on_meta(tiny(), llm=llm).llm is llm


@pytest.mark.slow
@pytest.mark.parametrize(
    ("llm", "said"),
    [
        ({"model_type": "lama"}, "model_type 'lama'"),
        ({}, "model_type None"),
        ({"model_type": "llama", "num_attention_heads": "many"}, "transformers refuses"),
    ],
)
def test_a_language_model_that_cannot_be_made_is_one_line(llm: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said) as raised:
        on_meta(replace(tiny(), llm=llm))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", BUILDS)
def test_a_builds_name_is_that_of_its_function(name: str) -> None:
    build = named(name)
    assert build.name == name
    assert build.prompt_format in FORMATS
    assert build.vision.image_side == build.vision.patch * build.vision.table_side


def test_an_unknown_size_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="size 'vicuna7b' is unknown; did you mean 'vicuna_7b'"):
        named("vicuna7b")


def test_published_scores_are_reproduced_with_what_they_were_made_with() -> None:
    """What differs between the original's models, each switch of each."""
    common = Compat(bos_row="number", image_tokens="repeated", gradient_to="own", empty_reply="never")
    mistral = replace(common, qformer_padding="left", normalisation="clip", end_of_caption="masked")
    assert {name: named(name).compat for name in BUILDS} == {
        "vicuna_7b": replace(common, normalisation="clip"),
        "mistral_7b": mistral,
        "phi3": replace(common, qformer_padding="left", caption_padding="left"),
        "hd_mistral_7b": replace(mistral, normalisation="imagenet", hd_instruction="first_character"),
        **dict.fromkeys((*OWN_LLM, "llama3_8b", "qwen3_8b"), FIXED),
    }


def test_numbers_that_no_weights_shape_tells_are_the_originals() -> None:
    """A released checkpoint loads with others too, and then gives other replies."""
    many = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj", "lm_head")
    assert named("vicuna_7b").lora == LoraSize(rank=16, alpha=32, dropout=0.1, targets=("q_proj", "v_proj"))
    for name in ("mistral_7b", "phi3", "hd_mistral_7b"):
        assert named(name).lora == LoraSize(rank=16, alpha=32, dropout=0.1, targets=many)
    assert named("hd_mistral_7b").tiles == Tiles(most=12, whole=True)
    released = [named(name) for name in ("vicuna_7b", "mistral_7b", "phi3", "hd_mistral_7b")]
    assert {(build.vision.heads, build.vision.table_frames, build.vision.table_side) for build in released} == {
        (16, 4, 14)
    }
    assert {(build.qformer.heads, build.qformer.dropout, build.qformer.drop_path) for build in released} == {
        (12, 0.1, 0.2)
    }


def test_a_stage_has_what_it_trains() -> None:
    hd = named("hd_mistral_7b")
    first, second, third, fourth = (at_stage(hd, stage) for stage in (1, 2, 3, 4))
    assert fourth == hd
    assert [build.stage for build in (first, second, third, fourth)] == [1, 2, 3, 4]
    assert (first.qformer.extra_queries, first.llm, first.lora, first.tiles) == (0, {}, None, None)
    assert (second.qformer.text, second.lora, second.tiles, second.llm) == (False, None, None, hd.llm)
    assert (third.qformer, third.lora, third.tiles) == (hd.qformer, hd.lora, None)
    assert at_stage(named("vicuna_7b"), 4).tiles is not None


def test_a_public_language_model_is_frozen_and_so_gets_adapters() -> None:
    llm = {"model_type": "llama", "hidden_size": 64}
    assert tiny().lora is None
    assert over(tiny(), llm).lora == LoraSize(
        targets=("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
    )
    assert over(named("vicuna_7b"), llm).lora == LoraSize(targets=("q_proj", "v_proj"))
    assert over(at_stage(tiny(), 2), llm).lora is None
    assert over(tiny(), llm).llm == llm
