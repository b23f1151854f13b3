"""The model `openai` against a scripted server: what is asked, what is asked again, and what ends the run."""

from __future__ import annotations

import base64
import io
import json
import logging
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mvbench.chat_api import client, connection
from mvbench.cli import main
from mvbench.errors import ModelError, UsageError
from mvbench.model import CountsTokens, Model, Reports
from mvbench.models.openai import OpenAI
from mvbench.models.openai.refusals import REFUSED_AT_FIRST
from mvbench.types import Clip, Frames, Generation, Prompt, Request
from mvbench.views import NOTHING
from tests.api.scripted_server import Answer, Asked, Script, ScriptedServer, said
from tests.data_folder import item, write
from tests.test_eval import lines
from tests.video import draw

pytestmark = pytest.mark.slow

KEY = "sk-secret-0123456789"
SOON = {"retry-after-ms": "5"}
CHOICES = ("The laptop.", "The box.", "The towel.")
PLAIN = Prompt("Watch.\n", "Question: what?", "")
PREFIXED = Prompt("Watch.\n", "Question: what?", "Best Option: (")


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "FIRST_WAIT_SECONDS", 0.01)
    monkeypatch.setattr(client, "LONGEST_WAIT_SECONDS", 0.05)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def frames(count: int = 2) -> Frames:
    rgb = np.stack([draw.picture(number) for number in range(count)])
    times = np.arange(count) / 2
    return Frames(rgb, times, tuple(12 * n for n in range(count)), 24.0, 48, 2.0, (128, 96), "x", "y")


def request(
    prompt: Prompt = PLAIN, *, shown: Frames | None = None, clip: Clip = NOTHING, sample_id: str = "AS/0000"
) -> Request:
    return Request(sample_id, prompt, CHOICES, shown, clip)


def model(server: ScriptedServer, generation: Generation | None = None, **arguments: Any) -> OpenAI:
    return OpenAI(
        generation=generation or Generation(),
        **({"base_url": server.base_url, "model": "tiny-vl", "max_retries": 3, "timeout": 5.0} | arguments),
    )


def replies(*answers: Answer) -> Script:
    """Each answer in turn, the last one for ever."""
    return lambda asked: answers[min(asked.number, len(answers) - 1)]


def is_probe(asked: Asked) -> bool:
    return asked.text.startswith("Count from one to ten")


def test_it_keeps_the_contract_of_a_model() -> None:
    with ScriptedServer(replies(Answer(said()))) as server:
        asked = model(server, concurrency=3)
        assert isinstance(asked, Model) and isinstance(asked, Reports) and isinstance(asked, CountsTokens)
        assert (asked.batch_size, asked.concurrency, asked.wants.side, asked.wants.frames) == (1, 3, None, True)
        assert asked.identity() == {
            "model": "tiny-vl",
            "send_as": "images",
            "pictures": "jpeg quality 95",
            "extra_body": {},
        }
        assert server.chats == []


def test_frames_go_as_pictures_in_order_before_the_question_and_greedily() -> None:
    with ScriptedServer(replies(Answer(said("B) The box.", prompt_tokens=45)))) as server:
        asked = model(server, Generation(max_new_tokens=7, seed=5, gen_kwargs={"top_k": 1}))
        (reply,) = asked.answer([request(shown=frames(3))])
        assert asked.used()["request"] == {"temperature": 0, "seed": 5, "max_tokens": 7, "top_k": 1}
        assert asked.used()["model"] == "tiny-vl-1"
    assert (reply.text, reply.finish_reason, reply.input_tokens, reply.output_tokens) == ("B) The box.", "stop", 45, 3)
    body = server.chats[0].body
    system, user = body.pop("messages")
    assert body == {"model": "tiny-vl", "temperature": 0, "seed": 5, "max_tokens": 7, "top_k": 1}
    assert system == {"role": "system", "content": "Watch.\n"}
    *pictures, text = user["content"]
    assert text == {"type": "text", "text": "Question: what?"}
    urls = [picture["image_url"]["url"].partition("base64,") for picture in pictures]
    assert {url[0] for url in urls} == {"data:image/jpeg;"}
    shown = [np.asarray(Image.open(io.BytesIO(base64.b64decode(url[2])))) for url in urls]
    assert draw.numbers_of(np.stack(shown)) == [0, 1, 2]


