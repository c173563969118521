"""The real pages in a real browser: they fit, they speak, their switches work, logs stay text."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from memory_desk import MemoryDesk, event_frame
from running_server import RunningServer

from web.application import create_app

pytestmark = pytest.mark.browser

PAGES = Path(__file__).parents[2] / "pages"
PATHS = ["/", "/orders", "/latency", "/quality", "/sessions"]
EVIL = "<img src=x onerror=alert(1)>"
SECOND = 10**9
NEW_YORK = "America/New_York"


class NowDesk(MemoryDesk):
    """A desk whose moment is now, not its newest event."""

    def view(self, window_seconds: Any = 300.0, at: Any = None, *more: Any, **filters: Any) -> Any:
        moment = pd.Timestamp.now("UTC") if at is None else at
        return super().view(window_seconds, moment, *more, **filters)


def lives(count: int, end_ns: int) -> list[dict[str, Any]]:
    """Orders over forty minutes: submitted, acknowledged, filled; one denied in five."""
    rows = []
    for number in range(count):
        start = end_ns - 2400 * SECOND + number * 2400 * SECOND // count
        name = EVIL if number == count - 1 else f"order-{number}"
        order = {"client_order_id": name, "symbol": "BTCUSDT", "side": "buy", "quantity": 1.0}
        order |= {"price": 64000.0, "route": "maker"}
        if number % 5 == 0:
            rows.append({**order, "ts_event": start, "kind": "order.denied", "reason": EVIL})
            continue
        for step, kind in enumerate(("order.submitted", "order.accepted", "order.filled")):
            later = start + step * (20 + number % 30) * 10**6
            rows.append({**order, "ts_event": later, "kind": kind})
    rows.sort(key=lambda row: row["ts_event"])
    return [{**row, "raw_offset": 200 * number} for number, row in enumerate(rows)]


@pytest.fixture(scope="module")
def desk() -> MemoryDesk:
    desk = NowDesk()
    desk.add(event_frame(lives(199, time.time_ns() - SECOND)))
    return desk


@pytest.fixture(scope="module")
def server(desk: MemoryDesk) -> Iterator[RunningServer]:
    app = create_app(desk, pages_folder=PAGES, window_seconds=3600.0)
    with RunningServer(app) as running:
        yield running


@pytest.fixture
def abroad(chromium: Any) -> Iterator[Any]:
    """A dark phone-sized or desk-sized browser in New York; gives a maker of pages."""
    contexts = []

    def make(width: int = 1366, height: int = 768) -> Any:
        size = {"width": width, "height": height}
        context = chromium.new_context(viewport=size, timezone_id=NEW_YORK, color_scheme="dark")
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


def is_live(page: Any, path: str) -> None:
    page.wait_for_selector('#connection[data-connection="live"]', timeout=20_000)
    name = path.strip("/") or "overview"
    page.wait_for_function(
        "name => { const e = document.getElementById(name + '-events');"
        " return e && e.textContent !== '—'; }",
        arg=name,
    )


@pytest.mark.parametrize("path", PATHS)
def test_a_page_shows_itself_without_a_complaint_and_asks_no_other_host(
    server: RunningServer, watched: Any, path: str
) -> None:
    """No console error, no warning, no request that leaves this machine."""
    page = watched.page()
    page.goto(server.url + path)
    is_live(page, path)
    page.wait_for_timeout(500)
    assert not watched.complaints
    assert {url.split("/")[2] for url in watched.requests if url.startswith("http")} == {
        server.address
    }


def test_the_overview_fits_one_screen(server: RunningServer, watched: Any) -> None:
    """At 1366×768 nothing scrolls, and every panel has its place on the screen."""
    page = watched.page()
    page.goto(server.url + "/")
    is_live(page, "/")
    page.wait_for_selector(".js-plotly-plot .scatterlayer")
    height = page.evaluate("document.documentElement.scrollHeight")
    assert height <= 768
    for panel in page.locator("[data-panel]").all():
        box = panel.bounding_box()
        assert box["y"] + box["height"] <= 768
        assert panel.evaluate("e => e.scrollHeight <= e.clientHeight + 1")


@pytest.mark.parametrize("path", PATHS)
def test_a_phone_scrolls_down_only(server: RunningServer, abroad: Any, path: str) -> None:
    """At 390 px no page is wider than the screen."""
    page = abroad(390, 844)
    page.goto(server.url + path)
    is_live(page, path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_text_of_a_log_stays_text_in_tables_links_and_lives(
    server: RunningServer, watched: Any
) -> None:
    """An order that calls itself markup is shown by that name and runs nothing."""
    page = watched.page()
    alarms: list[str] = []
    page.on("dialog", lambda dialog: (alarms.append(dialog.message), dialog.dismiss()))
    page.goto(server.url + "/orders")
    is_live(page, "/orders")
    page.locator("#recent-orders-rows a", has_text=EVIL).click()
    page.wait_for_function(
        "name => document.getElementById('waterfall-name').textContent === name", arg=EVIL
    )
    assert page.locator("#waterfall-rows .waterfall-row").count() == 4
    assert page.locator("#why-codes-rows td").first.text_content() == EVIL
    assert page.locator("main img").count() == 0
    assert not alarms
    assert not watched.complaints


def test_the_keys_do_what_the_help_says(server: RunningServer, watched: Any) -> None:
    """Pages, windows, pause, theme, help by keyboard; all but the theme is in the address."""
    page = watched.page()
    page.goto(server.url + "/")
    is_live(page, "/")
    page.keyboard.press("[")
    page.wait_for_selector('[data-window="15m"][aria-current="true"]')
    assert "window=15m" in page.url
    page.keyboard.press("3")
    page.wait_for_selector("#latency-stages")
    assert page.url.endswith("/latency?window=15m")
    page.keyboard.press("p")
    page.wait_for_selector('#connection[data-state="paused"]')
    assert "paused=1" in page.url
    page.keyboard.press("p")
    page.wait_for_selector('#connection[data-state="live"]')
    assert "paused" not in page.url
    before = page.evaluate("document.documentElement.dataset.bsTheme")
    page.keyboard.press("t")
    assert page.evaluate("document.documentElement.dataset.bsTheme") != before
    page.keyboard.press("?")
    assert page.evaluate("document.getElementById('help').open")
    page.keyboard.press("Escape")
    assert not page.evaluate("document.getElementById('help').open")
    page.go_back()
    page.wait_for_selector("#order-kpis")
    assert not watched.complaints


def test_times_follow_the_zone_switch_and_axes_stay_in_utc(
    server: RunningServer, desk: MemoryDesk, abroad: Any
) -> None:
    """A browser in New York shows UTC first, its own time on demand, also as rows come."""
    page = abroad()
    page.goto(server.url + "/orders?tz=browser")
    is_live(page, "/orders")
    first = "#recent-orders-rows tr:first-child time"
    page.wait_for_selector(first)
    shown, ms = page.eval_on_selector(first, "e => [e.textContent, Number(e.dataset.utcMs)]")
    local = pd.Timestamp(ms, unit="ms", tz="UTC").tz_convert(NEW_YORK)
    assert shown == local.strftime("%H:%M:%S.") + f"{ms % 1000:03d}"
    assert "New York" in page.inner_text(".page-moment")
    page.keyboard.press("z")
    page.keyboard.press("z")
    assert "tz=" not in page.url
    page.wait_for_function(
        "([s, t]) => document.querySelector(s).textContent.slice(0, 2) === t",
        arg=[first, pd.Timestamp(ms, unit="ms").strftime("%H")],
    )
    page.goto(server.url + "/latency")
    is_live(page, "/latency")
    chart = "#latency-order-ack .js-plotly-plot"
    page.wait_for_function(
        "s => { const g = document.querySelector(s);"
        " return g && g.calcdata && g.calcdata[3].length > 5; }",
        arg=chart,
    )
    drawn = page.eval_on_selector(chart, "g => g.layout.xaxis.range[1]")
    lag = pd.Timestamp.now("UTC") - pd.Timestamp(drawn, tz="UTC")
    assert abs(lag.total_seconds()) < 3600


def test_a_chart_is_a_table_too_and_keeps_its_zoom(
    server: RunningServer, desk: MemoryDesk, watched: Any
) -> None:
    """The table has the drawn numbers; a zoom outlives updates; the button shows all again."""
    page = watched.page()
    page.goto(server.url + "/")
    is_live(page, "/")
    plot = page.locator("#overview-order-ack-chart .nsewdrag")
    plot.wait_for()
    box = plot.bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 350, box["y"] + 35, steps=5)
    page.mouse.up()
    read = "document.querySelector('#overview-order-ack-chart .js-plotly-plot').layout.xaxis.range"
    page.wait_for_function(f"{read} && !{read.rsplit('.', 1)[0]}.autorange")
    zoomed = page.evaluate(read)
    before = page.text_content("#order-kpis-submitted-value")
    desk.submit(f"late-{time.time_ns()}", ts=pd.Timestamp.now("UTC").isoformat()[:26])
    page.wait_for_function(
        "t => document.querySelector('#order-kpis-submitted-value').textContent !== t", arg=before
    )
    page.wait_for_timeout(300)
    assert page.evaluate(read) == zoomed
    page.click("#overview-order-ack [data-graph-tool=zoom]")
    page.wait_for_function(f"{read.rsplit('.', 1)[0]}.autorange === true")
    page.click("#overview-order-ack [data-graph-tool=table]")
    rows = page.locator("#overview-order-ack .graph-table tbody tr")
    assert rows.count() > 5
    assert not watched.complaints


def test_an_old_log_offers_its_last_moment(watched: Any) -> None:
    """Empty panels are not the answer: a link shows the newest event's moment."""
    desk = NowDesk()
    desk.add(event_frame(lives(20, time.time_ns() - 445 * 86_400 * SECOND)))
    with RunningServer(create_app(desk, pages_folder=PAGES)) as running:
        page = watched.page()
        page.goto(running.url + "/")
        page.wait_for_selector("#overview-empty:not([hidden])")
        assert "newest event 445 days ago" in page.inner_text("#overview-empty")
        page.click("#overview-empty-link")
        page.wait_for_function(
            "() => { const e = document.getElementById('order-kpis-submitted-value');"
            " return e && e.textContent === '16'; }"
        )
        assert "window=all" in page.url
        assert "at=last" in page.url
        assert page.is_visible(".replay-bar")
        assert page.get_attribute("#order-kpis", "data-state") == "fresh"
        page.keyboard.press("l")
        page.wait_for_function("!location.search.includes('at=')")


@pytest.mark.parametrize("path", PATHS)
def test_the_interval_way_moves_the_same_pages(watched: Any, path: str) -> None:
    """With `live = "interval"` every page fills and moves by polling, without a complaint."""
    desk = NowDesk()
    desk.add(event_frame(lives(50, time.time_ns() - SECOND)))
    app = create_app(desk, pages_folder=PAGES, live="interval")
    with RunningServer(app) as running:
        page = watched.page()
        page.goto(running.url + path)
        page.wait_for_selector('#connection[data-connection="polling"]', timeout=20_000)
        name = path.strip("/") or "overview"
        events = f"#{name}-events"
        before = page.text_content(events)
        desk.submit("one-more", ts=pd.Timestamp.now("UTC").isoformat()[:26])
        page.wait_for_function(
            "([s, t]) => document.querySelector(s).textContent !== t", arg=[events, before]
        )
        assert not watched.complaints
