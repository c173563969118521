"""A gauge as an HTML meter: a track, a fill or a pin, marks at its thresholds, and words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from dash import html

from components.metric import metric_text
from formats import unbroken


def gauge(
    identifier: str,
    label: str,
    metric: str,
    *,
    low: float = 0.0,
    high: float = 1.0,
    marks: Sequence[tuple[float, str]] = (),
    pin: bool = False,
    hint: str = "",
) -> html.Div:
    """Give a meter that `gauge_props` moves.

    Args:
        identifier: id of the whole; its parts are `<id>-value`, `-meter`, `-fill` and `-note`.
        label: what is measured.
        metric: its data-metric.
        low: the value at the left end.
        high: the value at the right end.
        marks: thresholds as (value, what it means).
        pin: show a position between two bounds instead of a filled amount.
        hint: how the number is made.
    """
    ticks = [
        html.Div(className="gauge-mark", title=meaning, style={"left": _place(value, low, high)})
        for value, meaning in marks
    ]
    fill = html.Div(
        className="gauge-pin" if pin else "gauge-fill",
        id=f"{identifier}-fill",
        style={"left" if pin else "width": "0%", "visibility": "hidden"},
    )
    return html.Div(
        [
            html.Div(label, className="gauge-label", title=hint),
            html.Div(metric_text(f"{identifier}-value", metric), className="gauge-value"),
            html.Div(
                [fill, *ticks],
                id=f"{identifier}-meter",
                className="gauge-track",
                role="meter",
                **{
                    "aria-label": label,
                    "aria-valuemin": f"{low:g}",
                    "aria-valuemax": f"{high:g}",
                    "aria-valuenow": f"{low:g}",
                    "aria-valuetext": "unknown",
                },
            ),
            html.Div("", id=f"{identifier}-note", className="gauge-note"),
        ],
        id=identifier,
        className="gauge",
        **{"data-tone": "unknown"},
    )


def gauge_props(
    identifier: str,
    value: float | None,
    shown: str,
    note: str = "",
    *,
    low: float = 0.0,
    high: float = 1.0,
    tone: str = "good",
    pin: bool = False,
) -> dict[str, dict[str, Any]]:
    """Give the changing properties of one meter; without a value it is hatched and says unknown.

    Args:
        identifier: the gauge's id.
        value: the number, None when unknown; beyond the ends it stays at the end.
        shown: the number as text.
        note: the line below.
        low: the value at the left end, as given to `gauge`.
        high: the value at the right end; without marks it may follow the value.
        tone: good, warn or act.
        pin: as given to `gauge`.
    """
    known = value is not None and math.isfinite(value)
    place = _place(value, low, high) if known and value is not None else "0%"
    now = f"{min(max(value, low), high):g}" if known and value is not None else f"{low:g}"
    return {
        identifier: {"data-tone": tone if known else "unknown"},
        f"{identifier}-value": {"children": shown},
        f"{identifier}-meter": {
            "aria-valuenow": now,
            "aria-valuemax": f"{high:g}",
            "aria-valuetext": f"{shown}. {note}" if known else "unknown",
        },
        f"{identifier}-fill": {
            "style": {
                "left" if pin else "width": f"clamp(3px, {place}, calc(100% - 3px))"
                if pin
                else place,
                "visibility": "visible" if known else "hidden",
            }
        },
        f"{identifier}-note": {"children": unbroken(note), "title": note},
    }


def _place(value: float, low: float, high: float) -> str:
    share = (value - low) / (high - low)
    return f"{100.0 * min(max(share, 0.0), 1.0):.1f}%"
