"""The stream is blocked, or shared by tabs: numbers arrive all the same."""

from __future__ import annotations

from typing import Any

import pytest
from aurora_log import AuroraLog
from real_desk import RealDesk
from steps import is_in_state, is_same_document, number, plant, visit, wait_for

pytestmark = pytest.mark.browser


def submitted(desk: RealDesk) -> int:
    return int(desk.ask("/status", window="all")["orders"]["submitted"])


def polls(watched: Any) -> int:
    return sum("_dash-update-component" in url for url in watched.requests)


def test_polling_takes_over_from_a_blocked_stream_and_gives_it_back(
    push_desk: RealDesk, watched: Any
) -> None:
    """A network that blocks the stream: the Interval does it within seconds, then rests again."""
    desk, before = push_desk, submitted(push_desk)
    log = AuroraLog(desk.logs, "streams")
    wait_for(lambda: desk.viewers() == 0, "a page of before still holds its stream")
    page = watched.page()
    page.route("**/_live/stream*", lambda route: route.abort())
    page.goto(f"{desk.url}/?window=all")
    is_in_state(page, "polling", 10.0)
    plant(page)
    log.submit("polled-1", "polled-2")
    number(page, "orders_submitted", before + 2)
    page.unroute("**/_live/stream*")
    is_in_state(page, "live", 15.0)
    wait_for(lambda: desk.viewers() == 1, "nobody holds the stream")
    page.wait_for_timeout(1500)
    watched.requests.clear()
    log.submit("pushed-1")
    number(page, "orders_submitted", before + 3)
    page.wait_for_timeout(1500)
    assert polls(watched) == 0, "the Interval goes on beside the stream"
    assert is_same_document(page)


def test_two_tabs_share_a_stream_and_the_second_inherits_it(
    push_desk: RealDesk, watched: Any
) -> None:
    """One stream for both pages; the leading tab closes, the other goes on with the numbers."""
    desk, before = push_desk, submitted(push_desk)
    log = AuroraLog(desk.logs, "streams")
    wait_for(lambda: desk.viewers() == 0, "a page of before still holds its stream")
    first, second = watched.page(), watched.page()
    first.goto(f"{desk.url}/?window=all")
    is_in_state(first, "live")
    second.goto(f"{desk.url}/orders?window=all")
    is_in_state(second, "live")
    assert first.evaluate("deskwatch.line.leading()") is True
    assert second.evaluate("deskwatch.line.leading()") is False
    plant(second)
    log.submit("shared-1")
    for page in (first, second):
        number(page, "orders_submitted", before + 1)
    wait_for(lambda: desk.viewers() == 1, "each tab has a stream of its own")
    assert sorted(desk.ask("/_live/stats")["keys"]) == ["/?window=all", "/orders?window=all"]
    first.close()
    log.submit("inherited-1")
    number(second, "orders_submitted", before + 2)
    is_in_state(second, "live")
    visit(second, "/latency?window=all")
    log.submit("inherited-2")
    visit(second, "/orders?window=all")
    number(second, "orders_submitted", before + 3)
    wait_for(lambda: desk.viewers() == 1, "the stream was not inherited")
    assert is_same_document(second)
    second.close()
    wait_for(lambda: desk.viewers() == 0, "a stream without a viewer")
