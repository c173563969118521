"""The first line of a page: its question, the moment it shows, and how many events it stands on."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from components.metric import metric_text
from formats import count, file_size, moment, percent, text


def page_head(identifier: str, title: str, question: str) -> html.Div:
    """Give the line; `page_head_props` dates it.

    Args:
        identifier: start of its ids, the page's name.
        title: the page's name, its heading.
        question: what the page answers.
    """
    return html.Div(
        [
            html.H1(title, className="page-title"),
            html.Span(question, className="page-question"),
            html.Span(
                [
                    html.Span("as of "),
                    html.Time(
                        "",
                        id=f"{identifier}-as-of",
                        **{"data-metric": "as_of", "data-format": "datetime"},
                    ),
                    html.Span(" UTC", **{"data-zone-label": " "}),
                    html.Span(" · "),
                    metric_text(f"{identifier}-events", "window_events"),
                    html.Span("", id=f"{identifier}-window"),
                    html.Span(
                        "",
                        id=f"{identifier}-catching-up",
                        className="badge-state catching-up",
                        hidden=True,
                        **{"data-tone": "warn"},
                    ),
                ],
                className="page-moment push muted",
            ),
        ],
        id=f"{identifier}-head",
        className="page-head",
    )


def page_head_props(
    identifier: str, *, at: Any, events: int, window_seconds: float | None, sources: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Give the changing properties of the line.

    Args:
        identifier: as given to `page_head`.
        at: the moment of the view.
        events: events in the window.
        window_seconds: the window, None for everything.
        sources: names of what is attached: the header offers them, and some are found later.
    """
    words = (
        " events of all time" if window_seconds is None else f" events in {_span(window_seconds)}"
    )
    return {
        f"{identifier}-as-of": {
            "children": moment(at).removesuffix(" UTC"),
            "data-utc-ms": str(int(at.timestamp() * 1000)),
        },
        f"{identifier}-events": {"children": count(events)},
        f"{identifier}-window": {"children": words},
        f"{identifier}-head": {
            "data-sources": json.dumps([[one, text(one, 40)] for one in sources])
        },
    }


def catching_up_props(
    identifier: str, sources: Sequence[Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Give what the line says while logs are read in part: how far, where that is known.

    Args:
        identifier: as given to `page_head`.
        sources: rows of `/api/sources` of those that the page counts.
    """
    behind = [row for row in sources if row.get("catching_up")]
    read, left = (
        sum(int(row.get(name) or 0) for row in behind) for name in ("bytes_read", "unread_bytes")
    )
    # Not rounded up: all of it is read when it is, and not before.
    far = f", {percent(math.floor(100 * read / (read + left)) / 100, 0)}" if read and left else ""
    names = ", ".join(text(row.get("name"), 40) for row in behind)
    said = f" of {file_size(read + left)}" if far else ""
    return {
        f"{identifier}-catching-up": {
            "children": f"◐ still reading{far}{said}" if behind else "",
            "title": f"Read in part so far: {names}. The numbers are of that part"
            if behind
            else "",
            "hidden": not behind,
        }
    }


def _span(seconds: float) -> str:
    if seconds >= 3600 and seconds % 3600 == 0:
        return f"{seconds / 3600:.0f} h"
    return f"{seconds / 60:.0f} min" if seconds % 60 == 0 else f"{seconds:g} s"
