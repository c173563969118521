"""Reads lines in a dialect and gives the events as plain dicts without their missing values."""

from __future__ import annotations

import json
from typing import Any

from data_sources.dialects.dialect import load_dialect
from data_sources.lines.decode import Decoder
from data_sources.lines.frame import Stretch, event_frame

NOW_NS = 1_795_300_000_000_000_000


def events(*records: dict[str, Any] | bytes, dialect: str = "aurora") -> list[dict[str, Any]]:
    lines = [r if isinstance(r, bytes) else json.dumps(r).encode() for r in records]
    decoder = Decoder(load_dialect(dialect), small_bytes=0)
    columns, bad = decoder.decode(b"\n".join(lines) + b"\n", NOW_NS)
    assert not bad, bad
    frame = event_frame(
        columns,
        decoder.table,
        [Stretch(len(columns), "f#0", "s")],
        source="log",
        system=dialect,
        account_id=None,
        received_ns=NOW_NS,
    )
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{key: value for key, value in row.items() if value is not None} for row in rows]


def event(record: dict[str, Any] | bytes, dialect: str = "aurora") -> dict[str, Any]:
    return events(record, dialect=dialect)[0]