def test_png_video_file_and_nothing(tmp_path: Path) -> None:
    path = draw.h264(tmp_path / "a.mp4")
    clip = Clip(path, "video")
    with ScriptedServer(replies(Answer(said()))) as server:
        model(server, image_format="png").answer([request(shown=frames())])
        model(server, send_as="video").answer([request(shown=frames())])
        model(server, send_as="file").answer([request(clip=clip)])
        model(server, send_as="file").answer([request()])
        model(server).answer([request(Prompt("Watch.\n", "Question: what?", "", repeat_system=True))])
    png, video, file, no_file, nothing = (asked.body for asked in server.chats)
    picture = png["messages"][1]["content"][0]["image_url"]["url"].removeprefix("data:image/png;base64,")
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(picture)))), draw.picture(0))
    assert [part["type"] for part in video["messages"][1]["content"]] == ["video_url", "text"]
    assert video["media_io_kwargs"]["video"]["frames_indices"] == [0, 12]
    sent = file["messages"][1]["content"][0]["video_url"]["url"].removeprefix("data:video/mp4;base64,")
    assert base64.b64decode(sent) == path.read_bytes()
    assert "media_io_kwargs" not in file
    assert no_file["messages"][1]["content"] == "Question: what?"
    assert nothing["messages"][1]["content"] == "Watch.\nQuestion: what?"


def test_a_clip_that_cannot_be_read_is_an_error_reply_and_nothing_is_asked(tmp_path: Path) -> None:
    with ScriptedServer(replies(Answer(said()))) as server:
        (reply,) = model(server, send_as="file").answer([request(clip=Clip(tmp_path / "b.mp4", "video"))])
    assert reply.error is not None and "no such file" in reply.error
    assert server.chats == []


FAULTS = {
    "429": Answer({"error": {"message": "slow down"}}, status=429, headers={"Retry-After": "0.01"}),
    "500": Answer({"error": {"message": "oops"}}, status=500, headers=SOON),
    "503": Answer(b"<html>Bad gateway</html>", status=503, headers=SOON),
    "409": Answer({"detail": "locked"}, status=409, headers=SOON),
    "hang": Answer(hang=True),
    "cut in the head": Answer(said("A" * 100), cut=20),
    "cut in the body": Answer(said("A" * 100), cut=200),
    "closed at once": Answer(cut=0),
    "malformed": Answer(b'{"choices": [{"message": {"cont'),
    "empty": Answer(b""),
    "no choices": Answer({**said(), "choices": []}),
    "an error with status 200": Answer({"error": {"message": "upstream died"}}),
    "no json at all": Answer(b"<html>hello</html>", headers={"Content-Type": "text/html"}),
    "compressed though not asked for": Answer(b"\x1f\x8b\x08" + bytes(30), headers={"Content-Encoding": "gzip"}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_asked_again_and_costs_nothing(fault: str) -> None:
    with ScriptedServer(replies(FAULTS[fault], Answer(said("B)")))) as server:
        (reply,) = model(server, timeout=0.3 if fault == "hang" else 5.0).answer([request()])
    assert (reply.text, reply.error) == ("B)", None)
    assert len(server.chats) == 2


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("429", "status 429 after 3 attempts: slow down"),
        ("503", "status 503 after 3 attempts: <html>Bad gateway</html>"),
        ("malformed", "no usable reply after 3 attempts: the reply is not JSON"),
        ("no choices", "no usable reply after 3 attempts: the reply has no choices"),
        ("cut in the body", "the connection broke, after 3 attempts: "),
        ("hang", "no reply within 0.2 s, after 3 attempts"),
    ],
)
def test_a_request_that_never_succeeds_is_an_error_reply_after_its_attempts(fault: str, words: str) -> None:
    with ScriptedServer(replies(FAULTS[fault])) as server:
        (reply,) = model(server, max_retries=2, timeout=0.2 if fault == "hang" else 5.0).answer([request()])
    assert reply.error is not None and words in reply.error
    assert len(server.chats) == 3


