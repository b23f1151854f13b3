"""Names of the original and ours: one for one, and each full size has the original's, shape by shape."""

from __future__ import annotations

import math
import re

import pytest

from baselines.videochat2.build import BUILDS, at_stage
from baselines.videochat2.checkpoint.needed import RELEASES, needed
from baselines.videochat2.checkpoint.released import recognise
from baselines.videochat2.weights.names import COMPUTED, Sign, original, ours, sign
from tests.videochat2 import original_keys

WHOLE = {
    "stage1": ("vicuna_7b", 1, None),
    "stage2_vicuna": ("vicuna_7b", 2, "llama"),
    "stage2_mistral": ("mistral_7b", 2, "mistral"),
    "stage3_vicuna_lora": ("vicuna_7b", 3, "llama"),
    "stage3_mistral_lora": ("mistral_7b", 3, "mistral"),
    "stage3_phi_lora": ("phi3", 3, "phi"),
    "stage4_hd_mistral_lora": ("hd_mistral_7b", 4, "mistral"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", WHOLE)
def test_every_full_size_has_the_original_s_names_and_shapes(name: str) -> None:
    from baselines.videochat2.checkpoint.filling import empty

    build, stage, _ = WHOLE[name]
    wanted = original_keys.shapes(name)
    computed = {key for key in wanted if original_keys.COMPUTED.fullmatch(key)}
    renamed = ours(list(wanted))
    model = empty(at_stage(BUILDS[build](), stage))
    found = {key: tuple(value.shape) for key, value in model.state_dict().items()}
    assert found == {renamed[key]: shape for key, shape in wanted.items() if key not in computed}
    assert all(COMPUTED.fullmatch(renamed[key]) for key in computed)
    assert all(value.is_meta for value in model.parameters())


@pytest.mark.slow
def test_the_vision_encoder_alone_has_the_original_s_names_and_shapes() -> None:
    import torch

    from baselines.videochat2.build import vision_encoder
    from baselines.videochat2.sizes import VisionSize

    with torch.device("meta"):
        encoder = vision_encoder(VisionSize())
    found = {key: tuple(value.shape) for key, value in encoder.state_dict().items()}
    assert found == original_keys.shapes("vision_encoder")


@pytest.mark.parametrize("name", WHOLE)
def test_names_go_there_and_back(name: str) -> None:
    _, _, llm = WHOLE[name]
    keys = list(original_keys.shapes(name))
    there = ours(keys)
    back = original(there.values(), llm=llm or "llama")
    assert len(set(there.values())) == len(keys)
    assert [back[there[key]] for key in keys] == keys


def test_a_layer_s_own_weight_moves_only_where_the_layer_is_adapted() -> None:
    keys = [
        "llama_model.base_model.model.model.layers.0.self_attn.q_proj.weight",
        "llama_model.base_model.model.model.layers.0.self_attn.q_proj.lora_A.default.weight",
        "llama_model.base_model.model.model.layers.0.self_attn.k_proj.weight",
        "llama_model.base_model.model.model.layers.1.self_attn.q_proj.base_layer.weight",
        "llama_model.base_model.model.model.layers.1.self_attn.q_proj.lora_A.default.weight",
    ]
    layer = "llm.base_model.model.model.layers."
    assert list(ours(keys).values()) == [
        f"{layer}0.self_attn.q_proj.base_layer.weight",
        f"{layer}0.self_attn.q_proj.lora_A.default.weight",
        f"{layer}0.self_attn.k_proj.weight",
        f"{layer}1.self_attn.q_proj.base_layer.weight",
        f"{layer}1.self_attn.q_proj.lora_A.default.weight",
    ]


def test_what_wraps_a_network_in_training_is_taken_off_only_where_it_wraps_everything() -> None:
    assert ours(["module.query_tokens", "module.phi_proj.bias"]) == {
        "module.query_tokens": "query_tokens",
        "module.phi_proj.bias": "projection.bias",
    }
    assert ours(["module.query_tokens", "temp"])["module.query_tokens"] == "module.query_tokens"


@pytest.mark.parametrize("name", WHOLE)
def test_the_names_that_are_saved_tell_stage_and_language_model(name: str) -> None:
    build, stage, llm = WHOLE[name]
    saved = original_keys.shapes(name, saved=True)
    assert sign(saved) == Sign(min(stage, 3), llm, adapted=stage > 2)  # type: ignore[arg-type]
    found = recognise(saved)
    expected = "mistral_7b" if build == "hd_mistral_7b" else build  # both have the same weights
    assert (found.name, found.stage) == (expected, min(stage, 3))
    assert found == at_stage(BUILDS[expected](), found.stage)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], Sign(None, None, False)),
        (["encoder.blocks.0.norm1.weight"], Sign(None, None, False)),
        (["model.layers.0.self_attn.q_proj.weight", "lm_head.weight"], Sign(None, None, False)),
        (["projection.weight", "query_tokens"], Sign(2, None, False)),
        (["itm_head.weight", "qformer.bert.embeddings.word_embeddings.weight"], Sign(1, None, False)),
    ],
)
def test_other_names_tell_what_they_can(names: list[str], expected: Sign) -> None:
    assert sign(names) == expected


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("videochat2", "stage3_vicuna_lora"),
        ("videochat2-mistral", "stage3_mistral_lora"),
        ("videochat2-phi3", "stage3_phi_lora"),
        ("videochat2-hd", "stage4_hd_mistral_lora"),
    ],
)
def test_what_to_download_tells_the_true_size_and_where_it_goes(name: str, keys: str) -> None:
    saved = original_keys.shapes(keys, saved=True)
    numbers = sum(math.prod(shape) for shape in saved.values())
    assert RELEASES[name].numbers == numbers
    line = needed(name)
    assert f"{numbers * 4 / 1e9:.1f} GB" in line
    assert all(word in line for word in ("checkpoint=", "llm=", "bert=", f"[models.{name}]", "mvbench build"))
    assert "\n" not in line


def test_what_was_never_released_is_said() -> None:
    assert re.search("videochat2-mystral.*did you mean 'videochat2-mistral'", needed("videochat2-mystral"))
