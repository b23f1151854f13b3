"""Connections to one server: lent to one thread at a time, bounded in what they take in and for how long.

The `openai` package sends, waits and tries again, by `Retry-After` where a server states it. It reads settings for its
own company from the environment, follows whatever proxy it finds there, and its timeouts start anew with each byte;
what of that must not be is undone here.
"""

from __future__ import annotations

import logging
import os
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

from mvbench.chat_api.address import Proxy, is_openai, proxy_for
from mvbench.chat_api.completion import MAX_REPLY_BYTES
from mvbench.errors import ModelError, UsageError

log = logging.getLogger(__name__)

CHECKS_PER_TIMEOUT, SHORTEST_REST_SECONDS, LONGEST_REST_SECONDS = 20, 0.01, 1.0
"""How often it is looked whether an attempt takes too long."""

SENT = frozenset({"host", "connection", "content-length", "x-stainless-retry-count"})
"""What stays of the library's headers on the way to anybody but its own company."""


class Ending:
    """Why a run is over, once it is: the first reason counts."""

    def __init__(self) -> None:
        self._why: str | None = None
        self._over = threading.Event()

    def declare(self, why: str) -> ModelError:
        self._why = self._why or why
        self._over.set()
        return ModelError(self._why)

    def check(self) -> None:
        """Raises ModelError where the run is over."""
        if self._why is not None:
            raise ModelError(self._why)

    def wait(self, seconds: float) -> None:
        """Wait, unless the run ends meanwhile. Raises ModelError then."""
        self._over.wait(seconds)
        self.check()


class Connections:
    """As many connections as were ever needed at the same time; which of them is lent makes no difference.

    `timeout_seconds` is for one attempt, from its first byte to its last. Raises UsageError for an environment in which
    no connection can be made. It follows no redirection, for no host is asked that the user did not name.
    """

    def __init__(self, base_url: str, *, key: str, timeout_seconds: float, ending: Ending) -> None:
        silence_libraries()
        self.proxy = proxy_for(base_url)
        self._base_url = base_url
        self._key = key
        self._timeout_seconds = timeout_seconds
        self._ending = ending
        self._certificates = certificates(base_url)  # slow to read, so once for all
        self._all: list[Connection] = []
        self._free: list[Connection] = []
        self._closed = threading.Event()
        with self.lend():
            pass
        rest_seconds = min(max(timeout_seconds / CHECKS_PER_TIMEOUT, SHORTEST_REST_SECONDS), LONGEST_REST_SECONDS)
        threading.Thread(
            target=break_off_late_ones, args=(self._all, rest_seconds, self._closed), name="deadlines", daemon=True
        ).start()

    @contextmanager
    def lend(self) -> Iterator[Connection]:
        try:
            connection = self._free.pop()
        except IndexError:
            connection = self._made()
            self._all.append(connection)
        try:
            yield connection
        finally:
            connection.end_attempt()
            self._free.append(connection)

    def close(self) -> None:
        self._closed.set()
        for connection in self._all:
            connection.client.close()

    def _made(self) -> Connection:
        import openai

        connection = Connection(self._timeout_seconds)
        try:
            http_client = openai.DefaultHttpxClient(
                follow_redirects=False,
                timeout=self._timeout_seconds,
                verify=self._certificates,
                trust_env=False,
                proxy=None if self.proxy is None else self.proxy.url,
                event_hooks={"response": [connection.bound]},
            )
        except (ImportError, OSError, ValueError, http_library().InvalidURL) as error:
            raise UsageError(f"no connection to {self._base_url} can be made: {blamed(self.proxy)}{error}") from None
        client = library_client()(base_url=self._base_url, api_key=self._key, http_client=http_client, max_retries=0)
        client.prepare = self._prepare
        client.connection = connection
        connection.client = client
        return connection

    def _prepare(self, request: Any, connection: Connection) -> None:
        """Called before every attempt."""
        self._ending.check()
        if not is_openai(self._base_url):
            keep_headers(request.headers, key=self._key)
        request.headers["Accept-Encoding"] = "identity"
        connection.begin_attempt(request)