def test_attempts_are_counted_over_the_library_s_retries_and_ours() -> None:
    faults = [FAULTS[name] for name in ("500", "malformed", "429", "no choices", "500")]
    with ScriptedServer(replies(*faults, Answer(said("B)")))) as server:
        (reply,) = model(server, max_retries=4).answer([request()])
    assert reply.error is not None
    assert len(server.chats) == 5


def test_a_wait_that_the_server_states_is_kept() -> None:
    import time

    slow = Answer({}, status=429, headers={"Retry-After": "0.4"})
    with ScriptedServer(replies(slow, Answer(said()))) as server:
        began = time.perf_counter()
        model(server).answer([request()])
    assert time.perf_counter() - began > 0.4


def test_a_reply_that_is_too_large_or_trickles_in_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "MAX_REPLY_BYTES", 10_000)
    for status in (200, 500):
        with ScriptedServer(replies(Answer(b" " * 50_000, status=status))) as server:
            (reply,) = model(server, max_retries=0).answer([request()])
        assert reply.error is not None and "larger than" in reply.error


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer({"error": {"message": "bad key"}}, status=401), "does not accept the key in OPENAI_API_KEY: bad key"),
        (Answer({"error": {"message": "pay"}}, status=402), "wants to be paid first: pay"),
        (
            Answer({"error": {"message": "model not found"}}, status=404),
            "has no model 'tiny-wl' or no chat there: model not found; did you mean 'tiny-vl'? "
            "(models there: tiny-vl, other-vl)",
        ),
        (Answer(status=307, headers={"Location": "http://elsewhere.example/v1"}), "sends on to http://elsewhere"),
        (
            Answer({"error": {"message": "over", "code": "insufficient_quota"}}, status=429, headers=SOON),
            "the quota of the key in OPENAI_API_KEY is used up: over",
        ),
    ],
)
def test_what_no_other_request_would_survive_ends_the_run_at_once(answer: Answer, words: str) -> None:
    with ScriptedServer(replies(answer)) as server:
        asked = model(server, model="tiny-wl", max_retries=1)
        with pytest.raises(ModelError) as raised:
            asked.answer([request()])
        made = len(server.chats)
        with pytest.raises(ModelError):
            asked.answer([request()])
        assert len(server.chats) == made <= 2
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_404_or_403_after_an_answer_costs_one_question() -> None:
    for status in (403, 404):
        flagged = Answer({"error": {"message": "flagged"}}, status=status)
        with ScriptedServer(replies(Answer(said()), flagged, Answer(said("C)")))) as server:
            asked = model(server)
            first, second, third = (asked.answer([request()])[0] for _ in range(3))
        assert (first.error, second.error, third.text) == (None, f"refused with status {status}: flagged", "C)")


def test_requests_that_are_all_refused_end_the_run() -> None:
    with ScriptedServer(replies(Answer({"error": {"message": "not multimodal"}}, status=400))) as server:
        asked = model(server)
        for _ in range(REFUSED_AT_FIRST - 1):
            assert asked.answer([request()])[0].error == "refused with status 400: not multimodal"
        with pytest.raises(
            ModelError, match="refused the first 10 questions, and a small one too: refused with status 400"
        ):
            asked.answer([request()])


def test_many_refusals_of_questions_do_not_lock_a_run_out(caplog: pytest.LogCaptureFixture) -> None:
    def script(asked: Asked) -> Answer:
        if asked.text == "Say yes.":
            assert len(asked.body["messages"][-1]["content"]) == 3  # two pictures as small as can be
            return Answer(said("Yes."))
        return Answer({"error": {"message": "prompt too long"}}, status=400)

    with ScriptedServer(script) as server:
        asked = model(server)
        for _ in range(2 * REFUSED_AT_FIRST):
            assert asked.answer([request(shown=frames(3))])[0].error == "refused with status 400: prompt too long"
    assert len(server.chats) == 2 * REFUSED_AT_FIRST + 1
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "refused the first 10 questions, but takes a small one" in caplog.text


def test_a_server_without_eyes_ends_the_run_though_it_answered_the_probe() -> None:
    def script(asked: Asked) -> Answer:
        if is_probe(asked):
            return Answer(said("four, five"))
        return Answer({"error": {"message": "this model is not multimodal"}}, status=400)

    with ScriptedServer(script) as server:
        asked = model(server)
        for _ in range(REFUSED_AT_FIRST - 1):
            assert asked.answer([request(PREFIXED, shown=frames())])[0].error
        with pytest.raises(ModelError, match=r"and a small one too: .*not multimodal"):
            asked.answer([request(PREFIXED, shown=frames())])


