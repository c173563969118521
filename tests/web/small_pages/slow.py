"""A page that takes longer to build than the Interval waits."""

import time

from dash import html, register_page

PACE_SECONDS = 0.0

register_page(__name__, path="/slow", name="Slow", order=6)


def layout(**_query):
    return html.Div([html.Span("—", id="slow-count")])


def build(view, filters):
    time.sleep(1.6)
    return {"slow-count": {"children": str(len(view.orders))}}
