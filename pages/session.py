"""One session: what did it do, what did it earn, and what went wrong?"""

from __future__ import annotations

from typing import Any, Final

import dash_bootstrap_components as dbc
from dash import html, register_page

from components.element import Props
from components.page_frame import page_frame
from pages.panels import its_alerts, session_card, session_limits, session_timeline
from pages.panels.frame import frame_props
from pages.panels.session_table import KINDS
from pages.panels.told import (
    chosen,
    one_of,
    teller,
    told_by,
    told_frame,
    told_of,
    told_once,
    whole_frame,
)

QUESTION: Final = "What did this session do, what did it earn, and what went wrong?"
PACE_SECONDS: Final = 2.0
ID: Final = "session"

register_page(
    __name__,
    path_template="/session/<session_id>",
    name="Session",
    section="Sessions",
    title="Session · Deskwatch",
    order=61,
    question=QUESTION,
)


def knows(view: Any, session_id: str) -> bool:
    """Tell whether a registry or an event names the session."""
    told = told_frame(view, "sessions")
    return bool(one_of(told, "session_id", session_id)) or bool(view.sources_of_session(session_id))


def layout(**_query: str) -> dbc.Container:
    """Give the page: its facts, its alerts beside its limits, what it did."""
    grid = [
        session_card.layout(span=12),
        its_alerts.layout(span=7),
        session_limits.layout(span=5),
        session_timeline.layout(span=12),
    ]
    return page_frame(ID, "Session", QUESTION, [html.Div(grid, className="grid")])


def build(view: Any, filters: Any, session_id: str) -> Props:
    """Give the properties of everything that changes, the same ids each time."""
    sessions = told_once(whole_frame(view, "sessions"), filters.source, session_id=session_id)
    every = chosen(whole_frame(view, "session_limits"), session_id=session_id)
    limits = chosen(every, source=teller(sessions))
    alerts = told_of(view, "alerts", session_id, its_alerts.LOOKED_AT + 1)
    rows = alerts.to_dict("records")
    registry = told_by(view, filters, sessions, () if len(sessions) else KINDS)
    row = one_of(sessions, "session_id", session_id)
    return {
        **frame_props(ID, view, filters, of_events=False),
        **session_card.props(row, session_id, rows, view.at, registry),
        **its_alerts.props(rows, view.at, told_by(view, filters, alerts)),
        **session_limits.props(limits, registry),
        **session_timeline.props(view, filters, session_id),
    }