def test_a_404_to_the_first_question_ends_the_run_though_the_probe_was_answered() -> None:
    def script(asked: Asked) -> Answer:
        if is_probe(asked):
            return Answer(said("four, five"))
        return Answer({"error": {"message": "no endpoint takes images"}}, status=404)

    with ScriptedServer(script) as server, pytest.raises(ModelError, match="no chat there: no endpoint takes images"):
        model(server).answer([request(PREFIXED, shown=frames())])


def test_a_first_question_that_is_flagged_costs_itself_and_not_the_run() -> None:
    flagged = Answer({"error": {"message": "flagged"}}, status=403)
    with ScriptedServer(replies(flagged, Answer(said("B)")))) as server:
        asked = model(server)
        first, second = (asked.answer([request()])[0] for _ in range(2))
    assert (first.error, second.text) == ("refused with status 403: flagged", "B)")


def test_a_first_403_of_a_server_that_did_not_tell_its_models_ends_the_run() -> None:
    forbidden = Answer({"error": {"message": "no"}}, status=403)
    with (
        ScriptedServer(replies(forbidden), models=forbidden) as server,
        pytest.raises(ModelError, match="forbids this to the key in OPENAI_API_KEY: no"),
    ):
        model(server).answer([request()])


def test_a_filter_before_the_model_makes_a_refusal_that_costs_nothing() -> None:
    filtered = Answer({"error": {"code": "content_filter", "message": "The response was filtered."}}, status=400)
    with ScriptedServer(replies(filtered)) as server:
        (reply,) = model(server).answer([request()])
    assert (reply.error, reply.finish_reason) == (None, "content_filter")
    assert (reply.input_tokens, reply.output_tokens) == (0, 0)


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_nobody_there_is_said_at_once() -> None:
    asked = OpenAI(generation=Generation(), base_url=f"http://127.0.0.1:{free_port()}/v1", model="x", max_retries=50)
    with pytest.raises(ModelError, match=r"cannot be reached .*is the server up, and base_url right\?"):
        asked.answer([request()])


def test_a_server_that_went_away_ends_the_run() -> None:
    with ScriptedServer(replies(Answer(said()))) as server:
        asked = model(server, max_retries=1)
        assert asked.answer([request()])[0].error is None
    with pytest.raises(ModelError, match="cannot be reached any more"):
        asked.answer([request()])


def test_a_server_that_cannot_list_its_models_is_asked_all_the_same() -> None:
    for models in (Answer(status=404), Answer(b"x"), Answer([1]), Answer(status=500), Answer({"data": [3]})):
        with ScriptedServer(replies(Answer(said("B)"))), models=models) as server:
            assert model(server).answer([request()])[0].text == "B)"


def test_many_threads_share_one_server_and_get_their_own_replies() -> None:
    def script(asked: Asked) -> Answer:
        return Answer(said(f"A) {asked.text}"), seconds=(asked.number * 7 % 5) / 100)

    with ScriptedServer(script) as server:
        asked = model(server, concurrency=16)
        prompts = [Prompt("", f"question {number}", "") for number in range(200)]
        with ThreadPoolExecutor(16) as threads:
            texts = list(threads.map(lambda prompt: asked.answer([request(prompt)])[0].text, prompts))
    assert texts == [f"A) question {number}" for number in range(200)]
    assert server.most_under_way == 16


# ------------------------------------------------------------------ fields that a server does not take


def test_fields_a_server_does_not_take_are_left_out_once_and_said(caplog: pytest.LogCaptureFixture) -> None:
    def script(asked: Asked) -> Answer:
        for field, instead in (("max_tokens", "Use 'max_completion_tokens' instead."), ("temperature", "")):
            if field in asked.body:
                why = f"Unsupported parameter: '{field}' is not supported with this model. {instead}"
                return Answer({"error": {"message": why}}, status=400)
        return Answer(said("B)"))

    with ScriptedServer(script) as server:
        asked = model(server)
        assert [asked.answer([request()])[0].text for _ in range(3)] == ["B)", "B)", "B)"]
        assert sorted(asked.used()["not_taken"]) == ["max_tokens", "temperature"]
    assert len(server.chats) == 5
    assert server.chats[-1].body["max_completion_tokens"] == 100
    said_once = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(said_once) == 2
    assert "does not take max_tokens, so max_completion_tokens is sent instead" in said_once[0]


