"""The keys, in a dialog that `?` opens."""

from __future__ import annotations

from typing import Final

from dash import html

KEYS: Final = (
    (("1", "…", "8"), "go to the pages in the navigation's order"),
    (("[", "]"), "shorter or longer window"),
    (("p",), "pause and resume; the numbers freeze, their ages go on"),
    (("l",), "back to live from a moment in the past"),
    (("z",), "times in UTC, in this browser's zone, in the exchange's"),
    (("t",), "dark or light"),
    (("?",), "this list"),
    (("Esc",), "close it"),
)
"""Kept in step with `assets/shell.js`."""


def help_dialog() -> html.Dialog:
    """Give the dialog, closed; `assets/shell.js` opens it."""
    items: list[html.Dt | html.Dd] = []
    for keys, meaning in KEYS:
        items.append(html.Dt([html.Kbd(key) if key != "…" else " … " for key in keys]))
        items.append(html.Dd(meaning))
    return html.Dialog(
        [
            html.H2("Keys", id="help-title"),
            html.Dl(items),
            html.P(
                "Drag over a chart to zoom, double-click to see all of it. A panel is fresh (●), "
                "late (◐) or dead (✖) by its source's own pace, judged by this browser's clock.",
                className="muted",
            ),
            html.Button("Close", type="button", className="control", **{"data-action": "close"}),
        ],
        id="help",
        className="help",
        **{"aria-labelledby": "help-title"},
    )
