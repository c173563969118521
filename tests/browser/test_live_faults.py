"""The live channel when a page is slow, or the server comes back as another program."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from memory_desk import MemoryDesk
from running_server import RunningServer
from steps import is_in_state, shows

from web.application import create_app

pytestmark = pytest.mark.browser

WEB = Path(__file__).parent.parent / "web"
PAGES = WEB / "small_pages"


def test_a_page_slower_than_the_interval_still_advances(watched: Any) -> None:
    """Plain Dash never shows the answer of a callback that outlasts its Interval; here it does."""
    desk = MemoryDesk()
    desk.submit("0")
    page = watched.page()
    with RunningServer(create_app(desk, pages_folder=PAGES, live="interval")) as running:
        page.goto(f"{running.url}/slow?window=all")
        shows(page, "#slow-count", "1")
        for number in range(2, 4):
            desk.submit(str(number))
            shows(page, "#slow-count", str(number), 10.0)


def test_a_newer_program_is_announced(watched: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that was loaded from an older build says so, once, with a way to load the new one."""
    with RunningServer(create_app(MemoryDesk(), pages_folder=PAGES)) as old:
        page = watched.page()
        page.goto(f"{old.url}/")
        is_in_state(page, "live")
        port = int(old.address.rpartition(":")[2])
    monkeypatch.setattr("web.application.build_id", lambda: "another")
    with RunningServer(create_app(MemoryDesk(), pages_folder=PAGES), port=port):
        page.wait_for_selector('[data-notice="build"]', timeout=15_000)
        assert "updated" in page.inner_text('[data-notice="build"]')
        page.click('[data-notice="build"] button')
        is_in_state(page, "live")
        assert page.locator('[data-notice="build"]').count() == 0
