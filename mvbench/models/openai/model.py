"""`openai`: the model contract over a chat server."""

from __future__ import annotations

import logging
import math
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from mvbench.chat_api import OURS, ChatAPI, Completion, Rejected, Unavailable
from mvbench.errors import Failure, ModelError, UsageError
from mvbench.isolation import default_workers
from mvbench.models.openai.continuation import (
    BROKEN,
    COUNTING,
    PROBE_TOKENS,
    Continuation,
    cannot_be_given,
    find_out,
)
from mvbench.models.openai.messages import clip_part, frames_part, little, media_part, user_text, video_metadata
from mvbench.models.openai.refusals import Refusals
from mvbench.models.openai.replies import Tally, letter_logprobs, reply_of
from mvbench.types import FinishReason, FrameSpec, Generation, Prompt, Reply, Request
from mvbench.video.encode import H264, JPEG_QUALITY, encode_pictures
from mvbench.views import NOTHING

log = logging.getLogger(__name__)

TOP_LOGPROBS = 20
"""As many as any server gives."""

NO_LOGPROBS = "the server gives no log-probabilities; use --answer generate"

THINKS_ALOUD = (
    "replies hold </think>: the model thinks first, and the server does not keep its thoughts apart; start the server "
    "with a reasoning parser, or use --prefix off, for a prefix keeps a model from thinking"
)

FEW_RETRIES = 1
"""For requests by which a server is to be known: many would hold up all others."""

CHARS_PER_TOKEN = 4
PIXELS_PER_TOKEN = 28 * 28

UNKNOWN_FIELD = ("unsupported", "not support", "unrecognized", "unknown", "unexpected", "not permitted", "not allowed")


