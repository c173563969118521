"""Whoever can write a log line, or name a folder, cannot make a browser run or load anything."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from aurora_log import AuroraLog, event
from hostile import FOREIGN, PAYLOADS
from real_desk import RealDesk
from steps import is_in_state, number, visit

pytestmark = pytest.mark.browser

PATHS = ["/", "/orders", "/latency", "/quality", "/sessions"]


def attack(log: AuroraLog, payload: str, number: int) -> None:
    """Write the lives of orders whose every free text is the payload."""
    texts = {
        **dict.fromkeys(("reason", "why_code", "route", "strategy_id", "text", "message"), payload),
        **dict.fromkeys(("decision", "status", "fill_type", payload), payload),
    }
    given = {"symbol": payload, "side": payload, "run_id": payload, "src": payload}
    name = f"{payload}{number}"
    with log.file.open("a") as file:
        file.write(payload.replace("\n", " ") + "\n")
    log.write(
        event("RISK.DENY", f"denied-{name}", details=texts, **given),
        event("POLICY.DECISION", name, details={"why_code": payload, "route": "maker"}, **given),
        event("ORDER.SUBMIT", name, details={"reason": payload}, **given),
        event("ORDER.ACK", name, **given),
        event("ORDER.REJECT", f"failed-{name}", details=texts, **given),
        event("AURORA.ESCALATION", None, details=texts, **given),
        event("GOVERNANCE.TRANSITION", None, details={**texts, "to": payload}, **given),
        event("HEALTH.ERROR", None, details=texts, **given),
        event(payload, name, details=texts, **given),
    )


@pytest.mark.parametrize("live", ["push", "interval"])
def test_text_of_a_log_stays_text(own_desk: Any, watched: Any, live: str) -> None:
    """Live and at first paint, on every page: no script, no foreign address, and panels alive."""
    desk: RealDesk = own_desk(live=live)
    page = watched.page()
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(f"{desk.url}/orders?window=all")
    is_in_state(page, desk.state)
    for turn, payload in enumerate(PAYLOADS):
        folder = payload.replace("/", "∕").replace("\x00", "")[:60]
        attack(AuroraLog(desk.logs, folder), payload, turn)
    number(page, "orders_submitted", len(PAYLOADS), 30.0)
    for path in PATHS:
        visit(page, f"{path}?window=all")
        page.wait_for_selector(f".page-{path.strip('/') or 'overview'}")
        number(page, "window_events", desk.ask("/status", window="all")["window_events"])
        assert page.evaluate(FOREIGN) == [], path
        page.goto(f"{desk.url}{path}?window=all")
        is_in_state(page, desk.state)
        assert page.evaluate(FOREIGN) == [], path
        assert page.locator('[data-panel][data-state="error"]').count() == 0
        assert page.locator('[data-notice="problem"]').count() == 0
    log = AuroraLog(desk.logs)
    page.goto(f"{desk.url}/?window=all")
    is_in_state(page, desk.state)
    log.submit("after the attack")
    number(page, "orders_submitted", len(PAYLOADS) + 1)
    assert page.evaluate("window.__xss") is None
    assert dialogs == []
    hosts = {url.split("/")[2] for url in watched.requests if url.startswith("http")}
    assert hosts == {desk.url.removeprefix("http://")}
    assert watched.complaints == []


def test_a_hostile_order_is_shown_by_its_name(desk: RealDesk, watched: Any) -> None:
    """Its row, its link, its life and its raw line say the very characters."""
    names = PAYLOADS[:2] + PAYLOADS[21:24]
    AuroraLog(desk.logs, "hostile").submit(*names, symbol="HOSTILE")
    page = watched.page()
    page.goto(f"{desk.url}/orders?symbol=HOSTILE")
    is_in_state(page, desk.state)
    for name in names:
        page.locator("#open-orders-rows a", has_text=name).first.click()
        page.wait_for_function(
            "name => document.getElementById('waterfall-name').textContent === name", arg=name
        )
        raw = desk.ask(page.get_attribute("#waterfall-raw", "href"))
        assert json.loads(raw["line"])["cid"] == name
    assert page.evaluate("window.__xss") is None
    assert watched.complaints == []


def test_a_hostile_address_is_refused_or_shown_as_text(desk: RealDesk, watched: Any) -> None:
    """Filters in the address come from whoever sent the link: they run nothing either."""
    page = watched.page()
    for turn, payload in enumerate(PAYLOADS[:20]):
        query = urlencode({"symbol": payload, "order": payload, "tz": payload, "at": ""})
        if turn % 7 == 0:
            page.goto(f"{desk.url}/orders?{query}")
        else:
            visit(page, f"/orders?{query}")
        page.wait_for_function(
            "text => document.getElementById('filter-chips')?.textContent.includes(text)",
            arg=payload,
        )
        page.wait_for_function(
            "text => document.getElementById('waterfall-none')?.textContent.includes(text)",
            arg=payload[:50],
        )
        assert page.evaluate(FOREIGN) == []
    for name in ("window", "at"):
        page.goto(f"{desk.url}/?{urlencode({name: PAYLOADS[1]})}")
        page.wait_for_selector("#content .notice[role=alert]")
        assert PAYLOADS[1] in page.inner_text("#content")
        assert page.evaluate(FOREIGN) == []
    assert page.evaluate("window.__xss") is None
    assert watched.complaints == []