def test_a_field_that_many_requests_were_refused_for_at_once_is_dropped_once(caplog: pytest.LogCaptureFixture) -> None:
    everybody = threading.Barrier(32)

    def script(asked: Asked) -> Answer:
        if "max_tokens" in asked.body:
            return Answer({"error": {"message": "Unsupported parameter: 'max_tokens'"}}, status=400, seconds=0.3)
        return Answer(said("B)"))

    def ask(asked: OpenAI) -> str:
        everybody.wait()
        return asked.answer([request()])[0].text

    with ScriptedServer(script) as server, ThreadPoolExecutor(32) as threads:
        asked = model(server, concurrency=32)
        assert list(threads.map(ask, [asked] * 32)) == ["B)"] * 32
    assert len(server.chats) > 40, "many were refused at once"
    assert len([record for record in caplog.records if "max_tokens" in record.getMessage()]) == 1


def test_a_field_the_user_gave_is_never_left_out() -> None:
    refusal = Answer({"error": {"message": "temperature is not supported"}}, status=400)
    with ScriptedServer(replies(refusal)) as server:
        (reply,) = model(server, Generation(gen_kwargs={"temperature": 0.7})).answer([request()])
    assert reply.error == "refused with status 400: temperature is not supported"
    assert len(server.chats) == 1


# ------------------------------------------------------------------ prefix


def continuing(asked: Asked) -> Answer:
    """As vLLM: continues the assistant's turn where it is told to."""
    told = asked.body.get("continue_final_message") and asked.body.get("add_generation_prompt") is False
    if is_probe(asked):
        return Answer(said("ur, five, six" if told else "four, five", prompt_tokens=30 if told else 36))
    return Answer(said("B) The box." if told else "(B) The box."))


def ignoring(asked: Asked) -> Answer:
    return Answer(said("four, five" if is_probe(asked) else "Best Option: (B)", prompt_tokens=36))


def refusing(asked: Asked) -> Answer:
    if "continue_final_message" in asked.body:
        why = "Unrecognized request argument supplied: continue_final_message"
        return Answer({"error": {"message": why}}, status=400)
    return ignoring(asked)


def by_itself(asked: Asked) -> Answer:
    """As older llama.cpp: knows no fields for it and continues an assistant's turn by itself."""
    if "continue_final_message" in asked.body:
        return refusing(asked)
    return Answer(said("ur, five" if is_probe(asked) else "Best Option: (B) The box."))


