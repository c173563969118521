"""Every switch lives in the address (the theme in the browser), and all works by keyboard alone."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aurora_log import AuroraLog
from real_desk import RealDesk
from steps import is_in_state, is_same_document, number, plant

pytestmark = pytest.mark.browser


def query(page: Any) -> dict[str, str]:
    return {name: value[0] for name, value in parse_qs(urlsplit(page.url).query).items()}


def theme(page: Any) -> str:
    return str(page.evaluate("document.documentElement.dataset.bsTheme"))


def has_window(page: Any, name: str, words: str) -> None:
    page.wait_for_selector(f'[data-window="{name}"][aria-current="true"]')
    page.wait_for_function(
        "words => document.querySelector('.page-moment')?.textContent.includes(words)", arg=words
    )


def test_the_switches_write_the_address_and_the_address_sets_the_switches(
    desk: RealDesk, watched: Any, another: Any
) -> None:
    """Window, zone, order, pause: kept over pages, undone by Back, the same from a copied URL."""
    log = AuroraLog(desk.logs, f"address_{desk.live}")
    log.submit("address-1")
    log.cancel("address-1")
    page = watched.page()
    page.goto(f"{desk.url}/")
    is_in_state(page, desk.state)
    plant(page)
    has_window(page, "5m", "events in 5 min")
    page.click('[data-window="15m"]')
    has_window(page, "15m", "events in 15 min")
    page.click('[data-window="all"]')
    has_window(page, "all", "events of all time")
    page.click('[data-zone="exchange"]')
    assert query(page) == {"window": "all", "tz": "exchange"}
    page.wait_for_selector(".page-moment :text('New York')")
    page.click('[data-nav="/orders"]')
    page.locator("#recent-orders-rows a", has_text="address-1").click()
    page.wait_for_selector("#waterfall-name:text-is('address-1')")
    assert query(page) == {"window": "all", "tz": "exchange", "order": "address-1"}
    page.click("#pause-button")
    is_in_state(page, "paused")
    copied = page.url
    assert query(page)["paused"] == "1"

    visitor = another().page()
    visitor.goto(copied)
    is_in_state(visitor, "paused")
    has_window(visitor, "all", "events of all time")
    visitor.wait_for_selector("#waterfall-name:text-is('address-1')")
    visitor.wait_for_selector(".page-moment :text('New York')")
    assert visitor.get_attribute('[data-zone="exchange"]', "aria-pressed") == "true"
    assert visitor.get_attribute("#pause-button", "aria-pressed") == "true"
    assert visitor.url == copied
    log.submit("address-2")
    log.cancel("address-2")
    page.wait_for_timeout(700)
    assert visitor.locator("#recent-orders-rows a", has_text="address-2").count() == 0
    visitor.click("#pause-button")
    visitor.locator("#recent-orders-rows a", has_text="address-2").wait_for()

    page.click("#pause-button")
    is_in_state(page, desk.state)
    page.go_back()
    page.wait_for_function("() => !location.search.includes('order=')")
    page.go_back()
    page.wait_for_selector(".page-overview")
    page.go_back()
    has_window(page, "15m", "events in 15 min")
    page.go_back()
    has_window(page, "5m", "events in 5 min")
    page.go_forward()
    has_window(page, "15m", "events in 15 min")
    assert is_same_document(page)
    assert watched.complaints == []


def test_the_theme_is_the_browsers_own(desk: RealDesk, another: Any) -> None:
    """First the system's wish, then the choice, over reloads; no part of an address."""
    browser = another(color_scheme="light")
    page = browser.page()
    page.goto(f"{desk.url}/")
    is_in_state(page, desk.state)
    assert theme(page) == "light"
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click("#theme-button")
    assert theme(page) == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    page.reload()
    page.wait_for_selector("#theme-button")
    assert theme(page) == "dark"
    assert urlsplit(page.url).query == ""
    stranger = another(color_scheme="light").page()
    stranger.goto(page.url)
    stranger.wait_for_selector("#theme-button")
    assert theme(stranger) == "light"
    assert browser.complaints == []


