"""Latency against the limits that the origin itself sets."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

from dash import html

from components.element import Props
from components.gauge import gauge, gauge_props
from components.panel import panel, panel_props
from components.provenance import Provenance
from formats import count, milliseconds
from metrics.latency import latency_percentiles
from metrics.percentiles import Percentile, Percentiles
from pages.panels.stages import STAGE_OF, bounds_text, value_text

ID: Final = "latency-gauges"


class _Limit(NamedTuple):
    stage: str
    quantile: str
    limit_seconds: float | None
    scale_seconds: float | None


_LIMITS: Final = (
    _Limit("decision", "p90", 0.050, 0.100),
    _Limit("order_ack", "p99", 0.300, 0.600),
    _Limit("first_fill", "p90", None, None),
)
"""Decision P90 above 50 ms and execution P99 above 300 ms raise the origin's alarms."""


def layout(*, span: int) -> html.Section:
    """Give the panel."""
    meters = [
        gauge(
            f"{ID}-{limit.stage}",
            f"{STAGE_OF[limit.stage].label} {limit.quantile.upper()}",
            f"{STAGE_OF[limit.stage].metric}_{limit.quantile}",
            high=limit.scale_seconds or 1.0,
            marks=_marks(limit),
            hint=STAGE_OF[limit.stage].hint,
        )
        for limit in _LIMITS
    ]
    return panel(ID, "Latency against limits", meters, span=span)


def props(view: Any, origin: Provenance) -> Props:
    """Give the meters; a percentile that its n does not support stays unknown."""
    given: Props = {}
    samples = 0
    for limit in _LIMITS:
        found: Percentiles = view.measure(latency_percentiles, stage=limit.stage)
        samples += found.n
        one: Percentile = getattr(found, limit.quantile)
        scale = limit.scale_seconds or _round_scale(one.value)
        given.update(
            gauge_props(
                f"{ID}-{limit.stage}",
                one.value,
                value_text(one),
                _note(limit, found, one, scale),
                high=scale,
                tone=_tone(one.value, limit.limit_seconds),
            )
        )
    return {**panel_props(ID, origin, f"n = {count(samples)}"), **given}


def _note(limit: _Limit, found: Percentiles, one: Percentile, scale: float) -> str:
    parts = [bounds_text(one), f"n = {count(found.n)}"]
    if one.value is None and found.n:
        parts = [f"n = {count(found.n)} does not support a {limit.quantile.upper()}"]
    if limit.limit_seconds is not None:
        parts.append(f"limit {milliseconds(limit.limit_seconds)}")
    elif one.value is not None:
        parts.append(f"no limit told; of {milliseconds(scale)}")
    return " · ".join(part for part in parts if part)


def _round_scale(value: float | None) -> float:
    """Give the next 1, 2 or 5 × 10ⁿ seconds above a value, so that the scale seldom changes."""
    if not value or value <= 0.0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next((step * power for step in (1.0, 2.0, 5.0) if value <= step * power), 10.0 * power)


def _marks(limit: _Limit) -> tuple[tuple[float, str], ...]:
    if limit.limit_seconds is None:
        return ()
    return ((limit.limit_seconds, f"limit {milliseconds(limit.limit_seconds)}"),)


def _tone(value: float | None, limit_seconds: float | None) -> str:
    return "warn" if value is not None and limit_seconds and value > limit_seconds else "good"
