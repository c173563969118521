"""How often an exchange ceased to be well in the last 5 minutes and 24 hours."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from metrics.base import metric
from metrics.equity_series import Frames, grouped
from metrics.gate_counts import WINDOWS_SECONDS

COLUMNS: Final = ("window_seconds", "failovers_total", "n", "as_of", "source", "account_id")


@metric(unit="count", needs=("states",))
def failover_counts(states: Frames, *, at: pd.Timestamp | None = None) -> pd.DataFrame:
    """Count the failovers of each source, in the last 300 s and 24 h up to the moment.

    Unit: failovers. A source that watches an exchange and saw none has 0; one that watches none
    has no row, as nobody would have noticed.

    Args:
        states: frames by name; `failovers`, and of `services` the exchanges.
        at: the moment, UTC; the newest failover where it is not given.

    Returns:
        Columns `COLUMNS`, two rows a source and account: `n` counts its exchanges, `as_of` is the
        newest failover.
    """
    told = _rows(states, "failovers", "ts_event", "datetime64[ns, UTC]")
    told = told if at is None else told[told["ts_event"] <= at]
    until = told["ts_event"].max() if at is None else at
    exchanges = _rows(states, "services", "kind", "str")
    exchanges = exchanges[exchanges["kind"] == "exchange"]
    watched = {key: len(own) for key, own in grouped(exchanges)}
    seen = dict(grouped(told))
    rows: list[dict[str, Any]] = []
    for key in sorted({**watched, **seen}, key=str):
        own = seen.get(key, told[:0])
        for window in WINDOWS_SECONDS:
            within = own[own["ts_event"] > until - pd.Timedelta(seconds=window)]
            rows.append(
                {
                    "window_seconds": window,
                    "failovers_total": len(within),
                    "n": watched.get(key, 0),
                    "as_of": own["ts_event"].max(),
                    "source": key[0],
                    "account_id": key[1],
                }
            )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rows(states: Frames, name: str, needed: str, dtype: str) -> pd.DataFrame:
    frame = states.get(name)
    if frame is not None and needed in frame:
        return frame
    return pd.DataFrame({needed: pd.Series(dtype=dtype)})
