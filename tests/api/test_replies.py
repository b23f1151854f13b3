"""Bytes from a server -> a Completion, or why not; addresses, keys and the cache. No server, no `openai` package."""

import json
import math
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvbench import chat_api
from mvbench.chat_api import checked_url, error_text, find_key, is_loopback, parse_completion, read_cached, write_whole
from mvbench.errors import UsageError
from tests.api.scripted_server import said


def parsed(**changes: Any) -> chat_api.Completion:
    return parse_completion(json.dumps(said(**changes)).encode())


def test_a_reply_is_read() -> None:
    reply = parsed(text="B)", prompt_tokens=45, logprobs={"B": -0.1, "A": -2.5})
    assert reply == chat_api.Completion("B)", None, False, "stop", {"B": -0.1, "A": -2.5}, 45, 3, "tiny-vl-1")


@pytest.mark.parametrize(
    ("message", "text", "reasoning", "refused"),
    [
        ({"text": "A", "reasoning_content": "Hm."}, "A", "Hm.", False),
        ({"text": "A", "reasoning": "Hm."}, "A", "Hm.", False),
        ({"text": None, "reasoning_content": "Hm", "finish_reason": "length"}, "", "Hm", False),
        ({"text": "A", "reasoning": {"text": "odd"}}, "A", None, False),
        ({"text": [{"type": "text", "text": "A"}, {"type": "text", "text": ")"}]}, "A)", None, False),
        ({"text": None, "refusal": "I will not."}, "I will not.", None, True),
        ({"text": "", "finish_reason": "content_filter"}, "", None, True),
        ({"text": "A", "refusal": None, "finish_reason": "eos"}, "A", None, False),
        ({"text": "A", "finish_reason": None, "usage": False}, "A", None, False),
    ],
)
def test_what_was_thought_and_what_was_declined_are_kept_apart(
    message: dict[str, Any], text: str, reasoning: str | None, refused: bool
) -> None:
    reply = parsed(**message)
    assert (reply.text, reply.reasoning, reply.refused) == (text, reasoning, refused)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "not JSON"),
        (b'{"choices": [{"mess', "not JSON"),
        (b"<html>Bad gateway</html>", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "no JSON object"),
        (b'{"choices": []}', "no choices: nothing is said why"),
        (b'{"error": {"message": "overloaded"}}', "no choices: overloaded"),
        (b'{"choices": null, "error": "x"}', "no choices: x"),
        (b'{"choices": ["A"]}', "no choices"),
        (b'{"choices": [{"finish_reason": "stop"}]}', "no message"),
        (
            b'{"choices": [{"message": {"content": "A"}, "finish_reason": "error", "error": {"message": "died"}}]}',
            "died",
        ),
        (b'{"choices": [{"message": {"content": 3}}]}', "content is int"),
        (b'{"choices": [{"message": {"content": ["A"]}}]}', "content is list"),
    ],
)
def test_what_is_no_reply_is_said_in_words(content: bytes, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_completion(content)


@pytest.mark.parametrize("odd", [-1, 1.5, True, "3", None, 2**60, [1]])
def test_odd_token_counts_are_none(odd: object) -> None:
    reply = said()
    reply["usage"]["prompt_tokens"] = odd
    assert parse_completion(json.dumps(reply).encode()).input_tokens is None


@pytest.mark.parametrize(
    "odd", [{}, [], {"content": []}, {"content": ["A"]}, {"content": [{"token": 1}]}, {"content": None}, "A"]
)
def test_odd_log_probabilities_are_none(odd: object) -> None:
    reply = said()
    reply["choices"][0]["logprobs"] = odd
    assert parse_completion(json.dumps(reply).encode()).first_token is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(("choices", "usage", "model", "error"), JSON)), JSON, JSON, JSON
)
def test_no_json_makes_anything_but_a_completion_or_a_value_error(
    reply: dict[str, Any], message: object, logprobs: object, finish_reason: object
) -> None:
    whole = {**reply, "choices": [{"message": message, "logprobs": logprobs, "finish_reason": finish_reason}]}
    for document in (reply, whole):
        try:
            completion = parse_completion(orjson.dumps(document))
        except ValueError:
            continue
        assert isinstance(completion.text, str)
        assert all(math.isfinite(value) for value in (completion.first_token or {}).values())


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"message": "no", "code": 1}, "no"),
        ({"error": {"message": "no"}}, "no"),
        ({"detail": [{"loc": ["seed"]}]}, "[{'loc': ['seed']}]"),
        ("<html>", "<html>"),
        (None, "Bad Gateway"),
        ({}, "Bad Gateway"),
        ({"message": ""}, "Bad Gateway"),
    ],
)
def test_an_error_is_found_wherever_a_server_puts_it(body: object, words: str) -> None:
    assert error_text(body, "Bad Gateway") == words


