"""Bytes from a server -> a Completion, or why not; addresses, keys and the cache. No server, no `openai` package."""

import errno
import json
import math
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvbench.chat_api import Completion, client
from mvbench.chat_api.address import checked_url, is_loopback, proxy_for
from mvbench.chat_api.cache import read_cached, write_whole
from mvbench.chat_api.client import out_of_files, stated_seconds, wait_seconds
from mvbench.chat_api.completion import MAX_REPLY_BYTES, clean_json, error_text, parse_completion
from mvbench.chat_api.key import document_without_key, find_key, without_key
from mvbench.errors import UsageError
from tests.api.scripted_server import said


def parsed(**changes: Any) -> Completion:
    return parse_completion(json.dumps(said(**changes)).encode())


def test_a_reply_is_read() -> None:
    reply = parsed(text="B)", prompt_tokens=45, logprobs={"B": -0.1, "A": -2.5})
    assert reply == Completion("B)", None, False, "stop", {"B": -0.1, "A": -2.5}, 45, 3, "tiny-vl-1")


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


@pytest.mark.parametrize("odd", [-1, 1.5, True, "3", None, 2**60, [1], 1e300])
def test_odd_token_counts_are_none(odd: object) -> None:
    reply = said()
    reply["usage"]["prompt_tokens"] = odd
    assert parse_completion(json.dumps(reply).encode()).input_tokens is None


@pytest.mark.parametrize(("said_count", "count"), [(10, 10), (10.0, 10), (0, 0)])
def test_token_counts_are_whole_numbers_however_written(said_count: float, count: int) -> None:
    reply = said()
    reply["usage"]["completion_tokens"] = said_count
    assert parse_completion(json.dumps(reply).encode()).output_tokens == count


WHOLE = json.dumps(said("B) XX", logprobs={"B": -0.5, "A": -2.0})).encode()


@pytest.mark.parametrize(
    ("content", "text", "first_token"),
    [
        (WHOLE.replace(b"XX", b"\\ud83d"), "B) ?", {"B": -0.5, "A": -2.0}),
        (WHOLE.replace(b"XX", b"\\ud83d\\ude00"), "B) \U0001f600", {"B": -0.5, "A": -2.0}),
        (WHOLE.replace(b"XX", b"\xf0\x9f"), "B) \ufffd", {"B": -0.5, "A": -2.0}),
        (b"\xef\xbb\xbf" + WHOLE, "B) XX", {"B": -0.5, "A": -2.0}),
        (WHOLE.replace(b"-2.0", b"-Infinity"), "B) XX", {"B": -0.5}),
        (WHOLE.replace(b"-2.0", b"-1e999"), "B) XX", {"B": -0.5}),
        (WHOLE.replace(b'"created": 1', b'"created": NaN'), "B) XX", {"B": -0.5, "A": -2.0}),
    ],
)
def test_a_whole_reply_is_not_given_up_for_what_strict_parsers_refuse(
    content: bytes, text: str, first_token: dict[str, float]
) -> None:
    assert content != WHOLE
    completion = parse_completion(clean_json(content))
    assert (completion.text, completion.first_token) == (text, first_token)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"<html>", b"\xff\xfe", b"[" * 100_000, WHOLE[:-1], b"[1" + b"0" * 9999]
)
def test_what_is_no_json_stays_none(content: bytes) -> None:
    with pytest.raises(ValueError, match="the reply is not JSON"):
        clean_json(content)


@given(st.binary(max_size=40) | st.text(max_size=20).map(lambda text: json.dumps([text, 1.5]).encode()))
def test_clean_json_is_json_that_cleans_to_itself(content: bytes) -> None:
    try:
        cleaned = clean_json(content)
    except ValueError:
        return
    assert clean_json(cleaned) == cleaned
    orjson.loads(cleaned)


def test_a_filtered_choice_without_a_message_is_a_refusal_and_any_other_is_no_reply() -> None:
    filtered = parse_completion(b'{"choices": [{"finish_reason": "content_filter"}]}')
    assert (filtered.text, filtered.refused) == ("", True)
    with pytest.raises(ValueError, match="no message"):
        parse_completion(b'{"choices": [{"finish_reason": "stop"}]}')


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
        ({"detail": [{"loc": ["seed"]}]}, '[{"loc": ["seed"]}]'),
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


