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
            html.Section(
                [html.Span("", **{"data-age": ""}), html.Span("", id="since")],
                id="panel",
                **{
                    "data-panel": "",
                    "data-state": "empty",
                    "data-as-of-ms": "",
                    "data-stale-after-seconds": "2",
                },
            ),
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
    as_of = "" if view.newest is None else str(view.newest.value // 1_000_000)
    values = {"x": [0, 1, 2, 3], "y": [1, 2, 3, len(orders)]}
    changes = [
        {"operation": "Assign", "location": ["data", 0, axis], "params": {"value": value}}
        for axis, value in values.items()
    ]
    return {
        "panel": {"data-as-of-ms": as_of, "data-state": "fresh" if as_of else "empty"},
        "since": {"data-age-of-ms": as_of},
        "count": {"children": str(len(orders))},
        "window": {"children": filters.window},
        "newest-id": {"children": str(newest)},
        "table": {"children": rows},
        "chart": {"figure": {"__dash_patch_update": "__dash_patch_update", "operations": changes}},
    }
