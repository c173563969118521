"""A KPI card: label, one large number, one line that says how it is meant, and its course."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt
from dash import html

from components.element import Element
from components.metric import metric_text
from components.sparkline import sparkline_style


def kpi_card(identifier: str, label: str, metric: str, *, hint: str = "") -> html.Div:
    """Give a card that `kpi_props` fills.

    Args:
        identifier: id of the card; its parts are `<id>-value`, `<id>-note` and `<id>-spark`.
        label: the number's name.
        metric: its data-metric.
        hint: its definition, shown when the pointer rests on the label.
    """
    return html.Div(
        [
            html.Div(className="kpi-spark", id=f"{identifier}-spark", **{"aria-hidden": "true"}),
            html.Div(label, className="kpi-label", title=hint),
            html.Div(metric_text(f"{identifier}-value", metric), className="kpi-value"),
            html.Div("", id=f"{identifier}-note", className="kpi-note"),
        ],
        id=identifier,
        className="kpi",
        **{"data-tone": "neutral"},
    )


def kpi_props(
    identifier: str,
    value: str,
    note: str | list[Element | str] = "",
    *,
    tone: str = "neutral",
    series: npt.ArrayLike = (),
) -> dict[str, dict[str, Any]]:
    """Give the changing properties of one card.

    Args:
        identifier: the card's id.
        value: the number as text.
        note: the line below it; parts of it where one is more than text, such as an age.
        tone: neutral, warn or act.
        series: its course over the window, for the sparkline.
    """
    title = note if isinstance(note, str) else ""
    return {
        identifier: {"data-tone": tone},
        f"{identifier}-value": {"children": value},
        f"{identifier}-note": {"children": note, "title": title},
        f"{identifier}-spark": {"style": sparkline_style(series)},
    }
