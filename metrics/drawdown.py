"""How far an account is below its highest equity so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from metrics.base import metric
from metrics.equity_series import apart


@dataclass(frozen=True, slots=True)
class Drawdown:
    """The drawdown of one equity series, as ratios of its highest point: 0 or below.

    now       of the newest point; worst: the deepest of the series
    peak      the highest equity; at: when it was reached; worst_at: when the deepest was
    n         points of the series
    stream    which of several streams or runs of the source, None where it tells one series
    """

    source: str
    account_id: str | None
    now: float
    worst: float
    peak: float
    at: pd.Timestamp
    worst_at: pd.Timestamp
    n: int
    stream: str | None = None


def with_drawdown(equity: pd.DataFrame) -> pd.DataFrame:
    """Return the equity frame, ascending, with `drawdown_ratio` where it was missing.

    Unit: ratio, 0 or below: equity / highest equity so far − 1, each stream and run of a source
    by itself. What an origin tells itself stays, below 0 whatever its sign: some tell the loss as
    a positive share. A point without a time or with no peak above 0 has none.
    """
    if not {"ts_event", "equity"} <= set(equity.columns):
        return equity
    found = equity.sort_values("ts_event", kind="stable").reset_index(drop=True)
    peaks = pd.Series(float("nan"), found.index)
    for _, rows in apart(found.dropna(subset=["ts_event", "equity"])):
        peaks.loc[rows.index] = rows["equity"].cummax()
    own = (found["equity"] / peaks.where(peaks > 0) - 1).astype("float64")
    told = -found["drawdown_ratio"].abs() if "drawdown_ratio" in found else own
    found["drawdown_ratio"] = told.fillna(own) + 0.0
    return found


@metric(unit="ratio", needs=("frames",))
def drawdowns(frames: Mapping[str, pd.DataFrame] | pd.DataFrame) -> tuple[Drawdown, ...]:
    """Give the drawdown of each equity series, by its whole history and not since we look.

    Unit: ratio, 0 or below. Formula: equity / highest equity so far − 1; the series is one for
    each source, account and stream or run. Takes the frames of a desk by name, or an `equity`
    frame alone.
    """
    equity = frames if isinstance(frames, pd.DataFrame) else frames.get("equity")
    if equity is None or not {"ts_event", "equity", "source"} <= set(equity.columns):
        return ()
    known = with_drawdown(equity).dropna(subset=["ts_event", "equity", "drawdown_ratio"])
    found = []
    for (source, account, stream), own in apart(known):
        ratio, values = own["drawdown_ratio"], own["equity"]
        found.append(
            Drawdown(
                source=str(source),
                account_id=account,
                now=float(ratio.iloc[-1]),
                worst=float(ratio.min()),
                peak=float(values.max()),
                at=own["ts_event"].iloc[int(values.argmax())],
                worst_at=own["ts_event"].iloc[int(ratio.argmin())],
                n=len(own),
                stream=stream,
            )
        )
    return tuple(found)
