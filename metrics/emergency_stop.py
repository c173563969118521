"""Whether an emergency stop holds, and how often it was triggered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from metrics.base import metric
from metrics.equity_series import Frames, grouped
from metrics.periods import DAY, starts
from metrics.risk_limits import EMERGENCY_STOP, Limit, of_system
from metrics.risk_measures import Owner

STATES: Final = frozenset({"inactive", "armed", "active", "cooling"})
"""What a stop can say of itself; any other word is `unknown`, which is never all clear."""
MEANT: Final = {
    "disabled": "inactive",
    "tripped": "active",
    "cooling_down": "cooling",
    "emergency": "active",
    "protective": "cooling",
    "cautious": "cooling",
    "normal": "inactive",
    "caution": "armed",
    "critical": "active",
}
"""Words of a system's several stops → those of one. What is armed holds nothing yet."""
UNKNOWN: Final = "unknown"
LAST_DAY: Final = pd.Timedelta(hours=24)
COLUMNS: Final = (
    *("state", "since", "reason", "duration_seconds", "triggers_today_total"),
    *("triggers_24h_total", "threshold_ratio", "as_of", "n", "source", "account_id"),
)


@metric(unit="state", needs=("states",))
def emergency_stop(
    states: Frames,
    *,
    at: pd.Timestamp | None = None,
    timezone: str = "UTC",
    own: Mapping[Owner, Mapping[str, Limit]] | None = None,
) -> pd.DataFrame:
    """Tell the state of each emergency stop (ESS) at a moment, and count what triggered it.

    Unit: one of inactive, armed, active, cooling, unknown, whichever word of `MEANT` a stop uses;
    counts of changes to `active` since
    00:00 of the zone and in the last 24 h; one that is active again after words that nobody knows
    went on. A stop that said how long it lasts is unknown when that
    is over: nobody told that it was lifted. A source that never told of one has no row.

    Args:
        states: frames by name; `ess_changes` is taken.
        at: the moment, UTC; the newest change where it is not given.
        timezone: whose midnight begins the day.
        own: (source, account) → the limits of its system, as `risk_limits` takes them: its
            `emergency_stop` is the loss of a day that trips the stop.

    Returns:
        Columns `COLUMNS`, one row a source and account: `since`, `reason` and `duration_seconds`
        are of the newest change, `as_of` is its time, `n` counts all changes up to the moment;
        `threshold_ratio` is 0 or below, missing where the system tells none.
    """
    changes = states.get("ess_changes")
    if changes is None or not {"ts_event", "state"} <= set(changes.columns):
        return pd.DataFrame(columns=list(COLUMNS))
    told = changes.dropna(subset=["ts_event"]).sort_values("ts_event", kind="stable")
    told = told if at is None else told[told["ts_event"] <= at]
    rows = []
    for (source, account), told_by in grouped(told):
        moment = told_by["ts_event"].iloc[-1] if at is None else at
        triggers = told_by.loc[_is_trigger(told_by), "ts_event"]
        midnight = starts(moment, timezone)[DAY]
        rows.append(
            {
                **_newest(told_by, moment),
                "triggers_today_total": int((triggers >= midnight).sum()),
                "triggers_24h_total": int((triggers > moment - LAST_DAY).sum()),
                "threshold_ratio": _threshold(of_system(own or {}, (source, account))),
                "n": len(told_by),
                "source": source,
                "account_id": account,
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _is_trigger(own: pd.DataFrame) -> pd.Series[bool]:
    """Whether each change tripped the stop: it is active, and was not before unknown words."""
    words = _words(own)
    is_known = words.isin(STATES)
    # One that said how long it lasts may be over.
    is_open = own.get("duration_seconds", pd.Series(index=own.index, dtype="float64")).isna()
    stays = ((words == "active") & is_open).where(is_known).ffill().shift().eq(True)
    after_unknown = ~is_known.shift(fill_value=True)
    return (words == "active") & ~(stays & after_unknown)


def _newest(own: pd.DataFrame, at: pd.Timestamp) -> dict[str, Any]:
    """Return what the newest change says of a moment."""
    row = own.iloc[-1]
    state, since = str(_words(own).iloc[-1]), row["ts_event"]
    lasts = _seconds(row.get("duration_seconds"))
    is_over = lasts is not None and at >= since + pd.Timedelta(seconds=lasts)
    if state not in STATES or is_over:
        state = UNKNOWN
    reason = row.get("reason")
    return {
        "state": state,
        "since": since,
        "reason": None if pd.isna(reason) else str(reason),
        "duration_seconds": lasts,
        "as_of": since,
    }


def _threshold(limits: Mapping[str, Limit] | None) -> float | None:
    """The loss at which the stop trips, 0 or below."""
    told = (limits or {}).get(EMERGENCY_STOP)
    return None if told is None or told.limit is None else -told.limit


def _seconds(told: Any) -> float | None:
    """A duration, None where none is told, or none that a clock can show."""
    seconds = float("nan") if told is None or pd.isna(told) else float(told)
    return seconds if 0 < seconds < 1e9 else None


def _words(own: pd.DataFrame) -> pd.Series[str]:
    told = own["state"].astype("object").fillna(UNKNOWN).astype("str").str.lower().str.strip()
    # `ESSState.TRIPPED` is how an enumeration prints itself.
    return told.str.rpartition(".")[2].str.replace(r"[ -]", "_", regex=True).replace(MEANT)