FOCUSABLE = """() => Array.from(document.querySelectorAll(
    'header.shell-top :is(a[href], button, select)')).filter(e => e.offsetParent)"""
NAMED = "e => e.id || e.dataset.window || e.dataset.zone || e.dataset.nav || e.className"


def test_the_keyboard_alone_reaches_the_whole_header(desk: RealDesk, watched: Any) -> None:
    """Tab visits every link and button of the header, each seen to be focused; Enter presses it."""
    page = watched.page()
    page.goto(f"{desk.url}/")
    is_in_state(page, desk.state)
    wanted = set(page.evaluate(f"() => ({FOCUSABLE})().map({NAMED})"))
    assert len(wanted) >= 4 + 6 + 3 + 3
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    reached, unseen = set(), set()
    for _ in range(len(wanted) + 5):
        page.keyboard.press("Tab")
        name, seen = page.evaluate(
            f"""() => {{
                const e = document.activeElement, s = getComputedStyle(e);
                const ring = s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 1;
                return [({NAMED})(e), ring || s.boxShadow !== 'none'];
            }}"""
        )
        reached.add(name)
        if name in wanted and not seen:
            unseen.add(name)
    assert wanted <= reached
    assert unseen == set()
    page.focus('[data-window="1h"]')
    page.keyboard.press("Enter")
    has_window(page, "1h", "events in 1 h")
    page.focus('[data-zone="browser"]')
    page.keyboard.press("Enter")
    assert query(page) == {"window": "1h", "tz": "browser"}
    page.focus("#pause-button")
    page.keyboard.press("Space")
    is_in_state(page, "paused")
    page.keyboard.press("p")
    is_in_state(page, desk.state)
    page.focus('[data-nav="/latency"]')
    page.keyboard.press("Enter")
    page.wait_for_selector(".page-latency")
    page.focus(".skip-link")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    assert watched.complaints == []


def test_the_question_mark_lists_keys_that_all_work(desk: RealDesk, watched: Any) -> None:
    """The list opens, keeps the focus, closes by Esc and by its button; every key in it acts."""
    page = watched.page()
    page.goto(f"{desk.url}/")
    is_in_state(page, desk.state)
    page.keyboard.press("?")
    page.wait_for_selector("#help[open]")
    keys = set(page.eval_on_selector_all("#help kbd", "all => all.map(e => e.textContent)"))
    assert {"1", "5", "[", "]", "p", "l", "z", "t", "?", "Esc"} <= keys
    assert not keys & {"6", "7", "8", "9"}, "keys of pages that do not exist"
    for _ in range(4):
        page.keyboard.press("Tab")
        inside = "e => e === document.body || document.getElementById('help').contains(e)"
        assert page.evaluate(f"({inside})(document.activeElement)")
    page.keyboard.press("p")
    assert "paused" not in page.url, "keys act behind the open list"
    page.keyboard.press("Escape")
    page.wait_for_selector("#help:not([open])", state="attached")
    page.click("#help-button")
    page.wait_for_selector("#help[open]")
    page.click("#help [data-action=close]")
    page.wait_for_selector("#help:not([open])", state="attached")
    pages = {"2": "orders", "3": "latency", "4": "quality", "5": "sessions", "1": "overview"}
    for key, path in pages.items():
        page.keyboard.press(key)
        page.wait_for_selector(f".page-{path}")
    page.keyboard.press("]")
    has_window(page, "15m", "events in 15 min")
    page.keyboard.press("[")
    has_window(page, "5m", "events in 5 min")
    page.keyboard.press("z")
    assert query(page)["tz"] == "browser"
    before = theme(page)
    page.keyboard.press("t")
    assert theme(page) != before
    page.goto(f"{desk.url}/?window=all&at=last")
    page.wait_for_selector(".replay-bar:visible")
    number(page, "orders_submitted", desk.ask("/status", window="all")["orders"]["submitted"])
    page.keyboard.press("l")
    page.wait_for_function("() => !location.search.includes('at=')")
    page.wait_for_selector(".replay-bar", state="hidden")
    assert watched.complaints == []
