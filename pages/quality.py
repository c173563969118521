"""Quality: can the numbers be trusted?"""

from __future__ import annotations

from typing import Any, Final

import dash_bootstrap_components as dbc
from dash import html, register_page

from components.element import Props
from components.page_frame import page_frame
from pages.panels import file_accounts, line_accounts, quarantine, source_table, source_warnings
from pages.panels.frame import frame_props
from pages.panels.side_by_side import follows_files, origin_of_rows, reads_lines

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
    everything = origin_of_rows(view, filters)
    lines = origin_of_rows(view, filters, reads_lines)
    return {
        **frame_props(ID, view, filters),
        **source_table.props(view, everything),
        **source_warnings.props(view, everything),
        **line_accounts.props(view, lines),
        **file_accounts.props(view, origin_of_rows(view, filters, follows_files)),
        **quarantine.props(view, lines, filters.source),
    }
