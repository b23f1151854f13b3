"""One server and one model: attempts, and what an answer other than a reply means for a request or for the run."""

from __future__ import annotations

import errno
import logging
import math
import random
import threading
import time
import weakref
from collections.abc import Mapping
from dataclasses import replace
from email.utils import parsedate_to_datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson

from mvbench.chat_api.address import checked_url, is_loopback
from mvbench.chat_api.cache import ReplyCache
from mvbench.chat_api.completion import Completion, clean_json, declined, error_text, parse_completion
from mvbench.chat_api.connection import Connection, Connections, Ending, http_library
from mvbench.chat_api.key import document_without_key, find_key, is_secret, without_key
from mvbench.errors import Failure, MissingExtra, ModelError, UsageError, suggestion

log = logging.getLogger(__name__)

OURS = frozenset({"stream", "stream_options", "messages", "model", "n"})
"""Fields of a request that are set here, or whose replies are not read here: no user sets them."""

MAX_ERROR_CHARS = 300
MAX_LISTED = 10
KNOCK_SECONDS = 10.0

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.5, 8.0
"""Waits between attempts double from the first to the longest, as the library's do."""

LONGEST_STATED_SECONDS = 120.0
"""The library waits as long as a server states, up to this; who is told to wait for longer had better come back."""

FILTERED = ("content_filter", "content_policy_violation")
"""Codes of a request that a content filter in front of the model declined, with status 400.

Source: Azure OpenAI, "Content filtering", scenario "your application sends a prompt that is filtered".
"""


class Rejected(Failure):
    """A request that the server understood and will not take as it is; asking again would not help."""

    def __init__(self, detail: str) -> None:
        super().__init__("model", detail)


class Unavailable(Failure):
    """A request that got no reply in all its attempts; `status` is the last one's, None where there was none."""

    def __init__(self, detail: str, status: int | None = None) -> None:
        super().__init__("model", detail)
        self.status = status


