"""Where the latencies lie over time: how many samples in each cell of time and latency."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from dash import html

from components.figure_patch import figure_patch
from components.graph import graph, graph_props
from components.theme import HEAT_SCALE, chart_layout
from components.time_steps import EPOCH, TimeSteps
from components.typed_array import typed_array

_TICKS_MS: Final = tuple(step * 10.0**power for power in range(-3, 7) for step in (1, 3))
"""Two a decade: a map of a microsecond to an hour still has room for all of its labels."""


def heat_map(identifier: str, label: str) -> html.Div:
    """Give the chart: time to the right, milliseconds upward on a log axis, empty cells clear."""
    trace = {
        "type": "heatmap",
        "x0": EPOCH,
        "dx": 1,
        "y": [],
        "z": [],
        "zmin": 0,
        "colorscale": [list(step) for step in HEAT_SCALE],
        "colorbar": {"thickness": 8, "outlinewidth": 0, "tickformat": "~g", "nticks": 4, "len": 1},
        "hovertemplate": "%{x}<br>%{y:.3~g} ms<br>n = %{z}<extra></extra>",
        "hoverongaps": False,
        "xgap": 1,
        "ygap": 1,
        "meta": {"table": True, "unit": "samples"},
    }
    layout = chart_layout(y_unit="ms", y_log=True)
    axis = {**layout["yaxis"], "tickmode": "array", "tickvals": list(_TICKS_MS)}
    return graph(identifier, label, [trace], {**layout, "yaxis": axis, "hovermode": "closest"})


def heat_map_props(
    identifier: str,
    starts: Any,
    bin_seconds: float,
    latency_edges_seconds: npt.ArrayLike,
    counts: npt.ArrayLike,
) -> dict[str, dict[str, Any]]:
    """Give the changing properties; rows without any sample above or below are cut off.

    Args:
        identifier: the chart's id.
        starts: start of each time bin, UTC, evenly apart.
        bin_seconds: width of a time bin.
        latency_edges_seconds: edges of the latency bins, one more than rows, ascending.
        counts: samples by (latency bin, time bin).
    """
    table = np.asarray(counts, dtype=float)
    edges = np.asarray(latency_edges_seconds, dtype=float) * 1000.0
    filled = np.flatnonzero(table.sum(axis=1)) if table.size else np.array([], dtype=int)
    if filled.size:
        first, last = int(filled[0]), int(filled[-1]) + 1
        table, edges = table[first:last], edges[first : last + 1]
        table = np.where(table > 0, table, np.nan)
    else:
        table, edges = np.full((1, 1), np.nan), np.array([1.0, 10.0])
    bins = TimeSteps(starts[0] if len(starts) else None, bin_seconds, len(starts))
    changes = {
        "x0": bins.middle,
        "dx": bins.milliseconds,
        "y": typed_array(edges),
        "z": typed_array(table, "float32"),
    }
    return graph_props(identifier, figure_patch({0: changes}), empty=not filled.size)
