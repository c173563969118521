"""Overview: is the desk all right, in two seconds?"""

from __future__ import annotations

from typing import Any, Final

import dash_bootstrap_components as dbc
from dash import html, register_page

from components.element import Props
from components.page_frame import page_frame
from pages.panels import (
    latency_gauges,
    notable,
    order_kpis,
    risk_gauges,
    source_strip,
    stage_latency,
)
from pages.panels.frame import frame_props, origin_of

QUESTION: Final = "Is the desk all right?"
PACE_SECONDS: Final = 0.0
ID: Final = "overview"

register_page(
    __name__, path="/", name="Overview", title="Overview · Deskwatch", order=10, question=QUESTION
)


def layout(**_query: str) -> dbc.Container:
    """Give the page: orders on top, their latency and risk to the left, the sources beside."""
    meters = [risk_gauges.layout(span=6), latency_gauges.layout(span=6)]
    left = [
        stage_latency.layout("order_ack", span=12, height="grow", owner=ID),
        html.Div(meters, className="grid"),
    ]
    right = [source_strip.layout(span=12), notable.layout(span=12)]
    body = [
        html.Div(order_kpis.layout(), className="grid"),
        html.Div(
            [
                html.Div(left, className="fit-column span-5"),
                html.Div(right, className="fit-column span-7"),
            ],
            className="grid grid-main",
        ),
    ]
    return page_frame(ID, "Overview", QUESTION, body, fit=True)


def build(view: Any, filters: Any) -> Props:
    """Give the properties of everything that changes, the same ids each time."""
    origin = origin_of(view, filters)
    everything = origin_of(view, filters, events_only=False)
    return {
        **frame_props(ID, view, filters),
        **order_kpis.props(view, origin),
        **stage_latency.props(view, origin, "order_ack", owner=ID),
        **risk_gauges.props(view, origin),
        **latency_gauges.props(view, origin),
        **source_strip.props(view, everything, filters.source),
        **notable.props(view, origin),
    }
