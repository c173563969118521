"""A moment as the rows of `/api/sources` and `/api/quarantine` write it."""

from __future__ import annotations

from typing import Any

import pandas as pd


def moment_told(value: Any) -> pd.Timestamp | None:
    """Give a moment in UTC from its text or a timestamp; None where there is none."""
    if value is None or value != value:
        return None
    stamp = pd.Timestamp(value)
    return stamp if stamp.tzinfo else stamp.tz_localize("UTC")