class ChatAPI:
    """One server and one model, asked from any number of threads.

    `max_retries`: attempts after the first one, for each request. `timeout_seconds`: for one attempt. `cache`: a folder
    of replies, in which a request that was answered once is found again.
    The key comes from the environment variable `api_key_env` and appears in no text that leaves this object.
    Raises UsageError or MissingExtra; connects at the first request.
    """

    def __init__(
        self,
        base_url: str,
        *,
        model: str,
        api_key_env: str,
        timeout_seconds: float,
        max_retries: int,
        cache: Path | None = None,
    ) -> None:
        self.model = model
        self._base_url = checked_url(base_url)
        self._key_name = api_key_env
        self._key = find_key(api_key_env, self._base_url)
        if find_spec("openai") is None:
            raise MissingExtra("openai", extra="api", purpose="asking a server")
        self._timeout_seconds = timeout_seconds
        self._max_retries = max_retries
        self._cache = None if cache is None else ReplyCache(cache)
        self._door = threading.Lock()
        self._ending = Ending()
        self._connections: Connections | None = None
        self._listed: tuple[str, ...] = ()
        self._key_doubted = False
        self._answered = False

    def complete(
        self, body: Mapping[str, Any], *, occasion: str = "", about_server: bool = False, retries: int | None = None
    ) -> Completion:
        """The server's reply to a request, `model` aside: messages and whatever else it is to be told.

        `occasion` tells requests apart that say the same and are to be answered anew nevertheless. `about_server`: a
        request by which the server is to be known; its reply is neither kept nor counted as an answer. `retries`: where
        these are fewer than `max_retries`.
        Raises Unavailable where this request got no reply, Rejected where the server refuses it, and ModelError where
        no other request would fare better: a wrong key, address or model, or nobody there.
        """
        request = {"model": self.model, **body}
        cache = None if about_server else self._cache
        place = None if cache is None else cache.place(self._base_url, request, occasion)
        if cache is not None and place is not None and (kept := cache.find(place)) is not None:
            return replace(kept, kept=True)
        most = self._max_retries if retries is None else min(retries, self._max_retries)
        document, completion = self._ask(request, retries=most)
        self._answered = self._answered or not about_server
        if cache is not None and place is not None and document is not None:
            cache.keep(place, document)
        return completion

    def end(self, why: str) -> ModelError:
        """The error that ends the run, for this request and for every other one: none makes another attempt."""
        return self._ending.declare(self._safe(why, longest=3 * MAX_ERROR_CHARS))

    def _ask(self, request: Mapping[str, Any], *, retries: int) -> tuple[bytes | None, Completion]:
        """A reply that can be read, and what to keep of it. Attempts are counted over the library's and ours."""
        import openai

        connections = self._connected()
        made = 0
        while True:
            with connections.lend() as connection:
                try:
                    response = connection.post("/chat/completions", request, retries=retries - made)
                except openai.OpenAIError as error:
                    failed = self._meaning(error, connection, made)
                    if isinstance(failed, Completion):
                        return None, failed
                    raise failed from None
            made += attempts_of(response.request)
            try:
                document = document_without_key(clean_json(response.content), self._key)
                return document, parse_completion(document)
            except ValueError as error:
                if made > retries:
                    raise Unavailable(self._safe(f"no usable reply {after(made)}: {error}")) from None
                log.debug("asking again: %s", self._safe(str(error)))
            self._ending.wait(wait_seconds(made))

    def _meaning(self, error: Exception, connection: Connection, made: int) -> Failure | ModelError | Completion:
        """What an exception of the library means; `made`: attempts before this call of it."""
        import openai

        if isinstance(error, openai.APIConnectionError):
            made += attempts_of(error.request)
            if connection.late or isinstance(error, openai.APITimeoutError):
                return Unavailable(f"no reply within {self._timeout_seconds:g} s, {after(made)}{self._through()}")
            if isinstance(error.__cause__, http_library().ConnectError):
                return self._unreachable(error, again="any more")
            why = error.__cause__ or error
            return Unavailable(self._safe(f"the connection broke, {after(made)}{self._through()}: {why}"))
        if isinstance(error, openai.APIStatusError):
            made += attempts_of(error.response.request)
            return self._refusal(error.status_code, error.body, error.response, made)
        return Unavailable(self._safe(f"{type(error).__name__}: {error}"))

    def _unreachable(self, error: Exception, *, again: str = "") -> ModelError:
        """What it means that no connection could be made. `again`: words for a server that was there before."""
        if out_of_files(error):
            return self.end("this process may not open more sockets; lower --concurrency, or raise `ulimit -n`")
        where = f"{self._base_url} cannot be reached{again and ' '}{again}{self._through()} ({error.__cause__})"
        return self.end(where if again else f"{where}; is the server up, and base_url right?")

    def _refusal(self, status: int, body: object, response: Any, made: int) -> Failure | ModelError | Completion:
        """What a status other than 200 means: for this request, or for the whole run."""
        said = self._safe(error_text(body, response.reason_phrase))
        if status == 401:
            return self.end(f"{self._base_url} does not accept the key in {self._key_name}: {said}")
        if status == 402:
            return self.end(f"{self._base_url} wants to be paid first: {said}")
        if status == 429 and "insufficient_quota" in repr(body):
            return self.end(f"the quota of the key in {self._key_name} is used up: {said}")
        if 300 <= status < 400:
            where = response.headers.get("location", "elsewhere")
            return self.end(f"{self._base_url} sends on to {where}; give the final address as base_url")
        if status == 403 and self._key_doubted and not self._answered:
            return self.end(f"{self._base_url} forbids this to the key in {self._key_name}: {said}")
        if status == 404 and not self._answered:
            return self.end(f"{self._base_url} has no model {self.model!r} or no chat there: {said}{self._others()}")
        if status in (408, 409, 429) or status >= 500:
            if (seconds := stated_seconds(response.headers)) > LONGEST_STATED_SECONDS:
                wait = f"{self._base_url} asks to wait {seconds:,.0f} s"
                return self.end(f"{wait} (status {status}: {said}); the same command resumes")
            return Unavailable(f"status {status} {after(made)}: {said}", status)
        if status == 400 and isinstance(body, Mapping) and body.get("code") in FILTERED:
            return declined(said)
        return Rejected(f"refused with status {status}: {said}")

    def _others(self) -> str:
        """The part of a message that says which models there are."""
        if not self._listed:
            return "; check model= and base_url="
        return f"{suggestion(self.model, self._listed)} (models there: {', '.join(self._listed)})"

    def _through(self) -> str:
        """The part of a message that names the proxy, where there is one: it is as likely to blame as the server."""
        proxy = None if self._connections is None else self._connections.proxy
        return "" if proxy is None else f" through the proxy {proxy.host} of {proxy.variable}"

    def _connected(self) -> Connections:
        """The connections. Whoever comes first knocks, so that a wrong address is known at once."""
        with self._door:
            self._ending.check()
            if self._connections is None:
                self._connections = self._opened()
                log_way(self._base_url, self._connections, key=self._key, key_name=self._key_name)
                self._listed = self._knock(self._connections)
            return self._connections

    def _opened(self) -> Connections:
        try:
            connections = Connections(
                self._base_url, key=self._key, timeout_seconds=self._timeout_seconds, ending=self._ending
            )
        except UsageError as error:
            raise self.end(str(error)) from None
        weakref.finalize(self, connections.close)
        return connections

    def _knock(self, connections: Connections) -> tuple[str, ...]:
        """The names of the server's models, as far as it tells. Raises ModelError where nobody answers the door."""
        import openai

        http = http_library()
        try:
            with connections.lend() as connection:
                listed = orjson.loads(connection.get("/models", seconds=KNOCK_SECONDS).content)["data"]
            return tuple(self._safe(str(row["id"])) for row in listed[:MAX_LISTED])
        except openai.APIStatusError as error:
            self._key_doubted = error.status_code in (401, 403)
        except openai.APIConnectionError as error:
            if isinstance(error.__cause__, http.ConnectError | http.ProxyError):
                raise self._unreachable(error) from None
        except (openai.OpenAIError, ValueError, KeyError, TypeError):
            pass  # whoever cannot list its models may well have some
        return ()

    def _safe(self, text: str, *, longest: int = MAX_ERROR_CHARS) -> str:
        """The text on one line, of bounded length and without the key."""
        text = " ".join(without_key(text, self._key).split())
        return text if len(text) <= longest else text[:longest] + " ..."


