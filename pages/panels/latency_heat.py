"""Where the latencies of one stage lie over time, each cell counting its orders."""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import html

from components.element import Props
from components.heat_map import heat_map, heat_map_props
from components.panel import panel, panel_props
from components.provenance import Provenance
from formats import count
from metrics.latency_over_time import HeatMap, latency_heat_map
from pages.panels.stages import STAGE_OF


def layout(identifier: str, stage: str, *, span: int, height: str) -> html.Section:
    """Give the panel of one stage."""
    label = f"{STAGE_OF[stage].label} latency, where it lies"
    body = heat_map(f"{identifier}-chart", f"{label}: counts by time and milliseconds")
    return panel(identifier, label, body, span=span, height=height, hint=STAGE_OF[stage].hint)


def props(identifier: str, view: Any, origin: Provenance, stage: str) -> Props:
    """Give the counts by time and latency."""
    found: HeatMap = view.measure(latency_heat_map, stage=stage)
    return {
        **panel_props(identifier, origin, f"n = {count(int(found.counts.sum()))}"),
        **heat_map_props(
            f"{identifier}-chart",
            found.starts,
            _width(found.starts),
            found.edges_seconds,
            found.counts,
        ),
    }


def _width(starts: pd.DatetimeIndex) -> float:
    return float((starts[1] - starts[0]).total_seconds()) if len(starts) > 1 else 1.0
