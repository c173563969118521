"""A page with a variable in its path."""

from dash import html, register_page

PACE_SECONDS = 0.0

register_page(__name__, path_template="/order/<order_id>", name="Order", order=4)


def layout(order_id="", **_query):
    return html.Div([html.Span("—", id="order-id")])


def build(view, filters, order_id):
    return {"order-id": {"children": order_id}}
