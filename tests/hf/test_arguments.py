"""What `hf` refuses before anything is loaded, each in one line. Needs no torch."""

import json
from pathlib import Path
from typing import Any

import pytest

from mvbench.errors import MissingExtra, UsageError
from mvbench.models.huggingface import HuggingFace, checkpoint, model
from mvbench.models.huggingface.decoding import seed_for, settings
from mvbench.types import Generation
from tests.hf.asking import request


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "llava"}))
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    return tmp_path


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where torch and transformers are installed, which building does not need."""
    monkeypatch.setattr(model, "need_transformers", lambda: None)


def built(path: object, **arguments: Any) -> HuggingFace:
    generation = Generation(gen_kwargs=arguments.pop("gen_kwargs", {}))
    return HuggingFace(generation=generation, path=path if isinstance(path, int) else str(path), **arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"dtype": "fp8"}, "dtype is 'fp8'; it must be one of auto, float32"),
        ({"dtype": ["auto"]}, "dtype is"),
        ({"quantization": "2bit"}, "quantization is '2bit'; it must be one of 8bit, 4bit"),
        ({"device": "cpu", "device_map": "auto"}, "exclude each other"),
        ({"revision": "main"}, "goes with a hub id"),
        ({"revision": 1234567}, "must be text"),
        ({"trust_remote_code": "yes"}, "must be true or false"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"batch_size": True}, "batch_size is True"),
        ({"max_pixels": "many"}, "max_pixels is 'many'"),
        ({"send_as": "file"}, "send_as is 'file'; for hf it must be one of auto, video, images"),
        ({"gen_kwargs": {"num_return_sequences": 4}}, "one reply per request"),
        ({"gen_kwargs": {"temperature": 0, "do_sample": True}}, "needs a temperature above 0"),
        ({"gen_kwargs": {"temperature": -1}}, "temperature=-1 is refused; it must be a number of at least 0"),
        ({"gen_kwargs": {"temperature": "warm"}}, "temperature='warm' is refused"),
        ({"gen_kwargs": {"temperature": float("nan")}}, "temperature=nan is refused"),
        ({"gen_kwargs": {"do_sample": "yes"}}, "do_sample='yes' is refused; it must be true or false"),
        ({"gen_kwargs": {"num_beams": 0}}, "num_beams=0 is refused; it must be a whole number of at least 1"),
        ({"gen_kwargs": {"num_beams": 1.5}}, "num_beams=1.5 is refused"),
        ({"gen_kwargs": {"max_new_tokens": None}}, "max_new_tokens=None is refused"),
        ({"gen_kwargs": {"top_p": 1.2}}, "top_p=1.2 is refused; it must be a number above 0 and at most 1"),
        ({"gen_kwargs": {"repetition_penalty": 0}}, "repetition_penalty=0 is refused"),
        ({"gen_kwargs": {"eos_token_id": "</s>"}}, "eos_token_id='</s>' is refused; it must be a token's number"),
        ({"gen_kwargs": {"eos_token_id": [5, -1]}}, "eos_token_id="),
        ({"gen_kwargs": {"pad_token_id": [5]}}, "pad_token_id="),
    ],
)
def test_a_wrong_argument_is_named_with_its_value(folder: Path, arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        built(folder, **arguments)


@pytest.mark.parametrize("package", ["torch", "transformers"])
def test_without_transformers_building_says_what_to_install(
    folder: Path, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is written for a run, and before the command has waited for anything."""
    monkeypatch.setattr(model, "need_transformers", checkpoint.need_transformers)
    monkeypatch.setattr(checkpoint, "find_spec", lambda name: None if name == package else object())
    with pytest.raises(MissingExtra, match=rf"--model hf needs the package '{package}': pip install"):
        built(folder)


@pytest.mark.parametrize(
    "path", ["", 7, "/no/such/folder", "./nowhere/at/all", "../up", "org/../../etc", "https://example.org/model"]
)
def test_what_is_neither_folder_nor_hub_id_is_refused(path: object) -> None:
    with pytest.raises(UsageError, match="folder"):
        built(path)


def test_a_folder_must_hold_a_configuration(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"holds no config\.json"):
        built(tmp_path)


def test_weights_that_may_run_code_are_refused(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(UsageError, match=r"no \*\.safetensors; other weight files may run code"):
        built(folder)


def test_an_adapter_would_load_weights_from_elsewhere_and_is_refused(folder: Path) -> None:
    (folder / "adapter_config.json").write_text('{"base_model_name_or_path": "/elsewhere"}')
    with pytest.raises(UsageError, match="holds an adapter"):
        built(folder)


def test_the_identity_follows_the_content_and_not_the_place(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    first = built(folder).identity()
    copy = tmp_path_factory.mktemp("elsewhere")
    for file in folder.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    assert built(copy).identity() == first
    assert str(folder) not in str(first)
    (copy / "model.safetensors").write_bytes(b"Weights")
    assert built(copy).identity()["weights"] != first["weights"]
    (folder / "chat_template.jinja").write_text("{{ messages }}")
    assert built(folder).identity()["config"] != first["config"]


def test_the_identity_says_how_replies_are_decoded(folder: Path) -> None:
    assert built(folder).identity()["generation"]["do_sample"] is False
    sampled = built(folder, gen_kwargs={"temperature": 0.7}).identity()
    assert sampled["generation"] != built(folder).identity()["generation"]


def test_code_that_comes_with_a_checkpoint_is_announced(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    built(folder)
    assert not caplog.records
    built(folder, trust_remote_code=True)
    assert "trust_remote_code is on" in caplog.text


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {"do_sample": False, "num_beams": 1, "repetition_penalty": 1.0, "max_new_tokens": 100}),
        ({"temperature": 0}, {"do_sample": False}),
        ({"temperature": 0.7}, {"do_sample": True, "temperature": 0.7, "top_k": 0, "top_p": 1.0}),
        ({"do_sample": True, "top_k": 5}, {"do_sample": True, "top_k": 5, "temperature": 1.0}),
        ({"do_sample": False, "temperature": 0.7}, {"do_sample": False}),
        ({"max_new_tokens": 7, "num_beams": 3}, {"max_new_tokens": 7, "num_beams": 3, "do_sample": False}),
    ],
)
def test_greedy_is_said_unless_the_user_says_otherwise(given: dict[str, Any], expected: dict[str, Any]) -> None:
    sent = settings(Generation(gen_kwargs=given))
    assert {name: sent[name] for name in expected} == expected
    assert sent["do_sample"] or not {"temperature", "top_p", "top_k"} & set(sent)


def test_the_seed_follows_from_seed_and_questions() -> None:
    assert seed_for([request(1)], 0) == seed_for([request(1)], 0)
    assert len({seed_for([request(1)], 0), seed_for([request(2)], 0), seed_for([request(1)], 1)}) == 3
