"""Quality: can the numbers be trusted?"""

from __future__ import annotations

from typing import Any, Final

import dash_bootstrap_components as dbc
from dash import html, register_page

from components.element import Props
from components.page_frame import page_frame
from pages.panels import file_accounts, line_accounts, quarantine, source_table, source_warnings
from pages.panels.frame import frame_props, origin_of

QUESTION: Final = "Can the numbers be trusted?"
PACE_SECONDS: Final = 0.5
ID: Final = "quality"

register_page(
    __name__,
    path="/quality",
    name="Quality",
    section="System",
    title="Quality · Deskwatch",
    order=50,
    question=QUESTION,
)


def layout(**_query: str) -> dbc.Container:
    """Give the page: the sources, what was lost, their lines and files, and the lines set aside."""
    grid = [
        source_table.layout(span=12),
        source_warnings.layout(span=12),
        line_accounts.layout(span=12),
        file_accounts.layout(span=12),
        *quarantine.layout(),
    ]
    return page_frame(ID, "Quality", QUESTION, [html.Div(grid, className="grid")])


def build(view: Any, filters: Any) -> Props:
    """Give the properties of everything that changes, the same ids each time."""
    origin = origin_of(view, filters, events_only=False)
    return {
        **frame_props(ID, view, filters),
        **source_table.props(view, origin),
        **source_warnings.props(view, origin),
        **line_accounts.props(view, origin),
        **file_accounts.props(view, origin),
        **quarantine.props(view, origin, filters.source),
    }
