"""The risk state of each account: the worst of its limits."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from metrics.base import metric
from metrics.equity_series import Frames, word_of
from metrics.exposure import leverage_of, valued
from metrics.period_drawdown import period_drawdowns
from metrics.periods import DAY


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit as a ratio: above it `warning`, above `critical` `critical`; None: no such step."""

    warning: float
    critical: float | None = None


LEVERAGE: Final = "leverage"
DAILY_DRAWDOWN: Final = "daily_drawdown"
SYMBOL: Final = "symbol_concentration"
VENUE: Final = "venue_concentration"
WORST: Final = "worst"
LIMITS: Final[Mapping[str, Limit]] = {
    LEVERAGE: Limit(5.0, 6.0),
    DAILY_DRAWDOWN: Limit(0.05),
    SYMBOL: Limit(0.6),
    VENUE: Limit(0.8),
}
RANKS: Final = ("ok", "unknown", "warning", "critical")
COLUMNS: Final = (
    *("name", "value_ratio", "limit_ratio", "critical_ratio", "state", "detail", "as_of", "n"),
    *("source", "account_id"),
)
Measured = tuple[float | None, str | None, Any, int]
"""A value, what it is of, of when it is, and from how many."""


@metric(unit="ratio", needs=("states",))
def risk_limits(
    states: Frames,
    *,
    at: pd.Timestamp | None = None,
    timezone: str = "UTC",
    limits: Mapping[str, Limit] = LIMITS,
) -> pd.DataFrame:
    """Give leverage, daily drawdown and concentration of each account against their limits.

    Unit: ratios: leverage = gross exposure / equity; the day's drawdown as a loss, 0 or above;
    concentration = the largest symbol's or venue's share of gross exposure. What cannot be
    measured is `unknown`; the row `worst` is `critical` or `warning` where one limit is, else
    `unknown` where one is unknown: `ok` only where all are measured and kept.

    Args:
        states: frames by name: `positions`, `equity`.
        at: the moment, UTC; the newest point of a series where it is not given.
        timezone: whose midnight begins the day.
        limits: name → limit.

    Returns:
        Columns `COLUMNS`, one row a source, account and limit, the row `worst` last; `detail` says
        which symbol, venue or limit; `n` counts positions or points.
    """
    fallen = period_drawdowns(states, at=at, timezone=timezone)
    fallen = fallen[fallen["period"] == DAY]
    told = {
        **{(row["source"], row["account_id"]): None for row in fallen.to_dict("records")},
        **{owner: None for owner, _ in valued(states.get("positions"), "source")},
    }
    rows: list[dict[str, Any]] = []
    for owner in dict.fromkeys((word_of(key[0]), word_of(key[1])) for key in told):
        own = list(_limits_of(states, fallen, owner, limits))
        worst = max(own, key=lambda row: RANKS.index(row["state"]))
        same = [str(row["name"]) for row in own if row["state"] == worst["state"]]
        summary = {"name": WORST, "state": worst["state"], "n": len(own)}
        detail = None if worst["state"] == "ok" else ", ".join(same)
        summary |= {"detail": detail, "as_of": worst["as_of"]}
        rows += [{**row, "source": owner[0], "account_id": owner[1]} for row in (*own, summary)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _limits_of(
    states: Frames,
    fallen: pd.DataFrame,
    owner: tuple[str | None, str | None],
    limits: Mapping[str, Limit],
) -> Iterator[dict[str, Any]]:
    held = [rows for key, rows in valued(states.get("positions"), "source") if key[:2] == owner]
    positions = held[0] if held else None
    measured = {
        LEVERAGE: _leverage(positions, states, owner),
        DAILY_DRAWDOWN: _fallen(fallen, owner),
        SYMBOL: _largest(positions, "symbol"),
        VENUE: _largest(positions, "venue"),
    }
    for name, limit in limits.items():
        value, detail, as_of, n = measured[name]
        yield {
            "name": name,
            "value_ratio": value,
            "limit_ratio": limit.warning,
            "critical_ratio": limit.critical,
            "state": _state(value, limit),
            "detail": detail,
            "as_of": as_of,
            "n": n,
        }


def _state(value: float | None, limit: Limit) -> str:
    if value is None or math.isnan(value):
        return "unknown"
    if limit.critical is not None and value > limit.critical:
        return "critical"
    return "warning" if value > limit.warning else "ok"


def _leverage(
    positions: pd.DataFrame | None, states: Frames, owner: tuple[str | None, str | None]
) -> Measured:
    if positions is None:
        return None, None, pd.NaT, 0
    gross = float(positions["value"].abs().sum(skipna=False))
    return leverage_of(gross, states, *owner), None, _as_of(positions), len(positions)


def _fallen(fallen: pd.DataFrame, owner: tuple[str | None, str | None]) -> Measured:
    """The deepest of the account's series: several streams of it may be told."""
    own = [
        row
        for row in fallen.to_dict("records")
        if (word_of(row["source"]), word_of(row["account_id"])) == owner
        and not pd.isna(row["drawdown_ratio"])
    ]
    if not own:
        return None, None, pd.NaT, 0
    worst = min(own, key=lambda row: row["drawdown_ratio"])
    return abs(worst["drawdown_ratio"]), word_of(worst["stream"]), worst["as_of"], worst["n"]


def _largest(positions: pd.DataFrame | None, name: str) -> Measured:
    """The share of the largest; missing where a position has no value or no such word."""
    if positions is None or name not in positions:
        return None, None, pd.NaT, 0
    told = _as_of(positions), len(positions)
    if positions["value"].isna().any() or positions[name].isna().any():
        return None, None, *told
    sums = positions["value"].abs().groupby(positions[name].astype("str")).sum()
    gross = float(sums.sum())
    return (float(sums.max()) / gross, str(sums.idxmax()), *told) if gross else (None, None, *told)


def _as_of(positions: pd.DataFrame) -> Any:
    return positions["as_of"].max() if "as_of" in positions else pd.NaT
