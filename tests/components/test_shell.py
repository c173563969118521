"""The frame around the pages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from dash import Dash, html

from components.empty import empty_props
from components.help_dialog import KEYS, help_dialog
from components.shell import navigation_entries, shell

ROOT = Path(__file__).resolve().parents[2]


def page(name: str, path: str, order: int, **more) -> dict:
    entry = {"module": f"pages.{name.lower()}", "name": name, "path": path, "order": order}
    return {**entry, "relative_path": path, "path_template": None, **more}


REGISTRY = {
    "pages.orders": page("Orders", "/orders", 20, section="Trading"),
    "pages.overview": page("Overview", "/", 10, question="All right?"),
    "pages.portfolio": page("Portfolio", "/portfolio", 21, section="Trading"),
    "pages.session": page("Session", "/session/none", 60, path_template="/session/<session_id>"),
    "pages.not_found_404": page("Not found", "/not-found-404", 99, module="pages.not_found_404"),
}


@pytest.fixture(scope="module")
def text_of():
    app = Dash(__name__, use_pages=True, pages_folder="")

    def make(desk: dict) -> str:
        assert app
        made = shell(REGISTRY, desk)
        assert isinstance(made, html.Div)
        return json.dumps(made, default=lambda one: one.to_plotly_json(), ensure_ascii=False)

    return make


def test_the_navigation_shows_what_exists_and_nothing_else():
    """Pages of one section share an entry; drill-downs and the 404 page have none."""
    entries = navigation_entries(REGISTRY)
    assert [(label, [one["path"] for one in pages]) for label, pages in entries] == [
        ("Overview", ["/"]),
        ("Trading", ["/orders", "/portfolio"]),
    ]


def test_the_demo_cannot_be_missed(text_of):
    """A demo desk has its frame, its words and its badge; a real one has none of them."""
    demo = text_of({"name": "Desk", "environment": "paper", "demo": True})
    real = text_of({"name": "Desk", "environment": "production", "demo": False})
    for mark in ("demo-frame", "demo-tag", "DEMO: a simulated bot"):
        assert mark in demo
        assert mark not in real
    assert "◇ DEMO" in demo
    assert "■ PRODUCTION" in real


def test_every_switch_is_there(text_of):
    """Connection, pause, window, zone, theme, help, skip link: the scripts find them by these."""
    text = text_of({"name": "Desk", "environment": "odd", "timezone": "America/New_York"})
    for mark in ('"id": "connection"', '"data-action": "pause"', '"data-action": "theme"'):
        assert mark in text
    for mark in ('"data-action": "help"', '"data-exchange-zone": "America/New_York"', "skip-link"):
        assert mark in text
    assert re.findall(r'"data-window": "(\w+)"', text) == ["1m", "5m", "15m", "1h", "6h", "all"]
    assert re.findall(r'"data-zone": "(\w+)"', text) == ["utc", "browser", "exchange"]
    assert "? odd" in text


def test_the_keys_that_are_promised_are_handled():
    """Every key in the help dialog is one that assets/shell.js listens to."""
    script = (ROOT / "assets" / "shell.js").read_text()
    for keys, _ in KEYS:
        for key in keys:
            known = f'key === "{key}"' in script or key in {"…", "Esc"} or key.isdigit()
            assert known, key
    assert "[1-9]" in script
    assert "Keys" in str(help_dialog())


@pytest.mark.parametrize(
    ("events", "newest_age", "names", "says", "links"),
    [
        (5, 1, ["a"], "", False),
        (0, 445 * 86400, ["a"], "newest event 445 days ago", True),
        (0, None, ["a", "b"], "Watching a, b", False),
        (0, None, [], "--attach DIR", False),
    ],
)
def test_an_empty_window_says_what_to_do(events, newest_age, names, says, links):
    """An old log offers its last moment, a new desk says how to attach one."""
    import pandas as pd

    at = pd.Timestamp("2025-09-01T12:00:00Z")
    newest = None if newest_age is None else at - pd.Timedelta(seconds=newest_age)
    given = empty_props("e", events=events, newest=newest, at=at, source_names=names)
    assert given["e"]["hidden"] is (events > 0)
    assert says in given["e-text"]["children"]
    assert given["e-link"]["hidden"] is not links
