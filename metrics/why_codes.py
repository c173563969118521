"""Why orders were refused, skipped or failed, in the origin's own codes."""

from __future__ import annotations

from typing import Final

import pandas as pd

from metrics.base import metric
from metrics.tally import counts_by, event_rows, rows_where

_AGREEING: Final = ("MAKER", "TAKER")


@metric(unit="count", needs=("tally",))
def why_code_counts(tally: pd.DataFrame) -> dict[str, int]:
    """Count the events of the window by why code, biggest first. Unit: events.

    Every accepted event that carries a code counts once, so a skip and the denial that follows it
    count two. Codes that agree (`OK_…`, `MAKER`, `TAKER`) are no reasons and are left out.
    """
    refusing = rows_where(tally, "reason", lambda word: not _agrees(word))
    return counts_by(tally, "reason", event_rows(tally) & refusing)


def _agrees(code: str) -> bool:
    return code in _AGREEING or code.startswith("OK_")
