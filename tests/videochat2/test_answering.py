"""Requests in batches of any size and shape get the replies they would get alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from baselines.videochat2.adapter import VideoChat2
from mvbench.prompts import PROTOCOLS
from mvbench.scoring import JUDGES
from mvbench.testing.kit import Kit
from mvbench.types import Generation, Prompt, Reply, Request
from tests.scoring.samples import sample
from tests.videochat2.checkpoints import KINDS, write

pytestmark = pytest.mark.slow

Folder = Callable[[str], Path]
QUERIES = 32
FRAMES = 4
SYSTEM = PROTOCOLS["mvbench"].system


@cache
def asked(count: int, side: int | None) -> tuple[Request, ...]:
    """Questions about drawn clips, the same for every test."""
    kit = Kit(None, None)  # type: ignore[arg-type]
    kit.model = Sight(side)  # type: ignore[assignment, misc]
    return tuple(shortened(request, FRAMES) for request in kit.requests(count))


class Sight:
    """All that a kit needs to know to make requests."""

    def __init__(self, side: int | None) -> None:
        from mvbench.types import FrameSpec

        self.wants = FrameSpec(side=side)


def model(folder: Path, **arguments: Any) -> VideoChat2:
    generation = arguments.pop("generation", Generation(max_new_tokens=16))
    return VideoChat2(generation=generation, checkpoint=str(folder), device="cpu", **arguments)


def shortened(request: Request, frames: int) -> Request:
    seen = request.frames
    assert seen is not None
    kept = replace(seen, rgb=seen.rgb[:frames], pts_seconds=seen.pts_seconds[:frames], indices=seen.indices[:frames])
    return replace(request, frames=kept)


def blind(request: Request) -> Request:
    return replace(request, frames=None)


def mixed(side: int | None) -> list[Request]:
    """Clips of three lengths, no clip, another system text and none, all in one batch."""
    some = list(asked(8, side))
    some[1], some[4] = shortened(some[1], 2), shortened(some[4], 1)
    some[2], some[5] = blind(some[2]), blind(some[5])
    some[6] = replace(some[6], prompt=replace(some[6].prompt, system=""))
    some[7] = replace(some[7], prompt=replace(some[7].prompt, system="Look.\n"))
    return some


def assert_alike(some: Sequence[Reply], others: Sequence[Reply], *, within: float) -> None:
    for one, other in zip(some, others, strict=True):
        assert (one.error, other.error) == (None, None)
        assert replace(one, choice_logprobs=None) == replace(other, choice_logprobs=None)
        assert one.choice_logprobs == (
            None if other.choice_logprobs is None else pytest.approx(other.choice_logprobs, abs=within)
        )


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("vicuna", "generate"),
        ("hd", "generate"),
        ("vicuna", "options"),
        ("phi3", "texts"),
        ("chat_template", "options"),
    ],
)
def test_a_batch_gets_the_replies_of_each_request_alone(checkpoint: Folder, kind: str, answer: Any) -> None:
    one = model(checkpoint(kind), generation=Generation(answer, max_new_tokens=8))
    requests = mixed(one.wants.side)
    alone = [one.answer([request])[0] for request in requests]
    assert_alike(one.answer(requests), alone, within=1e-3)
    assert_alike(one.answer(requests[::-1]), alone[::-1], within=1e-3)
    if answer == "generate":
        assert len({reply.text for reply in alone}) > 3, "replies differ from clip to clip"
    else:
        assert all(
            len(reply.choice_logprobs or ()) == len(request.choices)
            for reply, request in zip(alone, requests, strict=True)
        )


def test_letters_agree_in_bfloat16_too(tmp_path: Path) -> None:
    """Of a model whose numbers are as large as a trained one's: rounding in bfloat16 is relative."""
    one = model(write(tmp_path, KINDS["vicuna"](), factor=3), dtype="bfloat16", generation=Generation("options"))
    requests = list(asked(8, one.wants.side))
    assert_alike(one.answer(requests), [one.answer([request])[0] for request in requests], within=2e-2)
    assert one.used()["dtype"] == ["bfloat16"]


def test_an_early_stop_changes_no_public_verdict(checkpoint: Folder) -> None:
    requests = [
        replace(request, sample_id=f"{request.sample_id}.{number}", frames=shortened(request, number).frames)
        for request in asked(6, 64)
        for number in (1, 2, 3, 4)
    ]
    early, whole = (model(checkpoint("vicuna"), early_stop=early).answer(requests) for early in (True, False))
    sooner = 0
    for request, one, other in zip(requests, early, whole, strict=True):
        question = sample(request.choices, request.choices[0])
        if (one.output_tokens or 0) < (other.output_tokens or 0):
            sooner += 1
            assert one.text == other.text.partition(" ")[0], "the first word and nothing else"
        else:
            assert one.output_tokens == other.output_tokens
        for judge in ("official", "official-hd", "lmms"):
            assert JUDGES[judge](question, one) == JUDGES[judge](question, other), (one.text, other.text)
    assert sooner > 2


@pytest.mark.parametrize(
    "generation",
    [
        Generation(max_new_tokens=16, prefix="off"),
        Generation(max_new_tokens=16, gen_kwargs={"num_beams": 2}),
        Generation(max_new_tokens=16, gen_kwargs={"min_new_tokens": 12}),
    ],
)
def test_nothing_is_stopped_early_without_a_prefix_among_beams_or_below_a_least_length(
    checkpoint: Folder, generation: Generation
) -> None:
    requests = [shortened(request, number) for request in asked(3, 64) for number in (1, 2, 3)]
    early, whole = (
        model(checkpoint("vicuna"), early_stop=early, generation=generation).answer(requests) for early in (True, False)
    )
    assert early == whole
    assert all(reply.error is None for reply in early)


