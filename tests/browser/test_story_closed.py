"""Nothing leaves the machine, nothing is complained about, nothing is offered to a cloud."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from real_desk import ROOT, RealDesk
from steps import is_in_state

pytestmark = pytest.mark.browser


def registered(keyword_name: str = "path") -> Iterator[str]:
    """Give the paths, or the templates of paths, that the page modules register."""
    for file in sorted(Path(ROOT, "pages").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "register_page":
                yield from (
                    str(ast.literal_eval(keyword.value))
                    for keyword in node.keywords
                    if keyword.arg == keyword_name
                )


PATHS = list(registered())
OF_ONE_THING = [f"{template.partition('<')[0]}*" for template in registered("path_template")]


@pytest.mark.parametrize(("live", "scheme"), [("push", "dark"), ("interval", "light")])
def test_no_page_complains_or_asks_another_host(
    request: pytest.FixtureRequest, another: Any, live: str, scheme: str
) -> None:
    """Every page, dark and light: no foreign request, no console error, no policy violation."""
    desk: RealDesk = request.getfixturevalue(f"{live}_desk")
    browser = another(color_scheme=scheme)
    page = browser.page()
    for path in PATHS:
        page.goto(desk.url + path)
        is_in_state(page, desk.state)
        page.wait_for_function(
            "() => Array.from(document.querySelectorAll('.dash-graph'))"
            ".every(e => e.querySelector('.js-plotly-plot .main-svg'))"
        )
        assert page.evaluate("document.documentElement.dataset.bsTheme") == scheme
        assert page.locator("text=/share chart/i").count() == 0
        assert page.locator('[data-title*="Share" i], [href*="plotly.com" i]').count() == 0
        assert page.locator(".modebar-btn").count() == 0
    hosts = {
        url.split("/")[2] for url in browser.requests if not url.startswith(("data:", "blob:"))
    }
    assert hosts == {desk.url.removeprefix("http://")}
    assert browser.complaints == []


def test_the_description_of_the_api_is_local_too(push_desk: RealDesk, watched: Any) -> None:
    """/docs draws itself without a CDN and without breaking the page's own policy."""
    page = watched.page()
    page.goto(f"{push_desk.url}/docs")
    page.wait_for_selector("text=/status")
    assert {url.split("/")[2] for url in watched.requests if url.startswith("http")} == {
        push_desk.url.removeprefix("http://")
    }
    assert watched.complaints == []


def test_pages_that_exist_answer_200_and_others_404(push_desk: RealDesk, watched: Any) -> None:
    """Every page of the registry is in the navigation and answers; what does not exist says so."""
    assert len(PATHS) >= 4
    with httpx.Client(base_url=push_desk.url, trust_env=False, timeout=20) as client:
        for path in PATHS:
            answer = client.get(path)
            assert answer.status_code == 200, path
            assert answer.headers["content-type"].startswith("text/html")
        for path in ("/nosuch", "/orders/nosuch", "/latency.html", "/portfolio", "/risk"):
            assert client.get(path).status_code == 404, path
        unknown = client.get("/api/nosuch")
        assert (unknown.status_code, list(unknown.json())) == (404, ["error"])
    page = watched.page()
    answer = page.goto(f"{push_desk.url}/nosuch")
    assert answer.status == 404
    page.wait_for_selector("#content :text('There is no page at this address')")
    named = " ".join(
        page.eval_on_selector_all("[data-nav]", "links => links.map(e => e.dataset.nav)")
    ).split()
    assert sorted(named) == sorted(PATHS + OF_ONE_THING)
    page.click("[data-nav='/']")
    page.wait_for_selector("#order-kpis")
