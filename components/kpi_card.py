"""A KPI card: label, one large number, one line that says how it is meant, and its course."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt
from dash import html

from components.metric import metric_text
from components.sparkline import sparkline_style
from formats import MISSING, age, moment, unbroken


def kpi_card(
    identifier: str, label: str, metric: str, *, hint: str = "", aged: bool = False
) -> html.Div:
    """Give a card that `kpi_props` fills.

    Args:
        identifier: id of the card; its parts are `<id>-value`, `<id>-note` and `<id>-spark`.
        label: the number's name.
        metric: its data-metric.
        hint: its definition, shown when the pointer rests on the label.
        aged: an age that `kpi_age_props` fills stands before the line: `<id>-age`.
    """
    note = html.Div("", id=f"{identifier}-note", className="kpi-note")
    if aged:
        parts = [html.Span("", id=f"{identifier}-{part}") for part in ("age", "note")]
        note = html.Div(parts, className="kpi-note")
    return html.Div(
        [
            html.Div(className="kpi-spark", id=f"{identifier}-spark", **{"aria-hidden": "true"}),
            html.Div(label, className="kpi-label", title=hint),
            html.Div(metric_text(f"{identifier}-value", metric), className="kpi-value"),
            note,
        ],
        id=identifier,
        className="kpi",
        **{"data-tone": "neutral"},
    )


def kpi_props(
    identifier: str,
    value: str,
    note: str = "",
    *,
    tone: str = "neutral",
    series: npt.ArrayLike = (),
    said: str | None = None,
) -> dict[str, dict[str, Any]]:
    """Give the changing properties of one card.

    Args:
        identifier: the card's id.
        value: the number as text.
        note: the line below it.
        tone: neutral, warn or act.
        series: its course over the window, for the sparkline.
        said: the note in a whole sentence, shown when the pointer rests on it.
    """
    return {
        identifier: {"data-tone": tone},
        f"{identifier}-value": {"children": value},
        f"{identifier}-note": {"children": unbroken(note), "title": said or note},
        f"{identifier}-spark": {"style": sparkline_style(series)},
    }


def kpi_age_props(
    identifier: str, since: Any, at: Any, *, still: bool = False
) -> dict[str, dict[str, Any]]:
    """Give the age of something, which goes on by the browser's clock (`assets/staleness.js`).

    Args:
        identifier: the card's id.
        since: a timestamp with zone; nothing stands there where it is missing.
        at: the moment of the view.
        still: a chosen moment in the past is looked at, where nothing grows older.
    """
    known = moment(since) != MISSING
    shown = {
        "children": age((at - since).total_seconds()) if known else "",
        "title": moment(since) if known else "",
        "data-age-of-ms": str(int(since.timestamp() * 1000)) if known and not still else "",
    }
    return {f"{identifier}-age": shown}
