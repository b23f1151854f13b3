"""Where a server is: its address, whether it is this machine, and the proxy on the way there."""

from __future__ import annotations

import ipaddress
import os
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from mvbench.errors import UsageError


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


def is_openai(base_url: str) -> bool:
    """Whether this is the company whose settings the library finds in the environment."""
    host = urlsplit(base_url).hostname or ""
    return host == "api.openai.com" or host.endswith(".api.openai.com")


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy and the environment variable that names it. `url` may hold a password; `host` is what may be shown."""

    url: str
    variable: str

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc.rpartition("@")[2]


def proxy_for(base_url: str) -> Proxy | None:
    """The proxy the environment names for this address; never one for this machine.

    Raises UsageError for one that is no address; its text holds no password.
    """
    parts = urlsplit(base_url)
    if is_loopback(base_url) or proxy_bypass(parts.netloc):
        return None
    proxies = getproxies()
    for kind in (parts.scheme, "all"):
        if url := proxies.get(kind):
            names = (f"{kind}_proxy", f"{kind}_proxy".upper())
            variable = next((name for name in names if os.environ.get(name)), "the system's settings")
            proxy = Proxy(url if "://" in url else f"http://{url}", variable)
            with suppress(ValueError):
                if proxy.host:
                    return proxy
            raise UsageError(f"{variable} names a proxy, but is no address such as http://proxy.example.com:3128")
    return None
