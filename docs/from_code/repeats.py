"""What a dialect knows again: lines that tell the same twice, events of a stream."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from docs.from_code.mapping_words import condition
from docs.from_code.table import codes, table
from docs.from_code.toml_value import toml_value

Table = Mapping[str, Any]


def repeats(duplicates: list[Table], stream: Table) -> str:
    """What is known again, and what a stream says of itself."""
    rows = [
        (
            condition(each["when"]),
            f"the same {codes(each['same'])}{_how_near(each)}"
            + (f", of the last {each['remembered']}" if "remembered" in each else ""),
        )
        for each in duplicates
    ]
    if "identity" in stream:
        rows.append(("an event of a stream", f"the same {codes(stream['identity'])}"))
    text = (
        f"**Told twice**, counted once.\n\n{table(('what', 'is known by'), rows)}" if rows else ""
    )
    lines = [text] if text else []
    if stream.get("replays"):
        lines.append("A new connection to the stream is told the newest events again.")
    if "session_begins" in stream:
        lines.append(f"A session begins when {condition(stream['session_begins'])}.")
    return "\n\n".join(lines)


def _how_near(repeat: Table) -> str:
    if repeat.get("by_id"):
        return ", however far apart"
    return f" within {toml_value(repeat['within_seconds'])} s"
