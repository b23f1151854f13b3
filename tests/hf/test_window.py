"""How long a prompt may be: what configurations state, and what becomes of a prompt beyond it."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mvbench.models.huggingface import HuggingFace
from mvbench.models.huggingface.window import Window
from mvbench.types import Generation
from tests.hf.asking import request

Checkpoint = Callable[[str], Path]


def config(length: object = 4096, **more: Any) -> SimpleNamespace:
    text = SimpleNamespace(max_position_embeddings=length, **more)
    return SimpleNamespace(get_text_config=lambda: text, max_position_embeddings=77)


@pytest.mark.parametrize(
    ("stated", "tokens"),
    [
        (config(), 4096),
        (config(rope_parameters={"rope_type": "default", "rope_theta": 10000.0}), 4096),
        (config(rope_scaling={"type": "linear", "factor": 2.0}), 8192),
        (
            config(32768, rope_scaling={"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32768}),
            131072,
        ),
        (
            config(
                131072, rope_parameters={"rope_type": "llama3", "factor": 8.0, "original_max_position_embeddings": 8192}
            ),
            131072,
        ),
        (config(rope_parameters={"full_attention": {"factor": 8.0}, "sliding_attention": {"rope_theta": 1e4}}), 32768),
        (config(rope_scaling={"factor": "many"}), 4096),
        (config(rope_scaling={"factor": float("inf")}), 4096),
        (config(None), None),
        (config("long"), None),
        (config(-1), None),
        (config(True), None),
        (config(is_encoder_decoder=True), None),
        (SimpleNamespace(max_position_embeddings=50), 50),
        (SimpleNamespace(), None),
    ],
)
def test_the_stated_length_or_the_rescaled_one_where_that_is_more(stated: Any, tokens: int | None) -> None:
    assert Window(stated).tokens == tokens


@pytest.mark.parametrize(("prompt", "new", "fits"), [(3996, 100, True), (3997, 100, False), (9216, 1, False)])
def test_prompt_and_reply_together_must_fit(prompt: int, new: int, fits: bool) -> None:
    window = Window(config())
    if fits:
        window.check(prompt, new)
    else:
        with pytest.raises(ValueError, match=f"a prompt of {prompt} tokens and {new} new ones exceed the 4096 of the"):
            window.check(prompt, new)


@pytest.mark.parametrize(("prompt", "advice"), [(96, "lower --max-new-tokens, or say less"), (4096, "model: say less")])
def test_the_advice_is_about_what_is_too_long(prompt: int, advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        Window(config(), advice="say less").check(prompt, 4096)


def test_a_model_that_states_nothing_is_asked_anything() -> None:
    Window(SimpleNamespace()).check(10**9, 10**9)


def model_of(path: Path, answer: Any = "generate") -> HuggingFace:
    return HuggingFace(generation=Generation(max_new_tokens=6, answer=answer), path=str(path), device="cpu")


def limited(path: Path, folder: Path, tokens: int) -> Path:
    """The checkpoint, stating another length that it can read."""
    for file in path.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    config = json.loads((folder / "config.json").read_text())
    config["text_config"]["max_position_embeddings"] = tokens
    (folder / "config.json").write_text(json.dumps(config))
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(("answer", "new"), [("generate", 6), ("options", None), ("texts", None)])
def test_a_prompt_beyond_what_the_model_reads_is_an_error_reply(
    checkpoint: Checkpoint, tmp_path: Path, answer: Any, new: int | None
) -> None:
    """One of three, whose question is long."""
    asked = [request(0), request(1, question="Look again. " * 40), request(2)]
    lengths = [model_of(checkpoint("llava")).count_tokens(one) for one in asked]
    model = model_of(limited(checkpoint("llava"), tmp_path, lengths[1]), answer)
    first, long, last = model.answer(asked)
    assert first.error is None and last.error is None
    assert f"a prompt of {lengths[1]} tokens and {new or ''}" in (long.error or "")
    assert f"exceed the {lengths[1]} of the model: show fewer frames, lower --max-pixels" in (long.error or "")


@pytest.mark.slow
def test_positions_of_several_axes_are_warned_of_once(
    checkpoint: Checkpoint, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model = model_of(limited(checkpoint("qwen2_5_vl"), tmp_path, 40))
    assert [reply.error for reply in model.answer([request(0), request(1)])] == [None, None]
    assert model.answer([request(2)])[0].error is None
    assert caplog.text.count("exceed the 40 of the model by its configuration") == 1
