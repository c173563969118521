"""What every page asks of its view: the frame around it, and where its numbers come from."""

from __future__ import annotations

from typing import Any

from components.element import Props
from components.page_frame import page_frame_props
from components.provenance import Provenance, provenance
from metrics.orders import window_events


def frame_props(identifier: str, view: Any) -> Props:
    """Give the properties of a page's head line and of its notice for an empty window."""
    return page_frame_props(
        identifier,
        at=view.at,
        newest=view.newest,
        events=view.measure(window_events),
        window_seconds=view.window_seconds,
        source_names=[str(row.get("name")) for row in view.sources],
        notices=list(view.desk.get("notices") or ()),
    )


def origin_of(view: Any, filters: Any, *, events_only: bool = True) -> Provenance:
    """Give what a panel says about its data: sources, age, threshold, and whether it is replay.

    Args:
        view: the view that the page is built from.
        filters: the viewer's filters.
        events_only: only the sources that feed orders and latencies.
    """
    return provenance(
        view.sources,
        now_ms=view.at.timestamp() * 1000.0,
        source=filters.source,
        replay=filters.at is not None,
        events_only=events_only,
    )


def knows_events(view: Any) -> bool:
    """Tell whether any event was ever heard: a count of nothing is not a zero."""
    return view.newest is not None or bool(view.measure(window_events))
