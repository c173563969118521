"""Orders: what became of them, why, and which ones wait?"""

from __future__ import annotations

from typing import Any, Final

import dash_bootstrap_components as dbc
from dash import html, register_page

from components.element import Props
from components.page_frame import page_frame
from pages.panels import (
    accounting,
    open_orders,
    order_funnel,
    order_waterfall,
    recent_orders,
    route_shares,
    why_codes,
)
from pages.panels.frame import frame_props, origin_of

QUESTION: Final = "What became of the orders, why, and which ones wait?"
PACE_SECONDS: Final = 0.5
ID: Final = "orders"

register_page(
    __name__,
    path="/orders",
    name="Orders",
    section="Trading",
    title="Orders · Deskwatch",
    order=20,
    question=QUESTION,
)


def layout(**_query: str) -> dbc.Container:
    """Give the page: the funnel and its reasons, one life, the orders themselves."""
    left = html.Div([order_funnel.layout(span=12)], className="column span-6")
    right = html.Div(
        [route_shares.layout(span=12), why_codes.layout(span=12)], className="column span-6"
    )
    rest = [
        order_waterfall.layout(span=12),
        open_orders.layout(span=12),
        recent_orders.layout(span=12),
        accounting.layout(span=12),
    ]
    return page_frame(ID, "Orders", QUESTION, [html.Div([left, right, *rest], className="grid")])


def build(view: Any, filters: Any) -> Props:
    """Give the properties of everything that changes, the same ids each time."""
    origin = origin_of(view, filters)
    return {
        **frame_props(ID, view, filters),
        **order_funnel.props(view, origin),
        **route_shares.props(view, origin),
        **why_codes.props(view, origin),
        **order_waterfall.props(view, origin, filters.order),
        **accounting.props(view, origin),
        **open_orders.props(view, origin, filters.order),
        **recent_orders.props(view, origin, filters.order),
    }
