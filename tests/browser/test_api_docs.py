"""`/docs` in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from memory_desk import MemoryDesk
from running_server import RunningServer

from web.application import create_app

pytestmark = pytest.mark.browser
PAGES = Path(__file__).parent.parent / "web" / "small_pages"


def test_the_api_is_described_and_can_be_tried(watched: Any) -> None:
    """Every endpoint is listed, without another machine and without breaking the policy."""
    with RunningServer(create_app(MemoryDesk(), pages_folder=PAGES)) as running:
        page = watched.page()
        page.goto(f"{running.url}/docs")
        page.wait_for_selector(".opblock-summary-path")
        listed = page.locator(".opblock-summary-path").all_inner_texts()
        assert any("status" in path for path in listed)
        assert watched.complaints == []
        assert [url for url in watched.requests if not url.startswith((running.url, "data:"))] == []


@pytest.mark.parametrize("path", ["/status", "/api/frames/{name}", "/api/quarantine"])
def test_an_address_answers_as_it_is_filled_in(watched: Any, path: str) -> None:
    """Try it out, execute: the values that stand there at first are accepted."""
    with RunningServer(create_app(MemoryDesk(), pages_folder=PAGES)) as running:
        page = watched.page()
        page.goto(f"{running.url}/docs")
        operation = page.locator(f'.opblock:has([data-path="{path}"])')
        operation.locator(".opblock-summary").click()
        operation.locator("text=Try it out").click()
        operation.locator("button.execute").click()
        status = operation.locator(".live-responses-table .response-col_status").nth(1)
        assert status.inner_text().strip() == "200"