class Connection:
    """One client of the library, and when its attempt under way must be done."""

    def __init__(self, timeout_seconds: float) -> None:
        self.client: Any = None
        self.late = False
        self._timeout_seconds = self._seconds = timeout_seconds
        self._lock = threading.Lock()
        self._deadline: float | None = None
        self._socket: socket.socket | None = None

    def post(self, path: str, body: Mapping[str, Any], *, retries: int) -> Any:
        # Not `chat.completions.create`: it checks and copies megabytes of pictures, and reads odd replies wrongly.
        self._seconds = self._timeout_seconds
        return self.client.post(path, cast_to=http_library().Response, body=body, options={"max_retries": retries})

    def get(self, path: str, *, seconds: float) -> Any:
        """Asked once; `seconds` at most, or the timeout where that is shorter."""
        self._seconds = min(seconds, self._timeout_seconds)
        return self.client.get(path, cast_to=http_library().Response, options={"timeout": self._seconds})

    def begin_attempt(self, request: Any) -> None:
        request.extensions["trace"] = self._notice_socket
        with self._lock:
            self.late = False
            self._deadline = time.monotonic() + self._seconds

    def end_attempt(self) -> None:
        with self._lock:
            self._deadline = None

    def break_off_if_late(self) -> None:
        """Called from another thread: whoever waits for the server's next byte then learns that none will come."""
        with self._lock:
            if self._deadline is None or time.monotonic() < self._deadline:
                return
            self.late, self._deadline = True, None
            if self._socket is not None:
                with suppress(OSError):  # it broke by itself
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def bound(self, response: Any) -> None:
        """A hook that bounds every reply in size, errors too."""
        # None was asked for; and a small body must not unfold into a huge one.
        response.headers.pop("content-encoding", None)
        response.stream = capped_stream()(response.stream, self.end_attempt)

    def _notice_socket(self, event: str, info: Mapping[str, Any]) -> None:
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            with self._lock:
                self._socket = info["return_value"].get_extra_info("socket")


def break_off_late_ones(connections: list[Connection], rest_seconds: float, closed: threading.Event) -> None:
    while not closed.wait(rest_seconds):
        for connection in list(connections):
            connection.break_off_if_late()


def http_library() -> Any:
    """The HTTP library that `openai` stands on: httpx2 since its version 3."""
    import importlib

    import openai

    return importlib.import_module("httpx2" if int(openai.__version__.partition(".")[0]) >= 3 else "httpx")


@cache
def library_client() -> Any:
    """The library's client with a hook before each attempt, from which an error goes straight to the caller."""
    import openai

    class Client(openai.OpenAI):  # type: ignore[misc]
        def _prepare_request(self, request: Any) -> None:
            super()._prepare_request(request)
            self.prepare(request, self.connection)

    return Client


@cache
def capped_stream() -> Any:
    http = http_library()
    byte_stream: Any = http.SyncByteStream

    class Capped(byte_stream):  # type: ignore[misc]
        def __init__(self, stream: Any, done: Any) -> None:
            self._stream = stream
            self._done = done

        def __iter__(self) -> Iterator[bytes]:
            size = 0
            for part in self._stream:
                size += len(part)
                if size > MAX_REPLY_BYTES:
                    raise http.ReadError(f"the reply is larger than {MAX_REPLY_BYTES // 2**20} MiB")
                yield part

        def close(self) -> None:
            self._done()
            self._stream.close()

    return Capped


def certificates(base_url: str) -> ssl.SSLContext:
    """Whom to believe. Raises UsageError where the environment names certificates that cannot be read."""
    if base_url.startswith("http:"):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context: ssl.SSLContext = http_library().create_ssl_context()
    except OSError as error:
        named = [f"{name}={os.environ[name]}" for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)]
        raise UsageError(
            f"certificates cannot be read ({error}){'; see ' if named else ''}{', '.join(named)}"
        ) from None
    return context


def keep_headers(headers: Any, *, key: str) -> None:
    """Leave what a chat server needs. The library adds OPENAI_ORG_ID, OPENAI_PROJECT_ID and OPENAI_CUSTOM_HEADERS,
    whoever is asked; those are nobody else's business.
    """
    import openai

    for name in set(headers) - SENT:
        del headers[name]
    headers["Accept"] = headers["Content-Type"] = "application/json"
    headers["Authorization"] = f"Bearer {key}"
    headers["User-Agent"] = f"OpenAI/Python {openai.__version__}"


def blamed(proxy: Proxy | None) -> str:
    return "" if proxy is None else f"the proxy {proxy.host} of {proxy.variable}: "


def silence_libraries() -> None:
    """These log a line per request, and at debug level its whole body; a level that somebody chose stays."""
    for name in ("openai", "httpx", "httpx2", "httpcore", "httpcore2"):
        logger = logging.getLogger(name)
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.WARNING)
