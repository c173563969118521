"""A log that ended long ago: its last moment is one click away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from steps import is_in_state, number

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("live", ["push", "interval"])
def test_an_old_log_offers_its_last_moment(
    realdata: Path, own_desk: Any, watched: Any, live: str
) -> None:
    """`--attach` of a real session: the page says how old it is and leads to its numbers."""
    folder = realdata / "aurora" / "tmp_debug_cancel"
    desk = own_desk(live=live, arguments=["--attach", str(folder)])
    assert "aurora" in desk.said(), "the recognized dialect is printed"
    page = watched.page()
    page.goto(f"{desk.url}/")
    is_in_state(page, desk.state)
    page.wait_for_selector("#overview-empty:not([hidden])")
    assert "days ago" in page.inner_text("#overview-empty")
    page.click("#overview-empty-link")
    page.wait_for_function("() => location.search === '?window=all&at=last'")
    for name, value in (
        ("orders_submitted", 1),
        ("orders_ack", 1),
        ("orders_filled", 0),
        ("orders_denied", 3),
        ("pending_pending_orders", 1),
    ):
        number(page, name, value)
    assert page.inner_text('[data-metric="latency_order_ack_ms_p50"]') == "0.994 ms"
    assert page.is_visible(".replay-bar")
    assert page.locator('[data-panel][data-state="dead"]').count() == 0
    status = desk.ask("/status", window="all", at="last")
    assert (status["orders"]["submitted"], status["orders"]["denied"]) == (1, 3)
    page.go_back()
    page.wait_for_selector("#overview-empty:not([hidden])")
    assert watched.complaints == []
