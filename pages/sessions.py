"""Sessions: what ran, how did it end, and what runs now?"""

from __future__ import annotations

from typing import Any, Final

import dash_bootstrap_components as dbc
from dash import html, register_page

from components.choice import choice, choice_props
from components.element import Props
from components.page_frame import page_frame
from pages.panels import run_table, session_table
from pages.panels.frame import frame_props

QUESTION: Final = "What ran, how did it end, and what runs now?"
PACE_SECONDS: Final = 1.0
ID: Final = "sessions"
MODES: Final = ("shadow", "paper", "testnet", "live")
_CHOICES: Final = (
    ("mode", "Mode", "mode", MODES),
    ("status", "Session", "status", session_table.STATUSES),
    ("state", "Run", "status", run_table.STATES),
)

register_page(
    __name__,
    path="/sessions",
    name="Sessions",
    section="Sessions",
    title="Sessions · Deskwatch",
    order=60,
    question=QUESTION,
)


def layout(**_query: str) -> dbc.Container:
    """Give the page: what is chosen, the sessions, the runs."""
    choices = [choice(f"{ID}-{key}", label, name, words) for key, label, name, words in _CHOICES]
    grid = [session_table.layout(span=12), run_table.layout(span=12)]
    body = [html.Div(choices, className="choices"), html.Div(grid, className="grid")]
    return page_frame(ID, "Sessions", QUESTION, body)


def build(view: Any, filters: Any) -> Props:
    """Give the properties of everything that changes, the same ids each time."""
    props = {
        **frame_props(ID, view, filters, of_events=False),
        **session_table.props(view, filters),
        **run_table.props(view, filters),
    }
    for key, _, name, words in _CHOICES:
        props |= choice_props(f"{ID}-{key}", words, getattr(filters, name))
    return props
