"""How the health of a system's telemetry went, by the snapshots that it wrote of it."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from metrics.base import metric
from metrics.equity_series import Frames, grouped

WINDOWS_SECONDS: Final = (86_400.0, 7 * 86_400.0, 30 * 86_400.0)
LAST: Final = 10
"""So many of the newest snapshots tell where it goes."""
LEAST: Final = 3
CRITICAL_RATIO: Final = 0.5
BAD_RATIO: Final = 0.7
GROWTH: Final = 1.2
"""The disk grows when the second half of these used more than this times what the first did."""
_RANKS: Final = ("ok", "unknown", "warning", "critical")
COLUMNS: Final = (
    *("window_seconds", "snapshots_total", "worst", "warning_total", "critical_total"),
    *("disk_mean_mb", "disk_most_mb", "trend", "reason", "n", "since", "as_of"),
    *("source", "account_id"),
)
_NEEDED: Final = {"ts_event", "severity", "disk_usage_mb"}


@metric(unit="count", needs=("states",))
def telemetry_trends(states: Frames, *, at: pd.Timestamp | None = None) -> pd.DataFrame:
    """Count the health snapshots of the last 24 hours, 7 and 30 days, and say where it goes.

    Unit: count; disk in MB. Peak_Trade's rule: of the ten newest snapshots half are critical, or
    seven of ten warn or are critical, or the second half of them used more than 1.2 times the disk
    of the first: `degrading`, else `steady`. With fewer than three snapshots it is `unknown`.

    Args:
        states: frames by name; `telemetry_health` is taken.
        at: the moment, UTC; that of the newest snapshot of a source where it is not given.

    Returns:
        Columns `COLUMNS`, a row a source, account and window. `worst` is missing where the window
        has no snapshot; `trend`, its `reason` and `n`, the snapshots that it is of, do not depend
        on the window.
    """
    told = states.get("telemetry_health")
    if told is None or not set(told.columns) >= _NEEDED:
        return pd.DataFrame(columns=list(COLUMNS))
    told = told.dropna(subset=["ts_event"])
    told = told if at is None else told[told["ts_event"] <= at]
    rows = [
        {**row, "source": key[0], "account_id": key[1]}
        for key, own in grouped(told)
        for row in _rows(own.sort_values("ts_event", kind="stable"), at)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rows(told: pd.DataFrame, at: pd.Timestamp | None) -> list[dict[str, Any]]:
    now = told["ts_event"].iloc[-1] if at is None else at
    severity = told["severity"].astype("object")
    known = told.assign(severity=severity.where(severity.isin(_RANKS), "unknown"))
    trend = _trend(known.tail(LAST))
    rows = []
    for seconds in WINDOWS_SECONDS:
        since = now - pd.Timedelta(seconds=seconds)
        own = known[known["ts_event"] > since]
        disk = own["disk_usage_mb"].astype("float64")
        rows.append(
            {
                "window_seconds": seconds,
                "snapshots_total": len(own),
                "worst": max(own["severity"], key=_RANKS.index, default=None),
                "warning_total": int((own["severity"] == "warning").sum()),
                "critical_total": int((own["severity"] == "critical").sum()),
                "disk_mean_mb": disk.mean(),
                "disk_most_mb": disk.max(),
                **trend,
                "since": since,
                "as_of": known["ts_event"].iloc[-1],
            }
        )
    return rows


def _trend(last: pd.DataFrame) -> dict[str, Any]:
    n = len(last)
    if n < LEAST:
        return {"trend": "unknown", "reason": f"{n} of at least {LEAST} snapshots", "n": n}
    critical = int((last["severity"] == "critical").sum())
    bad = critical + int((last["severity"] == "warning").sum())
    disk = last["disk_usage_mb"].astype("float64")
    first, second = disk.iloc[: n // 2].mean(), disk.iloc[n // 2 :].mean()
    if critical >= CRITICAL_RATIO * n:
        why = f"{critical} of the last {n} snapshots are critical"
    elif bad >= BAD_RATIO * n:
        why = f"{bad} of the last {n} snapshots warn or are critical"
    elif second > GROWTH * first:
        why = f"disk usage grew from {first:.1f} to {second:.1f} MB within the last {n} snapshots"
    else:
        return {"trend": "steady", "reason": None, "n": n}
    return {"trend": "degrading", "reason": why, "n": n}
