"""What became of every file that was followed, and how far it is read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from dash import html

from components.cell import Cell, age_cell
from components.element import Props
from components.panel import panel, panel_props
from components.provenance import Provenance
from components.table import Column, table, table_props
from formats import MISSING, count, text
from pages.panels.side_by_side import source_cell

ID: Final = "file-accounts"

COLUMNS: Final = (
    Column("source", "Source"),
    Column("wake", "Found by", metric="sources_wakes_by"),
    Column("new", "Begun", right=True, metric="sources_generations"),
    Column("renamed", "Renamed", right=True, metric="sources_renamed"),
    Column("compressed", "Compressed", right=True, metric="sources_compressed"),
    Column("copied", "Copied", right=True, metric="sources_copied"),
    Column("truncated", "Truncated", right=True, metric="sources_truncated"),
    Column("marker", "Overwritten", right=True, metric="sources_overwritten"),
    Column("missed", "End not seen", right=True, metric="sources_missed"),
    Column("final", "Without last newline", right=True, metric="sources_partial_final"),
    Column("nuls", "NUL bytes", right=True, metric="sources_nul_bytes"),
    Column("unread", "Bytes unread", right=True, metric="sources_unread_bytes"),
    Column("partial", "Unfinished", right=True, metric="sources_partial_bytes"),
    Column("since", "Since", right=True, metric="sources_partial_age_seconds"),
)
_REASONS: Final = ("new", "renamed", "compressed", "copied", "truncated", "marker")


def layout(*, span: int) -> html.Section:
    """Give the panel."""
    hint = (
        "A file that is renamed, compressed or copied is read on where it was; one that is "
        "truncated or overwritten is read as a new one. New ones are found by a watch at once, by "
        "polling within 1–2 s; × counts how often a watch was set up again"
    )
    body = table(f"{ID}-rows", COLUMNS, "Files by what became of them")
    return panel(ID, "Every file read to its end?", body, span=span, hint=hint)


def props(view: Any, origin: Provenance) -> Props:
    """Give a row a source that follows files."""
    followed = [row for row in view.sources if row.get("kind") == "jsonl"]
    rows = [_row(row, view.at, origin) for row in followed]
    begun = sum(int((row.get("generations") or {}).get("new", 0)) for row in followed)
    return {
        **panel_props(ID, origin, f"n = {count(begun)} files"),
        **table_props(
            f"{ID}-rows",
            COLUMNS,
            rows,
            none="No source follows files",
            caption="Since the desk began to read; unread and unfinished: bytes, as it is now",
        ),
    }


def _row(row: Mapping[str, Any], at: Any, origin: Provenance) -> dict[str, Any]:
    generations = row.get("generations") or {}
    return {
        "_data": {"source": text(row.get("name"), 40)},
        "source": source_cell(row.get("name"), origin),
        "wake": _wake(row),
        **{reason: count(generations.get(reason, 0)) for reason in _REASONS},
        "missed": _bad(row.get("missed")),
        "final": count(row.get("partial_final")),
        "nuls": _bad(row.get("nul_bytes")),
        "unread": count(row.get("unread_bytes")),
        "partial": count(row.get("partial_bytes")),
        "since": _since(row.get("partial_age_seconds"), at, still=origin.replay),
    }


def _wake(row: Mapping[str, Any]) -> Cell | str:
    """Give how new files are noticed: at once, by being told, or at the next listing alone."""
    word, again = row.get("wakes_by"), row.get("watch_rebuilds") or 0
    if word is None:
        return MISSING
    said = "the system tells of new files" if word == "watch" else "folders are listed, every 1–2 s"
    said += f"; the watch was set up again {count(again)} times" if again else ""
    return {"text": f"{text(word, 20)} ×{count(again)}" if again else text(word, 20), "title": said}


def _bad(n: Any) -> Cell | str:
    """Give a number that should be 0."""
    return {"text": f"▲ {count(n)}", "tone": "warn"} if n else count(n)


def _since(age_seconds: Any, at: Any, *, still: bool) -> Cell | str:
    """Give for how long a line waits for its newline, which goes on by the browser's clock."""
    if age_seconds is None:
        return MISSING
    return age_cell(at - timedelta(seconds=age_seconds), at, still=still)
