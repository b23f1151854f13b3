"""The user's generation settings: kept, or refused in one line before a question is asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mvbench.errors import ModelError, UsageError
from mvbench.models.huggingface import HuggingFace
from mvbench.types import Generation
from tests.hf.asking import request

pytestmark = pytest.mark.slow

Checkpoint = Callable[[str], Path]


def model_of(path: Path, max_new_tokens: int = 2, **gen_kwargs: Any) -> HuggingFace:
    generation = Generation(max_new_tokens=max_new_tokens, gen_kwargs=gen_kwargs)
    return HuggingFace(generation=generation, path=str(path), device="cpu")


def test_an_unknown_generation_argument_stops_the_run_with_the_nearest_name(checkpoint: Checkpoint) -> None:
    model = model_of(checkpoint("llava"), repetition_penality=1.1)
    with pytest.raises(UsageError, match="did you mean 'repetition_penalty'"):
        model.answer([request()])


def test_settings_that_only_generating_finds_wrong_stop_the_run_before_a_reply(checkpoint: Checkpoint) -> None:
    """Contrastive search is no longer part of transformers."""
    model = model_of(checkpoint("llava"), penalty_alpha=0.6)
    with pytest.raises(ModelError, match="cannot answer even a plain question"):
        model.answer([request(0), request(1)])


@pytest.mark.parametrize(
    "gen_kwargs", [{"watermarking_config": 3}, {"early_stopping": "soon"}, {"cache_implementation": "x"}]
)
def test_settings_that_transformers_refuses_are_one_line(checkpoint: Checkpoint, gen_kwargs: dict[str, Any]) -> None:
    model = model_of(checkpoint("llava"), **gen_kwargs)
    with pytest.raises(UsageError, match="--gen-kwargs cannot be used") as caught:
        model.answer([request()])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("as_list", [False, True])
def test_the_users_end_tokens_end_a_reply(checkpoint: Checkpoint, as_list: bool) -> None:
    path = checkpoint("llava")
    model = model_of(path, 12)
    generate = model._load().model.generate
    written: list[Any] = []
    model._load().model.generate = lambda **inputs: written.append(generate(**inputs)) or written[-1]
    (reply,) = model.answer([request()])
    said = written[0][0, -12:].tolist()
    assert reply.output_tokens == 12
    end = said[6]
    ends = {"eos_token_id": [end, 7] if as_list else end}
    (shorter,) = model_of(path, 12, **ends).answer([request()])
    assert (shorter.finish_reason, shorter.output_tokens) == ("stop", said.index(end) + 1)
    assert reply.text.startswith(shorter.text)