@pytest.mark.parametrize("key", ["sk-very-secret", "0123very0123456789abcdef01234567", "veryvery", "VERY" * 11])
def test_a_key_in_the_place_of_its_name_is_not_repeated(key: str) -> None:
    with pytest.raises(UsageError) as raised:
        find_key(key, "https://api.example.com/v1")
    assert "very" not in str(raised.value).lower()
    assert "OPENAI_API_KEY" in str(raised.value)


@pytest.mark.parametrize("key", ["sk-secret-0123456789", "sk-se'cret\\0123<&>45\"6789"])
def test_a_key_is_found_in_every_spelling_an_error_can_have(key: str) -> None:
    for body in (key, {"message": key}, {"error": [key, {"x": key}]}, {"detail": [{"msg": key, "input": {"k": key}}]}):
        assert "cret" not in without_key(error_text(body, "otherwise"), key)
    assert "cret" not in without_key(json.dumps({"k": key}), key)
    assert b"cret" not in document_without_key(clean_json(json.dumps(said(key)).replace("s", "\\u0073").encode()), key)
    assert without_key("none of them", "none") == "none of them"
    assert document_without_key(b'"none"', "none") == b'"none"'


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0.0),
        ({"retry-after": "300"}, 300.0),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9.0),
        ({"retry-after": "soon"}, 0.0),
        ({"retry-after": "nan"}, 0.0),
        ({"retry-after": "inf"}, math.inf),
    ],
)
def test_how_long_a_server_asks_to_wait(headers: dict[str, str], seconds: float) -> None:
    assert stated_seconds(headers) == seconds


def test_a_server_may_ask_to_wait_until_a_date() -> None:
    assert stated_seconds({"retry-after": format_datetime(datetime.now(UTC) + timedelta(hours=1))}) == pytest.approx(
        3600, abs=60
    )


def test_too_many_open_files_are_found_behind_other_errors() -> None:
    outer, inner = ValueError("no connection"), OSError(errno.EMFILE, "Too many open files")
    outer.__cause__ = inner
    assert out_of_files(outer) and out_of_files(inner)
    assert not out_of_files(OSError(errno.ECONNREFUSED, "refused"))


PROXIES = {"HTTP_PROXY": "http://me:pass-word@proxy.example:3128", "all_proxy": "socks5://socks.example:1"}


@pytest.mark.parametrize(
    ("base_url", "environment", "host", "variable"),
    [
        ("http://10.0.0.5:8000/v1", PROXIES, "proxy.example:3128", "HTTP_PROXY"),
        ("https://api.example.com/v1", PROXIES, "socks.example:1", "all_proxy"),
        ("http://10.0.0.5:8000/v1", {"http_proxy": "proxy.example"}, "proxy.example", "http_proxy"),
        ("http://localhost:8000/v1", PROXIES, None, None),
        ("http://127.0.0.1:8000/v1", PROXIES, None, None),
        ("http://[::1]:8000/v1", PROXIES, None, None),
        ("http://10.0.0.5:8000/v1", {**PROXIES, "NO_PROXY": "10.0.0.5,other"}, None, None),
        ("http://gpu.example.com:8000/v1", {**PROXIES, "no_proxy": "example.com"}, None, None),
        ("http://10.0.0.5:8000/v1", {}, None, None),
    ],
)
def test_the_proxy_is_the_environment_s_and_none_leads_to_this_machine(
    base_url: str, environment: dict[str, str], host: str | None, variable: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    proxy = proxy_for(base_url)
    assert (proxy and proxy.host, proxy and proxy.variable) == (host, variable)


def test_a_proxy_that_is_no_address_names_its_variable_and_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("http_proxy", raising=False)
    monkeypatch.setenv("HTTP_PROXY", "http://me:pass-word@[bad")
    with pytest.raises(UsageError, match="HTTP_PROXY names a proxy") as raised:
        proxy_for("http://10.0.0.5:8000/v1")
    assert "pass-word" not in str(raised.value)


def test_the_cache_gives_back_what_was_put_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "ab" / "abcd.json"
    assert read_cached(path) is None
    write_whole(path, json.dumps(said("B)")).encode())
    assert read_cached(path) == parsed(text="B)")
    assert [child.name for child in path.parent.iterdir()] == ["abcd.json"]
    for damaged in (b"", b"garbage", b'{"choices": []}', b" " * (MAX_REPLY_BYTES + 1)):
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
    longest = min(client.LONGEST_WAIT_SECONDS, client.FIRST_WAIT_SECONDS * 2 ** min(attempt - 1, 30))
    assert 0.75 * longest <= wait_seconds(attempt) <= longest
