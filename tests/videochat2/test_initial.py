"""What training begins from: UMT's encoder, BERT, an earlier stage."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from mvbench.errors import ModelError
from tests.videochat2 import hostile, miniature

pytestmark = pytest.mark.slow


def names_in(rules: Any) -> set[str]:
    return {name for names in rules.values() for name in names}


def umt(made: Any, *, prefix: str = "") -> dict[str, Any]:
    """As in `l16_25m.pth`: a block more, a last norm, decoders and heads."""
    import torch

    state = {name: value.clone() for name, value in made.vision_encoder.state_dict().items()}
    last = {name.replace("blocks.1.", "blocks.2."): value for name, value in state.items() if "blocks.1." in name}
    rest = {
        "encoder.norm.weight": torch.ones(16),
        "encoder.norm.bias": torch.ones(16),
        "decoder.0.head.weight": torch.ones(2, 16),
        "clip_decoder.0.norm.bias": torch.ones(2),
        "mask_token": torch.ones(1, 1, 16),
    }
    return {prefix + name: value for name, value in {**state, **last, **rest}.items()}


@pytest.mark.parametrize("wrapped", ["bare", "model", "module", "module. in front"])
def test_umt_s_encoder_is_read_and_what_comes_after_it_is_named(
    tmp_path: Path, wrapped: str, caplog: pytest.LogCaptureFixture
) -> None:
    from baselines.videochat2.checkpoint.initial import load_vision

    source, target = (miniature.model(miniature.build(stage=1), seed=seed) for seed in (1, 2))
    state: Any = umt(source, prefix="module." if "front" in wrapped else "")
    path = hostile.saved({wrapped: state} if wrapped in ("model", "module") else state, tmp_path / "l16_25m.pth")
    with caplog.at_level(logging.INFO):
        told = load_vision(target.vision_encoder, path)
    for name, value in source.vision_encoder.state_dict().items():
        assert target.vision_encoder.state_dict()[name].equal(value), name
    assert {rule: len(names) for rule, names in told.unused.items()} == {
        "blocks after the last that is used": 13,
        "what comes after the encoder": 5,
    }
    assert any("13 weights of the file not used: blocks after" in record.message for record in caplog.records)


def test_the_encoder_of_a_whole_checkpoint_is_read_too(tmp_path: Path) -> None:
    from baselines.videochat2.checkpoint.initial import load_vision

    source, target = (miniature.model(miniature.build(stage=1), seed=seed) for seed in (1, 2))
    path = hostile.saved({"model": miniature.released(source, "llama")}, tmp_path / "x.pth")
    load_vision(target.vision_encoder, path)
    for name, value in source.vision_encoder.state_dict().items():
        assert target.vision_encoder.state_dict()[name].equal(value), name


@pytest.mark.parametrize("trouble", ["missing", "shape", "nan"])
def test_an_encoder_that_does_not_fit_is_refused(tmp_path: Path, trouble: str) -> None:
    from baselines.videochat2.checkpoint.initial import load_vision

    state = umt(miniature.model(miniature.build(stage=1)))
    name = "encoder.blocks.1.norm2.weight"
    if trouble == "missing":
        del state[name]
    elif trouble == "shape":
        state[name] = state[name][:3].clone()
    else:
        state[name][3] = float("nan")
    encoder = miniature.model(miniature.build(stage=1)).vision_encoder
    with pytest.raises(ModelError, match=r"encoder\.blocks\.1\.norm2\.weight"):
        load_vision(encoder, hostile.saved(state, tmp_path / "x.pth"))


def test_names_that_mean_the_same_are_refused(tmp_path: Path) -> None:
    """Otherwise one of the two would be passed over in silence."""
    from baselines.videochat2.checkpoint.initial import load_earlier, load_vision

    of = miniature.build()
    made = miniature.model(of)
    state = miniature.released(made, "llama")
    state["projection.bias"] = state["llama_proj.bias"] + 1
    path = hostile.saved(state, tmp_path / "x.pth")
    for load in (lambda: load_earlier(made, path, build=of), lambda: load_vision(made.vision_encoder, path)):
        with pytest.raises(ModelError, match="holds weights twice, under names that mean the same"):
            load()


def bert(*, head: bool, old: bool, bare: bool) -> tuple[Any, dict[str, Any]]:
    """A model of transformers with a word less than the Q-Former, and its state dict by old names or new."""
    import torch
    from transformers import BertConfig, BertForPreTraining

    size = miniature.build(stage=1).qformer
    config = BertConfig(
        vocab_size=size.vocabulary - 1,
        hidden_size=size.width,
        num_hidden_layers=size.layers,
        num_attention_heads=size.heads,
        intermediate_size=size.intermediate,
    )
    torch.manual_seed(4)
    model = BertForPreTraining(config).eval()
    state = {name: value.clone() for name, value in model.state_dict().items()}
    state["bert.embeddings.position_ids"] = torch.arange(512)[None]
    if not head:
        state = {name: value for name, value in state.items() if not name.startswith("cls.")}
    if old:
        state = {
            name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): value
            for name, value in state.items()
            if not name.startswith("cls.predictions.decoder.")
        }
    if bare:
        state = {name.removeprefix("bert."): value for name, value in state.items()}
    return model, state


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize(("head", "bare"), [(True, False), (False, False), (False, True)])
@pytest.mark.parametrize("kind", ["safetensors", "bin"])
def test_bert_fills_self_attention_text_and_through_it_the_queries(
    tmp_path: Path, head: bool, bare: bool, old: bool, kind: str
) -> None:
    import torch
    from safetensors.torch import save_file

    from baselines.videochat2.checkpoint.initial import load_bert

    model, state = bert(head=head, old=old, bare=bare)
    if kind == "safetensors":
        save_file({name: value.contiguous() for name, value in state.items()}, tmp_path / "model.safetensors")
    else:
        torch.save(state, tmp_path / "pytorch_model.bin")
    (tmp_path / "config.json").write_text("{}")
    qformer = miniature.model(miniature.build(stage=1)).qformer
    before = {name: value.clone() for name, value in qformer.state_dict().items()}
    told = load_bert(qformer, tmp_path)
    after, wanted = qformer.state_dict(), model.state_dict()
    for name, value in after.items():
        if "crossattention" in name or (name.startswith("cls.") and not head):
            assert name.endswith("decoder.weight") or value.equal(before[name]), name
        elif name.startswith(("bert.embeddings.word", "cls.predictions.decoder", "cls.predictions.bias")):
            assert value[:-1].equal(wanted[name]), name
            assert value[-1].equal(before[name][-1]), name
        else:
            assert value.equal(wanted[name.replace("_query.", ".")]), name
    spare = names_in(told.unused)
    assert any("token_type_embeddings" in name for name in spare) and any("pooler" in name for name in spare)
    words = torch.tensor([[2, 5, 6, 7, 3]])
    with torch.no_grad():
        theirs = model.bert(words, attention_mask=torch.ones_like(words)).last_hidden_state
        model.bert.embeddings.token_type_embeddings.weight.zero_()  # the Q-Former has none
        plain = model.bert(words, attention_mask=torch.ones_like(words)).last_hidden_state
        ours = qformer.eval()(None, text_ids=words, text_mask=torch.ones_like(words))
    torch.testing.assert_close(ours, plain, rtol=0, atol=1e-5)
    assert not torch.allclose(theirs, plain, atol=1e-5)


def test_a_bert_of_another_size_is_refused(tmp_path: Path) -> None:
    from baselines.videochat2.checkpoint.initial import load_bert

    _, state = bert(head=True, old=False, bare=False)
    qformer = miniature.model(miniature.build(stage=1)).qformer
    name = "bert.embeddings.word_embeddings.weight"
    state[name] = state[name][:-1].clone()
    with pytest.raises(ModelError, match=r"does not fit the Q-Former: 1 have another shape, such as bert\.embeddings"):
        load_bert(qformer, hostile.saved(state, tmp_path / "pytorch_model.bin"))
    del state["bert.encoder.layer.1.output.dense.bias"]
    with pytest.raises(ModelError, match=r"1 of the model's weights are missing, such as bert\.encoder\.layer\.1"):
        load_bert(qformer, hostile.saved(state, tmp_path / "pytorch_model.bin"))


@pytest.mark.parametrize("way", ["stage 1", "stage 2"])
def test_training_begins_from_an_earlier_stage(tmp_path: Path, way: str) -> None:
    from baselines.videochat2.checkpoint.initial import load_earlier

    of = miniature.build()
    first = miniature.model(miniature.build(stage=1), seed=1)
    second = miniature.model(miniature.build(stage=2), seed=2)
    earlier = first if way == "stage 1" else second
    path = hostile.saved({"model": miniature.released(earlier, "llama")}, tmp_path / "x.pth")
    model = miniature.model(of, seed=3)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    told = load_earlier(model, path, build=of)
    after, given = model.state_dict(), earlier.state_dict()
    for name in before:
        source = given if name in told.loaded else before
        assert after[name].equal(source[name]), name
    assert {"query_tokens", "vision_layernorm.weight"} < set(told.loaded)
    assert ("extra_query_tokens" in told.loaded) == (way == "stage 2")
    assert ("qformer.bert.embeddings.word_embeddings.weight" in told.loaded) == (way == "stage 1")
    assert set(told.loaded) | {name for names in told.expected.values() for name in names} == set(before)
    late = hostile.saved(miniature.released(model, "llama"), tmp_path / "late.pth")
    with pytest.raises(ModelError, match="stage 3, and one of stage 1 is needed"):
        load_earlier(first, late, build=miniature.build(stage=1))
