"""Tiny checkpoints of every prompt format, with random weights, as `mvbench build` would make them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from baselines.videochat2.build import BUILDS
from baselines.videochat2.conversation.formats import FORMATS
from baselines.videochat2.sizes import Build, Tiles

CHAT_TEMPLATE = (
    "{% for message in messages %}<|{{ message.role }}|>\n{{ message.content }}</s>\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)

PIECES = ("A", "B", "C", "D", ")", ")", " The", "###", "</s>")


def tiny(prompt_format: str = "vicuna", **changes: Any) -> Build:
    """Half of `tiny`, to be quick."""
    whole = BUILDS["tiny"]()
    llm = {**whole.llm, "num_hidden_layers": 2, "vocab_size": 700}
    vision, qformer = replace(whole.vision, blocks=2), replace(whole.qformer, layers=2, vocabulary=700)
    return replace(whole, prompt_format=prompt_format, llm=llm, vision=vision, qformer=qformer, **changes)


KINDS: dict[str, Callable[[], Build]] = {
    **{name: partial(tiny, name) for name in FORMATS},
    "hd": partial(tiny, "mistral", stage=4, tiles=Tiles(most=3)),
}


def write(folder: Path, build: Build, *, seed: int = 5, factor: float = 8) -> Path:
    """A checkpoint that brings everything, whose replies differ from clip to clip.

    It says nothing but letters, brackets, a word and two ends, so that some replies open with a choice. factor: on the
    language model's weights; the smaller, the more alike are replies.
    """
    import torch

    from baselines.videochat2.build import seeded
    from baselines.videochat2.checkpoint.saving import save
    from baselines.videochat2.words import language_tokenizer, own_text, reading_tokenizer

    tokenizer = language_tokenizer(own_text(), entries=build.llm["vocab_size"])
    if build.prompt_format == "chat_template":
        tokenizer.chat_template = CHAT_TEMPLATE
    bert_tokenizer = reading_tokenizer(own_text(), entries=build.qformer.vocabulary)
    build = replace(
        build,
        llm={**build.llm, "vocab_size": len(tokenizer)},
        qformer=replace(build.qformer, vocabulary=len(bert_tokenizer)),
    )
    model: Any = seeded(build, seed=seed)
    with torch.no_grad():
        model.projection.weight *= 30
        for weight in model.llm.parameters():
            if weight.ndim > 1:
                weight *= factor
        said = torch.zeros(len(tokenizer), 1)
        said[[tokenizer.encode(piece, add_special_tokens=False)[-1] for piece in PIECES]] = 1
        model.llm.lm_head.weight *= said
    return save(folder, model, build, tokenizer=tokenizer, bert_tokenizer=bert_tokenizer)
