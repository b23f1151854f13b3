"""The model `openai` against a real server in a process of its own: `transformers serve` with a tiny LLaVA."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from mvbench.chat_api import ChatAPI
from mvbench.cli import main
from mvbench.errors import Failure
from mvbench.models.openai import OpenAI
from mvbench.models.openai.messages import media_part
from mvbench.types import Clip, Frames, Generation, Prompt, Request
from tests.api.test_server import data, free_port
from tests.hf import tiny
from tests.test_eval import lines
from tests.video import draw

START_SECONDS = 120
PROMPT = Prompt("Watch.\n", "Question: What happens?\nOptions:\n(A) this\n(B) that", "Best Option: (")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not all(map(find_spec, ("fastapi", "uvicorn"))), reason="needs the servers of transformers[serving]"
    ),
    pytest.mark.filterwarnings("ignore:.*:DeprecationWarning"),  # torch and transformers at import
]


@dataclass(frozen=True)
class Served:
    base_url: str
    model: str


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    tiny.llava(folder / "tiny-llava")
    port = free_port()
    log = folder / "log.txt"
    words = ["serve", "tiny-llava", "--device", "cpu", "--port", str(port), "--log-level", "warning"]
    offline = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "home")}
    command = [str(Path(sys.executable).with_name("transformers")), *words]
    with (
        log.open("wb") as stream,
        subprocess.Popen(command, cwd=folder, env=offline, stdout=stream, stderr=subprocess.STDOUT) as process,
    ):
        try:
            wait_for(f"http://127.0.0.1:{port}/health", process, log)
            yield Served(f"http://127.0.0.1:{port}/v1", "tiny-llava")
        finally:
            process.kill()


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text("utf-8", "replace")[-2000:]
        with suppress(urllib.error.URLError, ConnectionError), urllib.request.urlopen(url, timeout=5):
            return
        time.sleep(0.2)
    raise AssertionError(f"no server after {START_SECONDS} s: {log.read_text('utf-8', 'replace')[-2000:]}")


def model(served: Served, generation: Generation, **arguments: object) -> OpenAI:
    return OpenAI(generation=generation, base_url=served.base_url, model=served.model, **arguments)  # type: ignore[arg-type]


def request(count: int) -> Request:
    rgb = np.stack([draw.picture(number) for number in range(count)])
    frames = Frames(rgb, np.arange(count) / 2, tuple(range(count)), 24.0, 48, 2.0, (128, 96), "x", "y")
    return Request("AS/0000", PROMPT, ("this", "that"), frames, Clip(Path("a.mp4"), "video"))


def test_more_frames_are_more_tokens_and_the_same_question_gets_the_same_reply(served: Served) -> None:
    asked = model(served, Generation(max_new_tokens=8))
    one, three, again = (asked.answer([request(count)])[0] for count in (1, 3, 3))
    assert one.error is None and three.error is None
    assert one.input_tokens is not None and three.input_tokens is not None
    per_frame, rest = divmod(three.input_tokens - one.input_tokens, 2)
    assert per_frame >= 16 and rest == 0
    assert three == again
    assert three.finish_reason in ("length", "stop")
    assert three.output_tokens is not None and three.output_tokens <= 8


def test_a_picture_that_cannot_be_read_costs_one_question_and_not_the_next(served: Served) -> None:
    api = ChatAPI(served.base_url, model=served.model, api_key_env="NO_SUCH_KEY", timeout_seconds=60, max_retries=1)
    for _ in range(2):
        for content, works in ((b"no picture", False), (picture(), True)):
            part = media_part("image_url", "image/jpeg", content)
            body = {"messages": [{"role": "user", "content": [part, {"type": "text", "text": "?"}]}], "max_tokens": 4}
            if works:
                assert api.complete(body).output_tokens
            else:
                with pytest.raises(Failure, match=r"status 500 after 2 attempts|refused with status 4\d\d"):
                    api.complete(body)


def picture() -> bytes:
    from mvbench.video.encode import encode_picture

    return encode_picture(draw.picture(1), "jpeg")


def test_a_whole_run(served: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = f"base_url={served.base_url},model={served.model}"
    run = ["eval", "--model", "openai", "--model-args", arguments, "--data", str(data(tmp_path / "data", 4))]
    run += ["--tasks", "ER", "--frames", "2", "--workers", "1", "--concurrency", "2", "--max-new-tokens", "4"]
    assert main([*run, "--out", str(tmp_path / "run")]) == 0
    rows = lines(tmp_path / "run")
    assert [row["failure"] for row in rows] == [None] * 4
    assert all(row["reply"]["input_tokens"] > 0 for row in rows)
    used = json.loads((tmp_path / "run" / "run.json").read_text())["used"]
    assert used["request"]["max_tokens"] == 4
    assert used["prefix"] == "the server starts a new turn"
    assert used["not_taken"] == {}
