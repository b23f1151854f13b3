"""The one client of OpenAI-compatible chat servers: attempts, checked replies, a cache of paid ones.

Nothing here knows what is asked. The `openai` package sends, waits and tries again, by `Retry-After` where a server
states it; what it cannot see is done here: replies that are no reply, sizes, a key that a server hands back.
"""

from __future__ import annotations

import hashlib
import ipaddress
import logging
import math
import os
import random
import re
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import urlsplit

import orjson

from mvbench.errors import Failure, MissingExtra, ModelError, UsageError, suggestion

log = logging.getLogger(__name__)

MAX_REPLY_BYTES = 8 * 2**20
MAX_ERROR_CHARS = 300
MAX_LISTED = 10
KNOCK_SECONDS = 10.0
SECRET_CHARS = 8
"""A shorter key is a placeholder such as `none`, and may well be part of an honest reply."""

REJECTED_AT_FIRST = 10
"""So many requests refused before one is answered are no accident of a question."""

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.5, 8.0
"""Waits between attempts double from the first to the longest, as the library's do."""

NO_KEY = "none"
OURS = frozenset({"stream", "stream_options", "messages", "model", "n"})
"""Fields of a request that are set here, or whose replies are not read here: no user sets them."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What a server said to one request.

    `first_token`: the log-probability of the likeliest first tokens by their text; None where the server gave none.
    `refused`: the server or the model declined. `finish_reason` is the server's own word.
    """

    text: str
    reasoning: str | None
    refused: bool
    finish_reason: str | None
    first_token: Mapping[str, float] | None
    input_tokens: int | None
    output_tokens: int | None
    model: str | None


