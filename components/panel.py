"""A panel: one question's answer with its source, its age and the number of samples behind it.

The server says the state once; from then on `assets/staleness.js` ages the panel by the browser's
own clock, so that a frozen server cannot look alive.
"""

from __future__ import annotations

from typing import Any

from dash import html

from components.provenance import Provenance
from formats import text


def panel(
    identifier: str,
    title: str,
    body: Any,
    *,
    span: int = 12,
    height: str = "",
    hint: str = "",
) -> html.Section:
    """Give a panel in its empty state; `panel_props` dates it.

    Args:
        identifier: id of the section; its parts are `<id>-source` and `<id>-n`.
        title: what it shows, in two or three words.
        body: the components inside.
        span: how many of the grid's twelve columns it takes.
        height: `tall`, `medium`, `capped` (a long table scrolls inside), `grow` (what is left of a
            page that fills the screen) or nothing.
        hint: how the numbers are made, shown when the pointer rests on the title.
    """
    return html.Section(
        [
            html.Header(
                [
                    html.H2(title, id=f"{identifier}-title", className="panel-title", title=hint),
                    html.Div(
                        [
                            html.Span("", id=f"{identifier}-n", className="panel-n num"),
                            html.Span("", id=f"{identifier}-source", className="panel-source"),
                            html.Span("", className="panel-age num", **{"data-age": ""}),
                        ],
                        className="panel-meta",
                    ),
                ],
                className="panel-head",
            ),
            html.Div(body, className="panel-body"),
        ],
        id=identifier,
        className=f"panel span-{span} {height}".strip(),
        **{
            "data-panel": "",
            "data-state": "empty",
            "data-source": "",
            "data-as-of-ms": "",
            "data-stale-after-seconds": "",
            "data-replay": "false",
            "aria-labelledby": f"{identifier}-title",
        },
    )


def panel_props(
    identifier: str, origin: Provenance, samples: str = ""
) -> dict[str, dict[str, Any]]:
    """Give the changing properties of one panel.

    Args:
        identifier: the panel's id.
        origin: where its numbers come from.
        samples: the sample count as text, such as `n = 1 204`.
    """
    return {
        identifier: {
            "data-state": origin.state,
            "data-source": origin.source,
            "data-as-of-ms": "" if origin.as_of_ms is None else str(origin.as_of_ms),
            "data-stale-after-seconds": _plain(origin.stale_after_seconds),
            "data-replay": "true" if origin.replay else "false",
        },
        f"{identifier}-source": {"children": _named(origin), "title": _all_named(origin)},
        f"{identifier}-n": {"children": samples},
    }


def _named(origin: Provenance) -> str:
    """Give one or two names as they are, more as their number: a panel's head is short."""
    number = origin.source.count(", ") + 1
    if origin.sick and number > 1:
        return f"{len(origin.sick)} of {number} sick"
    return origin.source if number < 3 else f"{number} sources"


def _all_named(origin: Provenance) -> str:
    """Give the names of all sources, of those in trouble first."""
    sick = ", ".join(text(name, 40) for name in origin.sick)
    return f"Sick: {sick}. Of: {origin.source}" if sick else origin.source


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