class OpenAI:
    """Asks the model `model` of an OpenAI-compatible server, such as vLLM, at `base_url`.

    The key is read from the environment variable `api_key_env`; a server on this machine needs none.
    `send_as`: `images` sends each frame as a picture, in order, before the question; `video` sends one video part of
    those frames with their times, for servers that take it (vLLM); `file` sends the clip itself, cut to its bounds.
    `image_format`: `jpeg` of quality 95, or `png`. `timeout`: seconds for one attempt. `max_retries`: attempts after
    the first. `cache`: a folder in which replies are kept and found again. `extra_body`: further fields of the request.
    """

    batch_size = 1

    def __init__(
        self,
        *,
        generation: Generation,
        base_url: str,
        model: str,
        api_key_env: str = "OPENAI_API_KEY",
        concurrency: int = 8,
        send_as: str = "auto",
        image_format: str = "jpeg",
        timeout: float = 600.0,
        max_retries: int = 6,
        cache: str | None = None,
        extra_body: Mapping[str, Any] | None = None,
    ) -> None:
        check_generation(generation)
        for name, value, known in (
            ("send_as", send_as, ("auto", "images", "video", "file")),
            ("image_format", image_format, ("jpeg", "png")),
        ):
            if value not in known:
                raise UsageError(f"{name} is {value!r}; it must be one of {', '.join(known)}")
        if send_as == "video" and image_format != "jpeg":
            raise UsageError("send_as=video sends JPEGs; leave image_format out, or use send_as=images")
        if not isinstance(model, str) or not model.strip():
            raise UsageError(f"model is {model!r}; it must be the name the server knows the model by")
        check_number("concurrency", concurrency, least=1, whole=True)
        check_number("max_retries", max_retries, least=0, whole=True)
        check_number("timeout", timeout, least=0.001)
        if cache is not None and not isinstance(cache, str):
            raise UsageError(f"cache is {cache!r}; it must name a folder")
        check_fields("extra_body", extra_body or {})
        self.name = (
            model.rstrip("/").rpartition("/")[2] if model.startswith("/") else model
        )  # or a path of the server's
        self.concurrency = concurrency
        self._generation = generation
        self._send_as = "images" if send_as == "auto" else send_as
        self._image_format = image_format
        self._extra_body = dict(extra_body or {})
        self.wants = FrameSpec(side=None, frames=self._send_as != "file")
        self._api = ChatAPI(
            base_url,
            model=model,
            api_key_env=api_key_env,
            timeout_seconds=timeout,
            max_retries=max_retries,
            cache=None if cache is None else Path(cache).expanduser(),
        )
        self._encoders = threading.BoundedSemaphore(default_workers())
        self._probing = threading.Lock()
        self._continuation: Continuation | None = None
        self._noting = threading.Lock()
        self._dropped: dict[str, str] = {}
        self._thoughts = "none seen"
        self._logprobs_given = False
        self._served: str | None = None
        self._refusals = Refusals()
        self._tally = Tally(generation.max_new_tokens)

    def identity(self) -> Mapping[str, Any]:
        return {
            "model": self._api.model,
            "send_as": self._send_as,
            "pictures": self._pictures(),
            "extra_body": self._extra_body,
        }

    def _pictures(self) -> str:
        if self._send_as == "file":
            return f"the file as it is, or H.264 {H264['preset']} crf {H264['crf']}"
        return "png" if self._image_format == "png" else f"jpeg quality {JPEG_QUALITY}"

    def used(self) -> Mapping[str, Any]:
        """What the server took of what it was told, and the name it gives its model."""
        prefix = self._continuation
        return {
            "model": self._served,
            "request": self._fields(),
            "not_taken": dict(self._dropped),
            "prefix": "not probed" if prefix is None else prefix.evidence,
            "thoughts": self._thoughts,
        }

    def count_tokens(self, request: Request) -> int:
        """An estimate: one token for 4 characters, and one for 28 x 28 pixels of every frame. A file counts nothing."""
        pixels = 0 if request.frames is None else request.frames.rgb[..., 0].size
        prompt = request.prompt
        characters = len(prompt.system) + len(user_text(prompt)) + len(prompt.answer_prefix)
        return math.ceil(characters / CHARS_PER_TOKEN) + math.ceil(pixels / PIXELS_PER_TOKEN)

    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        return [self._answer(request) for request in requests]

    def _answer(self, request: Request) -> Reply:
        try:
            continuation = self._continuing(request.prompt)
            messages, fields = self._messages(request)
            prefix = request.prompt.answer_prefix if continuation.works else ""
            if prefix:
                messages.append({"role": "assistant", "content": prefix})
                fields = merged(fields, continuation.fields)
            completion = self._complete(messages, fields, occasion=request.sample_id.partition("#")[2])
        except Rejected as refusal:
            if why := self._refusals.count(refusal, ask_little=partial(self._ask_little, request)):
                raise self._api.end(why) from None
            return Reply("", error=refusal.detail)
        except Failure as failure:
            return Reply("", error=failure.detail if failure.reason == "model" else str(failure))
        if not completion.kept:
            self._refusals.answered()
        self._served = completion.model or self._served
        self._note_thoughts(completion)
        reply = reply_of(completion, prefix=prefix)
        if self._generation.answer == "options":
            return self._with_logprobs(reply, completion, len(request.choices))
        self._tally.count(reply.finish_reason)
        return reply

    def _with_logprobs(self, reply: Reply, completion: Completion, num_choices: int) -> Reply:
        """The reply with its letters' log-probabilities; without, where this one was declined or came back empty.

        Raises ModelError where the server gives none to a reply that should have them, and gave none before.
        """
        logprobs = None
        if completion.first_token is not None:
            self._logprobs_given = True
            logprobs = letter_logprobs(completion.first_token, num_choices)
        elif not (self._logprobs_given or completion.refused or is_empty(completion)):
            raise self._api.end(NO_LOGPROBS)
        # One token was asked for, so being cut after it means nothing.
        finish: FinishReason | None = None if reply.finish_reason == "length" else reply.finish_reason
        text = "" if logprobs is not None else reply.text
        return replace(reply, text=text, choice_logprobs=logprobs, finish_reason=finish)

    def _messages(self, request: Request) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """The conversation, and fields of the request that go with it."""
        prompt = request.prompt
        parts, fields = self._shown(request)
        text = user_text(prompt)
        content = [*parts, {"type": "text", "text": text}] if parts else text
        messages: list[dict[str, Any]] = [{"role": "system", "content": prompt.system}] if prompt.system else []
        return [*messages, {"role": "user", "content": content}], fields

    def _shown(self, request: Request) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """What is seen, as parts of a message. Nothing where a view shows nothing."""
        if self._send_as == "file":
            if request.clip == NOTHING:
                return [], {}
            with self._encoders:  # a process each
                return [clip_part(request.clip)], {}
        if request.frames is None:
            return [], {}
        if self._send_as == "video":
            return [frames_part(request.frames)], {"media_io_kwargs": {"video": video_metadata(request.frames)}}
        pictures = encode_pictures(request.frames, "png" if self._image_format == "png" else "jpeg")
        return [media_part("image_url", f"image/{self._image_format}", picture) for picture in pictures], {}

    def _complete(
        self,
        messages: Sequence[Mapping[str, Any]],
        fields: Mapping[str, Any],
        *,
        occasion: str = "",
        about_server: bool = False,
        probing: bool = False,
        retries: int | None = None,
    ) -> Completion:
        """Ask; where the server refuses a field that it can do without, drop that for good and ask again."""
        while True:
            how = self._fields(probing=probing)
            body = {"messages": messages, **merged(merged(how, fields), self._extra_body)}
            try:
                return self._api.complete(body, occasion=occasion, about_server=about_server, retries=retries)
            except Rejected as refusal:
                name = field_refused(refusal.detail, body)
                if name in ("logprobs", "top_logprobs"):
                    raise self._api.end(f"{NO_LOGPROBS} ({refusal.detail})") from None
                if name is None or name in self._generation.gen_kwargs or name in self._extra_body:
                    raise
                self._drop(name, refusal.detail)

    def _fields(self, *, probing: bool = False) -> dict[str, Any]:
        """How the reply is to be made: greedily, unless the user says otherwise."""
        generation = self._generation
        longest = "max_completion_tokens" if "max_tokens" in self._dropped else "max_tokens"
        fields: dict[str, Any] = {"temperature": 0, "seed": generation.seed, longest: generation.max_new_tokens}
        fields = {name: value for name, value in fields.items() if name not in self._dropped}
        if generation.answer == "options" and not probing:
            fields |= {longest: 1, "logprobs": True, "top_logprobs": TOP_LOGPROBS}
        fields |= generation.gen_kwargs
        return fields | {longest: PROBE_TOKENS} if probing else fields

    def _drop(self, name: str, why: str) -> None:
        with self._noting:
            if name in self._dropped:
                return
            self._dropped = {**self._dropped, name: why}
        instead = "max_completion_tokens is sent instead" if name == "max_tokens" else "it is left out"
        log.warning("the server does not take %s, so %s: %s", name, instead, why)

    def _note_thoughts(self, completion: Completion) -> None:
        """Remember where thoughts are seen, and say so once where they are in the way."""
        if completion.reasoning and self._thoughts == "none seen":
            self._thoughts = "apart"
        if "</think>" not in completion.text:
            return
        with self._noting:
            known, self._thoughts = self._thoughts, "within the text"
        if known != self._thoughts:
            log.warning(THINKS_ALOUD)

    def _ask_little(self, request: Request) -> None:
        """Ask the smallest question that shows as much as this one: none of its words, and two grey frames."""
        messages, fields = self._messages(little(request))
        self._complete(messages, fields, about_server=True, retries=FEW_RETRIES)

    def _continuing(self, prompt: Prompt) -> Continuation:
        """Whether and how this request's answer prefix is given; found out once."""
        if self._generation.prefix == "off" or not prompt.answer_prefix:
            return Continuation({}, works=False, evidence="not asked for")
        with self._probing:
            if self._continuation is None:
                self._continuation = self._probe()
                if not self._continuation.works and self._generation.prefix == "auto":
                    log.warning("%s; the questions are asked without it", cannot_be_given(prompt, self._continuation))
        if not self._continuation.works and self._generation.prefix == "on":
            raise ModelError(f"{cannot_be_given(prompt, self._continuation)}; use --prefix auto")
        return self._continuation

    def _probe(self) -> Continuation:
        """Ask for the rest of a count that was cut inside a word: to continue it, and in the usual way.

        Raises ModelError where the server is too busy to be known.
        """

        def ask(fields: Mapping[str, Any]) -> Completion | None:
            why = ""
            for retries in (FEW_RETRIES, None):
                try:
                    return self._complete(COUNTING, fields, about_server=True, probing=True, retries=retries)
                except Rejected:
                    return None
                except Unavailable as failure:
                    if failure.status in BROKEN:
                        return None
                    why = failure.detail
            raise self._api.end(f"whether the server continues an answer prefix cannot be found out: {why}; try again")

        return find_out(ask, insist=self._generation.prefix == "on")


