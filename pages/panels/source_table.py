"""Every source with how it is: state, ages, bytes, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from dash import html

from components.cell import age_cell, badge_cell, query_cell, time_cell
from components.element import Props
from components.panel import panel, panel_props
from components.provenance import Provenance
from components.table import Column, table, table_props
from formats import MISSING, count, moment, seconds, text
from pages.panels.side_by_side import of_whom_sick, reads_lines
from pages.panels.when import moment_told

ID: Final = "source-table"

COLUMNS: Final = (
    Column("name", "Source", metric="sources_name"),
    Column("state", "State", metric="sources_state"),
    Column("kind", "Kind"),
    Column("age", "Heard", right=True, metric="sources_age_seconds"),
    Column("limit", "Stale after", right=True),
    Column("newest", "Newest event", right=True, metric="sources_newest_ts_event"),
    Column("lag", "Event age", right=True),
    Column("bytes", "Bytes read", right=True, metric="sources_bytes_read"),
    Column("problem", "Problem or origin", wrap=True),
)

_CAPTION: Final = "Heard: the last sign of life. Event age: of the newest event that it told."
_PAST: Final = " State and ages are those of the moment shown; bytes are counted to now."


def layout(*, span: int) -> html.Section:
    """Give the panel."""
    return panel(ID, "Sources", table(f"{ID}-rows", COLUMNS, "Sources attached"), span=span)


def props(view: Any, origin: Provenance) -> Props:
    """Give a row a source."""
    rows = [_row(row, view.at, still=origin.replay) for row in view.sources]
    return {
        **panel_props(ID, origin._replace(sick=()), of_whom_sick(len(rows), origin)),
        **table_props(
            f"{ID}-rows",
            COLUMNS,
            rows,
            none="Nothing is attached: start with python app.py --attach DIR",
            caption=_CAPTION + (_PAST if origin.replay else "") + _began(view.desk),
        ),
    }


def _began(desk: Mapping[str, Any]) -> str:
    """Say since when this process runs, and whether it went on from what another had kept."""
    if desk.get("started") is None:
        return ""
    how = "going on from what was kept" if desk.get("resumed") else "with nothing kept before"
    return f" Deskwatch itself: since {moment(desk['started'])[:19]} UTC, {how}."


def _row(row: Mapping[str, Any], at: Any, *, still: bool) -> dict[str, Any]:
    name = text(row.get("name"), 40)
    received = row.get("received_ms")
    heard = None if received is None else datetime.fromtimestamp(received / 1000.0, UTC)
    newest = moment_told(row.get("newest_ts_event"))
    return {
        "_data": {"source": name},
        "name": query_cell(name, "Only this source", source=str(row.get("name"))),
        "kind": " · ".join(
            part
            for part in (text(row.get("kind"), 24), text(row.get("system"), 24))
            if part not in ("", MISSING)
        ),
        "state": badge_cell("source", row.get("state")),
        "age": age_cell(heard, at, still=still),
        "limit": seconds(row.get("stale_after_seconds")),
        "newest": time_cell(newest, with_date=True),
        "lag": age_cell(newest, at, still=still),
        "bytes": count(row.get("bytes_read") if reads_lines(row) else None),
        "problem": text(row.get("problem") or row.get("path") or row.get("url"), 240),
    }
