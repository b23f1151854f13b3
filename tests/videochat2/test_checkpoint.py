"""Every public form of a checkpoint gives the model it was made from; what does not fit is refused with its cause."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from baselines.videochat2.build import at_stage, tiny
from baselines.videochat2.checkpoint.accounts import Account, account, sorted_out
from baselines.videochat2.sizes import FIXED, LoraSize
from baselines.videochat2.weights.names import COMPUTED
from mvbench.errors import ModelError, UsageError
from tests.videochat2 import hostile, miniature
from tests.videochat2.miniature import load

pytestmark = pytest.mark.slow


def assert_alike(one: Any, other: Any, *, atol: float = 0.0) -> None:
    import torch

    torch.testing.assert_close(one, other, rtol=0, atol=atol)


def as_pth(state: Any, at: Path) -> Path:
    return hostile.saved({"model": state, "optimizer": {"state": {}}, "config": hostile.EasyDict(a=1)}, at / "a.pth")


def as_bare(state: Any, at: Path) -> Path:
    return hostile.saved(state, at / "a.pth")


def as_legacy(state: Any, at: Path) -> Path:
    return hostile.saved_old({"model": state}, at / "a.pth")


def as_folder(state: Any, at: Path) -> Path:
    (at / "released").mkdir()
    hostile.saved({"model": state}, at / "released" / "a.pth")
    return at / "released"


def as_parts(state: Any, at: Path) -> Path:
    from safetensors.torch import save_file

    (at / "parts").mkdir()
    names = sorted(state)
    for number, some in enumerate((names[::2], names[1::2]), 1):
        part = {name: state[name].contiguous() for name in some}
        save_file(part, at / "parts" / f"model-0000{number}-of-00002.safetensors")
    return at / "parts"


def as_bin(state: Any, at: Path) -> Path:
    (at / "bin").mkdir()
    hostile.saved(state, at / "bin" / "pytorch_model.bin")
    return at / "bin"


def as_deepspeed(state: Any, at: Path) -> Path:
    (at / "deep" / "step3").mkdir(parents=True)
    (at / "deep" / "latest").write_text("step3\n")
    hostile.saved({"module": state, "dp_world_size": 1}, at / "deep" / "step3" / "mp_rank_00_model_states.pt")
    return at / "deep"


FORMS: dict[str, Callable[[Any, Path], Path]] = {
    ".pth": as_pth,
    "bare": as_bare,
    "legacy": as_legacy,
    "folder": as_folder,
    "parts": as_parts,
    "bin": as_bin,
    "deepspeed": as_deepspeed,
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_model_it_was_made_from(tmp_path: Path, form: str) -> None:
    of = miniature.build()
    made = miniature.model(of)
    beside = miniature.folders(tmp_path, made)
    path = FORMS[form](miniature.released(made, "llama"), tmp_path)
    loaded = load(path, build=of, llm=beside.llm, bert=beside.bert, merge=False)
    assert_alike(miniature.answer(loaded.model), miniature.answer(made))
    assert loaded.build == replace(of, llm=loaded.build.llm)
    assert not loaded.model.training
    assert len(loaded.tokenizer) == of.llm["vocab_size"]
    assert len(loaded.bert_tokenizer) == of.qformer.vocabulary
    counted = sum(map(len, (loaded.account.loaded, *loaded.account.expected.values())))
    assert counted == len(made.state_dict())
    (tables,) = loaded.account.unused.values()
    assert len(tables) == 2


@pytest.mark.parametrize(
    ("llm", "stage"),
    [("llama", 3), ("mistral", 3), ("phi", 3), ("mistral", 4), ("llama", 2), ("mistral", 2), ("phi", 2)],
)
def test_every_stage_and_language_model_is_read(tmp_path: Path, llm: Any, stage: Any) -> None:
    of = miniature.build(llm, stage=stage)
    made = miniature.model(of)
    beside = miniature.folders(tmp_path, made)
    path = as_pth(miniature.released(made, llm), tmp_path)
    loaded = load(path, build=of, llm=beside.llm, bert=beside.bert)
    reads = stage > 2
    assert_alike(miniature.answer(loaded.model, read=reads), miniature.answer(made, read=reads), atol=2e-6)
    assert loaded.build.lora is None
    assert not any("lora" in name for name in loaded.model.state_dict())
    assert {str(weight.device) for weight in loaded.model.state_dict().values()} == {"cpu"}


def test_stage_1_is_read_with_its_heads(tmp_path: Path) -> None:
    of = miniature.build(stage=1)
    made = miniature.model(of)
    _, reader = miniature.tokenizers()
    reader.save_pretrained(tmp_path / "bert")
    state = miniature.released(made, "llama")
    path = as_pth(state, tmp_path)
    loaded = load(path, build=of, bert=tmp_path / "bert")
    assert loaded.tokenizer is None
    for name, value in made.state_dict().items():
        assert loaded.model.state_dict()[name].equal(value), name
    head = loaded.model.qformer.cls["predictions"]
    assert head.decoder.weight is loaded.model.qformer.bert.embeddings.word_embeddings.weight
    state["qformer.cls.predictions.decoder.weight"] += 1
    with pytest.raises(ModelError, match=r"different numbers in .*decoder\.weight"):
        load(as_pth(state, tmp_path), build=of, bert=tmp_path / "bert")


def test_names_of_newer_peft_and_frozen_weights_in_the_file_are_read_too(tmp_path: Path) -> None:
    of = miniature.build("mistral")
    made = miniature.model(of)
    beside = miniature.folders(tmp_path, miniature.model(of, seed=9))  # another language model: the file's own counts
    for newer in (False, True):
        state = miniature.released(made, "mistral", frozen=True)
        if newer:
            layers = {name.partition(".lora_A")[0] for name in state if ".lora_A" in name}
            state = type(state)(
                (f"{stem}.base_layer.weight" if (stem := name.removesuffix(".weight")) in layers else name, value)
                for name, value in state.items()
            )
        loaded = load(as_pth(state, tmp_path), build=of, llm=beside.llm, bert=beside.bert, merge=False)
        assert_alike(miniature.answer(loaded.model), miniature.answer(made))
        assert not loaded.account.expected


def test_the_build_is_found_where_nobody_names_it(tmp_path: Path) -> None:
    speaker, reader = miniature.tokenizers()
    of = tiny()
    of = replace(of, llm={**of.llm, "vocab_size": len(speaker)}, qformer=replace(of.qformer, vocabulary=len(reader)))
    of = replace(of, lora=LoraSize(rank=2, alpha=4, targets=("q_proj", "v_proj")))
    made = miniature.model(of)
    beside = miniature.folders(tmp_path, made)
    loaded = load(as_pth(miniature.released(made, "llama"), tmp_path), llm=beside.llm, bert=beside.bert, merge=False)
    assert replace(loaded.build, llm=of.llm) == of
    for name, value in made.state_dict().items():
        assert loaded.model.state_dict()[name].equal(value), name


def test_dtype_compat_and_merging_are_as_asked_for(tmp_path: Path) -> None:
    import torch

    of = miniature.build()
    made = miniature.model(of)
    beside = miniature.folders(tmp_path, made)
    path = as_pth(miniature.released(made, "llama"), tmp_path)
    loaded = load(path, build=of, llm=beside.llm, bert=beside.bert, dtype=torch.bfloat16, compat=FIXED)
    assert {weight.dtype for weight in loaded.model.parameters()} == {torch.bfloat16}
    assert (of.compat, loaded.build.compat) == (miniature.build().compat, FIXED)
    assert_alike(miniature.answer(loaded.model), miniature.answer(made), atol=0.1)
    kept = load(path, build=of, llm=beside.llm, bert=beside.bert, merge=False)
    assert kept.build.lora == of.lora
    trained = {name for name, weight in kept.model.named_parameters() if weight.requires_grad}
    assert trained == {name for name, weight in made.named_parameters() if weight.requires_grad}


def without(state: Any, *parts: str) -> Any:
    return type(state)((name, value) for name, value in state.items() if not any(part in name for part in parts))


def changed(state: Any, name: str, change: Callable[[Any], Any]) -> Any:
    return type(state)((key, change(value) if name in key else value) for key, value in state.items())


def other(state: Any, **sizes: Any) -> Any:
    """A file of the same kind made with other sizes."""
    build = miniature.build(**sizes)
    return miniature.released(miniature.model(build), "llama")


REFUSED: dict[str, tuple[Callable[[Any], Any], str]] = {
    "of stage 1": (lambda state: other(state, stage=1), "stage 1, and one of stage 3 is needed"),
    "of stage 2": (lambda state: other(state, stage=2), "stage 2, and one of stage 3 is needed"),
    "no adapters": (lambda state: without(state, "lora"), "holds no LoRA adapters"),
    "adapters elsewhere": (lambda state: without(state, "v_proj"), "adapters lie on other layers"),
    "adapters of another rank": (
        lambda state: changed(
            changed(state, "lora_A", lambda value: value[:2]), "lora_B", lambda value: value[:, :2].clone()
        ),
        "rank 2, and miniature_llama has 4",
    ),
    "Mistral's": (
        lambda state: type(state)((name.replace("llama_", "mistral_"), value) for name, value in state.items()),
        "made with Mistral and not Vicuna: try --model videochat2-mistral",
    ),
    "another width": (lambda state: other(state, width=32), "of width 32, and the one given has width 24"),
    "fewer queries": (
        lambda state: changed(state, "extra_query_tokens", lambda value: value[:, :1]),
        r"3 \+ 1 queries, and miniature_llama 3 \+ 2",
    ),
    "fewer blocks": (lambda state: without(state, "blocks.1."), "1 blocks of width 16.* 2 of width 16"),
    "fewer words": (lambda state: changed(state, "word_embeddings", lambda value: value[:-1]), "Q-Former knows"),
    "something else": (
        lambda state: {"model.embed_tokens.weight": state["query_tokens"]},
        "checkpoint of something else",
    ),
    "a vision encoder": (
        lambda state: {name.removeprefix("vision_encoder."): state[name] for name in state if "vision_enc" in name},
        "vision encoder alone",
    ),
    "one missing": (lambda state: without(state, "query_tokens"), "missing, such as"),
    "one too many": (lambda state: {**state, "spare.weight": state["query_tokens"]}, "belong nowhere.*spare.weight"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_does_not_fit_is_refused_with_its_cause_in_one_line(tmp_path: Path, kind: str) -> None:
    change, said = REFUSED[kind]
    of = miniature.build()
    made = miniature.model(of)
    beside = miniature.folders(tmp_path, made)
    path = as_pth(change(miniature.released(made, "llama")), tmp_path)
    with pytest.raises(ModelError, match=said) as refused:
        load(path, build=of, llm=beside.llm, bert=beside.bert)
    assert "\n" not in str(refused.value)


def test_another_matching_head_is_named(tmp_path: Path) -> None:
    of = miniature.build(stage=1)
    _, reader = miniature.tokenizers()
    reader.save_pretrained(tmp_path / "bert")
    state = changed(miniature.released(miniature.model(of), "llama"), "itm_head.weight", lambda value: value[:, :16])
    with pytest.raises(ModelError, match=r"matching head reads 16 numbers and not 32.*vtm_cat_text_cls"):
        load(as_pth(state, tmp_path), build=of, bert=tmp_path / "bert")


def test_a_file_without_a_known_size_is_refused_where_nobody_names_the_build(tmp_path: Path) -> None:
    made = miniature.model(miniature.build())
    beside = miniature.folders(tmp_path, made)
    with pytest.raises(ModelError, match=r"over Vicuna, and of its sizes there is no build .*\(16, 16, 2, 16, 2, 3\)"):
        load(as_pth(miniature.released(made, "llama"), tmp_path), llm=beside.llm, bert=beside.bert)
    with pytest.raises(ModelError, match="none of them tells a VideoChat2"):
        load(as_pth({"a": made.query_tokens}, tmp_path), llm=beside.llm, bert=beside.bert)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_weights_that_are_no_numbers_are_refused_by_name(tmp_path: Path, value: float) -> None:
    of = miniature.build()
    made = miniature.model(of)
    beside = miniature.folders(tmp_path, made)
    state = miniature.released(made, "llama")
    state["llama_proj.weight"][3, 5] = value
    for partial in (False, True):
        with pytest.raises(ModelError, match=r"NaN or infinite numbers in llama_proj\.weight"):
            load(as_pth(state, tmp_path), build=of, llm=beside.llm, bert=beside.bert, partial=partial)


def test_partial_loads_what_fits_and_names_all_that_does_not(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    of = miniature.build()
    made = miniature.model(of)
    beside = miniature.folders(tmp_path, made)
    state = without(miniature.released(made, "llama"), "vision_layernorm", "layer.1.")
    state["spare"] = made.query_tokens
    state["llama_proj.bias"] = state["llama_proj.bias"][:-1]
    lost = [name for name in made.state_dict() if re.match(r"vision_layernorm|qformer.*layer\.1\.", name)]
    with caplog.at_level(logging.WARNING):
        loaded = load(as_pth(state, tmp_path), build=of, llm=beside.llm, bert=beside.bert, partial=True, merge=False)
    said = [record.message for record in caplog.records]
    for line in (*(f"missing: {name}" for name in lost), "unknown: spare", "other shape: projection.bias"):
        assert line in said
    found, wanted = loaded.model.state_dict(), made.state_dict()
    for name in loaded.account.loaded:
        assert found[name].equal(wanted[name]), name
    assert set(loaded.account.missing) == set(lost)
    assert miniature.answer(loaded.model).isfinite().all()


@pytest.mark.parametrize(("argument", "what"), [("llm", "language model"), ("bert", "BERT's tokenizer")])
def test_folders_that_are_needed_are_asked_for(tmp_path: Path, argument: str, what: str) -> None:
    of = miniature.build()
    made = miniature.model(of)
    beside = miniature.folders(tmp_path, made)
    path = as_pth(miniature.released(made, "llama"), tmp_path)
    given = {"llm": beside.llm, "bert": beside.bert} | {argument: None}
    with pytest.raises(UsageError, match=f"does not bring .*{what}.* {argument}=FOLDER"):
        load(path, build=of, **given)


def test_another_language_model_than_the_one_it_was_trained_over_is_refused(tmp_path: Path) -> None:
    made = miniature.model(miniature.build())
    miniature.folders(tmp_path, made)
    wider = miniature.build(width=32)
    beside = miniature.folders(tmp_path / "wider", miniature.model(wider))
    with pytest.raises(ModelError, match="of width 24, and the one given has width 32"):
        load(as_pth(miniature.released(made, "llama"), tmp_path), build=wider, llm=beside.llm, bert=beside.bert)


def test_a_language_model_of_another_family_is_refused_where_all_shapes_fit(tmp_path: Path) -> None:
    of = miniature.build(stage=2)
    path = as_pth(miniature.released(miniature.model(of), "llama"), tmp_path)
    mistral = miniature.folders(tmp_path, miniature.model(miniature.build("mistral", stage=2)))
    with pytest.raises(UsageError, match="has model_type 'mistral', and miniature_llama stands on one with 'llama'"):
        load(path, build=of, llm=mistral.llm, bert=mistral.bert)


def test_a_file_over_another_language_model_is_named_even_where_that_one_s_folder_is_given(tmp_path: Path) -> None:
    made = miniature.model(miniature.build("mistral"))
    beside = miniature.folders(tmp_path, made)
    path = as_pth(miniature.released(made, "mistral"), tmp_path)
    with pytest.raises(ModelError, match="made with Mistral and not Vicuna: try --model videochat2-mistral"):
        load(path, build=miniature.build(), llm=beside.llm, bert=beside.bert)


def test_identity_follows_content_and_not_place(tmp_path: Path) -> None:
    from baselines.videochat2.checkpoint.digests import identity

    of = miniature.build()
    made = miniature.model(of)
    beside = miniature.folders(tmp_path, made)
    state = miniature.released(made, "llama")
    told = []
    for number in (1, 2):
        (tmp_path / str(number)).mkdir()
        told.append(identity(as_pth(state, tmp_path / str(number)), llm=beside.llm, bert=beside.bert))
        (tmp_path / str(number) / "a.pth").rename(tmp_path / str(number) / "b.pth")
    assert told[0] == told[1] == identity(tmp_path / "1" / "b.pth", llm=beside.llm, bert=beside.bert)
    assert str(tmp_path) not in repr(told)
    state["llama_proj.bias"] += 1
    assert identity(as_pth(state, tmp_path))["checkpoint"] != told[0]["checkpoint"]
    (beside.bert / "vocab.txt").write_text("another")
    changed = identity(tmp_path / "1" / "b.pth", llm=beside.llm, bert=beside.bert)
    assert {name for name in changed if changed[name] != told[0][name]} == {"bert"}
    (beside.llm / "model.safetensors").write_bytes(b"another")
    changed = identity(tmp_path / "1" / "b.pth", llm=beside.llm)
    assert changed["llm"] != told[0]["llm"]
    with pytest.raises(UsageError, match="does not exist"):
        identity(tmp_path / "nowhere.pth")


def test_an_account_names_each_weight_once() -> None:
    of = at_stage(miniature.build(), 3)
    wanted = {"query_tokens": (1, 3, 16), "projection.bias": (4,), "llm.a": (2,), "llm.x.lora_A.default.weight": (2,)}
    found = {"query_tokens": (1, 2, 16), "temp": (), "qformer.bert.embeddings.position_ids": (1, 512)}
    told = account(found, wanted, build=of, from_stage=3, llm_elsewhere=True)
    assert told == Account(
        loaded=(),
        expected={"the frozen language model, which has a folder of its own": ("llm.a",)},
        unused={"tables that are computed": ("qformer.bert.embeddings.position_ids",)},
        missing=("projection.bias", "llm.x.lora_A.default.weight"),
        unknown=("temp",),
        unfit={"query_tokens": ((1, 2, 16), (1, 3, 16))},
    )
    assert not told.clear
    assert sorted_out(["a.position_ids"], {"rule": COMPUTED}) == ({"rule": ("a.position_ids",)}, ())
