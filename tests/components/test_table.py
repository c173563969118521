"""Tables travel as text and are written as text."""

from __future__ import annotations

import json

import pandas as pd

from components.cell import age_cell, badge_cell, query_cell, raw_cell, time_cell
from components.table import Column, table, table_props

HOSTILE = '</script><img src=x onerror="alert(1)">\u202e&amp;'
COLUMNS = (
    Column("name", "Name", metric="orders_symbol"),
    Column("n", "Count", right=True, metric="orders_n"),
)
NOON = pd.Timestamp("2025-09-01T12:00:00.118Z")


def rows_of(props: dict, identifier: str) -> list[dict]:
    return json.loads(props[identifier]["data-rows"])


def test_a_body_is_one_property_whatever_its_length():
    """The browser holds one component for a table, not one for each cell."""
    rows = [{"name": str(number), "n": "1"} for number in range(500)]
    props = table_props("t", COLUMNS, rows, none="none", caption="c")
    assert set(props) == {"t", "t-caption"}
    assert len(rows_of(props, "t")) == 500


def test_hostile_text_is_nothing_but_text():
    """Text of a log goes into a JSON string of an attribute and comes out as it was."""
    props = table_props("t", COLUMNS, [{"name": HOSTILE, "n": "1"}], none="", caption="")
    assert isinstance(props["t"]["data-rows"], str)
    assert rows_of(props, "t") == [{"cells": [HOSTILE, "1"]}]


def test_the_columns_say_which_number_a_cell_is():
    """Each cell of a metric can be found by its name, and by its source."""
    body = table("t", COLUMNS, "caption").to_plotly_json()["props"]["children"].children[2]
    said = json.loads(body.to_plotly_json()["props"]["data-columns"])
    assert said == [
        {"class": "", "metric": "orders_symbol"},
        {"class": "right", "metric": "orders_n"},
    ]
    row = {"name": "x", "n": "1", "_data": {"source": "aurora"}, "_selected": True}
    made = rows_of(table_props("t", COLUMNS, [row], none="", caption=""), "t")[0]
    assert (made["data"], made["selected"]) == ({"source": "aurora"}, True)


def test_an_empty_table_says_why():
    """No row is no blank: the words stand where the rows would."""
    props = table_props("t", COLUMNS, [], none="No order is open", caption="")
    assert props["t"] == {"data-rows": "[]", "data-none": "No order is open"}


def test_links_lead_only_into_this_site():
    """A key from a log is percent-encoded into a query; it cannot become another address."""
    assert query_cell("label", order='javascript:"x"&at=1')["href"] == (
        "?order=javascript%3A%22x%22%26at%3D1"
    )
    assert raw_cell("//evil.example/x#1", 3, "a b")["href"] == (
        "/api/raw?generation=%2F%2Fevil.example%2Fx%231&offset=3&source=a+b"
    )
    assert raw_cell(None, 3) == ""
    assert raw_cell("g#1", float("nan")) == ""


def test_times_travel_as_utc_with_their_milliseconds():
    """The text is UTC; the browser rewrites it from the epoch milliseconds."""
    cell = time_cell(NOON)
    assert (cell["text"], cell["utc"]) == ("12:00:00.118", 1756728000118)
    assert time_cell(NOON, with_date=True)["text"] == "2025-09-01 12:00:00.118"
    assert time_cell(NOON, today=NOON + pd.Timedelta(hours=11))["text"] == "12:00:00.118"
    other_day = time_cell(NOON, today=NOON + pd.Timedelta(hours=12))
    assert (other_day["text"], other_day["format"]) == ("2025-09-01 12:00", "day")
    assert time_cell(pd.NaT) == "—"
    assert time_cell(None) == "—"


def test_an_age_goes_on_only_while_live():
    """Looking back, the browser's clock does not make an order older."""
    later = NOON + pd.Timedelta(seconds=75)
    assert age_cell(NOON, later)["text"] == "1 min 15 s"
    assert age_cell(NOON, later)["age"] == 1756728000118
    assert "age" not in age_cell(NOON, later, still=True)
    assert age_cell(None, later) == "—"


def test_a_badge_cell_has_its_tone():
    """A state in a table carries the same three cues as one outside."""
    assert badge_cell("order", "rejected") == {"text": "■ rejected", "tone": "act"}
