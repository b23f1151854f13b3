"""Does a server continue an assistant's turn? The questions that find out, and what their replies say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mvbench.chat_api import Completion
from mvbench.types import Prompt

PROBE_TOKENS = 8

CLOSE = {"add_generation_prompt": False}
CONTINUE = {**CLOSE, "continue_final_message": True}
"""How vLLM, SGLang and llama.cpp are asked to continue the assistant's turn."""

BEGUN = "one, two, three, fo"
COUNTING = [
    {"role": "user", "content": "Count from one to ten in words, on one line, with commas between them."},
    {"role": "assistant", "content": BEGUN},
]
"""Cut inside a word: only who continues this very turn goes on with `ur`."""

BROKEN = (500, 501)
"""What some servers say to a conversation they cannot put to their model; other statuses from 500 on mean overload."""


class Continuation:
    """Whether a server continues the assistant's turn, the fields that make it do so, and how that is known."""

    def __init__(self, fields: Mapping[str, Any], *, works: bool, evidence: str) -> None:
        self.fields = fields
        self.works = works
        self.evidence = evidence


def cannot_be_given(prompt: Prompt, continuation: Continuation) -> str:
    return f"the answer prefix {prompt.answer_prefix!r} cannot be given: {continuation.evidence}"


def find_out(ask: Callable[[Mapping[str, Any]], Completion | None], *, insist: bool) -> Continuation:
    """What a server's replies to the begun count say; `ask` puts it with further fields, None: it was refused.

    One that ignores the fields counts as many prompt tokens with them as without; one that heeds them leaves out the
    end of the turn and the beginning of the next. One that heeds the first field alone leaves out the latter only.
    """
    usual = ask({})
    if not insist and usual is not None and (usual.reasoning or "<think>" in usual.text):
        return Continuation(
            {}, works=False, evidence="the model thinks first, and a prefix would stop it from thinking"
        )
    continued = ask(CONTINUE)
    if continued is not None and goes_on(continued):
        return Continuation(CONTINUE, works=True, evidence="the server continues a word that was begun")
    # A model may begin anew with the same words, so what repeats them is looked at twice.
    repeats = continued is not None and begins_anew(continued) and not (usual is not None and begins_anew(usual))
    if continued is not None and (repeats or fewer_tokens(continued, usual)):
        closed = ask(CLOSE)
        if repeats and closed is not None and not begins_anew(closed):
            return Continuation(CONTINUE, works=True, evidence="the server repeats what was begun, and continues it")
        if fewer_tokens(continued, usual) and fewer_tokens(continued, closed):
            return Continuation(CONTINUE, works=True, evidence="the server leaves the assistant's turn open")
    if usual is not None and goes_on(usual):
        return Continuation({}, works=True, evidence="the server continues a word that was begun, without being told")
    if continued is None and usual is None:
        return Continuation({}, works=False, evidence="the server refuses a conversation that ends with the assistant")
    return Continuation({}, works=False, evidence="the server starts a new turn")


def goes_on(completion: Completion) -> bool:
    return completion.text.lstrip().startswith("ur")


def begins_anew(completion: Completion) -> bool:
    return completion.text.lstrip().startswith(BEGUN + "ur")


def fewer_tokens(one: Completion, other: Completion | None) -> bool:
    if other is None or one.input_tokens is None or other.input_tokens is None:
        return False
    return 0 < one.input_tokens < other.input_tokens
