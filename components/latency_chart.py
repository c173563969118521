"""Latency over time: P50, P90 and P99 as lines, each in the band of its 95 % interval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from dash import html

from components.figure_patch import figure_patch
from components.graph import graph, graph_props
from components.theme import BAND_OPACITY, QUANTILE_COLORS, QUANTILE_DASHES, chart_layout
from components.typed_array import epoch_milliseconds, typed_array

Floats = npt.NDArray[np.float64]

QUANTILES: Final = ("p50", "p90", "p99")


class WholeQuantile(NamedTuple):
    """One percentile of the whole window, in seconds; None where unknown."""

    value: float | None
    low: float | None
    high: float | None


class QuantileBand(NamedTuple):
    """One percentile by bin, in seconds; NaN where the bin does not support it."""

    value: Floats
    low: Floats
    high: Floats


def latency_chart(identifier: str, label: str) -> html.Div:
    """Give the chart: three bands first, then three lines on top, milliseconds on a log axis."""
    bands = [_band_trace(name) for name in QUANTILES]
    lines = [_line_trace(name) for name in QUANTILES]
    return graph(identifier, label, bands + lines, chart_layout(y_title="ms", y_log=True))


def latency_chart_props(
    identifier: str,
    starts: Any,
    bin_seconds: float,
    bands: Mapping[str, QuantileBand],
    whole: Mapping[str, WholeQuantile],
) -> dict[str, dict[str, Any]]:
    """Give the changing properties: a value stands in the middle of its bin, a band fills it.

    Args:
        identifier: the chart's id.
        starts: start of each bin, UTC.
        bin_seconds: width of a bin.
        bands: by p50, p90, p99, each as long as `starts`.
        whole: the same over the window: where no bin supports a percentile (P99 needs n ≥ 100),
            the window's own stands as one level line.
    """
    left = epoch_milliseconds(starts)
    width = bin_seconds * 1000.0
    middle = typed_array(left + width / 2.0)
    changes: dict[int, dict[str, Any]] = {}
    drawn = False
    for index, name in enumerate(QUANTILES):
        band, x, starts_ms, width_ms = bands[name], middle, left, width
        is_level = not np.isfinite(band.value).any() and whole[name].value is not None
        if is_level and left.size:
            starts_ms, width_ms = left[:1], left[-1] + width - left[0]
            x = typed_array([left[0], left[-1] + width])
            band = _level(whole[name])
        xs, ys = _rectangles(starts_ms, width_ms, band)
        changes[index] = {"x": typed_array(xs), "y": typed_array(ys)}
        line = np.repeat(band.value, 2) if is_level else band.value
        changes[index + len(QUANTILES)] = {
            "x": x,
            "y": typed_array(line * 1000.0),
            "mode": "lines" if is_level else "lines+markers",
            "name": f"{name.upper()} of the window" if is_level else name.upper(),
        }
        drawn = drawn or bool(np.isfinite(band.value).any())
    return graph_props(identifier, figure_patch(changes), empty=not drawn)


def _level(whole: WholeQuantile) -> QuantileBand:
    return QuantileBand(
        *(np.array([np.nan if side is None else side], dtype=np.float64) for side in whole)
    )


def _rectangles(left: Floats, width: float, band: QuantileBand) -> tuple[Floats, Floats]:
    """Give one closed rectangle a bin, parted by gaps; a one-sided interval has none."""
    usable = np.isfinite(band.low) & np.isfinite(band.high)
    start, low, high = left[usable], band.low[usable] * 1000.0, band.high[usable] * 1000.0
    gap = np.full(start.shape, np.nan)
    end = start + width
    xs = np.column_stack([start, start, end, end, start, gap]).ravel()
    ys = np.column_stack([low, high, high, low, low, gap]).ravel()
    return xs, ys


def _band_trace(name: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "name": f"{name.upper()} 95 % interval",
        "x": [],
        "y": [],
        "mode": "lines",
        "fill": "toself",
        "fillcolor": QUANTILE_COLORS[name],
        "opacity": BAND_OPACITY,
        "line": {"width": 0, "color": QUANTILE_COLORS[name]},
        "hoverinfo": "skip",
        "showlegend": False,
        "meta": {"table": False},
    }


def _line_trace(name: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "name": name.upper(),
        "x": [],
        "y": [],
        "mode": "lines+markers",
        "line": {"width": 2, "color": QUANTILE_COLORS[name], "dash": QUANTILE_DASHES[name]},
        "marker": {"size": 4, "color": QUANTILE_COLORS[name]},
        "hovertemplate": "%{y:.4~g} ms",
        "connectgaps": False,
        "meta": {"table": True, "unit": "ms"},
    }
