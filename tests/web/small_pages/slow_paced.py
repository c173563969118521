"""A page that wants to be built every ten seconds only."""

from dash import html, register_page

PACE_SECONDS = 10.0

register_page(__name__, path="/paced", name="Paced", order=2)


def layout(**_query):
    return html.Div([html.Span("—", id="paced-count")])


def build(view, filters):
    return {"paced-count": {"children": str(len(view.orders))}}
