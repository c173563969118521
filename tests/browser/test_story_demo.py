"""The demo: unmistakable, moving, and fitting every screen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from page_numbers import compared, differences, numbers_of
from real_desk import RealDesk
from steps import is_in_state, visit

pytestmark = pytest.mark.browser

PATHS = ["/", "/orders", "/latency", "/quality", "/sessions"]


@pytest.fixture(scope="module", params=["push", "interval"])
def demo(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[RealDesk]:
    """What `make run` starts, in either mode."""
    folder = tmp_path_factory.mktemp("demo")
    desk = RealDesk(folder, live=request.param, arguments=["--demo"])
    try:
        yield desk.start()
    finally:
        desk.stop()


def test_the_demo_moves_under_a_frame_that_cannot_be_missed(demo: RealDesk, watched: Any) -> None:
    """The words stand on top, a frame stands around every page, and the numbers run."""
    page = watched.page()
    page.goto(f"{demo.url}/")
    is_in_state(page, demo.state)
    submitted = "#order-kpis-submitted-value"
    first = page.inner_text(submitted)
    page.wait_for_function(
        "([s, t]) => document.querySelector(s).textContent !== t",
        arg=[submitted, first],
    )
    for path in PATHS:
        visit(page, path)
        page.wait_for_selector(f".page-{path.strip('/') or 'overview'}")
        assert "DEMO" in page.inner_text(".demo-tag")
        assert page.locator(".demo-tag").bounding_box()["y"] < 40
        frame = page.locator(".demo-frame")
        assert frame.bounding_box() == {"x": 0, "y": 0, "width": 1366, "height": 768}
        style = frame.evaluate(
            "e => { const s = getComputedStyle(e);"
            " return [s.borderTopWidth, s.position, s.pointerEvents, s.visibility]; }"
        )
        assert float(style[0].removesuffix("px")) >= 3
        assert style[1:] == ["fixed", "none", "visible"]
    assert "DEMO" in page.inner_text("#environment")
    assert watched.complaints == []


def test_the_demo_shows_the_numbers_of_status_on_every_page(demo: RealDesk, watched: Any) -> None:
    """With thousands of events too: page and /status agree at one moment, number by number."""
    page = watched.page()
    moment = demo.ask("/status", window="all", at="last")["as_of"]
    page.goto(f"{demo.url}/?window=all")
    moment = f"{moment[:19]}Z"
    for path in PATHS:
        for attempt in range(5):  # a late line of the past may come between page and /status
            visit(page, f"{path}?window=all&at={moment}")
            page.wait_for_selector(f".page-{path.strip('/') or 'overview'}")
            status = demo.ask("/status", window="all", at=moment)
            shown = f"{moment[:10]} {moment[11:19]}.000"
            page.wait_for_selector(f'[data-metric="as_of"]:text-is("{shown}")')
            numbers = numbers_of(page)
            if not differences(numbers, status, live=False) or attempt == 4:
                break
            page.reload()
        assert differences(numbers, status, live=False) == []
        assert len(compared(numbers, status)) >= 1


def test_the_overview_needs_no_scrolling_on_a_small_laptop(demo: RealDesk, watched: Any) -> None:
    """1366×768: the document and every panel end within the window, in both themes."""
    page = watched.page()
    page.goto(f"{demo.url}/")
    is_in_state(page, demo.state)
    page.wait_for_selector(".js-plotly-plot .scatterlayer")
    for _ in range(2):
        size = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        )
        assert size[0] <= 1366
        assert size[1] <= 768
        for panel in page.locator("[data-panel]").all():
            box = panel.bounding_box()
            assert box["y"] + box["height"] <= 768
        page.keyboard.press("t")


def test_phones_scroll_in_one_direction(demo: RealDesk, another: Any) -> None:
    """390×844: no page is wider than the screen, and the header can be used with a thumb."""
    phone = another(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = phone.page()
    for path in PATHS:
        page.goto(demo.url + path)
        is_in_state(page, demo.state)
        # Panels of that page name all sources: where a bot stands still just now, none is fresh.
        told = ["fresh"] if path != "/quality" else ["fresh", "late", "dead", "error"]
        filled = ", ".join(f"[data-state={state}]" for state in told)
        page.wait_for_selector(f"[data-panel]:is({filled})")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        too_wide = page.evaluate(
            """() => Array.from(document.querySelectorAll('.panel, .kpi, header, nav a, button'))
                .filter(e => e.offsetParent && e.getBoundingClientRect().right > 391)
                .filter(e => !e.closest('.table-scroll, .shell-nav, .graph-tools'))
                .map(e => e.id || e.textContent.slice(0, 30))"""
        )
        assert too_wide == [], path
    page.tap("#theme-button")
    page.tap('[data-window="1m"]')
    page.wait_for_function("() => location.search.includes('window=1m')")
    assert phone.complaints == []
