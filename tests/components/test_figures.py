"""What the charts are made of: patches, typed arrays, steps in time, one factory."""

from __future__ import annotations

import base64
import json

import numpy as np
import pandas as pd
import pytest
from dash import Patch

from components.equity_chart import equity_chart, equity_chart_props
from components.figure_patch import figure_patch
from components.graph import graph
from components.heat_map import heat_map, heat_map_props
from components.latency_chart import (
    QuantileBand,
    WholeQuantile,
    latency_chart,
    latency_chart_props,
)
from components.sparkline import sparkline_style
from components.time_steps import TimeSteps
from components.typed_array import typed_array

NOON = pd.Timestamp("2025-09-01T12:00:00Z")
NOTHING = WholeQuantile(None, None, None)


def values_of(packed: dict[str, str]) -> np.ndarray:
    flat = np.frombuffer(base64.b64decode(packed["bdata"]), dtype="<" + packed["dtype"])
    shape = [int(side) for side in packed.get("shape", str(flat.size)).split(",")]
    return flat.reshape(shape)


def changes_of(props: dict, identifier: str) -> dict[tuple[int, str], object]:
    patch = props[identifier]["figure"]
    return {
        (step["location"][1], step["location"][2]): step["params"]["value"]
        for step in patch["operations"]
    }


def bands(p50: list[float], p99: list[float]) -> dict[str, QuantileBand]:
    def band(values: list[float]) -> QuantileBand:
        middle = np.array(values, dtype=float)
        return QuantileBand(middle, middle * 0.9, middle * 1.1)

    return {"p50": band(p50), "p90": band([value * 2 for value in p50]), "p99": band(p99)}


def test_a_patch_is_what_dash_itself_writes():
    """Raw patches are the JSON of dash.Patch, so that Dash applies them and keeps the zoom."""
    official = Patch()
    official["data"][1]["y"] = [1, 2]
    official["data"][1]["mode"] = "lines"
    assert figure_patch({1: {"y": [1, 2], "mode": "lines"}}) == official.to_plotly_json()


@pytest.mark.parametrize(
    ("values", "kind"),
    [([1.5, float("nan"), -2.0], "float64"), ([[1, 2, 3], [4, 5, 6]], "float32")],
)
def test_typed_arrays_come_back_exactly(values, kind):
    """A typed array holds every value, its gaps and its shape."""
    assert np.array_equal(values_of(typed_array(values, kind)), np.array(values), equal_nan=True)


def test_steps_are_said_as_utc_text_and_milliseconds():
    """Plotly reads a number on a date axis in the browser's zone, a text as it stands."""
    steps = TimeSteps(NOON, 5.0, 60)
    assert steps.first == "2025-09-01 12:00:00.000000"
    assert steps.middle == "2025-09-01 12:00:02.500000"
    assert steps.milliseconds == 5000.0
    assert steps.as_one().milliseconds == 300_000.0
    moscow = TimeSteps(pd.Timestamp("2025-09-01T15:00:00+03:00"), 5.0, 60)
    assert moscow.first == steps.first


def test_a_band_stands_on_its_interval_and_a_gap_stays_a_gap():
    """A bin's bar reaches from the lower to the upper bound, in milliseconds; NaN draws nothing."""
    starts = pd.date_range(NOON, periods=3, freq="5s")
    given = latency_chart_props(
        "chart",
        starts,
        5.0,
        bands([0.010, np.nan, 0.020], [0.1, 0.1, 0.1]),
        dict.fromkeys(("p50", "p90", "p99"), NOTHING),
    )
    changes = changes_of(given, "chart")
    assert np.allclose(values_of(changes[0, "base"]), [9.0, np.nan, 18.0], equal_nan=True)
    assert np.allclose(values_of(changes[0, "y"]), [2.0, np.nan, 4.0], equal_nan=True)
    assert np.allclose(values_of(changes[3, "y"]), [10.0, np.nan, 20.0], equal_nan=True)
    assert given["chart-none"]["hidden"] is True


def test_a_percentile_that_no_bin_supports_is_drawn_once_for_the_window():
    """P99 of bins with few samples is not invented: the window's own P99 is one level line."""
    starts = pd.date_range(NOON, periods=4, freq="5s")
    whole = {"p50": NOTHING, "p90": NOTHING, "p99": WholeQuantile(0.120, 0.100, 0.150)}
    empty = [np.nan] * 4
    given = latency_chart_props("chart", starts, 5.0, bands([0.01] * 4, empty), whole)
    changes = changes_of(given, "chart")
    assert changes[5, "name"] == "P99 of the window"
    assert np.allclose(values_of(changes[5, "y"]), [120.0, 120.0])
    assert changes[5, "dx"] == 20_000.0
    assert np.allclose(values_of(changes[2, "base"]), [100.0])


def test_bins_without_samples_are_gaps_and_take_no_course_away():
    """A bot that traded in two bins of twenty is drawn in those two, not as one level line."""
    starts = pd.date_range(NOON, periods=20, freq="5s")
    values = [np.nan] * 17 + [0.01, 0.02, np.nan]
    whole = dict.fromkeys(("p50", "p90", "p99"), WholeQuantile(0.015, 0.01, 0.02))
    given = latency_chart_props("chart", starts, 5.0, bands(values, [np.nan] * 20), whole)
    changes = changes_of(given, "chart")
    assert changes[3, "name"] == "P50"
    assert np.isfinite(values_of(changes[3, "y"])).sum() == 2
    assert changes[5, "name"] == "P99 of the window"


