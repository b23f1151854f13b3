"""The key: where it comes from, and how it is kept out of every text."""

from __future__ import annotations

import os
import re

import orjson

from mvbench.chat_api.address import is_loopback
from mvbench.errors import UsageError

NO_KEY = "none"

SECRET_CHARS = 8
"""A shorter key is a placeholder such as `none`, and may well be part of an honest reply."""


def find_key(name: object, base_url: str) -> str:
    """The key in the environment variable `name`; a placeholder for a server on this machine where there is none.

    Raises UsageError, which never shows a value: somebody may have put the key where its name belongs.
    """
    if not isinstance(name, str) or not re.fullmatch(r"[A-Z_][A-Z0-9_]{0,39}", name):
        raise UsageError("api_key_env must be the name of an environment variable, in capitals, such as OPENAI_API_KEY")
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


def without_key(text: str, key: str) -> str:
    """The text with stars for the key, as it is and as it stands inside JSON."""
    if not is_secret(key):
        return text
    return text.replace(within_json(key).decode(), "***").replace(key, "***")


def document_without_key(document: bytes, key: str) -> bytes:
    """The same for JSON as `orjson` writes it, which spells a key in one way only."""
    return document.replace(within_json(key), b"***") if is_secret(key) else document


def within_json(key: str) -> bytes:
    return orjson.dumps(key)[1:-1]
