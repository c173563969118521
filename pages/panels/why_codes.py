"""Why orders were refused, skipped or failed, in the bot's own codes."""

from __future__ import annotations

from typing import Any, Final

from dash import html

from components.cell import bar_cell
from components.element import Props
from components.panel import panel, panel_props
from components.provenance import Provenance
from components.table import Column, table, table_props
from formats import count, percent, text
from metrics.why_codes import why_code_counts

ID: Final = "why-codes"
MOST_ROWS: Final = 8

COLUMNS: Final = (
    Column("code", "Why code"),
    Column("bar", ""),
    Column("n", "Events", right=True, metric="xai_why_code_counts"),
    Column("share", "Share", right=True),
)


def layout(*, span: int) -> html.Section:
    """Give the panel."""
    hint = (
        "Events, not orders: a skip and the denial that follows it are two. "
        "Codes that agree (OK_…, MAKER, TAKER) are no reasons and are left out"
    )
    body = table(f"{ID}-rows", COLUMNS, "Codes by how often they were given")
    return panel(ID, "Why codes", body, span=span, hint=hint)


def props(view: Any, origin: Provenance) -> Props:
    """Give the most frequent codes."""
    found: dict[str, int] = view.measure(why_code_counts)
    whole, most = sum(found.values()), max(found.values(), default=1)
    rows = [
        {
            "_data": {"code": text(code, 80)},
            "code": text(code, 80),
            "bar": bar_cell(n / most),
            "n": count(n),
            "share": percent(n / whole),
        }
        for code, n in list(found.items())[:MOST_ROWS]
    ]
    hidden = len(found) - len(rows)
    caption = f"{count(hidden)} rarer codes left out" if hidden else "All codes of the window"
    caption += "; counted are events: a skip and its denial are two"
    return {
        **panel_props(ID, origin, f"n = {count(whole)} events"),
        **table_props(
            f"{ID}-rows", COLUMNS, rows, none="No reason was given in this window", caption=caption
        ),
    }
