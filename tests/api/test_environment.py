"""What the environment adds to a request, and what it may not: proxies, certificates, settings of the library."""

from __future__ import annotations

import logging

import pytest

from mvbench.errors import ModelError
from mvbench.models.openai import OpenAI
from mvbench.types import Generation
from tests.api.scripted_server import Answer, ScriptedServer, said
from tests.api.test_server import KEY, free_port, model, replies, request, short_waits

__all__ = ["short_waits"]

pytestmark = pytest.mark.slow

PRIVATE = {
    "OPENAI_ORG_ID": "org-private",
    "OPENAI_PROJECT_ID": "proj-private",
    "OPENAI_CUSTOM_HEADERS": "X-Foo: private\nAuthorization: Bearer private\nUser-Agent: private",
}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ssl_cert_file", "ssl_cert_dir"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def elsewhere(base_url: str) -> OpenAI:
    return OpenAI(generation=Generation(), base_url=base_url, model="tiny-vl", max_retries=0, timeout=5.0)


def test_this_machine_is_never_asked_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    with ScriptedServer(replies(Answer(said("B)")))) as server:
        assert model(server).answer([request()])[0].text == "B)"


def test_another_host_is_asked_through_the_proxy_which_is_said_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    for name, value in PRIVATE.items():
        monkeypatch.setenv(name, value)
    with ScriptedServer(replies(Answer(said("B)")))) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://me:pass-word@127.0.0.1:{proxy.port}")
        asked = elsewhere("http://gpu.example.com:8000/v1")
        assert [asked.answer([request()])[0].text for _ in range(2)] == ["B)", "B)"]
    headers = proxy.chats[0].headers
    assert "private" not in str(headers)
    assert headers["authorization"] == f"Bearer {KEY}"
    assert set(headers) <= {
        "host", "connection", "content-length", "content-type", "accept", "accept-encoding", "authorization",
        "user-agent", "x-stainless-retry-count", "proxy-authorization",
    }  # fmt: skip
    said_once = [record.getMessage() for record in caplog.records]
    assert said_once == [
        f"asking http://gpu.example.com:8000/v1 through the proxy 127.0.0.1:{proxy.port} of HTTP_PROXY",
        "the key in OPENAI_API_KEY goes to http://gpu.example.com:8000/v1 in clear, for all on the way to read; is "
        "there no https?",
    ]


def test_settings_of_the_library_go_to_its_own_company_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_ORG_ID", "org-private")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Foo: private")
    with ScriptedServer(replies(Answer(said("B)")))) as server:
        model(server).answer([request()])
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{server.port}")
        elsewhere("http://api.openai.com/v1").answer([request()])
    here, there = (chat.headers for chat in server.chats)
    assert "private" not in str(here)
    assert there["openai-organization"] == "org-private"


def test_a_placeholder_for_a_key_is_not_warned_about(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    with ScriptedServer(replies(Answer(said("B)")))) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.base_url.removesuffix("/v1"))
        elsewhere("http://gpu.example.com/v1").answer([request()])
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"HTTPS_PROXY": "socks5://127.0.0.1:1"}, "the proxy 127.0.0.1:1 of HTTPS_PROXY: .*socks"),
        ({"https_proxy": "ftp://proxy.example"}, "the proxy proxy.example of https_proxy: .*ftp"),
        ({"ALL_PROXY": "http://proxy.example:port"}, "the proxy proxy.example:port of ALL_PROXY: .*port"),
        ({"https_proxy": "http://"}, "https_proxy names a proxy, but is no address"),
        ({"SSL_CERT_FILE": "/no/such/file"}, "certificates cannot be read .*SSL_CERT_FILE=/no/such/file"),
    ],
)
def test_an_environment_that_allows_no_connection_ends_the_run_in_one_line(
    environment: dict[str, str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    asked = elsewhere("https://api.example.com/v1")
    for _ in range(2):
        with pytest.raises(ModelError, match=words) as raised:
            asked.answer([request()])
        assert "\n" not in str(raised.value)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_cannot_be_reached_is_named(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    port = free_port()
    monkeypatch.setenv(f"{scheme}_proxy", f"http://127.0.0.1:{port}")
    with pytest.raises(ModelError, match=f"cannot be reached through the proxy 127.0.0.1:{port} of {scheme}_proxy"):
        elsewhere(f"{scheme}://api.example.com/v1").answer([request()])


def test_a_proxy_that_refuses_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    with ScriptedServer(replies(Answer(status=407))) as proxy:
        monkeypatch.setenv("https_proxy", proxy.base_url.removesuffix("/v1"))
        with pytest.raises(ModelError, match=f"through the proxy 127.0.0.1:{proxy.port} of https_proxy .*407"):
            elsewhere("https://api.example.com/v1").answer([request()])
