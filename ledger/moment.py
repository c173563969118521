"""A moment as the ledger keeps it, int64 nanoseconds, and as metrics and pages read it."""

from __future__ import annotations

import pandas as pd

from ledger.order_table import NEVER


def moment(ns: int) -> pd.Timestamp | None:
    """Return nanoseconds since 1970 as a time in UTC; `NEVER` becomes None."""
    return None if ns == NEVER else pd.Timestamp(int(ns), unit="ns", tz="UTC")
