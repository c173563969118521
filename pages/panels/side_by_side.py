"""Panels with a row for each source: one that is sick marks its row, not the whole panel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from components.cell import Cell
from components.provenance import Provenance, sick_of, side_by_side, tells_events
from formats import count, text

Row = Mapping[str, Any]


def origin_of_rows(
    view: Any, filters: Any, shows: Callable[[Row], bool] = lambda _row: True
) -> Provenance:
    """Give what a panel says that shows a row for each source of some kind.

    Args:
        view: the view that the page is built from.
        filters: the viewer's filters; of a chosen source the panel says what that one says.
        shows: whether the panel has a row for a source.
    """
    rows = [row for row in view.sources if shows(row)]
    told = side_by_side(
        [row for row in rows if filters.source in (None, row.get("name"))],
        now_ms=view.at.timestamp() * 1000.0,
        replay=filters.at is not None,
    )
    return told._replace(sick=sick_of(rows))  # the rows of the others are there as well


def reads_lines(row: Row) -> bool:
    """Tell whether a source counts lines; one that tells a state may read some as well."""
    return tells_events(row) or bool(row.get("lines_in"))


def follows_files(row: Row) -> bool:
    """Tell whether a source follows files."""
    return row.get("kind") == "jsonl"


def source_cell(name: Any, origin: Provenance) -> Cell | str:
    """Give a source's name, marked where it is sick: what it told stands as it was read last."""
    shown = text(name, 40)
    if str(name) not in origin.sick:
        return shown
    why = "This source is sick: its numbers stand as they were read last"
    return {"text": f"▲ {shown}", "tone": "warn", "title": why}


def of_whom_sick(whole: int, origin: Provenance) -> str:
    """Give how many of all sources are sick, in words."""
    sick = len(origin.sick)
    if not sick:
        return f"{count(whole)} attached, none sick"
    return f"{count(sick)} of {count(whole)} sources {'is' if sick == 1 else 'are'} sick"
