"""Sessions and runs: listed, looked at one by one, moving as their files grow, hostile or not."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hostile import FOREIGN, PAYLOADS
from peak_files import PeakFiles
from real_desk import RealDesk
from steps import is_in_state, is_same_document, plant, shows, visit

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("live", ["push", "interval"])]


@pytest.fixture
def files(tmp_path: Path) -> PeakFiles:
    return PeakFiles(tmp_path / "peak")


@pytest.fixture
def desk(files: PeakFiles, own_desk: Any, live: str) -> RealDesk:
    """The program itself over the files, in either mode."""
    made: RealDesk = own_desk(live=live, arguments=["--config", str(files.config)])
    return made


def row(page: Any, table: str, text: str) -> Any:
    """The row of a table that has this text."""
    return page.locator(f"#{table} tr", has_text=text)


def test_a_session_and_a_run_are_followed_as_they_go(
    files: PeakFiles, desk: RealDesk, watched: Any
) -> None:
    """From the list to one session and one run: what their files gain is on the page, no reload."""
    files.session("session-old", status="failed", error="ConnectionError: closed")
    files.session("session-new", status="started", finished_at=None, mode="testnet")
    files.run("run-now", "now", 3)
    files.run("run-empty", "empty", 0)
    page = watched.page()
    page.goto(f"{desk.url}/sessions")
    is_in_state(page, desk.state)
    row(page, "sessions-table-rows", "session-old").locator(":text('FAILED')").wait_for()
    row(page, "runs-table-rows", "run-empty").locator(".badge-state:text('empty')").wait_for()
    plant(page)
    page.locator("#sessions-table-rows a", has_text="session-new").click()
    shows(page, "#session-card-status-value", "◔ started")
    assert page.url.endswith("/session/session-new")
    assert page.get_attribute("[data-nav^='/sessions']", "aria-current") == "page"
    fill = {"client_id": "c-1", "side": "BUY", "filled_quantity": 1.5, "fill_price": 100.5}
    files.tell("session-new", "fill", fill, "BTC-USD")
    row(page, "session-timeline-rows", "order.filled").locator(":text('100.5')").wait_for()
    files.alert("session-new", "CRITICAL", "limit broken")
    shows(page, "#session-card-alert-value", "■ CRITICAL")
    files.alert("session-new", "INFO", "and over")
    shows(page, "#session-card-alert-value", "○ info")
    files.session("session-new", status="completed", finished_at="2026-01-01T02:30:00")
    shows(page, "#session-card-status-value", "● completed")

    visit(page, "/run/run-now")
    shows(page, "#run-card-steps-value", "3")
    shows(page, "#run-card-position-value", "0.5")
    files.step("now", 3)
    shows(page, "#run-card-steps-value", "4")
    row(page, "run-steps-rows", "1\u2009003.00").wait_for()
    drawn = "() => document.querySelector('#run-equity-chart .js-plotly-plot')?.calcdata?.[0]"
    page.wait_for_function(f"{drawn}.map(point => point.y).join() === '1000,1001,1002,1003'")
    assert is_same_document(page)
    assert watched.complaints == []


def test_modes_and_states_are_chosen_in_the_address(
    files: PeakFiles, desk: RealDesk, watched: Any
) -> None:
    """A link narrows both lists and stands in the address; the way back shows all again."""
    for mode in ("shadow", "testnet"):
        files.session(f"session-{mode}", mode=mode)
        files.run(f"run-{mode}", mode, 2, mode=mode)
    page = watched.page()
    page.goto(f"{desk.url}/sessions")
    is_in_state(page, desk.state)
    sessions, runs = "#sessions-table-rows tr", "#runs-table-rows tr"
    count = "([s, n]) => document.querySelectorAll(s).length === n"
    page.wait_for_function(count, arg=[sessions, 2])
    page.wait_for_function(count, arg=[runs, 2])
    page.click("#sessions-mode-testnet")
    for table in (sessions, runs):
        page.wait_for_function(count, arg=[table, 1])
        assert "testnet" in page.inner_text(table)
    assert "mode=testnet" in page.url
    page.wait_for_selector("#sessions-mode-testnet[aria-current=true]")
    page.click("#sessions-status-failed")
    page.wait_for_selector(f"{sessions} :text('No session has that mode and status')")
    page.reload()
    is_in_state(page, desk.state)
    page.wait_for_selector(f"{sessions} :text('No session has that mode and status')")
    page.click("[data-drop=status]")
    page.click("[data-drop=mode]")
    page.wait_for_function(count, arg=[sessions, 2])
    assert "mode" not in page.url
    assert watched.complaints == []


def test_an_unknown_run_is_a_page_that_says_so(desk: RealDesk, watched: Any) -> None:
    """404 with the bar above and a way back; nothing is retried into an error."""
    page = watched.page()
    for path in ("/run/nobody", "/session/nobody"):
        answer = page.goto(desk.url + path)
        assert answer.status == 404
        page.wait_for_selector("#content :text('There is no page at this address')")
    page.click("[data-nav^='/sessions']")
    page.wait_for_selector("#sessions-table")
    is_in_state(page, desk.state)


def test_hostile_names_are_only_ever_text(files: PeakFiles, desk: RealDesk, watched: Any) -> None:
    """Defect 9: ids, strategies, symbols, alerts and reasons of an attacker run nothing."""
    dialogs: list[str] = []
    page = watched.page()
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for number, payload in enumerate(PAYLOADS[:24]):
        words = {"symbol": payload, "error": payload, "mode": payload, "status": payload}
        files.session(payload, config={"strategy_name": payload}, **words)
        names = {"strategy_name": payload, "symbol": payload, "mode": payload}
        files.run(payload, f"r{number}", number % 2, timeframe=payload, **names)
        files.tell(payload, "error", {"error": payload, "reason": payload}, payload)
        files.alert(payload, payload, payload, category=payload)
    page.goto(f"{desk.url}/sessions")
    is_in_state(page, desk.state)
    found = "([s, n]) => document.querySelectorAll(s).length === n"
    page.wait_for_function(found, arg=["#sessions-table-rows tr", 24])
    page.wait_for_function(found, arg=["#runs-table-rows tr", 24])
    assert page.evaluate(FOREIGN) == []
    links = page.eval_on_selector_all(
        "#sessions-table-rows td:first-child a, #runs-table-rows td:first-child a",
        "links => links.map(e => e.getAttribute('href'))",
    )
    no_path = [payload for payload in PAYLOADS[:24] if "/" in payload]
    assert len(links) == 2 * (24 - len(no_path))
    for link in links[:3] + links[-3:]:
        visit(page, link)
        _, room, name = link.split("/")
        page.wait_for_function(
            "([s, t]) => document.querySelector(s)?.textContent === t",
            arg=[f"#{room}-card-rows td", unquote(name)],
        )
        assert page.evaluate(FOREIGN) == [], link
        assert page.locator('[data-notice="problem"]').count() == 0
    assert page.evaluate("window.__xss") is None
    assert dialogs == []
    assert watched.complaints == []
