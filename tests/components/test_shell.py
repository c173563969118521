"""The frame around the pages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from dash import Dash, html

from components.empty import empty_props
from components.help_dialog import KEYS, help_dialog
from components.page_head import catching_up_props, page_head_props
from components.shell import navigation_entries, shell

ROOT = Path(__file__).resolve().parents[2]


def page(name: str, path: str, order: int, **more) -> dict:
    entry = {"module": f"pages.{name.lower()}", "name": name, "path": path, "order": order}
    return {**entry, "relative_path": path, "path_template": None, **more}


REGISTRY = {
    "pages.orders": page("Orders", "/orders", 20, section="Trading"),
    "pages.overview": page("Overview", "/", 10, question="All right?"),
    "pages.portfolio": page("Portfolio", "/portfolio", 21, section="Trading"),
    "pages.session": page(
        "Session", "/session/none", 60, path_template="/session/<session_id>", section="Trading"
    ),
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


def test_a_page_of_one_thing_lights_up_the_entry_of_its_list(text_of):
    """The link still leads to the list, and says that `/session/…` is its own too."""
    made = text_of({"name": "Desk", "environment": "paper", "demo": False})
    assert '"data-nav": "/orders /portfolio /session/*"' in made
    assert '"data-nav": "/"' in made


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
            assert f'key === "{key}"' in script or key == "Esc", key
    assert "[1-9]" in script


def test_the_help_offers_a_digit_for_each_page_that_exists(text_of):
    """Two entries in the navigation are two digits, each with the name that the entry bears."""
    text = text_of({})
    assert re.findall(r'"children": "(\d)"', text) == ["1", "2"]
    assert re.findall(r'"children": "to (\w+)"', text) == ["Overview", "Trading"]
    assert '"children": "9"' in json.dumps(
        help_dialog([f"page {number}" for number in range(12)]),
        default=lambda one: one.to_plotly_json(),
    )


def test_a_page_alone_in_its_section_goes_by_its_own_name():
    """What the navigation calls a page is what its title says; two of a section share its name."""
    alone = {name: one for name, one in REGISTRY.items() if name != "pages.portfolio"}
    assert [label for label, _ in navigation_entries(alone)] == ["Overview", "Orders"]


def test_a_page_names_the_sources_for_the_header_to_offer():
    """Each with its name for the address and a harmless one to read, whatever it is called."""
    props = page_head_props(
        "x", at=NOON, events=0, window_seconds=60.0, sources=["aurora", "<b>\u202eb"]
    )
    said = json.loads(props["x-head"]["data-sources"])
    assert said == [["aurora", "aurora"], ["<b>\u202eb", "<b>\\u202eb"]]


NOON = pd.Timestamp("2025-09-01T12:00:00Z")


@pytest.mark.parametrize(
    ("events", "newest_age", "attached", "silent", "says", "links"),
    [
        (5, 1, 1, [], "", False),
        (0, 445 * 86400, 1, [], "newest event 445 days ago", True),
        (0, None, 3, ["a", "b"], "Watching a, b: no event yet", False),
        (0, None, 3, [], "No event of source bot so far", False),
        (0, None, 0, [], "--attach DIR", False),
    ],
)
def test_an_empty_window_says_what_to_do(events, newest_age, attached, silent, says, links):
    """An old log offers its last moment, a new desk says how to attach one."""
    newest = None if newest_age is None else NOON - pd.Timedelta(seconds=newest_age)
    given = empty_props(
        "e",
        events=events,
        newest=newest,
        at=NOON,
        attached=attached,
        silent=silent,
        choice="source bot",
    )
    assert given["e"]["hidden"] is (events > 0)
    assert says in given["e-text"]["children"]
    assert given["e-link"]["hidden"] is not links


@pytest.mark.parametrize(
    ("window_seconds", "newest_age", "offered"),
    [(None, 445 * 86400, True), (None, 60, False), (300.0, 60, False), (None, None, False)],
)
def test_everything_of_an_old_log_offers_its_last_moment_too(window_seconds, newest_age, offered):
    """Its events are in the window of everything: how old the newest is, and the way to it."""
    given = empty_props(
        "e",
        events=0 if newest_age is None else 12,
        newest=None if newest_age is None else NOON - pd.Timedelta(seconds=newest_age),
        at=NOON,
        attached=1,
        silent=[],
        window_seconds=window_seconds,
    )
    assert given["e-link"]["hidden"] is not offered
    if newest_age is not None:
        assert given["e"]["hidden"] is not offered
        assert ("was 445 days ago" in given["e-text"]["children"]) is offered


@pytest.mark.parametrize("environment", [None, "unknown", "paper"])
def test_an_environment_that_nobody_told_says_how_to_tell_it(environment):
    """Who points at the badge learns the key and the variable."""
    frame = shell({}, {"name": "Desk", "environment": environment})
    hint = getattr(frame["environment"], "title", "")
    told = environment == "paper"
    assert ("under [desk]" in hint and "DESKWATCH_DESK__ENVIRONMENT" in hint) is not told


def test_a_page_says_how_far_its_logs_are_read():
    """Bytes of those that are still read; nothing is rounded up to all of it."""
    behind = {"name": "bot", "catching_up": True, "bytes_read": 34_950_000, "unread_bytes": 50_000}
    well = {"name": "other", "catching_up": False, "bytes_read": 10**9, "unread_bytes": 0}
    (said,) = catching_up_props("overview", [behind, well]).values()
    assert (said["children"], said["hidden"]) == ("◐ still reading, 99 % of 35.0 MB", False)
    assert "bot" in said["title"]
    assert "other" not in said["title"]
    (unknown,) = catching_up_props("overview", [{"name": "bot", "catching_up": True}]).values()
    assert unknown["children"] == "◐ still reading"
    (nothing,) = catching_up_props("overview", [well]).values()
    assert nothing == {"children": "", "title": "", "hidden": True}