def test_without_frames_there_are_no_visual_tokens(checkpoint: Folder) -> None:
    one = model(checkpoint("vicuna"))
    seen = asked(1, 64)[0]
    counts = [reply.input_tokens for reply in one.answer([seen, blind(seen)])]
    assert counts[0] is not None and counts[1] is not None
    media_block = one.ready().loaded.tokenizer.encode("###Human: <Video>", add_special_tokens=False)
    assert counts[0] - counts[1] > QUERIES + len(media_block) // 2


def test_what_is_seen_changes_the_reply(checkpoint: Folder) -> None:
    """As `--view zeros` and `--view noise` show."""
    import numpy as np

    one = model(checkpoint("vicuna"), generation=Generation("options"))
    seen = asked(1, 64)[0]
    assert seen.frames is not None
    black = replace(seen, frames=replace(seen.frames, rgb=np.zeros_like(seen.frames.rgb)))
    replies = one.answer([seen, black, blind(seen)])
    assert len({reply.choice_logprobs for reply in replies}) == 3


def test_pixels_are_normalised_as_the_build_says(checkpoint: Folder) -> None:
    """Of the switches that make the original, Vicuna's evaluation has this one alone."""
    generation = Generation("options")
    replies = {
        compat: model(checkpoint("vicuna"), compat=compat, generation=generation)
        .answer(asked(1, 64))[0]
        .choice_logprobs
        for compat in ("original", "fixed", None)
    }
    assert replies["fixed"] == replies[None] != replies["original"]


def test_an_image_is_squashed_and_a_video_cropped(checkpoint: Folder) -> None:
    import torch

    from baselines.videochat2.answering.pixels import image_square, video_squares
    from baselines.videochat2.answering.seeing import visual_tokens
    from tests.parity.test_preprocess import synthetic_frame

    loaded = model(checkpoint("vicuna")).ready().loaded
    wide = synthetic_frame(0, 48, 96)[None]
    with torch.no_grad():
        for medium, square in (("image", image_square), ("video", video_squares)):
            seen, expected = (
                visual_tokens(loaded, [rgb], medium, system="Look.")[0] for rgb in (wide, square(wide, 64))
            )  # type: ignore[arg-type]
            assert seen.shape == (QUERIES, loaded.build.llm["hidden_size"])
            assert torch.equal(seen, expected), medium


def test_memory_that_is_too_small_halves_the_batch(checkpoint: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    from baselines.videochat2.answering import replies as answering

    see, sizes = answering.visual_tokens, []

    def small(loaded: Any, clips: Sequence[Any], *rest: Any, **more: Any) -> Any:
        sizes.append(len(clips))
        if len(clips) > 2:
            raise RuntimeError("CUDA out of memory")
        return see(loaded, clips, *rest, **more)

    one, requests = model(checkpoint("vicuna")), list(asked(6, 64))
    expected = one.answer(requests)
    monkeypatch.setattr(answering, "visual_tokens", small)
    other = model(checkpoint("vicuna"))
    assert_alike(other.answer(requests), expected, within=0)
    assert sizes == [6, 3, 1, 1, 1, 1, 1, 1]
    assert other.used()["batch_size"] == 1


def test_a_prompt_beyond_the_window_is_an_error_of_its_own(checkpoint: Folder) -> None:
    one = model(checkpoint("vicuna"))
    good = asked(1, 64)[0]
    long = replace(good, prompt=replace(good.prompt, question="What? " * 1500))
    fine, refused = one.answer([good, long])
    assert fine.error is None
    assert refused.error is not None and "exceed the 2048" in refused.error


@pytest.mark.parametrize(
    ("system", "compat", "read"),
    [
        (SYSTEM, "fixed", SYSTEM.strip()),
        ("", "fixed", "Watch the video and answer the question."),
        (SYSTEM, "original", SYSTEM[0]),
    ],
)
def test_the_qformer_reads_the_system_text(
    checkpoint: Folder, monkeypatch: pytest.MonkeyPatch, system: str, compat: str, read: str
) -> None:
    one = model(checkpoint("hd"), compat=compat)
    loaded = one.ready().loaded
    seen: list[Any] = []
    hook = loaded.model.qformer.register_forward_hook(lambda *call: seen.append(call[2]["text_ids"]), with_kwargs=True)
    request = asked(1, None)[0]
    one.answer([replace(request, prompt=Prompt(system, request.prompt.question, "Best option:("))])
    hook.remove()
    rows = {tuple(row) for row in seen[0].tolist()}
    assert rows == {tuple(loaded.bert_tokenizer(read)["input_ids"])}


def test_hd_shows_every_tile_and_the_whole(checkpoint: Folder) -> None:
    one = model(checkpoint("hd"), generation=Generation("options"))
    request = asked(1, None)[0]
    assert one.wants.side is None
    assert request.frames is not None
    from baselines.videochat2.grids import grid

    build = one.source.build
    assert build.tiles is not None
    rows, columns = grid(*request.frames.rgb.shape[1:3], most=build.tiles.most, side=build.vision.image_side)
    wide, without = one.answer([request, blind(request)])
    assert wide.input_tokens is not None and without.input_tokens is not None
    visual = (rows * columns + 1) * QUERIES
    assert visual < wide.input_tokens - without.input_tokens < visual + QUERIES


def test_sampling_follows_the_seed_and_the_requests(checkpoint: Folder) -> None:
    def said(seed: int) -> list[str]:
        generation = Generation(max_new_tokens=8, gen_kwargs={"temperature": 1.5}, seed=seed)
        return [reply.text for reply in model(checkpoint("vicuna"), generation=generation).answer(list(asked(4, 64)))]

    assert said(1) == said(1)
    assert said(1) != said(2)
