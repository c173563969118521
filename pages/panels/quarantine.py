"""The lines set aside: by reason, and the last of them with their heads, never as markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from dash import html

from components.cell import query_cell, time_cell
from components.element import Props
from components.panel import panel, panel_props
from components.provenance import Provenance
from components.table import Column, table, table_props
from formats import count, text
from pages.panels.when import moment_told

REASONS: Final = "quarantine-reasons"
LINES: Final = "quarantine-lines"
MOST_LINES: Final = 25

REASON_COLUMNS: Final = (
    Column("source", "Source"),
    Column("reason", "Reason"),
    Column("n", "Lines", right=True, metric="sources_quarantined"),
)
LINE_COLUMNS: Final = (
    Column("when", "Read", metric="quarantine_ts_received"),
    Column("source", "Source"),
    Column("reason", "Reason", metric="quarantine_reason"),
    Column("file", "File"),
    Column("offset", "At byte", right=True, metric="quarantine_offset"),
    Column("head", "Begins with", wrap=True),
)


def layout() -> list[html.Section]:
    """Give both panels."""
    reasons = table(f"{REASONS}-rows", REASON_COLUMNS, "Lines set aside by reason")
    lines = table(f"{LINES}-rows", LINE_COLUMNS, "The last lines set aside")
    return [
        panel(REASONS, "Set aside, by reason", reasons, span=4),
        panel(LINES, "The last lines set aside", lines, span=8, height="capped"),
    ]


def props(view: Any, origin: Provenance, chosen: str | None) -> Props:
    """Give the reasons with their counts, and the last lines: of a chosen source, its alone."""
    counted = [
        (str(row.get("name")), reason, n)
        for row in view.sources
        for reason, n in (row.get("quarantined") or {}).items()
        if n
    ]
    counted.sort(key=lambda found: -found[2])
    lines = _lines(view, chosen)
    whole = sum(n for _, _, n in counted)
    return {
        **panel_props(REASONS, origin, f"n = {count(whole)}"),
        **table_props(
            f"{REASONS}-rows",
            REASON_COLUMNS,
            [
                {
                    "_data": {"source": text(source, 40), "reason": text(reason, 60)},
                    "source": query_cell(text(source, 40), "Only this source", source=source),
                    "reason": text(reason, 60),
                    "n": count(n),
                }
                for source, reason, n in counted
            ],
            none="No line was set aside",
            caption="Since the desk began to read",
        ),
        **panel_props(LINES, origin, f"newest {count(len(lines))}"),
        **table_props(
            f"{LINES}-rows",
            LINE_COLUMNS,
            [_line(row, view.at) for row in lines],
            none="No line was set aside",
            caption="Hidden characters are written as \\u…; /api/quarantine has more",
        ),
    }


def _lines(view: Any, chosen: str | None) -> Sequence[Mapping[str, Any]]:
    """Give the last lines set aside, the newest first, as the desk keeps them now."""
    ask = view.desk.get("quarantine")
    return list(ask(MOST_LINES, chosen)) if ask is not None else []


def _line(row: Mapping[str, Any], at: Any) -> dict[str, Any]:
    source = text(row.get("source"), 40)
    return {
        "_data": {"source": source},
        "when": time_cell(moment_told(row.get("ts_received")), today=at),
        "source": source,
        "reason": text(row.get("reason"), 60),
        "file": text(row.get("file"), 80),
        "offset": count(row.get("offset")),
        "head": {"text": text(row.get("head"), 200), "mono": True},
    }
