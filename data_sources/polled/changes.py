"""What an endpoint tells of itself now, as the changes that were seen: each with its moment."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from data_sources.polled.mapping import RowRule
from data_sources.polled.rows import Row

KEPT: Final = 200
"""Changes that are kept of one frame, the newest."""
KEY: Final = "changes"


def note(memory: dict[str, Any], rule: RowRule, rows: list[Row], at: pd.Timestamp) -> None:
    """Keep a row in an endpoint's memory when a column of `rule.changed` is another than before.

    Args:
        memory: of the endpoint, JSON-ready; what it holds is replaced, never changed in place.
        rule: whose frame it is.
        rows: of the newest answer; one, or none.
        at: when the answer was seen, by our clock; a change never stands before an earlier one.
    """
    for row in rows:
        known = memory.get(KEY, {}).get(rule.frame, [])
        told = {name: value for name, value in row.items() if value is not None}
        if known and all(known[-1].get(name) == told.get(name) for name in rule.changed):
            continue
        seen = max(at, pd.Timestamp(known[-1]["ts_event"])) if known else at
        kept = [*known, {**told, "ts_event": seen.isoformat()}][-KEPT:]
        memory[KEY] = {**memory.get(KEY, {}), rule.frame: kept}


def changes(
    memory: dict[str, Any], rule: RowRule, *, is_well: bool, patience_seconds: float
) -> list[Row]:
    """Give the changes that were kept as rows, the oldest first.

    Of an endpoint that does not answer well the newest holds until its last good answer, or since
    it was seen where no answer ever was good, and *patience_seconds* after that
    (`duration_seconds`): then nobody knows.
    """
    rows = [dict(row) for row in memory.get(KEY, {}).get(rule.frame, ())]
    for row in rows:
        row["ts_event"] = pd.Timestamp(row["ts_event"])
    if rows and not is_well:
        seen = rows[-1]["ts_event"]
        well = pd.Timestamp(memory["last_ok"]) if "last_ok" in memory else seen
        held = (well - seen).total_seconds()
        rows[-1]["duration_seconds"] = max(held, 0.0) + patience_seconds
    return rows
