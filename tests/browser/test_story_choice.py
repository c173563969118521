"""Several sources in one desk: one is chosen by keyboard; a past moment says that it is past."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aurora_log import AuroraLog
from health_bot import HealthBot
from real_desk import RealDesk
from steps import is_in_state, number, shows

pytestmark = pytest.mark.browser

SUBMITTED = "#order-kpis-submitted-value"
CUT = """() => Array.from(document.querySelectorAll('[data-panel]'))
    .filter(e => e.scrollHeight > e.clientHeight + 1).map(e => e.id)"""
TALLER = """() => Array.from(document.querySelectorAll('.graph'))
    .filter(e => e.getBoundingClientRect().bottom
        > e.closest('[data-panel]').getBoundingClientRect().bottom)
    .map(e => e.closest('[data-panel]').id)"""


@pytest.fixture(scope="module", params=["push", "interval"])
def desk(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RealDesk]:
    """A desk of a log with two orders and of a health endpoint."""
    bot = HealthBot()
    desk = RealDesk(tmp_path_factory.mktemp("choice"), live=request.param, bot_url=bot.url)
    try:
        AuroraLog(desk.logs).submit("one", "two")
        yield desk.start()
    finally:
        desk.stop()
        bot.die()


def test_a_source_is_chosen_by_keyboard_and_stays_chosen_over_pages(
    desk: RealDesk, watched: Any
) -> None:
    """`s` goes to the choice, arrows choose; the address, the numbers and the table follow."""
    page = watched.page()
    page.goto(f"{desk.url}/?window=all")
    is_in_state(page, desk.state)
    number(page, "orders_submitted", 2)
    page.keyboard.press("s")
    assert page.evaluate("document.activeElement.id") == "source-chooser"
    page.keyboard.press("ArrowDown")
    page.wait_for_function("() => location.search === '?window=all&source=aurora'")
    number(page, "orders_submitted", 2)
    page.keyboard.press("ArrowDown")
    page.wait_for_function("() => location.search === '?window=all&source=bot'")
    shows(page, SUBMITTED, "—")
    shows(page, "#overview-empty-text", "No event of source bot so far.")
    page.click('[data-nav="/orders"]')
    page.wait_for_selector(".page-orders")
    assert "source=bot" in page.url
    assert page.input_value("#source-chooser") == "bot"
    page.click('[data-nav="/"]')
    page.click("#sources-rows tr[data-selected] a")
    page.wait_for_function("() => location.search === '?window=all'")
    number(page, "orders_submitted", 2)
    assert page.input_value("#source-chooser") == ""
    assert watched.complaints == []


@pytest.mark.parametrize("live", ["push", "interval"])
def test_a_source_that_comes_later_can_be_chosen_on_the_open_page(
    tmp_path: Path, watched: Any, live: str
) -> None:
    """One source is no choice; when a second system's log appears, the header offers both."""
    AuroraLog(tmp_path / "bots", "aurora").submit("one")
    desk = RealDesk(tmp_path, live=live, arguments=["--attach", str(tmp_path / "bots")])
    try:
        page = watched.page()
        page.goto(f"{desk.start().url}/?window=all")
        is_in_state(page, desk.state)
        number(page, "orders_submitted", 1)
        assert not page.is_visible("#source-chooser")
        told = {"timestamp": "2025-10-13T21:06:15", "level": "INFO", "text": "t", "source": "s"}
        (tmp_path / "bots" / "narration.jsonl").write_text(f"{json.dumps(told)}\n" * 2)
        page.wait_for_selector("#source-chooser:visible")
        later = page.locator("#source-chooser option").last
        page.select_option("#source-chooser", later.get_attribute("value"))
        page.wait_for_function("() => location.search.includes('source=')")
        number(page, "orders_submitted", 0)
        assert page.locator("#source-chooser option").count() == 3
        assert watched.complaints == []
    finally:
        desk.stop()


def test_a_choice_in_an_address_is_shown_though_nobody_is_called_so(
    desk: RealDesk, watched: Any
) -> None:
    """A copied address may name a source that this desk does not have: it says so."""
    page = watched.page()
    page.goto(f"{desk.url}/?source=gone")
    is_in_state(page, desk.state)
    said = "document.getElementById('source-chooser').selectedOptions[0]?.textContent"
    page.wait_for_function(f"() => {said} === 'gone (not attached)'")
    assert watched.complaints == []


def test_a_past_moment_is_not_called_live(desk: RealDesk, watched: Any) -> None:
    """The header says so, no age is negative, nothing is stale that was fresh; `l` leads back."""
    page = watched.page()
    page.goto(f"{desk.url}/quality?window=all&at=last")
    shows(page, "#connection", "past moment")
    page.wait_for_selector(".replay-bar:visible")
    page.wait_for_selector('[data-metric="sources_age_seconds"]')
    ages = page.locator('[data-metric="sources_age_seconds"]').all_text_contents()
    assert not [age for age in ages if age.startswith("\u2212")]
    row = page.locator('[data-metric="sources_state"][data-source="aurora"]')
    assert row.inner_text() == "● ok"
    page.keyboard.press("l")
    is_in_state(page, desk.state)
    assert watched.complaints == []


def test_no_panel_is_cut_where_a_notice_takes_room(desk: RealDesk, watched: Any) -> None:
    """1366×768 with a notice, and at a past moment: every panel shows all it has, none scrolls."""
    page = watched.page()
    for query in ("?source=bot", "?window=all&at=last"):
        page.goto(f"{desk.url}/{query}")
        page.wait_for_selector("#sources-rows td")
        page.wait_for_selector("#overview-order-ack .js-plotly-plot")
        assert page.evaluate("document.documentElement.scrollHeight") <= 768
        assert page.evaluate(CUT) == []


def test_on_a_phone_charts_stay_within_their_panels(desk: RealDesk, another: Any) -> None:
    """390×844: no chart or map is taller than the panel around it."""
    phone = another(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = phone.page()
    for path in ("/", "/latency"):
        page.goto(f"{desk.url}{path}?window=all")
        page.wait_for_selector(".js-plotly-plot .plot-container")
        assert page.evaluate(TALLER) == []
    assert phone.complaints == []


def test_an_empty_chart_shows_no_axis(desk: RealDesk, watched: Any) -> None:
    """Numbers along an axis that nobody measured would be invented."""
    page = watched.page()
    page.goto(f"{desk.url}/?source=bot")
    page.wait_for_selector("#overview-order-ack-chart-none:visible")
    page.wait_for_selector("#overview-order-ack .js-plotly-plot .xtick", state="attached")
    assert page.locator("#overview-order-ack .xtick:visible").count() == 0
    assert page.locator("#overview-order-ack .annotation:visible").count() == 0
