"""What a page says when its window holds nothing: how old the newest event is, and where it is."""

from __future__ import annotations

from typing import Any, Final

from dash import html

from formats import age, moment, text

OLD_SECONDS: Final = 3600.0
"""A log that told nothing for so long has ended, or its bot sleeps."""


def empty_notice(identifier: str) -> html.Div:
    """Give the notice, hidden until `empty_props` shows it."""
    return html.Div(
        [
            html.Span("", id=f"{identifier}-text"),
            html.A(
                "Show its last moment",
                id=f"{identifier}-link",
                href="?window=all&at=last",
                hidden=True,
                **{"data-query": ""},
            ),
        ],
        id=identifier,
        className="notice",
        hidden=True,
        role="status",
    )


def empty_props(
    identifier: str,
    *,
    events: int,
    newest: Any,
    at: Any,
    attached: int,
    silent: list[str],
    reading: bool = False,
    choice: str = "",
    window_seconds: float | None = 0.0,
) -> dict[str, dict[str, Any]]:
    """Give the notice's properties.

    Args:
        identifier: the notice's id.
        events: number of events in the window; with any the notice hides, unless the window is
            everything and all of it is old.
        newest: moment of the newest event up to `at`, or None.
        at: the moment of the view.
        attached: how many sources there are.
        silent: names of the chosen sources that may tell events and told none up to `at`.
        reading: whether a chosen source has not been read to its end: what is there may come yet.
        choice: what the address chose, such as `account A1`; nothing where it chose all.
        window_seconds: the window; None for everything, which holds an old log's events too.
    """
    has_older = newest is not None and newest == newest
    gone_seconds = (at - newest).total_seconds() if has_older else 0.0
    is_old = window_seconds is None and events > 0 and gone_seconds > OLD_SECONDS
    if is_old:
        said = (
            f"Nothing newer: the newest event was {age(gone_seconds)} ago, at {moment(newest)}. "
            "What is open is told as of now."
        )
    elif events > 0:
        said = ""
    elif not attached:
        said = (
            "Nothing is attached: start with python app.py --attach DIR, or --demo to look around."
        )
    elif reading:
        said = "Still reading: events of this window may come yet."
    elif has_older:
        gone = age(gone_seconds)
        said = f"No event in this window: newest event {gone} ago, at {moment(newest)}."
    elif silent:
        names = ", ".join(text(name, 40) for name in silent)
        said = f"Watching {names}: no event yet. The first line shows up here by itself."
    else:
        said = f"No event of {text(choice, 120)} so far." if choice else "No event so far."
    return {
        identifier: {"hidden": events > 0 and not is_old},
        f"{identifier}-text": {"children": said},
        f"{identifier}-link": {
            "hidden": not (is_old or (events == 0 and has_older and not reading))
        },
    }
