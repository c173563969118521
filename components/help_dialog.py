"""The keys, in a dialog that `?` opens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from dash import html

KEYS: Final = (
    (("[", "]"), "shorter or longer window"),
    (("s",), "to the choice of a source; arrows choose"),
    (("p",), "pause and resume; the numbers freeze, their ages go on"),
    (("l",), "back to live from a moment in the past"),
    (("z",), "times in UTC, in this browser's zone, in the exchange's"),
    (("t",), "dark or light"),
    (("?",), "this list"),
    (("Esc",), "close it"),
)
"""Kept in step with `assets/shell.js`."""
MOST_PAGES: Final = 9
"""Pages that have a digit of their own."""


def help_dialog(pages: Sequence[str]) -> html.Dialog:
    """Give the dialog, closed; `assets/shell.js` opens it.

    Args:
        pages: the entries of the navigation, in its order: a digit leads to each.
    """
    digits = [((str(place),), f"to {name}") for place, name in enumerate(pages[:MOST_PAGES], 1)]
    items: list[html.Dt | html.Dd] = []
    for keys, meaning in (*digits, *KEYS):
        items.append(html.Dt([html.Kbd(key) for key in keys]))
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
