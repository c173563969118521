"""What the risk gates said in the last 5 minutes and 24 hours."""

from __future__ import annotations

from typing import Final

import pandas as pd

from metrics.base import metric
from metrics.equity_series import Frames, grouped

WINDOWS_SECONDS: Final = (300.0, 86_400.0)
COLUMNS: Final = (
    *("gate", "window_seconds", "allowed_total", "scaled_total", "blocked_total"),
    *("decisions_total", "blocked_ratio", "reason", "as_of", "source", "account_id"),
)


@metric(unit="count", needs=("states",))
def gate_counts(states: Frames, *, at: pd.Timestamp | None = None) -> pd.DataFrame:
    """Count the decisions of each gate by its word, in the last 300 s and 24 h up to the moment.

    Unit: decisions; `blocked_ratio` = blocked / all three, missing without a decision. `reason` is
    the one that blocked most, by its text before a colon: what follows are numbers. A gate that
    decided before alone stands with 0; one that never decided does not stand here. Gates are kept
    apart: one may judge entries, another exits. A row may be many decisions that were counted
    between two looks (`decisions_total` since `since`): they count where all of that time lies in
    the window, so that one that goes on after a pause does not look busy.

    Args:
        states: frames by name; `decisions` is taken.
        at: the moment, UTC; the newest decision where it is not given.

    Returns:
        Columns `COLUMNS`, two rows a source, account and gate; `as_of` is its newest decision.
    """
    decisions = states.get("decisions")
    if decisions is None or not {"ts_event", "decision", "gate"} <= set(decisions.columns):
        return pd.DataFrame(columns=list(COLUMNS))
    told = decisions.dropna(subset=["ts_event"])
    told = told[told["decision"].isin(["allow", "scale", "block"])]
    until = told["ts_event"].max() if at is None else at
    told = _numbered(told[told["ts_event"] <= until])
    rows = []
    for (source, account, gate), own in grouped(told, "gate"):
        for window in WINDOWS_SECONDS:
            within = _after(own, until - pd.Timedelta(seconds=window))
            counts = within["n"].groupby(within["decision"].astype("str")).sum()
            blocked, n = int(counts.get("block", 0)), int(within["n"].sum())
            rows.append(
                {
                    "gate": gate,
                    "window_seconds": window,
                    "allowed_total": int(counts.get("allow", 0)),
                    "scaled_total": int(counts.get("scale", 0)),
                    "blocked_total": blocked,
                    "decisions_total": n,
                    "blocked_ratio": blocked / n if n else None,
                    "reason": _usual_reason(within[within["decision"] == "block"]),
                    "as_of": own["ts_event"].max(),
                    "source": source,
                    "account_id": account,
                }
            )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _numbered(told: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with how many decisions each is in `n`: one, unless it says how many."""
    if "decisions_total" not in told:
        return told.assign(n=1, since=pd.Series(pd.NaT, told.index, told["ts_event"].dtype))
    # One that was counted, and nobody knows how often, is none that can be told.
    each = told["decisions_total"].fillna(told["since"].isna().astype("Int64"))
    return told.assign(n=each.astype("int64"))


def _after(rows: pd.DataFrame, start: pd.Timestamp) -> pd.DataFrame:
    return rows[(rows["ts_event"] > start) & (rows["since"].isna() | (rows["since"] >= start))]


def _usual_reason(blocked: pd.DataFrame) -> str | None:
    if "reason" not in blocked:
        return None
    reasons = blocked["reason"].dropna().astype("str").str.split(":", n=1).str[0].str.strip()
    counts = blocked["n"].groupby(reasons[reasons != ""]).sum()
    # Equals by the alphabet, so that the order of the rows decides nothing.
    return None if counts.empty else str(min(counts[counts == counts.max()].index))
