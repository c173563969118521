"""What every page has around its panels: its head line and the notice for an empty window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc

from components.empty import empty_notice, empty_props
from components.page_head import catching_up_props, page_head, page_head_props
from formats import text


def page_frame(
    identifier: str, title: str, question: str, body: list[Any], *, fit: bool = False
) -> dbc.Container:
    """Give a page: head, notice, body.

    Args:
        identifier: the page's name, start of its ids.
        title: its heading.
        question: what it answers.
        body: its grids of panels.
        fit: whether it fills the screen without scrolling where the screen is large enough.
    """
    return dbc.Container(
        [
            page_head(identifier, title, question),
            dbc.Alert(
                "",
                id=f"{identifier}-notices",
                color="warning",
                className="notice",
                is_open=False,
                fade=False,
            ),
            empty_notice(f"{identifier}-empty"),
            *body,
        ],
        fluid=True,
        className=f"page page-{identifier}" + (" page-fit" if fit else ""),
    )


def page_frame_props(
    identifier: str,
    *,
    at: Any,
    newest: Any,
    events: int,
    window_seconds: float | None,
    sources: Sequence[Mapping[str, Any]],
    chosen: str | None,
    silent: list[str],
    choice: str,
    notices: list[str],
) -> dict[str, dict[str, Any]]:
    """Give the changing properties of head and notices.

    Args:
        identifier: the page's name, as given to `page_frame`.
        at: the moment of the view.
        newest: moment of the newest event up to it, or None.
        events: events in the window.
        window_seconds: the window, None for everything.
        sources: rows of `/api/sources` of all that are attached.
        chosen: the name of the source that the viewer chose; None for all.
        silent: the chosen sources that told no event, as in `empty_props`.
        choice: what the address chose, as in `empty_props`.
        notices: what the desk wants every viewer to know.
    """
    attached = [str(row.get("name")) for row in sources]
    counted = [row for row in sources if chosen in (None, row.get("name"))]
    return {
        **catching_up_props(identifier, counted),
        f"{identifier}-notices": {
            "children": text(" · ".join(notices), 600) if notices else "",
            "is_open": bool(notices),
        },
        **page_head_props(
            identifier, at=at, events=events, window_seconds=window_seconds, sources=attached
        ),
        **empty_props(
            f"{identifier}-empty",
            events=events,
            newest=newest,
            at=at,
            attached=len(attached),
            silent=silent,
            reading=any(row.get("catching_up") for row in counted),
            choice=choice,
            window_seconds=window_seconds,
        ),
    }
