"""How far from the expected price orders were executed, as the bot itself worked it out."""

from __future__ import annotations

from typing import Final

import pandas as pd

from metrics.base import metric
from metrics.equity_series import Frames, grouped
from metrics.latency import percentile_row
from metrics.percentiles import percentiles

_PERCENTILES: Final = tuple(name for name in percentile_row(percentiles([])) if name != "n")
COLUMNS: Final = (
    *("n", *(f"{name}_bps" for name in _PERCENTILES)),
    *("since", "as_of", "source", "account_id"),
)


@metric(unit="bps", needs=("states",))
def slippage(states: Frames, *, at: pd.Timestamp | None = None) -> pd.DataFrame:
    """Give P50, P90 and P99 of the slippage of executions, each with its 95 % interval.

    Unit: basis points, with the sign that the bot gives them. Executions that tell none are left
    out; P99 is missing below n = 100.

    Args:
        states: frames by name; `execution_costs` is taken.
        at: the moment, UTC; all that was told where it is not given.

    Returns:
        Columns `COLUMNS`, one row a source and account: `n` executions are in the percentiles,
        `since` and `as_of` are the first and the newest of them.
    """
    told = states.get("execution_costs")
    if told is None or "slippage_bps" not in told:
        return pd.DataFrame(columns=list(COLUMNS))
    told = told[told["slippage_bps"].notna()]
    told = told if at is None else told[told["ts_event"].isna() | (told["ts_event"] <= at)]
    rows = [
        {
            "n": len(own),
            **{f"{name}_bps": found[name] for name in _PERCENTILES},
            "since": own["ts_event"].min(),
            "as_of": own["ts_event"].max(),
            "source": key[0],
            "account_id": key[1],
        }
        for key, own in grouped(told)
        for found in [percentile_row(percentiles(own["slippage_bps"].to_numpy("float64")))]
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))
