"""A page with one number, one text from the log, and one chart."""

from dash import dcc, html, register_page

PACE_SECONDS = 0.0

register_page(__name__, path="/", name="Counter", order=1)


def layout(**_query):
    return html.Div(
        [
            html.Span("—", id="count", **{"data-metric": "orders_submitted"}),
            html.Span("", id="window"),
            html.Span("", id="newest-id"),
            html.Div(id="table"),
            dcc.Graph(id="chart", figure={"data": [{"x": [], "y": []}], "layout": {}}),
        ]
    )


def build(view, filters):
    orders = view.orders
    rows = [
        {
            "type": "Span",
            "namespace": "dash_html_components",
            "props": {"children": str(name)},
        }
        for name in orders["client_order_id"].tail(3)
    ]
    newest = orders["client_order_id"].iloc[-1] if len(orders) else ""
    change = {"operation": "Assign", "location": ["data", 0, "y"], "params": {"value": [1, 2]}}
    return {
        "count": {"children": str(len(orders))},
        "window": {"children": filters.window},
        "newest-id": {"children": str(newest)},
        "table": {"children": rows},
        "chart": {"figure": {"__dash_patch_update": "__dash_patch_update", "operations": [change]}},
    }
