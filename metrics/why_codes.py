"""Why orders were refused, skipped or failed, in the origin's own codes."""

from __future__ import annotations

from typing import Final

from metrics.base import metric
from metrics.rows import Row, Table
from metrics.tally import counts_by, is_event

_AGREEING: Final = ("MAKER", "TAKER")
_DECIDING: Final = ("order.", "risk.", "route.", "signal")
"""Begins of the kinds whose reason is a why code; a breaker's or a health guard's is not."""
_WHY: Final = "WHY_"
"""Of other kinds a reason may be free text, of a transition for one: a why code names itself."""


@metric(unit="count", needs=("tally_rows",))
def why_code_counts(tally_rows: Table) -> dict[str, int]:
    """Count the events of the window by why code, biggest first. Unit: events.

    Every accepted event that carries a code counts once, so a skip and the denial that follows it
    count two, while a denial that was written to two files counts once. Codes that agree (`OK_…`,
    `MAKER`, `TAKER`) are no reasons and are left out. Of events that decide nothing about orders,
    such as those of governance or a cancel that failed, what begins with `WHY_` counts.
    """
    return counts_by(tally_rows, "reason", lambda row: _decides(row) and not _agrees(row["reason"]))


def _decides(row: Row) -> bool:
    what: str = row["what"] or ""
    if not is_event(what) or what == "order.denied.repeat":
        return False
    return what.startswith(_DECIDING) or bool(row["reason"].startswith(_WHY))


def _agrees(code: str) -> bool:
    return code in _AGREEING or code.startswith("OK_")
