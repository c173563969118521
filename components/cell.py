"""Cells of a table that are more than text, as small dicts that `assets/tables.js` turns into DOM.

A cell of Dash components would cost the browser a store subscription each: a table of 25 orders
has a thousand, and every live property of the page would wake them all.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from components.badges import badge_of
from components.link import site_path
from formats import MISSING, age, moment, text

Cell = dict[str, Any]
_SHORT_LABEL: Final = 10


def badge_cell(field: str, value: Any, *, title: str = "", shown: str = "") -> Cell:
    """Give a state as glyph, text and tone.

    Args:
        field: as in `badge_of`.
        value: as in `badge_of`.
        title: what stands there when the pointer rests on it.
        shown: other words for the same state.
    """
    state = badge_of(field, value)
    cell: Cell = {"text": f"{state.glyph} {shown or state.text}", "tone": state.tone}
    return {**cell, "title": text(title, 300)} if title else cell


def time_cell(value: Any, *, with_date: bool = False, today: Any = None) -> Cell | str:
    """Give a moment in UTC, which `assets/shell.js` writes in the viewer's zone.

    Args:
        value: a timestamp with zone, or something missing.
        with_date: write the date too.
        today: a timestamp of the day that needs no word: of another one the date is told, and
            the minute is exact enough.
    """
    long = moment(value)
    if long == MISSING:
        return MISSING
    shown = long.removesuffix(" UTC")
    cell: Cell = {"text": shown if with_date else shown[11:], "title": long}
    cell["utc"] = int(value.timestamp() * 1000)
    if with_date:
        cell["format"] = "datetime"
    elif today is not None and _utc_day(value) != _utc_day(today):
        cell |= {"text": shown[:16], "format": "day"}
    return cell


def age_cell(since: Any, at: Any, *, still: bool = False) -> Cell | str:
    """Give the age of something, which goes on by the browser's clock.

    Args:
        since: a timestamp with zone, or something missing.
        at: the moment of the view.
        still: a chosen moment in the past is looked at, where nothing grows older.
    """
    long = moment(since)
    if long == MISSING:
        return MISSING
    cell: Cell = {"text": age((at - since).total_seconds()), "title": long}
    return cell if still else {**cell, "age": int(since.timestamp() * 1000)}


def query_cell(label: Any, title: str = "", **query: str) -> Cell:
    """Give a link that changes the address's query and keeps the rest of it."""
    return {"text": text(label, 60), "href": f"?{urlencode(query)}", "title": _hint(label, title)}


def page_cell(label: Any, path: str, title: str = "", **query: str) -> Cell:
    """Give a link to another page of this site, which keeps the filters that it knows.

    Args:
        label: its words.
        path: of the page.
        title: what stands there when the pointer rests on it.
        query: filters that the link sets.
    """
    address = site_path(path) + (f"?{urlencode(query)}" if query else "")
    return {"text": text(label, 80), "page": address, "title": _hint(label, title)}


def raw_cell(generation: Any, offset: Any, source: Any = None) -> Cell | str:
    """Give the link to the line of the log that something came from; nothing when unknown."""
    if not isinstance(generation, str) or offset is None or offset != offset:
        return ""
    query = {"generation": generation, "offset": str(int(offset))}
    if isinstance(source, str):
        query["source"] = source
    return {
        "text": "raw",
        "href": f"{site_path('/api/raw')}?{urlencode(query)}",
        "title": f"The line itself: {text(generation, 80)} at byte {int(offset)}",
    }


def bar_cell(share: float) -> Cell:
    """Give a bar of a share 0–1."""
    return {"text": "", "share": round(min(max(share, 0.0), 1.0), 3)}


def _hint(label: Any, title: str) -> str:
    """Give what a link does, after its whole words where a narrow column may cut them."""
    return f"{text(label)}: {title}" if title and len(str(label)) > _SHORT_LABEL else title


def _utc_day(stamp: Any) -> int:
    return int(stamp.timestamp() // 86_400)