@pytest.mark.parametrize(
    ("script", "prefix", "text"),
    [
        (continuing, "Best Option: (", "B) The box."),
        (ignoring, "", "Best Option: (B)"),
        (refusing, "", "Best Option: (B)"),
        (by_itself, "Best Option: (", "B) The box."),
    ],
)
def test_a_prefix_is_given_only_to_a_server_that_continues_it(
    script: Script, prefix: str, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    with ScriptedServer(script) as server:
        asked = model(server)
        for _ in range(3):
            (reply,) = asked.answer([request(PREFIXED)])
            assert (reply.prefix, reply.text) == (prefix, text)
    probes = [chat for chat in server.chats if is_probe(chat)]
    assert len(probes) == 2
    questions = [chat.body for chat in server.chats if not is_probe(chat)]
    assert len(questions) == 3
    for body in questions:
        last = body["messages"][-1]
        assert (last["role"] == "assistant") == bool(prefix)
        assert ("continue_final_message" in body) == (script is continuing)
        if prefix:
            assert last["content"] == prefix
    dropped = [record for record in caplog.records if "cannot be given" in record.getMessage()]
    assert len(dropped) == (0 if prefix else 1)


def test_off_never_probes_and_on_insists() -> None:
    with ScriptedServer(continuing) as server:
        (reply,) = model(server, Generation(prefix="off")).answer([request(PREFIXED)])
        assert (reply.prefix, len(server.chats)) == ("", 1)
    with ScriptedServer(ignoring) as server:
        asked = model(server, Generation(prefix="on"))
        for _ in range(2):
            with pytest.raises(
                ModelError, match=r"the answer prefix 'Best Option: \(' cannot be given: .*--prefix auto"
            ):
                asked.answer([request(PREFIXED)])
        assert all(is_probe(chat) for chat in server.chats)


def no_assistant_at_the_end(asked: Asked) -> Answer:
    """As llama.cpp with a template that cannot do it."""
    if asked.body["messages"][-1]["role"] == "assistant":
        return Answer({"error": {"message": "prefill is incompatible with thinking"}}, status=500, headers=SOON)
    return Answer(said("B)"))


def test_a_probe_that_breaks_the_server_is_a_no_and_never_made_again(caplog: pytest.LogCaptureFixture) -> None:
    with ScriptedServer(no_assistant_at_the_end) as server:
        asked = model(server, max_retries=6)
        for _ in range(3):
            assert asked.answer([request(PREFIXED)])[0].text == "B)"
    assert len([chat for chat in server.chats if is_probe(chat)]) == 4  # two requests, two attempts each
    assert "the server refuses a conversation that ends with the assistant; the questions" in caplog.text
    with ScriptedServer(no_assistant_at_the_end) as server, pytest.raises(ModelError, match="use --prefix auto"):
        model(server, Generation(prefix="on")).answer([request(PREFIXED)])


def test_a_server_that_is_too_busy_to_be_known_ends_the_run() -> None:
    with ScriptedServer(replies(FAULTS["503"])) as server:
        asked = model(server, max_retries=3)
        with pytest.raises(ModelError, match=r"whether the server continues .* status 503 after 4 attempts"):
            asked.answer([request(PREFIXED)])
        assert len(server.chats) == 2 + 4
        with pytest.raises(ModelError):
            asked.answer([request(PREFIXED)])
        assert len(server.chats) == 2 + 4


def test_the_probe_is_not_kept_in_the_cache(tmp_path: Path) -> None:
    cache = str(tmp_path)
    with ScriptedServer(continuing) as server:
        assert model(server, cache=cache).answer([request(PREFIXED)])[0].prefix == "Best Option: ("
        server._script = ignoring  # the same address, started anew
        assert model(server, cache=cache).answer([request(PREFIXED)])[0].prefix == ""
    assert len(list(tmp_path.rglob("*.json"))) == 2


def test_a_prefix_that_is_repeated_before_it_is_continued_is_no_part_of_the_answer() -> None:
    def script(asked: Asked) -> Answer:
        told = asked.body.get("continue_final_message")
        if is_probe(asked):
            return Answer(said("one, two, three, four, five" if told else "four"))
        return Answer(said("Best Option: (B) The box." if told else "B"))

    with ScriptedServer(script) as server:
        (reply,) = model(server).answer([request(PREFIXED)])
    assert (reply.prefix, reply.text) == ("Best Option: (", "B) The box.")


def test_thoughts_within_the_text_are_said_once(caplog: pytest.LogCaptureFixture) -> None:
    def script(asked: Asked) -> Answer:
        if is_probe(asked):
            return continuing(asked)
        return Answer(said("I think.</think>B)"))

    with ScriptedServer(script) as server:
        asked = model(server)
        assert asked.used()["thoughts"] == "none seen"
        for _ in range(3):
            asked.answer([request(PREFIXED)])
        assert asked.used()["thoughts"] == "within the text"
    assert len([record for record in caplog.records if "--prefix off" in record.getMessage()]) == 1


def test_a_model_that_thinks_first_is_not_kept_from_it(caplog: pytest.LogCaptureFixture) -> None:
    def script(asked: Asked) -> Answer:
        if "continue_final_message" in asked.body:
            return Answer(said("ur, five"))
        return Answer(said("B)", reasoning_content="Let me see."))

    with ScriptedServer(script) as server:
        (reply,) = model(server).answer([request(PREFIXED)])
    assert (reply.text, reply.prefix, reply.reasoning) == ("B)", "", "Let me see.")
    assert "thinks first" in caplog.text


# ------------------------------------------------------------------ options


def test_options_are_compared_by_the_first_token() -> None:
    with ScriptedServer(
        replies(Answer(said("B", logprobs={"B": -0.1, "A": -2.0, " A": -2.0}, finish_reason="length")))
    ) as server:
        (reply,) = model(server, Generation(answer="options")).answer([request()])
    assert (reply.text, reply.finish_reason) == ("", None)
    assert reply.choice_logprobs == pytest.approx((-2.0 + np.log(2), -0.1, -3.0))
    body = server.chats[0].body
    assert (body["max_tokens"], body["logprobs"], body["top_logprobs"]) == (1, True, 20)


def test_no_letter_among_the_first_tokens_leaves_the_text_to_the_judges() -> None:
    with ScriptedServer(replies(Answer(said("The", logprobs={"The": -0.1})))) as server:
        (reply,) = model(server, Generation(answer="options")).answer([request()])
    assert (reply.text, reply.choice_logprobs, reply.error) == ("The", None, None)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(said("B")),
        Answer(said(None, reasoning_content="Hm", finish_reason="length")),
        Answer({"error": {"message": "logprobs are not supported"}}, status=400),
    ],
)
def test_a_server_without_log_probabilities_ends_the_run(answer: Answer) -> None:
    with ScriptedServer(replies(answer)) as server, pytest.raises(ModelError, match="use --answer generate"):
        model(server, Generation(answer="options")).answer([request()])


