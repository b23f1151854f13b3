"""Pages that hold all they need: scripts, style and data inside, nothing fetched, nothing from outside run."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

import orjson
from markupsafe import Markup

from mvbench.report import assets

if TYPE_CHECKING:
    from jinja2 import Environment

SHARED_SCRIPTS = ("theme.js", "chart.umd.min.js", "charts.js")
"""The scripts every page with charts begins with, in this order."""

ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def environment(package: str) -> Environment:
    """Templates of `<package>/templates`: text is escaped, an unknown name is an error, `data | embedded` is JSON."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader(package), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters["embedded"] = embedded
    return made


def embedded(value: object) -> Markup:
    """The value as JSON that can stand in a `<script type="application/json">` whatever text is in it."""
    return Markup(orjson.dumps(value).decode().translate(ESCAPES))


def asset(name: str) -> Markup:
    """A style or script of ours as it stands in a page.

    The line by which a debugger would look for the source of a script is left out: nothing is fetched.
    """
    return inlined(assets.text(name).partition("\n//# sourceMappingURL=")[0])


def inlined(text: str) -> Markup:
    """The text of a style or script of this package for a page; never anything from outside."""
    assert "</script" not in text.lower() and "</style" not in text.lower()
    return Markup(text)


def policy(scripts: Iterable[str]) -> str:
    """A content security policy for these scripts in the page: no other runs, and nothing is fetched."""
    digests = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )
