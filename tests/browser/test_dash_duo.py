"""Smoke tests with dash[testing]: Dash's own server, the Interval way, chromedriver."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from memory_desk import MemoryDesk

from web.application import create_app

pytestmark = [
    pytest.mark.browser,
    # Dash's runner ends its server by killing its threads, requests in hand or not.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
    pytest.mark.skipif(
        not Path("/usr/bin/chromedriver").exists(),
        reason="chromedriver is missing: sudo apt-get install chromium chromium-driver",
    ),
]
PAGES = Path(__file__).parent.parent / "web" / "small_pages"


@pytest.mark.parametrize("live", ["interval", "push"])
def test_an_order_changes_the_number_under_dash_alone(dash_duo: Any, live: str) -> None:
    """Dash's development server has no streams: the Interval does it, or takes over."""
    desk = MemoryDesk()
    desk.submit("first")
    dash_duo.start_server(create_app(desk, pages_folder=PAGES, live=live).dash)
    dash_duo.wait_for_text_to_equal("#count", "1", timeout=20)
    desk.submit("second")
    dash_duo.wait_for_text_to_equal("#count", "2", timeout=20)
    dash_duo.wait_for_text_to_equal("#connection", "polling", timeout=10)


def test_an_unknown_page_says_so(dash_duo: Any) -> None:
    """The shell stays, and the page says that it does not exist."""
    dash_duo.start_server(create_app(MemoryDesk(), pages_folder=PAGES, live="interval").dash)
    dash_duo.wait_for_element("#pause-button", timeout=20)
    dash_duo.wait_for_page(dash_duo.server_url + "/nosuch", timeout=20)
    dash_duo.wait_for_contains_text("#content", "There is no page at this address", timeout=20)
