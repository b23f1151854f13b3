"""Our own checkpoints: what is saved comes back, a half-written one does not load, and `config.json` is not trusted."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from baselines.videochat2.build import BUILDS, at_stage, tiny
from baselines.videochat2.checkpoint.description import CONFIG, described, description, is_ours
from mvbench.errors import ModelError, MVBenchError, RunError, UsageError
from mvbench.folders import pretty
from tests.videochat2 import hostile, miniature
from tests.videochat2.miniature import load

slow = pytest.mark.slow


def save(folder: Path, made: Any, of: Any, **options: Any) -> Path:
    from baselines.videochat2.checkpoint.saving import save as saved

    speaker, reader = miniature.tokenizers()
    return saved(folder, made, of, tokenizer=speaker if of.stage > 1 else None, bert_tokenizer=reader, **options)


def assert_same_weights(one: Any, other: Any) -> None:
    found, wanted = one.state_dict(), other.state_dict()
    assert found.keys() == wanted.keys()
    for name, value in wanted.items():
        assert found[name].equal(value), name


@pytest.mark.parametrize("name", BUILDS)
@pytest.mark.parametrize("stage", [1, 2, 3, 4])
def test_every_build_comes_back_from_its_description(tmp_path: Path, name: str, stage: Any) -> None:
    build = at_stage(BUILDS[name](), stage)
    for kept in ("included", "external"):
        (tmp_path / CONFIG).write_bytes(pretty(described(build, language_model=kept)))  # type: ignore[arg-type]
        told = description(tmp_path)
        assert (told.build, told.language_model) == (build, kept)
    assert is_ours(tmp_path)


@slow
@pytest.mark.parametrize("adapted", [False, True])
@pytest.mark.parametrize("kept", ["included", "external"])
@pytest.mark.parametrize("stage", [2, 3, 4])
def test_what_is_saved_comes_back(tmp_path: Path, stage: Any, kept: Any, adapted: bool) -> None:
    of = miniature.build("mistral", stage=stage, adapted=adapted)
    made = miniature.model(of)
    folder = save(tmp_path / "own", made, of, language_model=kept)
    beside = miniature.folders(tmp_path, made)
    loaded = load(folder, llm=beside.llm if kept == "external" else None, merge=False)
    assert_same_weights(loaded.model, made)
    assert replace(loaded.build, llm=of.llm) == of
    assert miniature.answer(loaded.model, read=stage > 2).equal(miniature.answer(made, read=stage > 2))
    assert loaded.account.clear
    assert (folder / "adapter" / "adapter_model.safetensors").is_file() == (adapted and stage > 2)
    assert loaded.tokenizer("the red cup").input_ids == miniature.tokenizers()[0]("the red cup").input_ids
    assert loaded.bert_tokenizer("the red cup").input_ids == miniature.tokenizers()[1]("the red cup").input_ids


@slow
def test_stage_1_comes_back_without_a_language_model(tmp_path: Path) -> None:
    of = miniature.build(stage=1)
    made = miniature.model(of)
    loaded = load(save(tmp_path, made, of))
    assert_same_weights(loaded.model, made)
    assert loaded.tokenizer is None
    assert loaded.build == of


@slow
def test_a_language_model_whose_output_is_its_embedding_comes_back(tmp_path: Path) -> None:
    of = miniature.build(adapted=False)
    of = replace(of, llm={**of.llm, "tie_word_embeddings": True})
    made = miniature.model(of)
    loaded = load(save(tmp_path, made, of))
    assert_same_weights(loaded.model, made)
    llm = loaded.model.llm
    assert llm.get_output_embeddings().weight is llm.get_input_embeddings().weight


@slow
def test_an_image_encoder_of_clip_comes_back(tmp_path: Path) -> None:
    of = miniature.build(adapted=False)
    of = replace(of, vision=replace(of.vision, kind="clip"))
    made = miniature.model(of)
    loaded = load(save(tmp_path, made, of))
    assert_same_weights(loaded.model, made)
    assert miniature.answer(loaded.model).equal(miniature.answer(made))


@slow
def test_a_merged_model_is_saved_without_adapters_and_only_whole(tmp_path: Path) -> None:
    of = miniature.build()
    made = miniature.model(of)
    loaded = load(save(tmp_path / "first", made, of))
    second = load(save(tmp_path / "second", loaded.model, loaded.build))
    assert second.build.lora is None
    assert miniature.answer(second.model).equal(miniature.answer(loaded.model))
    with pytest.raises(UsageError, match="merged into a language model that is not saved; load with merge=False"):
        save(tmp_path / "third", loaded.model, of, language_model="external")
    assert not (tmp_path / "third").exists()


@slow
def test_saving_over_a_checkpoint_replaces_all_of_it(tmp_path: Path) -> None:
    of = miniature.build()
    save(tmp_path, miniature.model(of), of)
    (tmp_path / "train_log.jsonl").write_text("{}")
    plain = miniature.build(adapted=False)
    made = miniature.model(plain, seed=5)
    loaded = load(save(tmp_path, made, plain))
    assert_same_weights(loaded.model, made)
    assert not (tmp_path / "adapter").exists()
    assert (tmp_path / "train_log.jsonl").exists()
    assert not list(tmp_path.glob(".*"))


STEPS = ["safetensors.torch.save_file", "baselines.videochat2.lora.save_adapter", "mvbench.folders.Path.replace"]


@slow
@pytest.mark.parametrize("step", STEPS)
def test_a_save_that_ends_half_way_leaves_nothing_that_loads(
    tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = miniature.build()
    made = miniature.model(of)
    save(tmp_path, made, of)
    beside = miniature.folders(tmp_path / "beside", made)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(step, killed)
        with pytest.raises(KeyboardInterrupt):
            save(tmp_path, miniature.model(of, seed=1), of)
    assert not is_ours(tmp_path)
    with pytest.raises(ModelError, match=r"holds weights of ours and no config\.json"):
        load(tmp_path, build=of, llm=beside.llm, bert=beside.bert)
    assert not list(tmp_path.glob(".*"))
    assert_same_weights(load(save(tmp_path, made, of), merge=False).model, made)


@slow
def test_parts_that_a_killed_save_left_go_with_the_next(tmp_path: Path) -> None:
    of = miniature.build(stage=1)
    (tmp_path / ".model.safetensors.7.part").write_bytes(b"half")
    save(tmp_path, miniature.model(of), of)
    assert not list(tmp_path.glob(".*"))


@slow
def test_whoever_may_read_the_description_may_read_the_weights(tmp_path: Path) -> None:
    of = miniature.build(stage=1)
    save(tmp_path, miniature.model(of), of)
    assert (tmp_path / "model.safetensors").stat().st_mode == (tmp_path / "config.json").stat().st_mode


@slow
@pytest.mark.parametrize(
    "step", ["safetensors.torch.save_file", "transformers.PreTrainedTokenizerFast.save_pretrained"]
)
def test_a_full_disk_in_a_librarys_own_words_is_one_line(
    tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(Exception):
        """Of safetensors and tokenizers, which raise no OSError."""

    def fail(*_: object, **__: object) -> None:
        raise Full("No space left on device\n(os error 28)")

    of = miniature.build()
    monkeypatch.setattr(step, fail)
    with pytest.raises(RunError, match=r"cannot write in .*No space left on device \(os error 28\)"):
        save(tmp_path, miniature.model(of), of)
    assert not is_ours(tmp_path)


@slow
def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    of = miniature.build(stage=1)
    (tmp_path / "file").write_text("x")
    with pytest.raises(RunError, match="cannot write in"):
        save(tmp_path / "file", miniature.model(of), of)


@slow
@pytest.mark.parametrize("lost", ["model.safetensors", "adapter/adapter_model.safetensors"])
def test_a_checkpoint_with_a_part_missing_or_cut_is_refused(tmp_path: Path, lost: str) -> None:
    of = miniature.build()
    save(tmp_path, miniature.model(of), of)
    whole = (tmp_path / lost).read_bytes()
    (tmp_path / lost).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match="only a part of one"):
        load(tmp_path)
    (tmp_path / lost).unlink()
    with pytest.raises(UsageError, match="only a part of a checkpoint"):
        load(tmp_path)


@slow
def test_a_language_model_that_ought_to_be_inside_and_lacks_a_weight_is_refused(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    of = miniature.build(adapted=False)
    file = save(tmp_path, miniature.model(of), of) / "model.safetensors"
    weights = load_file(file)
    del weights["llm.model.norm.weight"]
    save_file(weights, file)
    with pytest.raises(ModelError, match=r"1 of the model's weights are missing, such as llm\.model\.norm\.weight"):
        load(tmp_path)


@slow
def test_adapters_of_another_training_are_refused(tmp_path: Path) -> None:
    of = miniature.build()
    save(tmp_path, miniature.model(of), of)
    file = tmp_path / "adapter" / "adapter_config.json"
    settings = json.loads(file.read_text())
    file.write_text(json.dumps({**settings, "lora_alpha": 1}))
    with pytest.raises(UsageError, match=r"are others than config\.json tells of"):
        load(tmp_path)


def edited(folder: Path, path: str, value: Any) -> Path:
    """A good description with one value changed, or set where there was none."""
    facts = described(miniature_like(), language_model="included")
    *above, last = path.split(".")
    place = facts
    for word in above:
        place = place[word]
    place[last] = value
    folder.mkdir(exist_ok=True)
    (folder / CONFIG).write_text(json.dumps(facts))
    return folder


def miniature_like() -> Any:
    return at_stage(replace(tiny(), lora=BUILDS["vicuna_7b"]().lora), 4)


HOSTILE_CONFIGS: list[tuple[str, Any, str]] = [
    ("format", 2, "format 2; this version reads format 1"),
    ("format", True, "format True"),
    ("family", "llava", "of family 'llava'"),
    ("famly", 1, "did you mean 'family'"),
    ("build", 7, "build is 7; it must be text"),
    ("build", "a\nb", "must be text"),
    ("build", "x" * 1000, "must be text"),
    ("stage", 5, "stage is 5; it must be one of 1, 2, 3, 4"),
    ("stage", True, "stage is True"),
    ("prompt_format", "vicuna2", "did you mean 'vicuna'"),
    ("language_model", None, "one of 'included', 'external'"),
    ("vision", 3, "vision is 3; it must be a table"),
    ("vision.blocks", 10**6, "to 2,048"),
    ("vision.width", 10**12, "from 1 to"),
    ("vision.width", -1, "from 1 to"),
    ("vision.heads", 0, "from 1 to"),
    ("vision.heads", 7, "vision.width is 160, which 7 heads cannot share"),
    ("qformer.heads", 3, "qformer.width is 128, which 3 heads cannot share"),
    ("vision.width", 1.5, "whole number"),
    ("vision.width", True, "whole number"),
    ("vision.image_side", 10**6, "to 2,048"),
    ("vision.table_frames", 10**6, "to 2,048"),
    ("vision.kind", "resnet", "one of 'umt', 'clip'"),
    ("vision.with", 1, "did you mean 'width'"),
    ("qformer.layers", 10**9, "to 2,048"),
    ("qformer.text", "yes", "true or false"),
    ("qformer.dropout", 3, "a number from 0 to 1"),
    ("qformer.dropout", float("nan"), "a number from 0 to 1"),
    ("lora.targets", "q_proj", "a list of names"),
    ("lora.targets", ["q_proj", 3], "a list of names"),
    ("lora", [], "it must be a table"),
    ("tiles.most", 10**7, "to 2,048"),
    ("compat.bos_row", "both", "one of 'number', 'embedding'"),
    ("llm", [1], "it must be a table"),
    ("llm.num_hidden_layers", 10**6, "must not be larger than 2,048"),
    ("llm.vocab_size", 2**50, "must not be larger than"),
    ("llm.auto_map", {"AutoModelForCausalLM": "evil.Model"}, "no place in a checkpoint"),
    ("llm._name_or_path", "someone/else", "no place in a checkpoint"),
    ("llm.quantization_config", {}, "no place in a checkpoint"),
    ("llm.rope_scaling", {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}, "nested too deeply"),
    ("llm.layer_types", ["x"] * 5000, "list of 5,000"),
]


@pytest.mark.parametrize(("path", "value", "said"), HOSTILE_CONFIGS)
def test_a_description_that_cannot_be_is_refused_in_one_line(tmp_path: Path, path: str, value: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said) as refused:
        description(edited(tmp_path, path, value))
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 400 + len(str(tmp_path))


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"{}", b"\xff\xfe", b"[" * 10**5, b'"' + b"a" * 2**23 + b'"'])
def test_a_file_that_is_no_description_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / CONFIG).write_bytes(content)
    assert is_ours(tmp_path) == (content != b"{}")
    with pytest.raises(UsageError) as refused:
        description(tmp_path)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("path", ["vision.table_side", "vision.image_side"])
def test_more_places_than_anybody_has_are_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(UsageError, match=r"there are never more than 8,192 places"):
        description(edited(tmp_path / "checkpoint", path, 2048))


def test_what_else_there_may_be_is_no_checkpoint_of_ours(tmp_path: Path) -> None:
    (tmp_path / "x.pth").write_bytes(b"x")
    assert not any(is_ours(path) for path in (tmp_path, tmp_path / "x.pth", tmp_path / "nowhere", "a\0b", "x" * 5000))


@slow
@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("vision.width", 2**20),
        ("qformer.width", 10**7),
        ("qformer.cross_attention_every", 0),
        ("llm.hidden_size", 2**39),
        ("llm.hidden_size", "wide"),
        ("llm.model_type", "bert-of-nobody"),
        ("llm.num_attention_heads", 0),
        ("lora.targets", ["nothing_of_this_name"]),
        ("lora.rank", 0),
    ],
)
def test_sizes_that_make_no_network_or_not_this_one_are_one_line_and_cost_no_memory(
    tmp_path: Path, path: str, value: Any
) -> None:
    of = miniature.build()
    made = miniature.model(of)
    save(tmp_path, made, of)
    facts = json.loads((tmp_path / CONFIG).read_text())
    table, name = path.split(".")
    facts[table][name] = value
    (tmp_path / CONFIG).write_text(json.dumps(facts))
    with pytest.raises(MVBenchError) as refused:
        load(tmp_path)
    assert "\n" not in str(refused.value)


@slow
def test_a_planted_program_among_our_own_weights_does_not_run(tmp_path: Path) -> None:
    """Ours are safetensors, whatever else lies there."""
    of = miniature.build(stage=1)
    save(tmp_path, miniature.model(of), of)
    target = tmp_path / hostile.MARK
    for name in ("pytorch_model.bin", "adapter_model.bin", "training_args.bin"):
        hostile.saved({"a": hostile.planted(target)["os.system"]}, tmp_path / name)
        hostile.saved({"a": hostile.planted(target)["os.system"]}, tmp_path / "bert_tokenizer" / name)
    load(tmp_path)
    assert not target.exists()
