"""An order is written to the log: the numbers on the pages change, and are those of /status."""

from __future__ import annotations

import time
from typing import Any

import pytest
from aurora_log import AuroraLog
from page_numbers import compared, differences, numbers_of, unknown
from real_desk import RealDesk
from steps import is_in_state, is_same_document, number, plant, visit

pytestmark = pytest.mark.browser

PATHS = ["/", "/orders", "/latency", "/quality", "/sessions"]
ENOUGH = {"/": 18, "/orders": 14, "/latency": 18, "/quality": 1, "/sessions": 1}
"""Names that a page shares with /status: with fewer the comparison would prove nothing."""


def test_each_event_of_an_order_moves_its_number(desk: RealDesk, watched: Any) -> None:
    """Submit, ack, fill, cancel and deny lines each change their number without a reload."""
    before = desk.ask("/status", window="all")
    orders, waiting = before["orders"], before["pending"]["pending_orders"]
    log = AuroraLog(desk.logs, f"moves_{desk.live}")
    page = watched.page()
    page.goto(f"{desk.url}/?window=all")
    is_in_state(page, desk.state)
    number(page, "orders_submitted", orders["submitted"])
    plant(page)
    log.submit("m-1", "m-2", "m-3")
    number(page, "orders_submitted", orders["submitted"] + 3)
    number(page, "pending_pending_orders", waiting + 3)
    log.acknowledge("m-1", "m-2", "m-3")
    number(page, "orders_ack", orders["ack"] + 3)
    log.fill("m-1", "m-2")
    number(page, "orders_filled", orders["filled"] + 2)
    number(page, "pending_pending_orders", waiting + 1)
    log.cancel("m-3")
    number(page, "pending_pending_orders", waiting)
    log.deny("m-4", "m-5")
    number(page, "orders_denied", orders["denied"] + 2)
    number(page, "orders_submitted", orders["submitted"] + 3)
    assert is_same_document(page)
    assert watched.complaints == []


def settled(page: Any, desk: RealDesk, query: dict[str, str]) -> None:
    """Wait until the page, which follows by a tick, has every number of /status."""
    deadline = time.monotonic() + 20
    wrong: list[str] = []
    while time.monotonic() < deadline:
        status = desk.ask("/status", **query)
        numbers = numbers_of(page)
        wrong = differences(numbers, status, live="at" not in query)
        path = page.evaluate("location.pathname")
        if not wrong and len(compared(numbers, status)) >= ENOUGH[path]:
            assert unknown(numbers, status) == set()
            return
        page.wait_for_timeout(100)
    raise AssertionError(wrong or sorted(compared(numbers, status)))


def test_every_number_of_every_page_is_the_one_of_status(desk: RealDesk, watched: Any) -> None:
    """Live, and at a chosen moment to the millisecond: one measurement, told twice."""
    page = watched.page()
    page.goto(f"{desk.url}/?window=all")
    is_in_state(page, desk.state)
    moment = desk.ask("/status")["as_of"][:23] + "Z"
    for path in PATHS:
        visit(page, f"{path}?window=all")
        settled(page, desk, {"window": "all"})
        visit(page, f"{path}?window=1h&at={moment}")
        settled(page, desk, {"window": "3600", "at": moment})
    assert watched.complaints == []


def test_every_line_is_accounted_for_on_the_quality_page(desk: RealDesk, watched: Any) -> None:
    """The page's counts are those of /api/sources; a bad line is set aside and shown as text."""
    log = AuroraLog(desk.logs, f"quality_{desk.live}")
    page = watched.page()
    page.goto(f"{desk.url}/quality")
    is_in_state(page, desk.state)
    with log.file.open("a") as file:
        file.write('{"event_code": "ORDER.SUBMIT", <b>not json</b>\n')
    page.wait_for_selector("#quarantine-lines-rows :text('<b>not json</b>')")
    assert page.locator("#quarantine-lines-rows b").count() == 0
    row = desk.ask("/api/sources")[0]
    parts = [row["accepted"], sum(row["quarantined"].values()), row["duplicates"], row["blank"]]
    assert row["lines_in"] == sum(parts)
    names = ("lines_in", "accepted", "quarantined", "duplicates", "blank")
    for name, value in zip(names, [row["lines_in"], *parts], strict=True):
        cell = f'#line-accounts-rows td[data-metric="sources_{name}"][data-source="aurora"]'
        page.wait_for_function(
            "([s, n]) => document.querySelector(s).textContent.replace(/\\u2009/g, '') === n",
            arg=[cell, str(value)],
        )


def test_the_orders_in_the_tables_are_those_of_the_frame(desk: RealDesk, watched: Any) -> None:
    """Each row has the status, the symbol and the latency that /api/frames/orders has of it."""
    log = AuroraLog(desk.logs, f"rows_{desk.live}")
    log.submit("row-open", symbol="SOLUSDT", price=150.5, qty=3)
    log.submit("row-done", symbol="SOLUSDT", price=151.25, qty=2)
    log.acknowledge("row-done", symbol="SOLUSDT")
    log.fill("row-done", symbol="SOLUSDT")
    page = watched.page()
    page.goto(f"{desk.url}/orders?symbol=SOLUSDT")
    is_in_state(page, desk.state)
    for name, table, status in (
        ("row-open", "#open-orders-rows", "submitted"),
        ("row-done", "#recent-orders-rows", "filled"),
    ):
        row = page.locator(f"{table} tr", has_text=name)
        row.locator('[data-metric="orders_status"]', has_text=status).wait_for()
        cells = {
            one["metric"]: one["text"]
            for one in row.evaluate(
                "r => Array.from(r.querySelectorAll('[data-metric]'),"
                " e => ({ metric: e.dataset.metric, text: e.textContent }))"
            )
        }
        frame = desk.ask("/api/frames/orders", symbol="SOLUSDT")["rows"]
        truth = next(one for one in frame if one["client_order_id"] == name)
        assert truth["status"] == status
        assert cells["orders_symbol"] == truth["symbol"] == "SOLUSDT"
        assert float(cells["orders_limit_price"]) == truth["limit_price"]
        assert float(cells["orders_order_quantity"]) == truth["order_quantity"]
        ack = truth["order_ack_seconds"]
        assert (cells["orders_order_ack_seconds"] == "—") == (ack is None)