class Rejected(Failure):
    """A request that the server understood and will not take as it is; asking again would not help."""

    def __init__(self, detail: str) -> None:
        super().__init__("model", detail)


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
        self._cache = cache
        self._door = threading.Lock()
        self._own = threading.local()
        self._connect: Callable[[], tuple[Any, Callable[[], None]]] | None = None
        self._closers: list[Callable[[], None]] = []
        weakref.finalize(self, close_all, self._closers)
        self._closed: str | None = None
        self._listed: tuple[str, ...] = ()
        self._answered = False
        self._rejected = 0

    def complete(self, body: Mapping[str, Any], *, occasion: str = "") -> Completion:
        """The server's reply to a request, `model` aside: messages and whatever else it is to be told.

        `occasion` tells requests apart that say the same and are to be answered anew nevertheless.
        Raises Failure where this request got no reply in all its attempts, Rejected where the server refuses it, and
        ModelError where no other request would fare better: a wrong key, address or model, or nobody there.
        """
        request = {"model": self.model, **body}
        path = self._cached_at(request, occasion)
        if path is not None and (kept := read_cached(path)) is not None:
            return kept
        document, completion = self._ask(request)
        self._answered = True
        if path is not None:
            self._keep(path, document)
        return completion

    def _ask(self, request: Mapping[str, Any]) -> tuple[bytes, Completion]:
        """A reply that can be read, and its bytes. Attempts are counted over the library's retries and ours."""
        client = self._connected()
        left = self._max_retries
        while True:
            content, used = self._post(client, request, retries=left)
            left -= used
            try:
                document = self._without_key(content)
                return document, parse_completion(document)
            except ValueError as error:
                if left <= 0:
                    tried = f"{self._max_retries + 1} attempts"
                    raise Failure("model", self._safe(f"no usable reply in {tried}: {error}")) from None
                log.debug("asking again: %s", self._safe(str(error)))
            left -= 1
            time.sleep(wait_seconds(self._max_retries - left))

    def _post(self, client: Any, request: Mapping[str, Any], *, retries: int) -> tuple[bytes, int]:
        """The body of a reply with status 200, and how many retries it took."""
        import openai

        if retries != self._max_retries:
            client = client.with_options(max_retries=retries)
        try:
            # Not `chat.completions.create`: it checks and copies megabytes of pictures, and reads odd replies wrongly.
            response = client.post("/chat/completions", cast_to=http_library().Response, body=request)
        except openai.APIStatusError as error:
            raise self._refusal(error.status_code, error.body, error.response) from None
        except openai.APITimeoutError:
            raise Failure(
                "model", f"no reply within {self._timeout_seconds:g} s in {self._max_retries + 1} attempts"
            ) from None
        except openai.APIConnectionError as error:
            cause = error.__cause__
            if isinstance(cause, http_library().ConnectError):
                raise self._close(f"{self._base_url} cannot be reached any more ({cause})") from None
            raise Failure(
                "model",
                self._safe(f"the connection broke in each of {self._max_retries + 1} attempts: {cause or error}"),
            ) from None
        except openai.OpenAIError as error:
            raise Failure("model", self._safe(f"{type(error).__name__}: {error}")) from None
        retried = response.request.headers.get("x-stainless-retry-count", "0")
        return response.content, int(retried)

    def _refusal(self, status: int, body: object, response: Any) -> Failure | ModelError:
        """What a status other than 200 means: for this request, or for the whole run."""
        said = self._safe(error_text(body, response.reason_phrase))
        if status == 401:
            return self._close(f"{self._base_url} does not accept the key in {self._key_name}: {said}")
        if status == 402:
            return self._close(f"{self._base_url} wants to be paid first: {said}")
        if status == 429 and "insufficient_quota" in repr(body):
            return self._close(f"the quota of the key in {self._key_name} is used up: {said}")
        if 300 <= status < 400:
            where = response.headers.get("location", "elsewhere")
            return self._close(f"{self._base_url} sends on to {where}; give the final address as base_url")
        if status == 403 and not self._answered:
            return self._close(f"{self._base_url} forbids this to the key in {self._key_name}: {said}")
        if status == 404 and not self._answered:
            return self._close(f"{self._base_url} has no model {self.model!r} or no chat there: {said}{self._others()}")
        if status in (408, 409, 429) or status >= 500:
            return Failure("model", f"status {status} in each of {self._max_retries + 1} attempts: {said}")
        with self._door:
            self._rejected += 1
        if self._rejected >= REJECTED_AT_FIRST and not self._answered:
            return self._close(f"the server refused the first {self._rejected} requests, with status {status}: {said}")
        return Rejected(f"refused with status {status}: {said}")

    def _others(self) -> str:
        """The part of a message that says which models there are."""
        if not self._listed:
            return "; check model= and base_url="
        return f"{suggestion(self.model, self._listed)} (models there: {', '.join(self._listed)})"

    def _close(self, why: str) -> ModelError:
        """The error that ends the run, for this request and for every later one."""
        self._closed = self._closed or self._safe(why, longest=3 * MAX_ERROR_CHARS)
        return ModelError(self._closed)

    def _connected(self) -> Any:
        """This thread's client. The very first one knocks, so that a wrong address is known at once.

        Each thread has a connection of its own: looking for a free one in a pool costs more, the more there are.
        """
        with self._door:
            if self._closed is not None:
                raise ModelError(self._closed)
            if not self._connect:
                self._connect = connector(
                    self._base_url,
                    key=self._key,
                    timeout_seconds=self._timeout_seconds,
                    max_retries=self._max_retries,
                )
                self._listed = self._knock(self._open(self._connect))
            connect = self._connect
        client = getattr(self._own, "client", None)
        return self._open(connect) if client is None else client

    def _open(self, connect: Callable[[], tuple[Any, Callable[[], None]]]) -> Any:
        self._own.client, close = connect()
        self._closers.append(close)
        return self._own.client

    def _knock(self, client: Any) -> tuple[str, ...]:
        """The names of the server's models, as far as it tells. Raises ModelError where nobody answers the door."""
        import openai

        http = http_library()
        once = client.with_options(max_retries=0, timeout=min(KNOCK_SECONDS, self._timeout_seconds))
        try:
            listed = orjson.loads(once.get("/models", cast_to=http.Response).content)["data"]
            return tuple(self._safe(str(row["id"])) for row in listed[:MAX_LISTED])
        except openai.APIConnectionError as error:
            if isinstance(error.__cause__, http.ConnectError):
                raise self._close(
                    f"{self._base_url} cannot be reached ({error.__cause__}); is the server up, and base_url right?"
                ) from None
        except (openai.OpenAIError, ValueError, KeyError, TypeError):
            pass  # whoever cannot list its models may well have some
        return ()

    def _without_key(self, content: bytes) -> bytes:
        """The reply as JSON that does not hold the key, however it was spelled. Raises ValueError for no JSON."""
        try:
            written = orjson.dumps(orjson.loads(content))
        except (orjson.JSONDecodeError, orjson.JSONEncodeError) as error:
            raise ValueError(f"the reply is not JSON ({error})") from None
        if is_secret(self._key):
            written = written.replace(orjson.dumps(self._key)[1:-1], b"***")
        return written

    def _safe(self, text: str, *, longest: int = MAX_ERROR_CHARS) -> str:
        """The text on one line, of bounded length and without the key."""
        if is_secret(self._key):
            text = text.replace(self._key, "***")
        text = " ".join(text.split())
        return text if len(text) <= longest else text[:longest] + " ..."

    def _cached_at(self, request: Mapping[str, Any], occasion: str) -> Path | None:
        if self._cache is None:
            return None
        content = orjson.dumps([self._base_url, request, occasion], option=orjson.OPT_SORT_KEYS)
        name = hashlib.blake2b(content, digest_size=16).hexdigest()
        return self._cache / name[:2] / f"{name}.json"

    def _keep(self, path: Path, document: bytes) -> None:
        """Write a paid reply. Where that fails the run goes on without a cache, and says so."""
        try:
            write_whole(path, document)
        except OSError as error:
            self._cache = None
            log.warning("no more replies are cached: %s cannot be written (%s)", path.parent.parent, error.strerror)


