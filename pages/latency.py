"""Latency: how long do decision, acknowledgement and fill take, and for whom?"""

from __future__ import annotations

from typing import Any, Final

import dash_bootstrap_components as dbc
from dash import html, register_page

from components.element import Props
from components.page_frame import page_frame
from pages.panels import latency_heat, stage_latency, stage_table
from pages.panels.frame import frame_props, origin_of

QUESTION: Final = "How long do decision, acknowledgement and fill take, and for whom?"
PACE_SECONDS: Final = 1.0
ID: Final = "latency"
BY_STAGE: Final = f"{ID}-stages"
HEAT: Final = f"{ID}-heat"
SPLITS: Final = ("route", "symbol")

register_page(
    __name__,
    path="/latency",
    name="Latency",
    title="Latency · Deskwatch",
    order=30,
    question=QUESTION,
)


def layout(**_query: str) -> dbc.Container:
    """Give the page: all stages in numbers, then their course, then where and for whom."""
    grid = [
        stage_table.layout(BY_STAGE, "Stages of an order", "Stage", span=12),
        stage_latency.layout("order_ack", span=12, height="tall", owner=ID),
        stage_latency.layout("decision", span=6, height="medium", owner=ID),
        stage_latency.layout("first_fill", span=6, height="medium", owner=ID),
        latency_heat.layout(HEAT, "order_ack", span=12, height="medium"),
        *(
            stage_table.layout(f"{ID}-by-{by}", f"Order ack by {by}", by.capitalize(), span=6)
            for by in SPLITS
        ),
    ]
    return page_frame(ID, "Latency", QUESTION, [html.Div(grid, className="grid")])


def build(view: Any, filters: Any) -> Props:
    """Give the properties of everything that changes, the same ids each time."""
    origin = origin_of(view, filters)
    given = {
        **frame_props(ID, view, filters),
        **stage_table.stage_props(BY_STAGE, view, origin),
        **latency_heat.props(HEAT, view, origin, "order_ack"),
    }
    for stage in ("order_ack", "decision", "first_fill"):
        given.update(stage_latency.props(view, origin, stage, owner=ID))
    for by in SPLITS:
        given.update(stage_table.split_props(f"{ID}-by-{by}", view, origin, "order_ack", by))
    return given