@pytest.mark.parametrize(
    ("values", "mode"),
    [
        ([1.0, 2.0, 3.0], "lines"),
        ([1.0, 2.0, np.nan, 4.0], "lines+markers"),
        ([np.nan, 2.0, np.nan], "lines+markers"),
    ],
)
def test_a_point_between_gaps_is_seen(values, mode):
    """A line through one point is nothing: then, and only then, points have markers."""
    starts = pd.date_range(NOON, periods=len(values), freq="5s")
    none = dict.fromkeys(("p50", "p90", "p99"), NOTHING)
    given = latency_chart_props("chart", starts, 5.0, bands(values, values), none)
    assert changes_of(given, "chart")[3, "mode"] == mode


def test_an_empty_chart_says_so():
    """Without a sample, words stand over the axes, and the patch still fits the traces."""
    none = dict.fromkeys(("p50", "p90", "p99"), NOTHING)
    given = latency_chart_props("chart", pd.DatetimeIndex([], tz="UTC"), 1.0, bands([], []), none)
    assert given["chart-none"] == {"children": "No samples in this window", "hidden": False}
    heat = heat_map_props("heat", pd.DatetimeIndex([], tz="UTC"), 1.0, [], np.zeros((0, 0)))
    assert heat["heat-none"]["hidden"] is False


def test_latencies_that_a_log_axis_cannot_show_are_told_in_words():
    """An origin that stamps submit and ack alike has latencies of 0: no axis is made up."""
    starts = pd.date_range(NOON, periods=2, freq="5s")
    whole = dict.fromkeys(("p50", "p90", "p99"), WholeQuantile(0.0, 0.0, 0.0))
    given = latency_chart_props("chart", starts, 5.0, bands([0.0, 0.0], [np.nan] * 2), whole)
    assert given["chart-none"]["hidden"] is False
    assert given["chart-none"]["children"].startswith("All are 0 ms or less")
    one = latency_chart_props("chart", starts, 5.0, bands([0.0, 0.01], [np.nan] * 2), whole)
    assert one["chart-none"]["hidden"] is True


def test_a_heat_map_is_cut_to_its_rows_and_leaves_empty_cells_clear():
    """Rows without samples above and below go; a cell without samples is no zero but a gap."""
    counts = np.array([[0, 0], [3, 0], [0, 7], [0, 0]])
    edges = np.array([0.001, 0.002, 0.004, 0.008, 0.016])
    starts = pd.date_range(NOON, periods=2, freq="10s")
    changes = changes_of(heat_map_props("heat", starts, 10.0, edges, counts), "heat")
    shown = values_of(changes[0, "z"])
    assert np.array_equal(shown, np.array([[3, np.nan], [np.nan, 7]]), equal_nan=True)
    assert np.allclose(values_of(changes[0, "y"]), [2.0, 4.0, 8.0])


@pytest.mark.parametrize("made", [latency_chart("a", "label"), heat_map("b", "label")])
def test_no_chart_can_leave_the_page(made):
    """Every chart comes from the one factory: nothing is sent to a cloud, no logo, no template."""
    text = json.dumps(made, default=lambda component: component.to_plotly_json())
    assert '"showSendToCloud": false' in text
    assert '"plotlyServerURL": ""' in text
    assert '"displaylogo": false' in text
    assert '"template"' not in text


def test_a_chart_has_a_table_and_an_image_button():
    """Whoever cannot read a chart finds its numbers as a table and as an image."""
    made = graph("g", "What it shows", [], {})
    text = json.dumps(made, default=lambda component: component.to_plotly_json())
    assert '"data-graph-tool": "table"' in text
    assert '"data-graph-tool": "png"' in text
    assert made.to_plotly_json()["props"]["aria-label"] == "What it shows"


def test_a_sparkline_reaches_its_top_where_its_series_does():
    """The greatest value touches the top edge, zero the bottom."""
    path = sparkline_style([0, 5, 10])["clipPath"]
    assert path == "polygon(0 100%,0% 100%,33% 100%,33% 50%,67% 50%,67% 0%,100% 0%,100% 100%)"
    assert sparkline_style([])["clipPath"] == sparkline_style([0, 0])["clipPath"]


def test_equity_is_drawn_where_it_was_told():
    """Each point at its own moment in UTC, to the microsecond; one point alone has a marker."""
    moments = pd.DatetimeIndex([NOON, NOON + pd.Timedelta(seconds=7.25)])
    props = equity_chart_props("e", pd.Series([1000.0, 1002.5], moments), "none yet")
    changes = changes_of(props, "e")
    assert changes[0, "x"] == ["2025-09-01 12:00:00.000000", "2025-09-01 12:00:07.250000"]
    assert values_of(changes[0, "y"]).tolist() == [1000.0, 1002.5]
    assert (changes[0, "mode"], props["e-none"]["hidden"]) == ("lines", True)
    one = changes_of(equity_chart_props("e", pd.Series([1.0], moments[:1]), "none yet"), "e")
    assert one[0, "mode"] == "lines+markers"
    none = equity_chart_props("e", pd.Series([], moments[:0], dtype=float), "none yet")
    assert none["e-none"] == {"children": "none yet", "hidden": False}
    figure = json.loads(json.dumps(equity_chart("e", "E").to_plotly_json(), default=str))
    assert figure["type"] == "Div"
