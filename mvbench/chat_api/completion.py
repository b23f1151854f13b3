"""Bytes from a server -> a Completion, or what is wrong with them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

MAX_REPLY_BYTES = 8 * 2**20


@dataclass(frozen=True, slots=True)
class Completion:
    """What a server said to one request.

    `first_token`: the log-probability of the likeliest first tokens by their text; None where the server gave none.
    `refused`: the server or the model declined. `finish_reason` is the server's own word. `kept`: it was found in the
    cache and cost nothing.
    """

    text: str
    reasoning: str | None
    refused: bool
    finish_reason: str | None
    first_token: Mapping[str, float] | None
    input_tokens: int | None
    output_tokens: int | None
    model: str | None
    kept: bool = False


def declined(why: str) -> Completion:
    """What a content filter in front of the model comes to: the model was not asked, so no token was paid for."""
    return Completion(why, None, True, "content_filter", None, 0, 0, None)


def clean_json(content: bytes) -> bytes:
    """The same as JSON that spells everything in one way. Raises ValueError for no JSON.

    A whole reply was paid for, and is not given up for half a letter: broken UTF-8 and lone surrogates are replaced,
    a byte order mark goes, and numbers that are none become null.
    """
    try:
        return orjson.dumps(orjson.loads(content))
    except (orjson.JSONDecodeError, orjson.JSONEncodeError) as error:
        wrong = ValueError(f"the reply is not JSON ({error})")
    try:
        value = json.loads(content.decode("utf-8-sig", "replace"), parse_constant=nothing, parse_float=finite_or_none)
        return orjson.dumps(orjson.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")))
    except (ValueError, RecursionError, orjson.JSONEncodeError):
        raise wrong from None


def nothing(_: str) -> None:
    return None


def finite_or_none(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def parse_completion(document: bytes) -> Completion:
    """A reply from the JSON a server sent. Raises ValueError saying what is wrong with it."""
    try:
        reply = orjson.loads(document)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"the reply is not JSON ({error})") from None
    if not isinstance(reply, dict):
        raise ValueError("the reply is no JSON object")
    choices = reply.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise ValueError(f"the reply has no choices: {error_text(reply.get('error'), 'nothing is said why')}")
    choice = choices[0]
    message, finish_reason = choice.get("message"), text_or_none(choice.get("finish_reason"))
    if message is None and finish_reason == "content_filter":
        message = {}
    if not isinstance(message, dict) or finish_reason == "error":
        raise ValueError(f"the reply has no message: {error_text(choice.get('error'), 'nothing is said why')}")
    text, refusal = content_text(message.get("content")), content_text(message.get("refusal"))
    usage = reply.get("usage")
    tokens: Mapping[str, Any] = usage if isinstance(usage, dict) else {}
    return Completion(
        text=text or refusal,
        reasoning=text_or_none(message.get("reasoning_content")) or text_or_none(message.get("reasoning")),
        refused=bool(refusal) or finish_reason == "content_filter",
        finish_reason=finish_reason,
        first_token=first_token(choice.get("logprobs")),
        input_tokens=count_or_none(tokens.get("prompt_tokens")),
        output_tokens=count_or_none(tokens.get("completion_tokens")),
        model=text_or_none(reply.get("model")),
    )


def content_text(content: object) -> str:
    """The text of a message's content: a text, nothing, or a list of parts. Raises ValueError."""
    if content is None or isinstance(content, str):
        return content or ""
    if isinstance(content, list) and all(isinstance(part, dict) for part in content):
        return "".join(text_or_none(part.get("text")) or "" for part in content)
    raise ValueError(f"the message's content is {type(content).__name__}, no text")


def text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def count_or_none(value: object) -> int | None:
    """A count, written as a whole number in whichever way: some servers say 10.0."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**53:
        return None
    return int(value) if value == int(value) else None


def first_token(logprobs: object) -> dict[str, float] | None:
    """Log-probabilities of the likeliest first tokens, the one that was chosen among them."""
    tokens = logprobs.get("content") if isinstance(logprobs, dict) else None
    if not isinstance(tokens, list) or not tokens or not isinstance(tokens[0], dict):
        return None
    likeliest = tokens[0].get("top_logprobs")
    found: dict[str, float] = {}
    for row in [tokens[0], *(likeliest if isinstance(likeliest, list) else ())]:
        if isinstance(row, dict) and isinstance(row.get("token"), str):
            value = row.get("logprob")
            if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
                found[row["token"]] = float(value)
    return found or None


def error_text(body: object, otherwise: str) -> str:
    """What an error's body says in words, wherever the server puts them; as JSON where they are no words."""
    for _ in range(3):
        if not isinstance(body, dict):
            break
        body = next((body[key] for key in ("error", "message", "detail") if body.get(key)), None)
    if not body:
        return otherwise
    # Not `str`: the key inside a list would then be spelled in Python's way, and not be found.
    return body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, default=str)