def log_way(base_url: str, connections: Connections, *, key: str, key_name: str) -> None:
    """Say what a user may not know about the way to the server."""
    if connections.proxy is not None:
        log.info("asking %s through the proxy %s of %s", base_url, connections.proxy.host, connections.proxy.variable)
    if urlsplit(base_url).scheme == "http" and is_secret(key) and not is_loopback(base_url):
        log.warning(
            "the key in %s goes to %s in clear, for all on the way to read; is there no https?", key_name, base_url
        )


def attempts_of(request: Any) -> int:
    """How many attempts the library made, from its last one."""
    return 1 + int(request.headers.get("x-stainless-retry-count", "0"))


def after(attempts: int) -> str:
    return f"after {attempts} attempt{'' if attempts == 1 else 's'}"


def out_of_files(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
            return True
        error = error.__cause__ or error.__context__
    return False


def stated_seconds(headers: Mapping[str, str]) -> float:
    """How long a server asks to wait: a number of seconds, or until a date; 0 where it does not say so."""
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) * scale
        except (KeyError, ValueError):
            continue
        return 0.0 if math.isnan(seconds) else seconds
    try:
        return parsedate_to_datetime(headers["retry-after"]).timestamp() - time.time()
    except (KeyError, ValueError, OverflowError, OSError):
        return 0.0


def wait_seconds(attempt: int) -> float:
    """How long to wait before attempt number `attempt`, counted from 1: doubling, less up to a quarter by chance."""
    longest = min(FIRST_WAIT_SECONDS * 2.0 ** min(attempt - 1, 30), LONGEST_WAIT_SECONDS)
    return longest * (1 - random.random() / 4)
