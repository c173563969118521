"""A page whose numbers cannot be computed."""

from dash import html, register_page

PACE_SECONDS = 0.0

register_page(__name__, path="/failing", name="Failing", order=3)


def layout(**_query):
    return html.Div([html.Span("—", id="failing-count")])


def build(view, filters):
    raise RuntimeError("the secret path /home/someone/desk")