def checked_url(base_url: object) -> str:
    """The address without a slash at its end. Raises UsageError for what is none, or holds a secret."""
    advice = "give one such as base_url=http://localhost:8000/v1"
    if not isinstance(base_url, str):
        raise UsageError(f"base_url is {base_url!r}; {advice}")
    try:
        parts = urlsplit(base_url)
        _ = parts.port
    except ValueError as error:
        raise UsageError(f"base_url is no address ({error}); {advice}") from None
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise UsageError("base_url must not hold a user, a password, a query or a fragment, for it is written down")
    if parts.scheme not in ("http", "https") or not parts.hostname or not base_url.isprintable() or " " in base_url:
        raise UsageError(f"base_url is {base_url!r:.200}; {advice}")
    return base_url.rstrip("/")


def is_loopback(base_url: str) -> bool:
    host = urlsplit(base_url).hostname or ""
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost" or host.endswith(".localhost")


def find_key(name: object, base_url: str) -> str:
    """The key in the environment variable `name`; a placeholder for a server on this machine where there is none.

    Raises UsageError, which never shows a value: somebody may have put the key where its name belongs.
    """
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,99}", name):
        raise UsageError("api_key_env must be the name of an environment variable, such as OPENAI_API_KEY")
    key = os.environ.get(name, "").strip()
    if not key:
        if is_loopback(base_url):
            return NO_KEY
        raise UsageError(
            f"no key for {base_url}: set the environment variable {name}, or name another one with api_key_env=NAME "
            f"(a server that wants no key: {name}=none)"
        )
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise UsageError(f"the environment variable {name} holds characters that no key has")
    return key


def is_secret(key: str) -> bool:
    return len(key) >= SECRET_CHARS


def http_library() -> Any:
    """The HTTP library that `openai` stands on: httpx2 since its version 3."""
    import importlib

    import openai

    return importlib.import_module("httpx2" if int(openai.__version__.partition(".")[0]) >= 3 else "httpx")


