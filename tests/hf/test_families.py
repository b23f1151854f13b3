"""Every family answers, from what it is shown, and the same in a batch as alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mvbench.models.huggingface import HuggingFace
from mvbench.types import Generation, Reply
from tests.hf import tiny
from tests.hf.asking import frames, request

pytestmark = pytest.mark.slow

Checkpoint = Callable[[str], Path]

FAMILIES = [
    pytest.param(
        family,
        marks=pytest.mark.skipif(
            family == "smolvlm" and find_spec("num2words") is None, reason="SmolVLM's processor needs num2words"
        ),
    )
    for family in tiny.FAMILIES
]
each_family = pytest.mark.parametrize("family", FAMILIES)


def model_of(path: Path, *, answer: Any = "generate", **arguments: Any) -> HuggingFace:
    generation = Generation(answer=answer, max_new_tokens=6, prefix=arguments.pop("prefix", "auto"))
    return HuggingFace(generation=generation, path=str(path), device="cpu", **arguments)


def best(reply: Reply) -> int:
    assert reply.choice_logprobs is not None, reply.error
    return int(np.argmax(reply.choice_logprobs))


@each_family
def test_a_batch_gives_the_replies_of_one_by_one(checkpoint: Checkpoint, family: str) -> None:
    """Clips of two lengths and three shapes and questions of several lengths, so that every kind of padding occurs."""
    clips = [
        frames(number, times=tuple(np.arange(4 + 2 * (number % 2)) * 0.4), size=(80, 60 + 20 * (number % 3)))
        for number in range(4)
    ]
    asked = [
        request(number, clip, question="What does the person do? " + "Look again. " * number)
        for number, clip in enumerate(clips)
    ]
    for answer in ("generate", "options", "texts"):
        model = model_of(checkpoint(family), answer=answer)
        together, alone = model.answer(asked), [model.answer([one])[0] for one in asked]
        assert [reply.error for reply in together] == [None] * 4
        if answer == "generate":
            assert together == alone
            assert len({reply.text for reply in together}) > 1
        else:
            assert [best(reply) for reply in together] == [best(reply) for reply in alone]
            for one, other in zip(together, alone, strict=True):
                assert one.choice_logprobs == pytest.approx(other.choice_logprobs, abs=1e-3)
                assert one.input_tokens == other.input_tokens


@each_family
def test_frames_and_their_order_reach_the_model(checkpoint: Checkpoint, family: str) -> None:
    shown = frames(1)
    backwards = replace(shown, rgb=shown.rgb[::-1].copy())
    model = model_of(checkpoint(family), answer="options")
    replies = model.answer([request(0, shown), request(0, backwards), request(0, frames(2))])
    seen = {tuple(round(value, 3) for value in reply.choice_logprobs or ()) for reply in replies}
    assert len(seen) == 3


@each_family
@pytest.mark.parametrize("num_frames", [1, 3, 9])
def test_odd_numbers_of_frames_and_repeated_ones_are_answered(
    checkpoint: Checkpoint, family: str, num_frames: int
) -> None:
    """A clip of two frames of which more are wanted gives each several times."""
    shown = frames(3, times=(0.0, 0.4))
    chosen = [place * 2 // num_frames for place in range(num_frames)]
    repeated = replace(
        shown,
        rgb=shown.rgb[chosen],
        pts_seconds=shown.pts_seconds[chosen],
        indices=tuple(shown.indices[place] for place in chosen),
    )
    (reply,) = model_of(checkpoint(family)).answer([request(0, repeated)])
    assert reply.error is None
    assert reply.output_tokens


@each_family
def test_a_question_without_frames_is_answered_beside_others(checkpoint: Checkpoint, family: str) -> None:
    model = model_of(checkpoint(family))
    blind = replace(request(1), frames=None)
    replies = model.answer([request(0), blind, request(2)])
    assert [reply.error for reply in replies] == [None] * 3
    assert (replies[1].input_tokens or 0) < (replies[0].input_tokens or 0)


@each_family
def test_tokens_are_counted_without_weights(checkpoint: Checkpoint, family: str) -> None:
    model = model_of(checkpoint(family))
    asked = request(0)
    counted = model.count_tokens(asked)
    assert model.used() == {}
    assert counted == model.answer([asked])[0].input_tokens


@each_family
def test_frames_may_go_in_as_images(checkpoint: Checkpoint, family: str) -> None:
    model = model_of(checkpoint(family), send_as="images")
    replies = model.answer([request(0), request(1)])
    assert [reply.error for reply in replies] == [None, None]
    assert model.used()["frames_as"] == "images"


@each_family
def test_a_live_module_answers_as_its_checkpoint_does(checkpoint: Checkpoint, family: str) -> None:
    from transformers import AutoModelForImageTextToText, AutoProcessor

    path = checkpoint(family)
    module = AutoModelForImageTextToText.from_pretrained(path)
    generation = Generation(max_new_tokens=6)
    model = HuggingFace.live(module, AutoProcessor.from_pretrained(path), generation=generation)
    assert model.answer([request(0), request(1)]) == model_of(path).answer([request(0), request(1)])
