"""How likely each choice is as the beginning of the reply, by the model's own token probabilities."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from mvbench.types import LETTERS, AnswerMode

Tokens = tuple[int, ...]
After = Callable[[Sequence[Tokens]], Any]
"""A path of tokens for each prompt of a batch -> `(B, n, vocabulary)` log-probabilities, as `next_token_logprobs`."""

OPENINGS = ("", " ", "(", " (")
AFTER_A_BRACKET = ("", " ")
BEFORE_A_TEXT = ("", " ")
"""Templates end in `assistant\n`, after which a text follows at once, or in `ASSISTANT:`, after which a space does."""
AFTER_A_PREFIX = ("",)
CLOSINGS = ("", ")", ".", ":")
ANCHOR_LENGTH = 64


def continuations(
    text: str, prefix: str, choices: Sequence[str], answer: AnswerMode, tokenizer: Any
) -> list[list[Tokens]]:
    """For each choice, the token sequences that would mean it if the reply to `text` began with one of them.

    `options`: its letter, in every spelling: `A`, ` A`, `(A`, `A)`. `texts`: the option's text alone, with a space
    before it or without, or `A) text` where the prompt ends in the answer prefix. The letter's bracket is not opened
    again after a prefix that did.
    """
    if len(choices) > len(LETTERS):
        raise ValueError(f"{len(choices)} choices; there are letters for {len(LETTERS)}")
    if answer == "texts":
        lettered = zip(LETTERS, choices, strict=False)
        written = [f"{letter}) {choice}" if prefix else choice for letter, choice in lettered]
        if not all(written):
            raise ValueError("a choice without text cannot be scored by its text")
        spaces = AFTER_A_PREFIX if prefix else BEFORE_A_TEXT
        return [shortest_only(encoded(text, space + one, tokenizer) for space in spaces) for one in written]
    openings = AFTER_A_BRACKET if prefix.endswith("(") else OPENINGS
    return [
        shortest_only(
            encoded(text, opening + letter + closing, tokenizer) for opening in openings for closing in CLOSINGS
        )
        for letter in LETTERS[: len(choices)]
    ]


def encoded(text: str, continuation: str, tokenizer: Any) -> Tokens:
    """The tokens of a continuation, cut from the prompt where generation cuts it: after the prompt's last token."""
    for anchor in (text[-ANCHOR_LENGTH:], "\n"):
        before = tokenizer.encode(anchor, add_special_tokens=False)
        both = tokenizer.encode(anchor + continuation, add_special_tokens=False)
        if both[: len(before)] == before and len(both) > len(before):
            return tuple(both[len(before) :])
    return tuple(tokenizer.encode(continuation, add_special_tokens=False))


def shortest_only(sequences: Iterable[Tokens]) -> list[Tokens]:
    """The sequences without those that begin with another one, so that their probabilities may be added.

    >>> shortest_only([(1, 2), (1,), (3, 4), (1, 5), (3, 4)])
    [(1,), (3, 4)]
    """
    kept = set(sequences)
    return sorted(one for one in kept if one and not any(one[:length] in kept for length in range(1, len(one))))


def contexts(sequences: Iterable[Tokens]) -> list[Tokens]:
    """What must be fed after the prompt so that every token of the sequences has been predicted once.

    >>> contexts([(1,), (2,)]), contexts([(1, 2, 3), (1, 4), (5,)])
    ([()], [(1, 2)])
    """
    fed = {sequence[:-1] for sequence in sequences}
    return sorted(one for one in fed if not any(other[: len(one)] == one for other in fed if len(other) > len(one)))


def choice_logprobs(wanted: Sequence[Sequence[Sequence[Tokens]]], logprobs_after: After) -> list[tuple[float, ...]]:
    """For each request and choice, the logarithm of the summed probability of its sequences; finite, at most 0.

    `wanted[request][choice]` are sequences none of which begins with another. `logprobs_after` is asked once per
    context for the whole batch: once where every sequence is one token, once per choice and opening for `texts`.
    """
    fed = [contexts(sequence for choice in choices for sequence in choice) for choices in wanted]
    known: list[dict[Tokens, float]] = [{} for _ in wanted]
    for turn in range(max(map(len, fed))):
        paths = [some[min(turn, len(some) - 1)] for some in fed]
        logprobs = logprobs_after(paths)
        for row, path in enumerate(paths):
            needed = {
                sequence[: length + 1]
                for choice in wanted[row]
                for sequence in choice
                for length in range(len(sequence))
                if path[:length] == sequence[:length] and length <= len(path)
            }
            for beginning in needed:
                known[row][beginning] = float(logprobs[row, len(beginning) - 1, beginning[-1]])
    scores = [tuple(summed(choice, table) for choice in choices) for choices, table in zip(wanted, known, strict=True)]
    if not all(math.isfinite(score) for row in scores for score in row):
        raise ValueError("the model's log-probabilities are not finite; dtype=float16 may be too small for it")
    return scores


def summed(sequences: Sequence[Tokens], known: Mapping[Tokens, float]) -> float:
    """The log of the sum of the sequences' probabilities. `known`: each beginning's last token, given those before."""
    logs = [sum(known[sequence[: length + 1]] for length in range(len(sequence))) for sequence in sequences]
    highest = max(logs)
    if highest == -math.inf:
        return highest
    total = highest + math.log(sum(math.exp(log - highest) for log in logs))
    return 0.0 if total > 0 else total  # rounding only; `min` would make 0 of what is no number


def next_token_logprobs(model: Any, inputs: Any, paths: Sequence[Tokens], *, pad_token: int) -> Any:
    """`(B, n, vocabulary)`: at j, the log-probabilities of the token after the prompt and the path's first j tokens."""
    import torch

    ids = inputs["input_ids"]
    longest = max(map(len, paths))
    tail = torch.tensor([[*path, *[pad_token] * (longest - len(path))] for path in paths], dtype=ids.dtype)
    real = torch.tensor([[1] * len(path) + [0] * (longest - len(path)) for path in paths], dtype=ids.dtype)
    added = {"input_ids": tail.reshape(len(paths), longest), "attention_mask": real.reshape(len(paths), longest)}
    longer = {}
    for name, value in inputs.items():
        if getattr(value, "shape", None) == ids.shape:  # one entry per token: ids, mask, kinds of token
            more = added.get(name, torch.zeros_like(added["input_ids"]))
            value = torch.cat([value, more.to(value.device, value.dtype)], dim=1)
        longer[name] = value
    options: dict[str, Any] = {"use_cache": False}
    if "logits_to_keep" in inspect.signature(model.forward).parameters:
        options["logits_to_keep"] = longest + 1
    logits = model(**longer, **options).logits[:, -(longest + 1) :]
    return torch.log_softmax(logits.float(), dim=-1).cpu()
