"""Several sources on the overview: which is sick, and which did what."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from page_desk import Desk

from formats import MISSING, count
from metrics.orders import order_counts
from web.filters import Filters

AT = pd.Timestamp("2025-09-01T12:00:30Z")


def rows(pages, view, filters, body: str = "sources-rows") -> list[dict]:
    path = "/" if body == "sources-rows" else "/orders"
    return json.loads(pages[path].build(view, filters)[body]["data-rows"])


def test_the_sick_source_stands_first_and_says_why(pages, minute, filters):
    """The health check is down: first row, its state in red, the reason under the pointer."""
    first = rows(pages, minute.view(), filters)[0]
    assert first["data"] == {"source": "bot"}
    assert first["cells"][2] == {"text": "✖ down", "tone": "act", "title": "connection refused"}
    said = pages["/"].build(minute.view(), filters)["sources-n"]["children"]
    assert said == "4 attached, 1 sick"


def test_a_source_shows_its_counts_and_one_that_tells_no_events_shows_none(pages, minute, filters):
    """The log's row has the window's counts; a health check has none, which is no zero."""
    view = minute.view()
    by_name = {row["data"]["source"]: row["cells"] for row in rows(pages, view, filters)}
    counts = view.measure(order_counts)
    wanted = [count(number) for number in (counts.submitted, counts.filled, counts.denied)]
    assert by_name["aurora"][6:9] == wanted
    assert by_name["aurora"][1] == "aurora"
    assert by_name["bot"][5:] == [MISSING] * 5


def test_a_chosen_source_is_marked_and_leads_back_to_all(pages, minute):
    """Its link takes the choice away; the others' lead to them; only it is counted."""
    found = {
        row["data"]["source"]: row for row in rows(pages, minute.view(), Filters(source="bot"))
    }
    assert found["bot"]["selected"] is True
    assert found["bot"]["cells"][0]["href"] == "?source="
    assert "selected" not in found["aurora"]
    assert found["aurora"]["cells"][0]["href"] == "?source=aurora"
    assert found["aurora"]["cells"][5:] == [MISSING] * 5


def test_only_chosen_sources_without_events_are_watched_for(pages):
    """The notice names neither what was not chosen nor what tells states or has told events."""
    kinds = (("a", "jsonl", None), ("b", "sse", None), ("c", "health", None), ("d", "jsonl", AT))
    sources = [
        {"name": name, "is_state": kind == "health", "state": "ok", "newest_ts_event": newest}
        for name, kind, newest in kinds
    ]
    desk = Desk(sources, "2025-09-01T12:00:00Z")
    for chosen, said in ((None, "Watching a, b:"), ("b", "Watching b:"), ("c", "No event of")):
        given = pages["/"].build(desk.view(), Filters(source=chosen))
        assert given["overview-empty-text"]["children"].startswith(said)


def test_a_day_that_is_not_todays_is_told(pages, minute, filters):
    """Looked at the day after, orders that still wait and rare events name their date."""
    tomorrow = minute.view(window_seconds=None, at=pd.Timestamp("2025-09-02T12:00:00Z"))
    moments = [row["cells"][8] for row in rows(pages, tomorrow, filters, "open-orders-rows")]
    today = [row["cells"][8] for row in rows(pages, minute.view(), filters, "open-orders-rows")]
    assert today
    assert all(cell["text"].startswith("12:0") for cell in today)
    assert all(cell["text"].startswith("2025-09-01 12:0") for cell in moments)
    assert all(cell["format"] == "day" for cell in moments)
    notable = json.loads(pages["/"].build(tomorrow, filters)["notable-rows"]["data-rows"])
    assert notable
    assert all(row["cells"][0]["text"].startswith("2025-09-01 ") for row in notable)


@pytest.mark.parametrize(
    ("markets", "said"),
    [
        ({}, "✖ Silent"),
        ({"aurora": None}, "○ Market closed"),
        ({"aurora": pd.Timestamp("2025-09-01T12:59:59.9Z")}, "● Working"),
        ({"aurora": pd.Timestamp("2025-09-01T12:30:00Z")}, "✖ Silent"),
    ],
    ids=["any hour", "closed", "just open", "open"],
)
def test_nobody_is_blamed_for_a_closed_market(pages, minute, filters, monkeypatch, markets, said):
    """An hour of silence is no trouble of a bot whose exchange is shut or has just opened."""
    monkeypatch.setattr(minute, "markets", markets)
    view = minute.view(at=pd.Timestamp("2025-09-01T13:00:00Z"))
    by_name = {row["data"]["source"]: row["cells"] for row in rows(pages, view, filters)}
    assert by_name["aurora"][3]["text"] == said


def test_why_codes_say_that_they_count_events(pages, minute, filters):
    """A skip and its denial are two: the unit stands beside the number."""
    given = pages["/orders"].build(minute.view(), filters)
    assert given["why-codes-n"]["children"].endswith(" events")
    assert "counted are events" in given["why-codes-rows-caption"]["children"]
