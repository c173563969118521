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
from components.time_steps import EPOCH, TimeSteps
from components.typed_array import typed_array

Floats = npt.NDArray[np.float64]

QUANTILES: Final = ("p50", "p90", "p99")
NO_PLACE: Final = "All are 0 ms or less: a logarithmic axis has no place for them"


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
    layout = {**chart_layout(y_unit="ms", y_log=True), "barmode": "overlay", "bargap": 0}
    return graph(identifier, label, bands + lines, layout)


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
        starts: start of each bin, UTC, evenly apart.
        bin_seconds: width of a bin.
        bands: by p50, p90, p99, each as long as `starts`.
        whole: the same over the window: where most bins that hold samples do not support a
            percentile (P99 needs n ≥ 100), the window's own stands as one level line.
    """
    changes: dict[int, dict[str, Any]] = {}
    is_known = is_drawn = False
    bins = TimeSteps(starts[0] if len(starts) else None, bin_seconds, len(starts))
    # One sample supports a P50, so these are the bins that hold any. Bins without are gaps: a bot
    # that was quiet for most of the window still has a course.
    occupied = int(np.isfinite(bands["p50"].value).sum())
    for index, name in enumerate(QUANTILES):
        band = bands[name]
        supported = np.isfinite(band.value)
        has_bins = bool(supported.any()) and 2 * int(supported.sum()) >= occupied
        if has_bins or whole[name].value is None or not bins.count:
            changes[index] = _band_changes(band, bins)
            changes[index + len(QUANTILES)] = _line_changes(name, band.value, bins)
        else:
            level = _level(whole[name])
            changes[index] = _band_changes(level, bins.as_one())
            changes[index + len(QUANTILES)] = _level_changes(name, level.value, bins)
        level_seconds = whole[name].value
        is_known = is_known or level_seconds is not None or bool(supported.any())
        is_drawn = is_drawn or (level_seconds or 0.0) > 0.0 or bool((band.value > 0.0).any())
    why = NO_PLACE if is_known and bins.count else ""
    is_empty = not (is_drawn and bins.count)
    return graph_props(identifier, figure_patch(changes), empty=is_empty, why=why)


def _band_changes(band: QuantileBand, bins: TimeSteps) -> dict[str, Any]:
    """Give a bar a bin from the lower to the upper bound; a one-sided interval has none."""
    return {
        "x0": bins.middle,
        "dx": bins.milliseconds,
        "width": bins.milliseconds,
        "base": typed_array(band.low * 1000.0),
        "y": typed_array((band.high - band.low) * 1000.0),
    }


def _line_changes(name: str, values: Floats, bins: TimeSteps) -> dict[str, Any]:
    return {
        "x0": bins.middle,
        "dx": bins.milliseconds,
        "y": typed_array(values * 1000.0),
        "mode": "lines+markers" if _has_lone_point(values) else "lines",
        "name": name.upper(),
    }


def _has_lone_point(values: Floats) -> bool:
    """Tell whether a point stands between two gaps: without a marker it would be invisible.

    Markers are drawn only then, because each of them costs the browser an element at every tick.
    """
    known = np.concatenate(([False], np.isfinite(values), [False]))
    return bool((known[1:-1] & ~known[:-2] & ~known[2:]).any())


def _level_changes(name: str, value: Floats, bins: TimeSteps) -> dict[str, Any]:
    return {
        "x0": bins.first,
        "dx": bins.as_one().milliseconds,
        "y": typed_array(np.repeat(value, 2) * 1000.0),
        "mode": "lines",
        "name": f"{name.upper()} of the window",
    }


def _level(whole: WholeQuantile) -> QuantileBand:
    return QuantileBand(
        *(np.array([np.nan if side is None else side], dtype=np.float64) for side in whole)
    )


def _band_trace(name: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "name": f"{name.upper()} 95 % interval",
        "x0": EPOCH,
        "dx": 1,
        "y": [],
        "marker": {"color": QUANTILE_COLORS[name], "line": {"width": 0}},
        "opacity": BAND_OPACITY,
        "hoverinfo": "skip",
        "showlegend": False,
        "meta": {"table": False},
    }


def _line_trace(name: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "name": name.upper(),
        "x0": EPOCH,
        "dx": 1,
        "y": [],
        "mode": "lines+markers",
        "line": {"width": 2, "color": QUANTILE_COLORS[name], "dash": QUANTILE_DASHES[name]},
        "marker": {"size": 6, "color": QUANTILE_COLORS[name]},
        "hovertemplate": "%{y:.4~g} ms",
        "connectgaps": False,
        "meta": {"table": True, "unit": "ms"},
    }