@pytest.mark.parametrize(
    ("answer", "text", "finish_reason"),
    [
        (Answer(said(None, refusal="I will not.", finish_reason="content_filter")), "I will not.", "content_filter"),
        (Answer(said("", finish_reason="length")), "", None),
        (Answer({**said(), "choices": [{"finish_reason": "content_filter"}]}), "", "content_filter"),
    ],
)
def test_one_reply_without_log_probabilities_does_not_end_the_run(
    answer: Answer, text: str, finish_reason: str | None
) -> None:
    with ScriptedServer(replies(answer, Answer(said("B", logprobs={"B": -0.1})), answer)) as server:
        asked = model(server, Generation(answer="options"))
        for has in (False, True, False):
            (reply,) = asked.answer([request()])
            assert reply.error is None
            assert (reply.choice_logprobs is not None) is has
            assert has or (reply.text, reply.finish_reason) == (text, finish_reason)


def test_a_text_without_log_probabilities_after_some_that_had_them_is_left_to_the_judges() -> None:
    with ScriptedServer(replies(Answer(said("B", logprobs={"B": -0.1})), Answer(said("A")))) as server:
        asked = model(server, Generation(answer="options"))
        asked.answer([request()])
        (reply,) = asked.answer([request()])
    assert (reply.text, reply.choice_logprobs) == ("A", None)


# ------------------------------------------------------------------ cache


def test_a_cached_reply_is_not_bought_again(tmp_path: Path) -> None:
    cache = str(tmp_path / "cache")
    with ScriptedServer(replies(FAULTS["malformed"], Answer(said("B)", prompt_tokens=45)))) as server:
        bought = model(server, cache=cache).answer([request(shown=frames())])
        (again,) = model(server, cache=cache).answer([request(shown=frames())])
        assert bought[0].paid and again == replace(bought[0], paid=False)
        assert len(server.chats) == 2
        model(server, cache=cache).answer([request(shown=frames(1))])
        model(server, cache=cache, model="other-vl").answer([request(shown=frames())])
        model(server, cache=cache).answer([request(shown=frames(), sample_id="AS/0000#2")])
        assert len(server.chats) == 5
    for name in (tmp_path / "cache").rglob("*.json"):
        name.write_bytes(b"garbage")
    with ScriptedServer(replies(Answer(said("C)")))) as other:
        assert model(other, cache=cache).answer([request(shown=frames())])[0].text == "C)"


def test_failures_are_not_cached(tmp_path: Path) -> None:
    with ScriptedServer(replies(FAULTS["500"])) as server:
        assert model(server, cache=str(tmp_path), max_retries=0).answer([request()])[0].error
    assert not list(tmp_path.rglob("*.json"))


def test_a_cache_that_cannot_be_written_is_given_up_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    with ScriptedServer(replies(Answer(said("B)")))) as server:
        asked = model(server, cache=str(blocked))
        assert [asked.answer([request()])[0].text for _ in range(2)] == ["B)", "B)"]
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == ["no more replies are cached"]


