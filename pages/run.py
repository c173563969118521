"""One run: what has it earned, what does it hold, and does it still go on?"""

from __future__ import annotations

from typing import Any, Final

import dash_bootstrap_components as dbc
from dash import html, register_page

from components.element import Props
from components.page_frame import page_frame
from pages.panels import its_alerts, run_card, run_equity, run_steps
from pages.panels.frame import frame_props
from pages.panels.run_table import KINDS
from pages.panels.told import (
    chosen,
    one_of,
    state_frame,
    teller,
    told_by,
    told_frame,
    told_once,
    whole_frame,
)

QUESTION: Final = "What has this run earned, what does it hold, and does it still go on?"
PACE_SECONDS: Final = 1.0
ID: Final = "run"

register_page(
    __name__,
    path_template="/run/<run_id>",
    name="Run",
    section="Sessions",
    title="Run · Deskwatch",
    order=62,
    question=QUESTION,
)


def knows(view: Any, run_id: str) -> bool:
    """Tell whether a source tells of the run; one without any step is a run too."""
    return bool(one_of(told_frame(view, "runs"), "run_id", run_id))


def layout(**_query: str) -> dbc.Container:
    """Give the page: its numbers, its equity beside its alerts, its steps."""
    grid = [
        run_card.layout(span=12),
        run_equity.layout(span=7),
        its_alerts.layout(span=5),
        run_steps.layout(span=12),
    ]
    return page_frame(ID, "Run", QUESTION, [html.Div(grid, className="grid")])


def build(view: Any, filters: Any, run_id: str) -> Props:
    """Give the properties of everything that changes, the same ids each time."""
    runs = told_once(whole_frame(view, "runs"), filters.source, run_id=run_id)
    known = told_once(state_frame(view, "steps"), filters.source, session_id=run_id)
    source = teller(runs, known)
    steps, alerts, points = (
        chosen(state_frame(view, name), session_id=run_id, source=source).iloc[::-1]
        for name in ("steps", "alerts", "equity")
    )
    equity = run_equity.series_of(points)
    row = one_of(runs, "run_id", run_id)
    origin = told_by(view, filters, runs, () if len(runs) else KINDS)
    rows = alerts.to_dict("records")
    told = told_by(view, filters, alerts) if rows else origin
    return {
        **frame_props(ID, view, filters, of_events=False),
        **run_card.props(row, run_id, steps, equity, view.at, origin),
        **run_equity.props(equity, row, origin),
        **its_alerts.props(rows, view.at, told, most=its_alerts.LOOKED_AT),
        **run_steps.props(steps, row, view.at, origin),
    }