def connector(
    base_url: str, *, key: str, timeout_seconds: float, max_retries: int
) -> Callable[[], tuple[Any, Callable[[], None]]]:
    """A function that makes a client, and what closes it.

    It follows no redirection, for no host is asked that the user did not name.
    """
    import openai

    silence_libraries()
    certificates = http_library().create_ssl_context()  # slow to read, so once for all

    def connect() -> tuple[Any, Callable[[], None]]:
        client = openai.DefaultHttpxClient(
            follow_redirects=False,
            timeout=timeout_seconds,
            verify=certificates,
            event_hooks={"response": [capped(timeout_seconds)]},
        )
        api = openai.OpenAI(
            base_url=base_url,
            api_key=key,
            http_client=client,
            timeout=timeout_seconds,
            max_retries=max_retries,
            default_headers={"Accept-Encoding": "identity"},
        )
        return api, client.close

    return connect


def close_all(closers: list[Callable[[], None]]) -> None:
    for close in closers:
        close()


def silence_libraries() -> None:
    """These log a line per request, and at debug level its whole body; a level that somebody chose stays."""
    for name in ("openai", "httpx", "httpx2", "httpcore", "httpcore2"):
        logger = logging.getLogger(name)
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.WARNING)


def capped(seconds: float) -> Callable[[Any], None]:
    """A hook that bounds every reply, errors too, in size and in the time it takes to come in."""
    http = http_library()
    byte_stream: Any = http.SyncByteStream

    class Capped(byte_stream):  # type: ignore[misc]
        def __init__(self, stream: Any) -> None:
            self._stream = stream
            self._deadline = time.monotonic() + seconds

        def __iter__(self) -> Iterator[bytes]:
            size = 0
            for part in self._stream:
                size += len(part)
                if size > MAX_REPLY_BYTES:
                    raise http.ReadError(f"the reply is larger than {MAX_REPLY_BYTES // 2**20} MiB")
                if time.monotonic() > self._deadline:
                    raise http.ReadTimeout(f"the reply was not complete after {seconds:g} s")
                yield part

        def close(self) -> None:
            self._stream.close()

    def cap(response: Any) -> None:
        # None was asked for; and a small body must not unfold into a huge one.
        response.headers.pop("content-encoding", None)
        response.stream = Capped(response.stream)

    return cap


def wait_seconds(attempt: int) -> float:
    """How long to wait before attempt number `attempt`, counted from 1: doubling, less up to a quarter by chance."""
    longest = min(FIRST_WAIT_SECONDS * 2.0 ** min(attempt - 1, 30), LONGEST_WAIT_SECONDS)
    return longest * (1 - random.random() / 4)


def parse_completion(document: bytes) -> Completion:
    """A reply from the bytes a server sent. Raises ValueError saying what is wrong with them."""
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
    message = choice.get("message")
    if not isinstance(message, dict) or choice.get("finish_reason") == "error":
        raise ValueError(f"the reply has no message: {error_text(choice.get('error'), 'nothing is said why')}")
    text, refusal = content_text(message.get("content")), content_text(message.get("refusal"))
    usage = reply.get("usage")
    tokens: Mapping[str, Any] = usage if isinstance(usage, dict) else {}
    finish_reason = text_or_none(choice.get("finish_reason"))
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
    return value if type(value) is int and 0 <= value < 2**53 else None


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
    """What an error's body says in words, wherever the server puts them."""
    for _ in range(3):
        if not isinstance(body, dict):
            break
        body = next((body[key] for key in ("error", "message", "detail") if body.get(key)), None)
    return str(body)[: 10 * MAX_ERROR_CHARS] if body else otherwise


def read_cached(path: Path) -> Completion | None:
    """A reply from the cache; None where there is none, or none that can be read."""
    try:
        if not path.is_file() or path.stat().st_size > MAX_REPLY_BYTES:
            return None
        return parse_completion(path.read_bytes())
    except (OSError, ValueError):
        return None


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that appears in one piece, whoever else writes it at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.stem}.", suffix=".part", delete=False) as part:
        try:
            part.write(content)
            part.flush()
            os.fsync(part.fileno())
            Path(part.name).replace(path)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise
