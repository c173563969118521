"""Why orders were refused, skipped or failed, in the origin's own codes."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from metrics.base import metric
from metrics.tally import counts_by, event_rows

_AGREEING: Final = ("MAKER", "TAKER")


@metric(unit="count", needs=("tally",))
def why_code_counts(tally: pd.DataFrame) -> dict[str, int]:
    """Count the events of the window by why code, biggest first. Unit: events.

    Every accepted event that carries a code counts once, so a skip and the denial that follows it
    count two. Codes that agree (`OK_…`, `MAKER`, `TAKER`) are no reasons and are left out.
    """
    if "reason" not in tally.columns or tally.empty:
        return {}
    reasons = tally["reason"].astype(object)
    agreeing = reasons.isin(_AGREEING) | reasons.str.startswith("OK_", na=False)
    return counts_by(tally, "reason", event_rows(tally) & ~np.asarray(agreeing, dtype=np.bool_))
