"""What became of every line that was read: the identity of each source, open to see."""

from __future__ import annotations

from typing import Any, Final

from dash import html

from components.cell import badge_cell
from components.element import Props
from components.panel import panel, panel_props
from components.provenance import Provenance
from components.table import Column, table, table_props
from formats import count, moment, percent, text
from metrics.quality import LineAccount, line_account_total, line_accounts
from pages.panels.side_by_side import reads_lines, source_cell

ID: Final = "line-accounts"


def _number(key: str, title: str, hint: str) -> Column:
    return Column(key, title, right=True, metric=f"sources_{key}", hint=hint)


_IDENTITY: Final = (
    "Every line read is one of four: accepted (an event), set aside (it could not be read), a "
    "duplicate (told before) or blank"
)
COLUMNS: Final = (
    Column("source", "Source"),
    _number("lines_in", "Lines in", "Every line that was read to its end"),
    _number("accepted", "= accepted", "Became an event, of whatever kind: these are counted"),
    _number("quarantined", "+ set aside", "Could not be read: below, by reason, with their heads"),
    _number("duplicates", "+ duplicates", "Events that were told before, left out of all counts"),
    _number("blank", "+ blank", "Nothing but white space"),
    _number("missing", "Unexplained", "Lines in without the four others: 0, or a mistake of ours"),
    Column("state", ""),
    Column("share", "Set aside", right=True),
    _number("naive", "No zone", "Accepted, their time read in the zone of the source"),
    _number("untimed", "No time", "Accepted without a time: they count in the window all alone"),
)


def layout(*, span: int) -> html.Section:
    """Give the panel."""
    hint = f"lines in = accepted + set aside + duplicates + blank, always. {_IDENTITY}"
    body = table(f"{ID}-rows", COLUMNS, "Lines by what became of them")
    return panel(ID, "Every line accounted for?", body, span=span, hint=hint)


def props(view: Any, origin: Provenance) -> Props:
    """Give a row a source that reads lines, and their sum."""
    found: tuple[LineAccount, ...] = view.measure(line_accounts)
    whole: LineAccount = view.measure(line_account_total)
    readers = {str(row.get("name")) for row in view.sources if reads_lines(row)}
    rows = [_row(one, origin) for one in found if one.source in readers]
    if len(rows) > 1:
        rows.append({**_row(whole, origin), "source": "All"})
    return {
        **panel_props(ID, origin, f"n = {count(whole.lines_in)} lines"),
        **table_props(
            f"{ID}-rows",
            COLUMNS,
            rows,
            none="No source reads lines",
            caption=_since(view.desk.get("started")),
        ),
    }


def _since(started: Any) -> str:
    """Say what the counts cover: a desk that was started again goes on where it ended."""
    told = f"{_IDENTITY}. Since the desk began to read, whatever the window and the moment"
    return told if started is None else f"{told}; last started at {moment(started)}"


def _row(one: LineAccount, origin: Provenance) -> dict[str, Any]:
    return {
        "_data": {"source": text(one.source, 40)},
        "source": source_cell(one.source, origin),
        "lines_in": count(one.lines_in),
        "accepted": count(one.accepted),
        "quarantined": count(one.quarantined),
        "duplicates": count(one.duplicates),
        "blank": count(one.blank),
        "missing": count(one.missing),
        "state": badge_cell("accounting", "balanced" if one.balanced else "broken"),
        "share": percent(one.quarantine.value, 2),
        "naive": count(one.naive),
        "untimed": count(one.untimed),
    }
