"""A batch of requests -> replies: written, or told by the likelihood of each choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from baselines.videochat2.answering.choices import scored
from baselines.videochat2.answering.prompting import embedded, shared_beginning
from baselines.videochat2.answering.seeing import visual_tokens
from baselines.videochat2.answering.speaking import how_to_speak, speak
from baselines.videochat2.conversation.dialogue import Texts
from baselines.videochat2.conversation.formats import FORMATS, PromptFormat, evaluation
from mvbench.models.huggingface.decoding import seed_for
from mvbench.models.huggingface.likelihood import continuations
from mvbench.models.huggingface.window import Window
from mvbench.types import Generation, Prompt, Reply, Request

if TYPE_CHECKING:
    from torch import Tensor

    from baselines.videochat2.checkpoint.loading import Loaded


@dataclass(frozen=True, slots=True)
class Ready:
    """What was loaded, with what is made for it once. `config` is the generation configuration."""

    loaded: Loaded
    style: PromptFormat
    config: Any
    window: Window

    @classmethod
    def of(cls, loaded: Loaded, chosen: Mapping[str, Any]) -> Self:
        """`chosen`: the settings of generation. Raises UsageError for some that transformers refuses."""
        style, llm = FORMATS[loaded.build.prompt_format], loaded.model.llm
        window = Window(llm.config, advice="say less, or show fewer videos")  # of how many frames makes no difference
        may_be_empty = loaded.build.compat.empty_reply == "allowed"
        config = how_to_speak(llm, loaded.tokenizer, style, chosen, may_be_empty=may_be_empty)
        return cls(loaded, style, config, window)


@dataclass(frozen=True, slots=True)
class Asked:
    """A batch as the language model reads it.

    `lengths`: tokens of each prompt, visual ones too; the first `shared` are the same in all.
    """

    prompts: list[Prompt]
    texts: list[Texts]
    inputs: dict[str, Any]
    lengths: list[int]
    shared: int


def replies(requests: Sequence[Request], ready: Ready, generation: Generation, *, early_stop: bool) -> list[Reply]:
    """Replies to requests with clips of one shape (or without) and one system text, in their order.

    `early_stop`: a reply that continues an answer prefix ends once its first word has settled it. Raises ValueError
    for prompts longer than the language model's window.
    """
    asked = ask(requests, ready, prefix=generation.prefix != "off")
    if generation.answer != "generate":
        return likely(requests, asked, ready, generation)
    import torch

    ready.window.check(max(asked.lengths), ready.config.max_new_tokens)
    if ready.config.do_sample:
        torch.manual_seed(seed_for(requests, generation.seed))
    choices = [
        len(request.choices) if early_stop and prompt.answer_prefix else 0
        for request, prompt in zip(requests, asked.prompts, strict=True)
    ]
    loaded = ready.loaded
    said = speak(
        loaded.model.llm,
        loaded.tokenizer,
        ready.style,
        ready.config,
        asked.inputs,
        choices=choices,
        shared=asked.shared,
    )
    return [
        Reply(
            one.text,
            prefix=prompt.answer_prefix,
            finish_reason="length" if one.cut else "stop",
            input_tokens=length,
            output_tokens=one.tokens,
        )
        for one, prompt, length in zip(said, asked.prompts, asked.lengths, strict=True)
    ]


def likely(requests: Sequence[Request], asked: Asked, ready: Ready, generation: Generation) -> list[Reply]:
    """Replies that hold the log-probability of each choice and no text."""
    loaded = ready.loaded
    wanted = [
        continuations(texts[-1], prompt.answer_prefix, request.choices, generation.answer, loaded.tokenizer)
        for request, prompt, texts in zip(requests, asked.prompts, asked.texts, strict=True)
    ]
    longest = max(len(tokens) for choices in wanted for choice in choices for tokens in choice)
    ready.window.check(max(asked.lengths), longest)
    scores = scored(loaded.model.llm, asked.inputs, wanted, pad_id=ready.config.pad_token_id, shared=asked.shared)
    return [
        Reply("", prefix=prompt.answer_prefix, choice_logprobs=score, input_tokens=length)
        for prompt, score, length in zip(asked.prompts, scores, asked.lengths, strict=True)
    ]


def ask(requests: Sequence[Request], ready: Ready, *, prefix: bool) -> Asked:
    """The batch, looked at and put into words. Without `prefix` no reply continues an answer prefix."""
    loaded = ready.loaded
    prompts = [request.prompt if prefix else replace(request.prompt, answer_prefix="") for request in requests]
    clips = [request.frames.rgb for request in requests if request.frames is not None]
    seen: list[tuple[Tensor, ...]] = [()] * len(requests)
    if clips:
        seen = [(tokens,) for tokens in visual_tokens(loaded, clips, "video", system=prompts[0].system)]
    texts = [
        evaluation(prompt, ready.style, media=("video",) if clips else (), tokenizer=loaded.tokenizer)
        for prompt in prompts
    ]
    parts = list(zip(texts, seen, strict=True))
    inputs = embedded(parts, loaded)
    lengths = [int(length) for length in inputs["attention_mask"].sum(dim=1).tolist()]
    return Asked(prompts, texts, inputs, lengths, shared_beginning(parts, loaded))
