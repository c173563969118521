"""The equity of one run over time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
from dash import html

from components.element import Props
from components.equity_chart import equity_chart, equity_chart_props
from components.panel import panel, panel_props
from components.provenance import Provenance
from formats import count
from metrics.thinned import thinned
from pages.panels.told import none_kept

ID: Final = "run-equity"


def layout(*, span: int) -> html.Section:
    """Give the panel."""
    chart = equity_chart(f"{ID}-chart", "Equity of the run over time")
    hint = "The newest 2 000 points of the run, whatever the window; highs and lows are drawn"
    return panel(ID, "Equity", chart, span=span, height="medium", hint=hint)


def series_of(equity: pd.DataFrame) -> pd.Series[float]:
    """Give equity by time, ascending, of rows that a run told the newest first."""
    if equity.empty:
        return pd.Series([], pd.DatetimeIndex([], tz="UTC"), dtype="float64")
    known = equity.dropna(subset=["ts_event", "equity"]).iloc[::-1]
    return pd.Series(known["equity"].to_numpy("float64"), pd.DatetimeIndex(known["ts_event"]))


def props(series: pd.Series[float], row: Mapping[str, Any], origin: Provenance) -> Props:
    """Give the line, thinned to what a screen can show.

    Args:
        series: equity by time, ascending.
        row: of the frame `runs`, empty where nobody tells of it at the moment.
        origin: where it comes from.
    """
    none = none_kept(row, "The run has told no equity yet")
    return {
        **panel_props(ID, origin, f"n = {count(len(series))}"),
        **equity_chart_props(f"{ID}-chart", thinned(series), none),
    }
