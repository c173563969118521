"""One stage's latency over the window: three percentiles in numbers, and how they went."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from dash import html

from components.element import Props
from components.latency_chart import QuantileBand, WholeQuantile, latency_chart, latency_chart_props
from components.metric import metric_text
from components.panel import panel, panel_props
from components.provenance import Provenance
from formats import count
from metrics.latency import latency_percentiles
from metrics.latency_over_time import latency_bands
from metrics.percentiles import Percentiles
from pages.panels.stages import STAGE_OF, bounds_text, value_text

QUANTILES: Final = ("p50", "p90", "p99")


def layout(stage: str, *, span: int, height: str = "", owner: str = "") -> html.Section:
    """Give the panel of one stage.

    Args:
        stage: decision, order_ack or first_fill.
        span: columns of the grid.
        height: as in `panel`.
        owner: the page's name, start of the ids.
    """
    what = STAGE_OF[stage]
    start = _start(owner, stage)
    stats = [
        html.Span(
            [
                html.Span(className="quantile-key", **{"data-quantile": quantile}),
                html.Span(quantile.upper(), className="stat-label"),
                metric_text(
                    f"{start}-{quantile}", f"{what.metric}_{quantile}", class_name="num stat-value"
                ),
                metric_text(
                    f"{start}-{quantile}-ci",
                    f"{what.metric}_{quantile}_ci",
                    class_name="num stat-note",
                ),
            ],
            className="stat",
        )
        for quantile in QUANTILES
    ]
    body = [
        html.Div(stats, className="stat-row"),
        latency_chart(f"{start}-chart", f"{what.label} latency over time, P50, P90 and P99 in ms"),
    ]
    return panel(start, f"{what.label} latency", body, span=span, height=height, hint=what.hint)


def props(view: Any, origin: Provenance, stage: str, *, owner: str = "") -> Props:
    """Give percentiles with their intervals, and their course."""
    start = _start(owner, stage)
    found: Percentiles = view.measure(latency_percentiles, stage=stage)
    bands: pd.DataFrame = view.measure(latency_bands, stage=stage)
    given: Props = panel_props(start, origin, f"n = {count(found.n)}, {found.label}")
    for quantile, one in zip(QUANTILES, found.all, strict=True):
        given[f"{start}-{quantile}"] = {"children": value_text(one)}
        given[f"{start}-{quantile}-ci"] = {"children": bounds_text(one).replace(" ms", "")}
    whole = {
        name: WholeQuantile(one.value, one.low, one.high)
        for name, one in zip(QUANTILES, found.all, strict=True)
    }
    given.update(
        latency_chart_props(
            f"{start}-chart", pd.DatetimeIndex(bands["ts"]), _width(bands), _bands(bands), whole
        )
    )
    return given


def _bands(bands: pd.DataFrame) -> dict[str, QuantileBand]:
    return {
        name: QuantileBand(
            *(
                bands[f"{name}{suffix}"].to_numpy(dtype=np.float64)
                for suffix in ("", "_low", "_high")
            )
        )
        for name in QUANTILES
    }


def _width(bands: pd.DataFrame) -> float:
    if len(bands) < 2:
        return 1.0
    return float((bands["ts"].iloc[1] - bands["ts"].iloc[0]).total_seconds())


def _start(owner: str, stage: str) -> str:
    return f"{owner}-{stage.replace('_', '-')}".strip("-")