# ------------------------------------------------------------------ the key


def data(folder: Path, count: int = 3) -> Path:
    write(folder, {"episodic_reasoning": [item(number, video="clip") for number in range(count)]})
    draw.frame_folder(folder / "video" / "tvqa" / "frames_fps3_hq" / "clip", range(1, 20))
    return folder


def command(server: ScriptedServer, folder: Path, out: Path, *words: str) -> list[str]:
    arguments = f"base_url={server.base_url},model=tiny-vl,max_retries=1"
    run = ["eval", "--model", "openai", "--model-args", arguments, "--data", str(folder), "--out", str(out)]
    return [*run, "--tasks", "ER", "--frames", "2", "--workers", "1", *words]


def echo(status: int) -> Callable[[Asked], Answer]:
    """A server that hands the key back in all the ways it can."""

    def script(asked: Asked) -> Answer:
        key = asked.headers["authorization"]
        escaped = json.dumps({"message": key}).replace("sk-", "\\u0073k-").encode()
        if status != 200:
            body: Any = {"error": {"message": f"bad header {key}", "code": key}} if asked.number % 2 else escaped
            return Answer(body, status=status, headers={**SOON, "x-request-id": key})
        if asked.number % 3 == 0:
            return Answer(said(f"A) {key}", reasoning_content=key))
        if asked.number % 3 == 1:
            return Answer(json.dumps(said(f"A) {key}")).replace("sk-", "\\u0073k-").encode())
        return Answer({"error": {"message": key}})

    return script


@pytest.mark.parametrize("status", [200, 400, 401, 404, 429, 500, 307])
def test_the_key_appears_in_no_file_and_no_output(
    status: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    with ScriptedServer(echo(status), models=Answer({"data": [{"id": KEY}]})) as server:
        words = ["--cache", str(tmp_path / "cache"), "--concurrency", "2", "--verbosity", "debug"]
        main(command(server, data(tmp_path / "data"), tmp_path / "run", *words))
    assert any(chat.headers["authorization"] == f"Bearer {KEY}" for chat in server.chats)
    captured = capfd.readouterr()
    for text in (captured.out, captured.err, caplog.text):
        assert KEY not in text
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name == "records.jsonl" for path in files)
    for path in files:
        assert KEY.encode() not in path.read_bytes(), path
    if status == 200:
        assert "A) Bearer ***" in (tmp_path / "run" / "records.jsonl").read_text()


def test_no_key_for_another_host_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="set the environment variable MY_KEY, or name"):
        OpenAI(generation=Generation(), base_url="https://api.example.com/v1", model="x", api_key_env="MY_KEY")


# ------------------------------------------------------------------ a whole run


def test_a_run_holds_thoughts_statuses_and_what_was_used(tmp_path: Path) -> None:
    texts = [
        said("A)", reasoning_content="I think"),
        said(None, reasoning_content="I was thinking", finish_reason="length"),
        said(None, refusal="I will not."),
    ]

    def script(asked: Asked) -> Answer:
        return ignoring(asked) if is_probe(asked) else Answer(texts[int(asked.text.partition("taken (")[2][0])])

    with ScriptedServer(script) as server:
        assert main(command(server, data(tmp_path / "data"), tmp_path / "run")) == 0
    rows = lines(tmp_path / "run")
    assert [row["reply"]["reasoning"] for row in rows] == ["I think", "I was thinking", None]
    assert [row["verdicts"]["parsed"]["status"] for row in rows] == ["ok", "truncated", "refused"]
    facts = json.loads((tmp_path / "run" / "run.json").read_text())
    assert facts["used"]["prefix"] == "the server starts a new turn"
    assert facts["fingerprint"]["model_identity"]["pictures"] == "jpeg quality 95"
    assert server.base_url not in json.dumps(facts["fingerprint"])


def test_a_wrong_model_stops_the_run_with_one_line_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with ScriptedServer(replies(Answer({"error": {"message": "unknown model"}}, status=404))) as server:
        assert main(command(server, data(tmp_path / "data"), tmp_path / "run")) == 2
    line = capsys.readouterr().err.splitlines()[-1]
    assert "has no model 'tiny-vl'" in line
    assert "models there: tiny-vl, other-vl" in line
