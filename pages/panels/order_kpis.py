"""The eight numbers of the window that a trader asks for first."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from dash import html

from components.element import Props
from components.kpi_card import kpi_card, kpi_props
from components.panel import panel, panel_props
from components.provenance import Provenance
from formats import age, count, number, percent
from metrics.orders import OrderCounts, deny_ratio, fill_ratio, order_counts, window_events
from metrics.pending import Pending, pending
from metrics.ratio import Ratio
from metrics.routes import taker_ratio
from metrics.timeline import order_timeline
from pages.panels.frame import knows_events

ID: Final = "order-kpis"
SPARK_BINS: Final = 30
DENY_WARNING: Final = 0.35
DENY_LIMIT: Final = 0.50
"""The origin's own objective for denials, and the rate at which it raises its alarm."""

_CARDS: Final = (
    ("submitted", "Submitted", "orders_submitted", "Opening orders sent in this window"),
    ("ack", "Acknowledged", "orders_ack", "Opening orders that the venue accepted"),
    ("filled", "Filled", "orders_filled", "Opening orders filled whole"),
    ("fill-ratio", "Fill rate", "fill_ratio", "Filled / submitted, opening orders"),
    ("denied", "Denied", "orders_denied", "Refused by the bot's own gates"),
    ("failed", "Failed", "orders_failed", "Rejected by the venue"),
    ("pending", "Pending", "pending_pending_orders", "Without an end now, whatever the window"),
    ("taker-ratio", "Taker rate", "taker_ratio", "Taker / (maker + taker) route decisions"),
)


def layout() -> html.Section:
    """Give the strip of cards."""
    cards = [
        kpi_card(f"{ID}-{key}", label, metric, hint=hint) for key, label, metric, hint in _CARDS
    ]
    return panel(ID, "Orders", html.Div(cards, className="kpi-strip"))


def props(view: Any, origin: Provenance) -> Props:
    """Give the numbers, their context and their course over the window."""
    counts: OrderCounts = view.measure(order_counts)
    fills: Ratio = view.measure(fill_ratio)
    denials: Ratio = view.measure(deny_ratio)
    takers: Ratio = view.measure(taker_ratio)
    waiting: Pending = view.measure(pending)
    course = _course(view)
    known = knows_events(view)

    def whole(number: int) -> str:
        return count(number if known else None)

    return {
        **panel_props(ID, origin, f"n = {count(view.measure(window_events))} events"),
        **_card("submitted", whole(counts.submitted), _closes(counts) if known else "", course),
        **_card("ack", whole(counts.ack), _share(counts) if known else "", course),
        **_card("filled", whole(counts.filled), _partial(counts) if known else "", course),
        **_card(
            "fill-ratio", percent(fills.value), _filled(fills, counts), course, said=fills.warning
        ),
        **_card(
            "denied",
            whole(counts.denied),
            f"{percent(denials.value)} of wanted" if denials.denominator else "",
            course,
            tone=_deny_tone(denials.value),
        ),
        **_card(
            "failed",
            whole(counts.failed),
            _ends(counts) if known else "",
            course,
            tone="warn" if counts.failed else "neutral",
        ),
        **_card(
            "pending", whole(waiting.pending_orders), _oldest(waiting) if known else "", course
        ),
        **_card("taker-ratio", percent(takers.value), _interval(takers), course),
    }


def _card(
    key: str,
    value: str,
    note: str,
    course: dict[str, Any],
    *,
    tone: str = "neutral",
    said: str | None = None,
) -> Props:
    series = course.get(key, ())
    return kpi_props(f"{ID}-{key}", value, note, tone=tone, series=series, said=said)


def _course(view: Any) -> dict[str, Any]:
    timeline: pd.DataFrame = view.measure(order_timeline)
    if timeline.empty:
        return {}
    stamps = timeline["ts"].to_numpy(dtype="datetime64[ns]").astype("int64")
    first = int(stamps[0]) if view.start is None else min(view.start.as_unit("ns").value, stamps[0])
    last = (
        max(view.at.as_unit("ns").value if view.start is not None else int(stamps[-1]), first) + 1
    )
    places = np.minimum((stamps - first) * SPARK_BINS // (last - first), SPARK_BINS - 1)
    return {
        key: np.bincount(places, weights=timeline[key].to_numpy(dtype=float), minlength=SPARK_BINS)
        for key in ("submitted", "ack", "filled", "denied", "failed")
    }


def _closes(counts: OrderCounts) -> str:
    return f"and {count(counts.closes_submitted)} to close"


def _filled(fills: Ratio, counts: OrderCounts) -> str:
    """Give the interval, or in the card's few words why the rate must be read with care."""
    if fills.warning is None:
        return _interval(fills)
    if counts.filled > counts.submitted:
        return "some sent before the window"
    return f"up to {count(counts.orphans)} without a submit"


def _partial(counts: OrderCounts) -> str:
    return f"{count(counts.partially_filled)} were partial"


def _ends(counts: OrderCounts) -> str:
    ends = f"{count(counts.cancelled)} canceled, {count(counts.expired)} expired"
    # First what asks for attention: where the card is narrow, the end of the line is cut.
    return f"{count(counts.unknown)} unknown, {ends}" if counts.unknown else ends


def _share(counts: OrderCounts) -> str:
    """Give which part of what was submitted was acknowledged, where all of that was submitted."""
    if counts.orphans:
        return f"{count(counts.orphans)} orphaned: no submit"
    if counts.ack > counts.submitted:
        return "some sent before the window"
    return (
        f"{percent(counts.ack / counts.submitted)} of submitted"
        if counts.submitted
        else "none sent"
    )


def _interval(found: Ratio) -> str:
    if found.low is None or found.high is None:
        return f"n = {count(found.denominator)}"
    bounds = f"{number(100 * found.low, 0)}–{number(100 * found.high, 0)} %"
    return f"{bounds}, n = {count(found.denominator)}"


def _oldest(waiting: Pending) -> str:
    if waiting.oldest_age_seconds is None:
        return "none waits"
    return f"oldest {age(waiting.oldest_age_seconds)}"


def _deny_tone(value: float | None) -> str:
    if value is None or value <= DENY_WARNING:
        return "neutral"
    return "act" if value > DENY_LIMIT else "warn"
