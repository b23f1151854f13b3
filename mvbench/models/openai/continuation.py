"""Does a server continue an assistant's turn? The questions that find out, and what their replies say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mvbench.chat_api import Completion
from mvbench.types import Prompt

PROBE_TOKENS = 8

CONTINUE = {"add_generation_prompt": False, "continue_final_message": True}
"""How vLLM, SGLang and llama.cpp are asked to continue the assistant's turn."""

COUNTING = [
    {"role": "user", "content": "Count from one to ten in words, on one line, with commas between them."},
    {"role": "assistant", "content": "one, two, three, fo"},
]
"""Cut inside a word: only who continues this very turn goes on with `ur`."""


class Continuation:
    """Whether a server continues the assistant's turn, the fields that make it do so, and how that is known."""

    def __init__(self, fields: Mapping[str, Any], *, works: bool, evidence: str) -> None:
        self.fields = fields
        self.works = works
        self.evidence = evidence


def cannot_be_given(prompt: Prompt, continuation: Continuation) -> str:
    return f"the answer prefix {prompt.answer_prefix!r} cannot be given: {continuation.evidence}"


def verdict_on(continued: Completion | None, usual: Completion | None, *, insist: bool) -> Continuation:
    """What the two replies to the probe say. None stands for a request that was refused.

    A server that ignores the fields counts as many prompt tokens for both; one that heeds them leaves out the end of
    the turn and the beginning of the next.
    """
    if not insist and usual is not None and (usual.reasoning or "<think>" in usual.text):
        return Continuation(
            {}, works=False, evidence="the model thinks first, and a prefix would stop it from thinking"
        )
    if continued is not None and goes_on(continued):
        return Continuation(CONTINUE, works=True, evidence="the server continues a word that was begun")
    if continued is not None and usual is not None and fewer_tokens(continued, usual):
        return Continuation(CONTINUE, works=True, evidence="the server leaves the assistant's turn open")
    if usual is not None and goes_on(usual):
        return Continuation({}, works=True, evidence="the server continues a word that was begun, without being told")
    if continued is None and usual is None:
        return Continuation({}, works=False, evidence="the server refuses a conversation that ends with the assistant")
    return Continuation({}, works=False, evidence="the server starts a new turn")


def goes_on(completion: Completion) -> bool:
    return completion.text.lstrip().startswith("ur")


def fewer_tokens(one: Completion, other: Completion) -> bool:
    return one.input_tokens is not None and other.input_tokens is not None and 0 < one.input_tokens < other.input_tokens
