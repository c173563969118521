"""JSON of everything a page may give."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from dash import html

from web.wire import to_json


@pytest.mark.parametrize(
    ("value", "wire"),
    [
        (float("nan"), None),
        (float("inf"), None),
        (np.float64("nan"), None),
        (np.float64(0.1), 0.1),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (pd.NaT, None),
        (pd.NA, None),
        (pd.Timestamp("2025-01-01T00:00:00.5Z"), "2025-01-01T00:00:00.500000Z"),
        ((1, {2: None}), [1, {"2": None}]),
        (np.array(["a", "b"]), ["a", "b"]),
        (2**63, 2**63),
    ],
)
def test_values_have_one_form(value: Any, wire: Any) -> None:
    """Missing is null and numbers keep their value, whatever library they come from."""
    assert json.loads(to_json({"x": value})) == {"x": wire}


def test_number_arrays_travel_as_typed_arrays() -> None:
    """Plotly reads them without parsing a text for each number."""
    assert json.loads(to_json(np.array([1.0, 2.0]))) == {
        "dtype": "f8",
        "bdata": "AAAAAAAA8D8AAAAAAAAAQA==",
    }


def test_a_component_is_written_as_dash_does() -> None:
    """Short tables may hold component objects."""
    wire = json.loads(to_json([html.Td("1", id="cell")]))
    assert wire == [
        {
            "props": {"children": "1", "id": "cell"},
            "type": "Td",
            "namespace": "dash_html_components",
        }
    ]


@pytest.mark.parametrize("poison", ["\ud800", 2**80, -(2**70), {"s": {"\udfff"}}])
def test_a_poisonous_value_costs_itself_alone(poison: Any) -> None:
    """A lone surrogate or a giant integer leaves its neighbors as they are."""
    wire = json.loads(to_json({"poison": poison, "fine": 1.5, "nan": float("nan")}))
    assert wire["fine"] == 1.5
    assert wire["nan"] is None
    assert wire["poison"]


def test_one_line_whatever_the_text_holds() -> None:
    """An event's data must not hold a line end."""
    assert b"\n" not in to_json({"text": "a\nb\r\u2028c"})
