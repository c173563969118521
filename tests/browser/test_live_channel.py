"""The live channel in a real browser: both ways, several tabs, hidden, paused, failing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from memory_desk import MemoryDesk
from running_server import RunningServer
from steps import hide, is_in_state, shows, visit, wait_for

from web.application import create_app

pytestmark = pytest.mark.browser

WEB = Path(__file__).parent.parent / "web"
PAGES = WEB / "small_pages"


@pytest.fixture(scope="module")
def push() -> Iterator[RunningServer]:
    with RunningServer(create_app(MemoryDesk(), pages_folder=PAGES)) as running:
        yield running


@pytest.fixture(scope="module")
def interval() -> Iterator[RunningServer]:
    with RunningServer(create_app(MemoryDesk(), pages_folder=PAGES, live="interval")) as running:
        yield running


@pytest.fixture(params=["push", "interval"])
def either(request: pytest.FixtureRequest) -> RunningServer:
    return request.getfixturevalue(request.param)


def usual_state(page: Any) -> str:
    """What the header says when all is well: it depends on the way this app is served."""
    return str(
        page.evaluate("document.documentElement.dataset.live === 'push' ? 'live' : 'polling'")
    )


def orders_of(server: RunningServer) -> int:
    return len(server.app.desk.view(None).orders)


def test_an_order_changes_the_number_and_nothing_is_complained_about(
    either: RunningServer, watched: Any
) -> None:
    """In both ways: the first paint is right, an order is seen, no error, no foreign request."""
    desk = either.app.desk
    desk.submit("first")
    page = watched.page()
    page.goto(f"{either.url}/?window=all")
    shows(page, "#count", str(orders_of(either)))
    is_in_state(page, usual_state(page))
    for number in range(3):
        desk.submit(f"seen-{number}-{time.monotonic_ns()}")
        shows(page, "#count", str(orders_of(either)))
    page.wait_for_function(
        "n => document.querySelector('#chart .js-plotly-plot').data[0].y[3] === n",
        arg=orders_of(either),
    )
    assert watched.complaints == []
    assert [url for url in watched.requests if not url.startswith(either.url)] == []


def test_the_way_that_is_not_used_costs_nothing(
    push: RunningServer, interval: RunningServer, watched: Any
) -> None:
    """No stream in Interval mode; no polling while the stream is up."""
    page = watched.page()
    page.goto(f"{interval.url}/")
    is_in_state(page, "polling")
    assert not interval.app.hub.viewers
    page.goto(f"{push.url}/")
    page.wait_for_selector("#count")
    is_in_state(page, "live")
    watched.requests.clear()
    page.wait_for_timeout(2500)
    assert [url for url in watched.requests if "_dash-update-component" in url] == []


def test_moving_between_pages_moves_the_stream(either: RunningServer, watched: Any) -> None:
    """Each page and filter has its own numbers at once, without loading the document again."""
    desk = either.app.desk
    desk.submit(f"moving-{time.monotonic_ns()}")
    page = watched.page()
    page.goto(f"{either.url}/?window=all")
    shows(page, "#window", "all")
    page.evaluate("window.sameDocument = true")
    visit(page, "/order/abc?window=all")
    shows(page, "#order-id", "abc")
    visit(page, "/?window=1h")
    shows(page, "#window", "1h")
    desk.submit(f"moved-{time.monotonic_ns()}")
    shows(page, "#count", str(orders_of(either)))
    assert page.evaluate("window.sameDocument") is True
    assert watched.complaints == []


def test_a_stream_that_is_refused_is_replaced_by_polling_and_taken_up_again(
    push: RunningServer, watched: Any
) -> None:
    """The Interval takes over after three seconds, and stops when the stream is back."""
    desk = push.app.desk
    page = watched.page()
    is_blocked = True
    page.route(
        "**/_live/stream*",
        lambda route: route.fulfill(status=503, body="{}") if is_blocked else route.continue_(),
    )
    page.goto(f"{push.url}/?window=all")
    is_in_state(page, "polling")
    desk.submit(f"polled-{time.monotonic_ns()}")
    shows(page, "#count", str(orders_of(push)))
    is_blocked = False
    is_in_state(page, "live")
    page.wait_for_timeout(1500)
    watched.requests.clear()
    page.wait_for_timeout(2500)
    assert [url for url in watched.requests if "_dash-update-component" in url] == []
    desk.submit(f"pushed-{time.monotonic_ns()}")
    shows(page, "#count", str(orders_of(push)))


def test_eight_tabs_share_one_stream(push: RunningServer, watched: Any) -> None:
    """More tabs than a browser has connections to a host: all live, none hangs."""
    desk = push.app.desk
    desk.submit(f"tabs-{time.monotonic_ns()}")
    addresses = ["/?window=all", "/paced?window=all", *(f"/order/n{n}" for n in range(5)), "/"]
    pages = []
    for address in addresses:
        page = watched.page()
        page.goto(push.url + address)
        pages.append(page)
    for page in pages:
        is_in_state(page, "live")
    wait_for(lambda: len(push.app.hub.viewers) == 1, "the tabs hold several streams")
    desk.submit(f"tabs-{time.monotonic_ns()}")
    shows(pages[0], "#count", str(orders_of(push)))
    leaders = [page for page in pages if page.evaluate("deskwatch.line.leading()")]
    assert len(leaders) == 1
    survivor = pages[-1] if leaders[0] is not pages[-1] else pages[0]
    leaders[0].close()
    desk.submit(f"tabs-{time.monotonic_ns()}")
    counted = survivor.evaluate("location.search") == "?window=all"
    if counted:
        shows(survivor, "#count", str(orders_of(push)))
    is_in_state(survivor, "live")
    wait_for(lambda: len(push.app.hub.viewers) == 1, "nobody took the stream over")


def test_a_hidden_tab_holds_no_stream_and_comes_back_whole(
    push: RunningServer, watched: Any
) -> None:
    """Hidden: the stream ends. Shown again: the state of now, by one new stream."""
    desk = push.app.desk
    page = watched.page()
    page.goto(f"{push.url}/?window=all")
    is_in_state(page, "live")
    hide(page, True)
    wait_for(lambda: not push.app.hub.viewers, "a hidden tab keeps its stream")
    for number in range(3):
        desk.submit(f"hidden-{number}-{time.monotonic_ns()}")
    watched.requests.clear()
    hide(page, False)
    shows(page, "#count", str(orders_of(push)), 3.0)
    is_in_state(page, "live")
    assert len([url for url in watched.requests if "_live/stream" in url]) == 1


def test_a_paused_page_stands_still_and_goes_on_from_now(
    either: RunningServer, watched: Any
) -> None:
    """Paused in the address: nothing moves and nothing is asked; then the newest state."""
    desk = either.app.desk
    page = watched.page()
    page.goto(f"{either.url}/?window=all")
    shows(page, "#count", str(orders_of(either)))
    page.wait_for_selector('#connection[data-connection="live"], [data-connection="polling"]')
    page.click("#pause-button")
    is_in_state(page, "paused")
    assert "paused=1" in page.evaluate("location.search")
    before = page.inner_text("#count")
    page.wait_for_timeout(1200)
    watched.requests.clear()
    desk.submit(f"paused-{time.monotonic_ns()}")
    page.wait_for_timeout(1500)
    assert page.inner_text("#count") == before
    assert watched.requests == []
    page.click("#pause-button")
    shows(page, "#count", str(orders_of(either)))


def test_a_page_that_fails_is_marked_and_recovers_elsewhere(
    push: RunningServer, watched: Any
) -> None:
    """The page says that it could not be computed; the next page is not tainted by that."""
    page = watched.page()
    page.goto(f"{push.url}/failing")
    page.wait_for_selector('[data-notice="problem"]')
    assert "error id" in page.inner_text('[data-notice="problem"]')
    visit(page, "/?window=all")
    shows(page, "#count", str(orders_of(push)))
    page.wait_for_selector('[data-notice="problem"]', state="detached")
