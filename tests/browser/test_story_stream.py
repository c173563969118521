"""The stream is blocked, or shared by tabs: numbers arrive all the same."""

from __future__ import annotations

from typing import Any

import pytest
from aurora_log import AuroraLog
from steps import is_in_state, is_same_document, number, plant, visit, wait_for

pytestmark = pytest.mark.browser


def polls(watched: Any) -> int:
    return sum("_dash-update-component" in url for url in watched.requests)


def test_polling_takes_over_from_a_blocked_stream_and_gives_it_back(
    own_desk: Any, watched: Any
) -> None:
    """A network that blocks the stream: the Interval does it within seconds, then rests again."""
    desk = own_desk(live="push")
    log = AuroraLog(desk.logs)
    page = watched.page()
    page.route("**/_live/stream*", lambda route: route.abort())
    page.goto(f"{desk.url}/")
    is_in_state(page, "polling", 10.0)
    plant(page)
    assert desk.viewers() == 0
    log.submit("polled-1", "polled-2")
    number(page, "orders_submitted", 2)
    page.unroute("**/_live/stream*")
    is_in_state(page, "live", 15.0)
    wait_for(lambda: desk.viewers() == 1, "nobody holds the stream")
    page.wait_for_timeout(1500)
    watched.requests.clear()
    log.submit("pushed-1")
    number(page, "orders_submitted", 3)
    page.wait_for_timeout(1500)
    assert polls(watched) == 0, "the Interval goes on beside the stream"
    assert is_same_document(page)


def test_two_tabs_share_one_stream_and_the_second_inherits_it(own_desk: Any, watched: Any) -> None:
    """One stream for both pages; the leading tab closes, the other goes on with the numbers."""
    desk = own_desk(live="push")
    log = AuroraLog(desk.logs)
    first, second = watched.page(), watched.page()
    first.goto(f"{desk.url}/")
    is_in_state(first, "live")
    second.goto(f"{desk.url}/orders")
    is_in_state(second, "live")
    assert first.evaluate("deskwatch.line.leading()") is True
    assert second.evaluate("deskwatch.line.leading()") is False
    plant(second)
    log.submit("shared-1")
    for page in (first, second):
        number(page, "orders_submitted", 1)
    wait_for(lambda: desk.viewers() == 1, "each tab has a stream of its own")
    assert sorted(desk.ask("/_live/stats")["keys"]) == ["/?window=5m", "/orders?window=5m"]
    first.close()
    log.submit("inherited-1")
    number(second, "orders_submitted", 2)
    is_in_state(second, "live")
    visit(second, "/latency")
    log.submit("inherited-2")
    visit(second, "/orders")
    number(second, "orders_submitted", 3)
    wait_for(lambda: desk.viewers() == 1, "the stream was not inherited")
    assert is_same_document(second)
    second.close()
    wait_for(lambda: desk.viewers() == 0, "a stream without a viewer")
