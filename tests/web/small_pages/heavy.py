"""A page so large, and so new each time, that a client which does not read soon holds it up."""

import random

from dash import html, register_page

PACE_SECONDS = 0.0

register_page(__name__, path="/heavy", name="Heavy", order=5)


def layout(**_query):
    return html.Div(id="heavy-text")


def build(view, filters):
    return {"heavy-text": {"children": random.Random(view.version).randbytes(150_000).hex()}}
