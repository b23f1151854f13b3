"""Embedded prompts -> the replies that the language model writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from baselines.videochat2.answering.opening import opened
from baselines.videochat2.answering.stopping import Stopping, settled
from baselines.videochat2.conversation.formats import PromptFormat
from mvbench.models.huggingface.decoding import end_tokens, generation_config


@dataclass(frozen=True, slots=True)
class Said:
    """One reply: what is left of it after the prompt format's cleaning, and what it cost.

    `tokens`: those that were written, the one that ended it included. `cut`: it was still going on.
    """

    text: str
    tokens: int
    cut: bool


def how_to_speak(
    llm: Any, tokenizer: Any, style: PromptFormat, chosen: Mapping[str, Any], *, may_be_empty: bool = True
) -> Any:
    """The generation configuration: `chosen`, and an end wherever the model, the tokenizer or the format has one.

    `may_be_empty`: whether the tokenizer's end token may come first. The original's `min_length=1` forbids that, but
    not a stop which the format alone knows. Raises UsageError for settings that transformers refuses.
    """
    config = generation_config(llm, tokenizer, chosen)
    if "eos_token_id" not in chosen:
        vocabulary = tokenizer.get_vocab()
        known = [vocabulary[stop] for stop in style.stops(tokenizer) if stop in vocabulary]
        config.eos_token_id = end_tokens(config.eos_token_id, known)
    if not may_be_empty and "begin_suppress_tokens" not in chosen:
        config.begin_suppress_tokens = [tokenizer.eos_token_id]
    return config


def speak(
    llm: Any,
    tokenizer: Any,
    style: PromptFormat,
    config: Any,
    inputs: Mapping[str, Any],
    *,
    choices: Sequence[int] = (),
    shared: int = 0,
) -> list[Said]:
    """A reply to each row of `inputs`, `inputs_embeds` (B, L, D) and `attention_mask` (B, L), padded on the left.

    `choices`: how many choices each row has where its reply may end once they are `settled`; its text is then that
    word. Several beams are searched to their ends. `shared`: how many tokens all rows begin with.
    """
    from transformers import StoppingCriteriaList

    def decode(tokens: Sequence[int]) -> str:
        return decoded(tokens, tokenizer)

    size = len(inputs["inputs_embeds"])
    early = tuple(choices) or (0,) * size
    ends = end_tokens(config.eos_token_id)
    stopping = Stopping(decode, choices=early, ends=ends, stops=style.stops(tokenizer))
    alone = config.num_beams == 1
    criteria = StoppingCriteriaList([stopping] if alone else [])
    reading = with_memory(llm, config, inputs, shared=shared)
    written = llm.generate(**reading, generation_config=config, stopping_criteria=criteria)
    if not alone:
        finish(stopping, written.tolist())
    return [
        Said(
            settled(text, num_choices) or style.clean(text, tokenizer=tokenizer),
            tokens=len(row),
            cut=not over and len(row) >= config.max_new_tokens,
        )
        for text, row, over, num_choices in zip(stopping.texts, stopping.rows, stopping.over, early, strict=True)
    ]


def with_memory(llm: Any, config: Any, inputs: Mapping[str, Any], *, shared: int) -> dict[str, Any]:
    """What `generate` is given to read, and where it is to keep that unless its settings choose."""
    if config.num_beams > 1 or not config.use_cache or config.cache_implementation is not None:
        return dict(inputs)
    inputs, memory = opened(llm, inputs, shared=shared)
    return inputs if memory is None else {**inputs, "past_key_values": memory}


def finish(stopping: Stopping, rows: Sequence[Sequence[int]]) -> None:
    """Has `stopping` read replies that are there already."""
    for latest in zip(*rows, strict=True):
        stopping.take(latest)


def decoded(tokens: Sequence[int], tokenizer: Any) -> str:
    """The text of generated tokens, special ones spelled out, without one unknown token and one BOS at its beginning.

    Source: OpenGVLab/Ask-Anything, video_chat2/mvbench.ipynb, `answer`.
    """
    for leading in (tokenizer.unk_token_id, tokenizer.bos_token_id):
        if leading is not None and tokens and tokens[0] == leading:
            tokens = tokens[1:]
    text: str = tokenizer.decode(tokens, skip_special_tokens=False, clean_up_tokenization_spaces=False)
    return text
