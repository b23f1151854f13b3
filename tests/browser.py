"""A real Chromium for the tests of pages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request

NAMES = ("chromium", "chromium-browser", "google-chrome")
DESK = (1440, 1000)
PHONE = (390, 844)


@dataclass
class Visit:
    """A page that is open. `complaints`: what its console, scripts, dialogs or requests reported as wrong;
    `requests`: every address it asked for beside its own."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"exception: {error}"))
        self.page.on("requestfailed", lambda request: self.complaints.append(f"failed: {request.url}"))
        self.page.on("request", self._request)
        self.page.on("dialog", self._dialog)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        own = request.url.partition("#")[0] == self.address.partition("#")[0]
        if not own and not request.url.startswith(("data:", "blob:")):
            self.requests.append(request.url)

    def _dialog(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium, else the one playwright brings. Where there is none: a failure in CI, else a skip."""
    required = bool(os.environ.get("CI"))
    if not required:
        pytest.importorskip("playwright.sync_api")
    from playwright.sync_api import Error, sync_playwright

    found = next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=found)
        except Error as error:
            if found or required:
                raise
            pytest.skip(f"no Chromium here, so that pages are not tested: {str(error).splitlines()[0]}")
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def open_page(
    browser: Browser,
    where: Path | str,
    *,
    size: tuple[int, int] = DESK,
    scheme: Literal["light", "dark"] = "light",
    forgiving: bool = False,
) -> Iterator[Visit]:
    """Visit a file or an address in a fresh profile; it is loaded when the block begins.

    Fails at the end of the block where the page complained or asked for anything, unless `forgiving`.
    """
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, accept_downloads=True
    )
    try:
        visit = Visit(context.new_page(), where.resolve().as_uri() if isinstance(where, Path) else where)
        visit.listen()
        visit.page.goto(visit.address)
        yield visit
        if not forgiving:
            assert not visit.complaints, visit.complaints
            assert not visit.requests, visit.requests
    finally:
        context.close()
