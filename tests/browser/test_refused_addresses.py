"""A mistyped address in a real browser: what is wrong, and one click back to the overview."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from memory_desk import MemoryDesk
from running_server import RunningServer

from web.application import create_app

pytestmark = pytest.mark.browser
PAGES = Path(__file__).parents[2] / "pages"


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with RunningServer(create_app(MemoryDesk(), pages_folder=PAGES)) as running:
        yield running


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/nopage", "There is no page at this address"),
        ("/?window=7q", "The filter “window” was “7q”."),
        ("/latency?at=yesterday", "The filter “at” was “yesterday”."),
    ],
)
def test_one_click_leads_back(server: RunningServer, watched: Any, address: str, told: str) -> None:
    """The page says what is wrong, and its link opens the overview with its numbers."""
    page = watched.page()
    page.goto(server.url + address)
    notice = page.wait_for_selector('#content .notice[role="alert"]')
    assert told in notice.inner_text()
    assert not page.is_visible(".replay-bar"), "there is no such moment to be looked at"
    page.click("#content .notice >> text=Back to the overview")
    page.wait_for_selector('[data-metric="orders_submitted"]')
    assert page.url == f"{server.url}/"
    expected = "404 (Not Found)" if address == "/nopage" else None
    assert [each for each in watched.complaints if not (expected and expected in each)] == []
