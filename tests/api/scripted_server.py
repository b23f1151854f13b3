"""A loopback server that answers the chat API as a script tells it, faults included, and counts what it was asked.

    python -m tests.api.scripted_server --latency 0.05 --capacity 32

serves one fixed reply, after it has printed its address.
"""

from __future__ import annotations

import argparse
import asyncio
import heapq
import json
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True)
class Asked:
    """One request as it came in. `number` counts all requests from 0; headers have small letters."""

    number: int
    path: str
    headers: Mapping[str, str]
    body: Any

    @property
    def text(self) -> str:
        """The last text of the user."""
        content = [message for message in self.body["messages"] if message["role"] == "user"][-1]["content"]
        return content if isinstance(content, str) else content[-1]["text"]


@dataclass(frozen=True)
class Answer:
    """What to do with a request: wait, then send, or break off.

    `body`: JSON, or bytes as they are. `cut`: close the connection after so many bytes of the whole reply.
    `slow_after`: send so many bytes at once, and then one every 50 ms. `hang`: never reply.
    """

    body: Any = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    cut: int | None = None
    slow_after: int | None = None
    hang: bool = False


Script = Callable[[Asked], Answer]
MODELS = {"object": "list", "data": [{"id": "tiny-vl"}, {"id": "other-vl"}]}


def said(
    text: str | None = "A)",
    *,
    finish_reason: str | None = "stop",
    prompt_tokens: int = 10,
    logprobs: Mapping[str, float] | None = None,
    usage: bool = True,
    **message: Any,
) -> dict[str, Any]:
    """A well-formed reply; `logprobs` of first tokens, the first one chosen; further fields of the message."""
    choice: dict[str, Any] = {
        "index": 0,
        "message": {"role": "assistant", "content": text, **message},
        "finish_reason": finish_reason,
        "logprobs": None,
    }
    if logprobs is not None:
        rows = [{"token": token, "logprob": value, "bytes": None} for token, value in logprobs.items()]
        choice["logprobs"] = {"content": [{**rows[0], "top_logprobs": rows}]}
    reply: dict[str, Any] = {"id": "x", "object": "chat.completion", "created": 1, "model": "tiny-vl-1"}
    counts = {"prompt_tokens": prompt_tokens, "completion_tokens": 3, "total_tokens": prompt_tokens + 3}
    return {**reply, "choices": [choice], **({"usage": counts} if usage else {})}


class ScriptedServer:
    """Serves on a free port from a thread of its own; use as a context manager.

    Requests for `/models` are answered by themselves. `chats` are all others, in the order they came.
    """

    def __init__(self, script: Script, *, models: Any = MODELS) -> None:
        self._script = script
        self._models = models
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),), daemon=True)
        self._ready = threading.Event()
        self._connections: set[asyncio.Task[None]] = set()
        self.chats: list[Asked] = []
        self.under_way = self.most_under_way = 0

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(30)
        return self

    def __exit__(self, *error: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._loop.close()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0, limit=2**26)
        self.port: int = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while await self._one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass  # the client has gone, or the server is to stop
        finally:
            self._connections.discard(task)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its answer; False when the connection is to be closed."""
        head, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines) if name}
        content = await reader.readexactly(int(headers.get("content-length", "0")))
        path = head.split(" ")[1]
        if path.endswith("/models"):
            answer = self._models if isinstance(self._models, Answer) else Answer(self._models)
            return await send(writer, answer)
        asked = Asked(len(self.chats), path, headers, json.loads(content) if content else None)
        self.chats.append(asked)
        self.under_way += 1
        self.most_under_way = max(self.under_way, self.most_under_way)
        try:
            return await send(writer, self._script(asked))
        finally:
            self.under_way -= 1


async def send(writer: asyncio.StreamWriter, answer: Answer) -> bool:
    if answer.hang:
        await asyncio.Event().wait()
    await asyncio.sleep(answer.seconds)
    body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
    headers = {"Content-Type": "application/json", "Content-Length": str(len(body))} | dict(answer.headers)
    lines = [f"HTTP/1.1 {answer.status} Scripted", *(f"{name}: {value}" for name, value in headers.items())]
    content = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
    at_once = len(content) if answer.slow_after is None else answer.slow_after
    writer.write(content[: answer.cut][:at_once])
    for place in range(at_once, len(content)):
        await asyncio.sleep(0.05)
        writer.write(content[place : place + 1])
        await writer.drain()
    await writer.drain()
    return answer.cut is None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--latency", type=float, required=True, metavar="SECONDS")
    parser.add_argument("--capacity", type=int, required=True, metavar="N", help="replies made at the same time")
    arguments = parser.parse_args()
    asyncio.run(serve_evenly(arguments.latency, arguments.capacity))


async def serve_evenly(latency_seconds: float, capacity: int) -> None:
    """Work `latency_seconds` at every request, at `capacity` of them at the same time; others wait for a free place.

    The places keep their own time, so that the server's delays in waking up do not add up to a smaller capacity.
    """
    body = json.dumps(said("A) The laptop.")).encode()
    reply = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    clock = asyncio.get_running_loop().time
    places = [0.0] * capacity  # when each is free, as a heap

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                _, found, rest = head.partition(b"content-length:")
                if found:
                    await reader.readexactly(int(rest.partition(b"\r\n")[0]))
                    done = max(clock(), heapq.heappop(places)) + latency_seconds
                    heapq.heappush(places, done)
                    await asyncio.sleep(done - clock())
                writer.write(reply)
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, limit=2**26)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    main()
