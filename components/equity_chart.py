"""Equity over time: one line, as it was told, without a point for what nobody told."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
from dash import html

from components.figure_patch import figure_patch
from components.graph import graph, graph_props
from components.theme import QUANTILE_COLORS, chart_layout
from components.typed_array import typed_array

COLOR: Final = QUANTILE_COLORS["p50"]
_AXIS_TIME: Final = "%Y-%m-%d %H:%M:%S.%f"


def equity_chart(identifier: str, label: str) -> html.Div:
    """Give the chart with an empty line."""
    trace = {
        "type": "scatter",
        "name": "Equity",
        "x": [],
        "y": [],
        "mode": "lines",
        "line": {"width": 2, "color": COLOR},
        "marker": {"size": 6, "color": COLOR},
        "hovertemplate": "%{y:,.2f}",
        "connectgaps": False,
        "meta": {"table": True, "unit": "money"},
    }
    layout = chart_layout(y_unit="equity")
    layout["margin"] = {**layout["margin"], "l": 62}
    layout["xaxis"] = {**layout["xaxis"], "nticks": 5}
    layout["yaxis"] = {**layout["yaxis"], "rangemode": "normal", "tickformat": ",~f"}
    return graph(identifier, label, [trace], layout)


def equity_chart_props(
    identifier: str, points: pd.Series[float], why: str
) -> dict[str, dict[str, Any]]:
    """Give the changing properties.

    Args:
        identifier: the chart's id.
        points: equity by time, UTC, ascending.
        why: what stands over an empty chart.
    """
    moments = pd.DatetimeIndex(points.index)
    changes = {
        # plotly reads a text as it stands, a number as local time of the browser.
        "x": moments.strftime(_AXIS_TIME).tolist() if len(points) else [],
        "y": typed_array(points.to_numpy("float64")),
        "mode": "lines" if len(points) > 1 else "lines+markers",
    }
    return graph_props(identifier, figure_patch({0: changes}), empty=points.empty, why=why)
