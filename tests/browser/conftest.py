"""Debian's Chromium for the stories that need a browser."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "web")]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser for the session; tests open contexts of their own in it."""
    if not CHROMIUM.exists():
        pytest.skip("Chromium is missing: sudo apt-get install chromium chromium-driver")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


class Watched:
    """A browser context that notes what must not happen."""

    def __init__(self, browser: Any) -> None:
        self.context = browser.new_context(viewport={"width": 1366, "height": 768})
        self.complaints: list[str] = []
        self.requests: list[str] = []

    def page(self) -> Any:
        page = self.context.new_page()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        page.on("request", lambda request: self.requests.append(request.url))
        return page

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")


@pytest.fixture
def watched(chromium: Any) -> Iterator[Watched]:
    """A fresh context; closed after the test."""
    watched = Watched(chromium)
    yield watched
    watched.context.close()