def is_empty(completion: Completion) -> bool:
    """Whether nothing came back at all: a model that thinks first also has no text, when it may write one token."""
    return not completion.text.strip() and not completion.reasoning


def title(model: str) -> str:
    """What people call it: the server's name for it, and of a path on the server the last part.

    >>> title("Qwen/Qwen3-VL-8B"), title("/data/checkpoints/mine/")
    ('Qwen/Qwen3-VL-8B', 'mine')
    """
    return model.rstrip("/").rpartition("/")[2] or model if model.startswith("/") else model


def check_generation(generation: Generation) -> None:
    """Raises UsageError for what a chat server cannot be asked."""
    if generation.answer == "texts":
        raise UsageError("--answer texts needs the log-probability of given texts, which chat servers do not tell")
    check_fields("--gen-kwargs", generation.gen_kwargs)


def check_fields(where: str, fields: object) -> None:
    if not isinstance(fields, Mapping):
        raise UsageError(f"{where} is {fields!r}; it must be a table such as {{top_k = 1}}")
    if refused := sorted(OURS & fields.keys()):
        raise UsageError(f"{where} sets {', '.join(refused)}, which this model sets itself; leave it out")


def check_number(name: str, value: object, *, least: float, whole: bool = False) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool) and (isinstance(value, int) or not whole)
    if not number or not least <= float(str(value)) < math.inf:
        kind = "a whole number" if whole else "a number"
        raise UsageError(f"{name} is {value!r}; it must be {kind} of at least {least:g}")


def merged(fields: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Both tables in one, tables inside them too; `more` wins.

    >>> merged({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}})
    {'a': {'b': 3, 'c': 2}}
    """
    result = dict(fields)
    for name, value in more.items():
        ours = result.get(name)
        result[name] = merged(ours, value) if isinstance(ours, Mapping) and isinstance(value, Mapping) else value
    return result


def field_refused(why: str, body: Mapping[str, Any]) -> str | None:
    """The field of `body` that a server says it does not know or cannot have; None when it complains of other things.

    >>> field_refused("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", {"max_tokens": 9})
    'max_tokens'
    >>> field_refused("'max_tokens' is too large: the context has 4096 tokens", {"max_tokens": 9000})
    """
    said = why.lower()
    if not any(word in said for word in UNKNOWN_FIELD):
        return None
    fields = ("max_tokens", "temperature", "seed", "top_logprobs", "logprobs")
    return next((name for name in fields if name in body and re.search(rf"\b{name}\b", said)), None)
