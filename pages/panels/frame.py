"""What every page asks of its view: the frame around it, and where its numbers come from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from components.element import Props
from components.page_frame import page_frame_props
from components.provenance import Provenance, provenance, tells_events
from metrics.orders import window_events

_CHOICES: Final = ("source", "account", "symbol")


def frame_props(identifier: str, view: Any, filters: Any, *, of_events: bool = True) -> Props:
    """Give the properties of a page's head line and of its notice for an empty window.

    Args:
        identifier: the page's name, start of its ids.
        view: the view that the page is built from.
        filters: the viewer's filters.
        of_events: whether the page is about the window's events: another one is not empty because
            none came.
    """
    chosen = {name: getattr(filters, name) for name in _CHOICES if getattr(filters, name)}
    narrow = not chosen.keys() <= {"source"}
    props = page_frame_props(
        identifier,
        at=view.at,
        newest=view.newest,
        events=view.measure(window_events),
        window_seconds=view.window_seconds,
        sources=view.sources,
        chosen=filters.source,
        silent=[] if narrow else _silent(view.sources, filters.source),
        choice=", ".join(f"{name} {value}" for name, value in chosen.items()),
        notices=list(view.desk.get("notices") or ()),
    )
    if view.sources and not of_events:
        props[f"{identifier}-empty"] = {"hidden": True}
    return props


def _silent(sources: Iterable[Mapping[str, Any]], source: str | None) -> list[str]:
    """Give the chosen sources that may tell events and have told none."""
    return [
        str(row.get("name"))
        for row in sources
        if source in (None, row.get("name"))
        and tells_events(row)
        and row.get("newest_ts_event") is None
    ]


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
