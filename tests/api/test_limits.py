"""What bounds the model `openai`: time, sockets, processes, and an end that holds for every request under way."""

from __future__ import annotations

import errno
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mvbench.errors import ModelError
from mvbench.models.openai import model as model_module
from mvbench.types import Clip, Prompt
from tests.api.scripted_server import Answer, Asked, ScriptedServer, said
from tests.api.test_server import SOON, model, replies, request, short_waits

__all__ = ["short_waits"]

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("at_once", [0, 30, 120])
def test_a_reply_that_trickles_in_is_broken_off_in_its_head_and_in_its_body(at_once: int) -> None:
    trickle = Answer(said("A" * 300), slow_after=at_once)
    with ScriptedServer(replies(trickle, Answer(said("B)")))) as server:
        began = time.perf_counter()
        (reply,) = model(server, timeout=0.5).answer([request()])
        seconds = time.perf_counter() - began
    assert (reply.text, len(server.chats)) == ("B)", 2)
    assert 0.5 <= seconds < 2.5
    with ScriptedServer(replies(trickle)) as server:
        (reply,) = model(server, timeout=0.3, max_retries=0).answer([request()])
    assert reply.error == "no reply within 0.3 s, after 1 attempt"


def test_a_slow_reply_within_its_time_is_taken() -> None:
    with ScriptedServer(replies(Answer(said("B)"), seconds=0.6))) as server:
        asked = model(server, timeout=2.0, max_retries=0)
        assert [asked.answer([request()])[0].text for _ in range(2)] == ["B)", "B)"]


def test_connections_of_threads_that_ended_are_used_again() -> None:
    with ScriptedServer(replies(Answer(said("B)"), seconds=0.01))) as server:
        asked = model(server)
        open_files = []
        for _ in range(4):
            with ThreadPoolExecutor(8) as threads:
                list(threads.map(lambda n: asked.answer([request(Prompt("", f"q{n}", ""))]), range(24)))
            open_files.append(len(list(Path("/proc/self/fd").iterdir())))
    assert max(open_files[1:]) - open_files[0] < 8


def test_too_few_sockets_are_not_taken_for_a_server_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(*_: Any, **__: Any) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    with ScriptedServer(replies(Answer(said("B)")))) as server:
        monkeypatch.setattr(socket, "create_connection", none_left)
        with pytest.raises(ModelError, match=r"may not open more sockets; lower --concurrency, or raise `ulimit -n`"):
            model(server).answer([request()])


@pytest.mark.parametrize("status", [429, 503])
def test_a_long_wait_that_a_server_asks_for_ends_the_run(status: int) -> None:
    wait = Answer({"error": {"message": "try in 5 min"}}, status=status, headers={"Retry-After": "300"})
    with ScriptedServer(replies(Answer(said("B)")), wait)) as server:
        asked = model(server, max_retries=0)
        assert asked.answer([request()])[0].text == "B)"
        with pytest.raises(
            ModelError, match=rf"asks to wait 300 s \(status {status}: try in 5 min\); the same command"
        ):
            asked.answer([request()])


def test_attempts_in_a_message_are_those_that_were_made() -> None:
    final = Answer({"error": {"message": "oops"}}, status=500, headers={**SOON, "x-should-retry": "false"})
    with ScriptedServer(replies(Answer(b"{"), final)) as server:
        (reply,) = model(server, max_retries=5).answer([request()])
    assert reply.error == "status 500 after 2 attempts: oops"
    assert len(server.chats) == 2


def test_after_the_end_of_a_run_no_request_makes_another_attempt() -> None:
    ended = threading.Event()

    def script(asked: Asked) -> Answer:
        if asked.text == "unpaid":
            return Answer({"error": {"message": "pay"}}, status=402, seconds=0.3)
        if ended.is_set():
            late.append(asked.text)
        return Answer(status=500, headers={"retry-after-ms": "100"}) if asked.text == "500" else Answer(b"{")

    late: list[str] = []
    with ScriptedServer(script) as server, ThreadPoolExecutor(3) as threads:
        asked = model(server, max_retries=1_000)
        futures = [threads.submit(asked.answer, [request(Prompt("", text, ""))]) for text in ("500", "{", "unpaid")]
        assert isinstance(futures[2].exception(timeout=30), ModelError)
        time.sleep(0.05)  # what is on its way to the server arrives
        ended.set()
        for future in futures:
            assert "wants to be paid first" in str(future.exception(timeout=30))
    assert late == []


def test_clips_are_coded_by_no_more_processes_than_there_are_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    lock = threading.Lock()
    under_way, most = 0, 0

    def clip_part(clip: Clip) -> dict[str, Any]:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.02)
        with lock:
            under_way -= 1
        return {"type": "video_url", "video_url": {"url": str(clip.path)}}

    monkeypatch.setattr(model_module, "clip_part", clip_part)
    monkeypatch.setattr(model_module, "default_workers", lambda: 2)
    with ScriptedServer(replies(Answer(said("B)")))) as server, ThreadPoolExecutor(8) as threads:
        asked = model(server, send_as="file", concurrency=8)
        clips = [Clip(Path(f"{number}.mp4"), "video") for number in range(16)]
        assert all(reply[0].text == "B)" for reply in threads.map(lambda c: asked.answer([request(clip=c)]), clips))
    assert most == 2
