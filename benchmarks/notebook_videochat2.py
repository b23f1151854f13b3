"""The public notebook's way of asking VideoChat2, raced with batches.

One question at a time through the same weights: its clip is looked at, then `generate` is asked for 100 tokens and
stops only where the last tokens spell an end mark or are the end token. Attention is computed plainly, without fused
kernels; nothing is shared between questions. Source: OpenGVLab/Ask-Anything, video_chat2/mvbench.ipynb.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from random_videochat2 import adapter
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel
from transformers import StoppingCriteriaList

from baselines.videochat2.answering.prompting import embedded
from baselines.videochat2.answering.replies import Ready
from baselines.videochat2.answering.seeing import visual_tokens
from baselines.videochat2.answering.speaking import decoded
from baselines.videochat2.conversation.formats import evaluation
from mvbench.models.huggingface.lending import lent, quiet
from mvbench.scoring import JUDGES
from mvbench.types import Reply, Request, Sample


@dataclass(slots=True)
class EndMarks:
    """The notebook's stopping criterion: the last tokens are one of these, of the first row."""

    spellings: list[Tensor]

    def __call__(self, tokens: Tensor, scores: Any, **_: Any) -> Tensor:
        over = any(torch.equal(tokens[0, -len(one) :], one) for one in self.spellings)
        return torch.full((len(tokens),), over, device=tokens.device)


@contextmanager
def plain_attention(llm: Any) -> Iterator[None]:
    ours = llm.config._attn_implementation
    llm.set_attn_implementation("eager")
    try:
        with sdpa_kernel(SDPBackend.MATH):
            yield
    finally:
        llm.set_attn_implementation(ours)


def like_the_notebook(requests: Sequence[Request], ready: Ready) -> list[Reply]:
    """One question after another."""
    loaded, replies = ready.loaded, []
    tokenizer, llm = loaded.tokenizer, loaded.model.llm
    marks = [
        torch.tensor(tokenizer.encode(blank + stop, add_special_tokens=False), device=llm.device)
        for stop in ready.style.stops(tokenizer)
        for blank in ("", " ")
    ]
    ends = StoppingCriteriaList([EndMarks(marks)])
    with quiet(), lent(loaded.model, ready.config), plain_attention(llm):
        for request in requests:
            prompt, frames = request.prompt, request.frames
            assert frames
            seen = visual_tokens(loaded, [frames.rgb], "video", system=prompt.system)
            texts = evaluation(prompt, ready.style, tokenizer=tokenizer)
            inputs = embedded([(texts, seen)], loaded)
            written = llm.generate(**inputs, generation_config=ready.config, stopping_criteria=ends)
            text = ready.style.clean(decoded(written[0].tolist(), tokenizer), tokenizer=tokenizer)
            replies.append(Reply(text, prefix=prompt.answer_prefix, output_tokens=len(written[0])))
    return replies


@dataclass(slots=True)
class Race:
    """The two sides in turn: questions per second of each, and what they said the last time."""

    notebook: list[float] = field(default_factory=list)
    batches: list[float] = field(default_factory=list)
    replies: dict[str, list[Reply]] = field(default_factory=dict)

    @property
    def ratios(self) -> list[float]:
        return [ours / theirs for ours, theirs in zip(self.batches, self.notebook, strict=True)]

    def result(self, samples: Sequence[Sample]) -> dict[str, Any]:
        theirs, ours = self.replies["notebook"], self.replies["batches"]
        same = sum(
            official(sample, a) == official(sample, b) for sample, a, b in zip(samples, theirs, ours, strict=True)
        )
        return {
            "questions": len(samples),
            "questions_per_second": {"notebook": spread(self.notebook), "batches": spread(self.batches)},
            "ratio": spread(self.ratios),
            "tokens_of_a_reply": {
                name: statistics.mean(reply.output_tokens or 0 for reply in said) for name, said in self.replies.items()
            },
            "equal_official_verdicts": same,
            "equal_texts": sum(a.text.startswith(b.text) for a, b in zip(theirs, ours, strict=True)),
        }


def official(sample: Sample, reply: Reply) -> tuple[int | None, bool]:
    verdict = JUDGES["official"](sample, reply)
    return verdict.choice, verdict.correct


def spread(values: Sequence[float]) -> dict[str, float]:
    return {"min": min(values), "median": statistics.median(values), "max": max(values)}


def race(
    ready: Ready,
    requests: Sequence[Request],
    seconds: Callable[[Callable[[], object]], float],
    *,
    batch_size: int,
    repeats: int,
) -> Race:
    """`seconds` tells how long some work took."""
    model = adapter(ready.loaded, batch_size=batch_size)
    batches = [requests[start : start + batch_size] for start in range(0, len(requests), batch_size)]
    run = Race()

    def ours() -> None:
        run.replies["batches"] = [reply for batch in batches for reply in model.answer(batch)]

    def theirs() -> None:
        run.replies["notebook"] = like_the_notebook(requests, ready)

    model.answer(batches[0]), like_the_notebook(requests[:1], ready)  # warm-up
    for _ in range(repeats):
        run.notebook.append(len(requests) / seconds(theirs))
        run.batches.append(len(requests) / seconds(ours))
    return run
