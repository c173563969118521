"""What is read in two seconds: nothing that counts is cut, faded or covered, also on a phone."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from memory_desk import MemoryDesk, event_frame
from running_server import RunningServer
from steps import is_in_state

from web.application import create_app

pytestmark = pytest.mark.browser
PAGES = Path(__file__).parents[2] / "pages"
SECOND = 10**9
PHONE = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}
NAME = "order-of-a-bot-that-gives-its-orders-names-of-60-characters-"


def lives() -> list[dict[str, Any]]:
    """Forty fills of huge orders, of which nobody saw ten submitted, and forty that wait."""
    rows = []
    for number in range(40):
        order = {"client_order_id": f"{NAME}{number}", "symbol": "BTCUSDT", "side": "buy"}
        order |= {"quantity": 12_345_678.25, "price": 98_765_432.125}
        waits = {**order, "client_order_id": f"waits-{number}", "kind": "order.submitted"}
        start = time.time_ns() - (60 - number) * SECOND
        kinds = ["order.submitted", "order.accepted", "order.filled"][number % 4 == 0 :]
        rows.append({**waits, "ts_event": start})
        for step, kind in enumerate(kinds):
            rows.append({**order, "ts_event": start + step * 10**7, "kind": kind})
    return [{**row, "raw_offset": 200 * number} for number, row in enumerate(rows)]


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    desk = MemoryDesk()
    desk.add(event_frame(lives()))
    with RunningServer(create_app(desk, pages_folder=PAGES, window_seconds=3600.0)) as running:
        yield running


def opened(server: RunningServer, browser: Any, path: str) -> Any:
    """Give a page once it shows its numbers and is live."""
    page = browser.page()
    page.goto(server.url + path)
    is_in_state(page, "live")
    # The frame around the pages can be live before the page in it is laid out.
    page.wait_for_selector("[data-panel]", state="attached")
    return page


def test_a_dead_panel_is_as_easy_to_read_as_a_live_one(server: RunningServer, watched: Any) -> None:
    """It is gray and hatched, but no text in it is faded: its last numbers are asked for now."""
    page = opened(server, watched, "/")
    faded, gray = page.evaluate(
        """() => {
            const panel = document.getElementById('order-kpis');
            panel.dataset.state = 'dead';
            const faded = Array.from(panel.querySelectorAll('.kpi-label, .kpi-note, .num'))
                .filter(e => {
                    for (let one = e; one; one = one.parentElement)
                        if (getComputedStyle(one).opacity !== '1') return true;
                    return false;
                });
            const body = getComputedStyle(panel.querySelector('.panel-body'));
            return [faded.map(e => e.textContent), body.filter];
        }"""
    )
    assert faded == []
    assert gray == "grayscale(1)"


def test_no_number_of_an_order_is_cut(server: RunningServer, watched: Any, another: Any) -> None:
    """Eight digits before the point are all there, also where the column is narrow."""
    for page in (
        opened(server, watched, "/orders?window=all"),
        opened(server, another(**PHONE), "/orders?window=all"),
    ):
        page.wait_for_selector("#recent-orders-rows tr:nth-child(3)")
        cells, cut = page.evaluate(
            """() => {
                const cells = Array.from(document.querySelectorAll('#recent-orders-rows td.right'));
                const cut = cells.filter(e => e.scrollWidth > e.clientWidth + 1);
                return [cells.map(e => e.textContent), cut.map(e => e.textContent)];
            }"""
        )
        assert "98 765 432.125" in [re.sub(r"\s", " ", cell) for cell in cells]
        assert cut == []


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desk", "phone"])
def test_every_word_of_a_card_is_shown(
    server: RunningServer, another: Any, options: dict[str, Any]
) -> None:
    """Also why the fill rate must be read with care, whose whole sentence is its title."""
    page = opened(server, another(**options), "/?window=all")
    notes, cut, wide = page.evaluate(
        """() => {
            const notes = Array.from(document.querySelectorAll('.kpi-note, .gauge-note'));
            const cut = notes.filter(e => e.scrollWidth > e.clientWidth + 1);
            const root = document.documentElement;
            return [notes, cut].map(list => list.map(e => e.textContent))
                .concat(root.scrollWidth > root.clientWidth);
        }"""
    )
    assert "up to 10 without a submit" in notes
    title = "Up to 10 of the fills are of orders without a submit."
    assert page.get_attribute("#order-kpis-fill-ratio-note", "title") == title
    assert cut == []
    assert not wide


def test_a_long_name_on_a_phone_leaves_room_and_is_told_whole(
    server: RunningServer, another: Any
) -> None:
    """The column that stands still takes half of the screen; its link tells the whole name."""
    page = opened(server, another(**PHONE), "/orders?window=all")
    link = page.wait_for_selector("#recent-orders-rows tr:first-child a")
    column = page.locator("#recent-orders th").first.bounding_box()
    assert 185 <= column["width"] <= 195
    assert link.bounding_box()["height"] >= 24
    assert re.match(rf"{NAME}\d+: Show its life$", link.get_attribute("title"))
    assert link.evaluate("e => getComputedStyle(e).textOverflow") == "ellipsis"