def test_an_address_is_checked() -> None:
    assert checked_url("http://localhost:8000/v1/") == "http://localhost:8000/v1"
    assert checked_url("https://api.example.com/v1") == "https://api.example.com/v1"


@pytest.mark.parametrize(
    "bad",
    ["", "localhost:8000", "ftp://host/v1", "http://", "http://host:port/v1", "http://[::1", 8000, None, "http://a b/"],
)
def test_what_is_no_address_is_refused(bad: object) -> None:
    with pytest.raises(UsageError, match="base_url=http://localhost:8000/v1"):
        checked_url(bad)


@pytest.mark.parametrize(
    "bad", ["http://me:secret-word@host/v1", "https://host/v1?key=secret-word", "https://host/v1#secret-word"]
)
def test_an_address_with_a_secret_is_refused_and_not_repeated(bad: str) -> None:
    with pytest.raises(UsageError) as raised:
        checked_url(bad)
    assert "secret-word" not in str(raised.value)


def test_only_this_machine_is_loopback() -> None:
    for here in ("http://localhost:1/v1", "http://127.0.0.1", "http://127.8.8.8/v1", "http://[::1]:8000/v1"):
        assert is_loopback(here)
    for elsewhere in ("http://10.0.0.5:8000", "https://localhost.example.com/v1", "http://127.0.0.1.example.com"):
        assert not is_loopback(elsewhere)


def test_a_key_comes_from_the_environment_and_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MY_KEY", raising=False)
    assert find_key("MY_KEY", "http://localhost:8000/v1") == "none"
    with pytest.raises(UsageError, match="set the environment variable MY_KEY, or name another one with api_key_env="):
        find_key("MY_KEY", "https://api.example.com/v1")
    monkeypatch.setenv("MY_KEY", " sk-very-secret\n")
    assert find_key("MY_KEY", "https://api.example.com/v1") == "sk-very-secret"
    for broken in ("sk-very secret", "sk-very-secret\x7f", "sk-very-sécret"):
        monkeypatch.setenv("MY_KEY", broken)
        with pytest.raises(UsageError) as raised:
            find_key("MY_KEY", "http://localhost:8000/v1")
        assert "very" not in str(raised.value)


def test_a_key_in_the_place_of_its_name_is_not_repeated() -> None:
    with pytest.raises(UsageError) as raised:
        find_key("sk-very-secret", "https://api.example.com/v1")
    assert "very" not in str(raised.value)
    assert "OPENAI_API_KEY" in str(raised.value)


def test_the_cache_gives_back_what_was_put_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "ab" / "abcd.json"
    assert read_cached(path) is None
    write_whole(path, json.dumps(said("B)")).encode())
    assert read_cached(path) == parsed(text="B)")
    assert [child.name for child in path.parent.iterdir()] == ["abcd.json"]
    for damaged in (b"", b"garbage", b'{"choices": []}', b" " * (chat_api.MAX_REPLY_BYTES + 1)):
        path.write_bytes(damaged)
        assert read_cached(path) is None
    path.unlink()
    path.mkdir()
    assert read_cached(path) is None


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "ab" / "abcd.json").mkdir(parents=True)
    with pytest.raises(OSError, match=r"abcd\.json"):
        write_whole(tmp_path / "ab" / "abcd.json", b"{}")
    assert [child.name for child in (tmp_path / "ab").iterdir()] == ["abcd.json"]


@given(st.integers(1, 10_000))
def test_waits_double_up_to_a_longest_one(attempt: int) -> None:
    longest = min(chat_api.LONGEST_WAIT_SECONDS, chat_api.FIRST_WAIT_SECONDS * 2 ** min(attempt - 1, 30))
    assert 0.75 * longest <= chat_api.wait_seconds(attempt) <= longest
