"""The risk state of each account: the worst of its limits."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from metrics.base import metric
from metrics.equity_series import Frames, grouped, word_of
from metrics.exposure import leverage_of, valued
from metrics.period_drawdown import period_drawdowns
from metrics.periods import ALL, DAY


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit as a ratio: above it `warning`, above `critical` `critical`; None: no such step.

    Without a `warning` nothing is known of what is allowed: any value is `unknown`.

    reached   whether a step begins at its number already, not only above it
    limit     what is allowed, where that is not the number of the first step
    rule      where the number is from
    """

    warning: float | None
    critical: float | None = None
    reached: bool = False
    limit: float | None = None
    rule: str | None = None


LEVERAGE: Final = "leverage"
POSITION: Final = "position"
DRAWDOWN: Final = "drawdown"
DAILY_DRAWDOWN: Final = "daily_drawdown"
SYMBOL: Final = "symbol_concentration"
VENUE: Final = "venue_concentration"
WORST: Final = "worst"
UNLIMITED: Final[Mapping[str, Limit]] = dict.fromkeys(
    (LEVERAGE, DAILY_DRAWDOWN, SYMBOL, VENUE), Limit(None)
)
"""What is measured of an account whose system tells no limit."""
RANKS: Final = ("ok", "unknown", "warning", "critical")
COLUMNS: Final = (
    *("name", "value_ratio", "limit_ratio", "used_ratio", "warning_ratio", "critical_ratio"),
    *("state", "rule", "detail", "as_of", "n", "source", "account_id"),
)
Owner = tuple[str | None, str | None]
"""Source and account."""
Measured = tuple[float | None, str | None, Any, int]
"""A value, what it is of, of when it is, and from how many."""


@metric(unit="ratio", needs=("states",))
def risk_limits(
    states: Frames,
    *,
    at: pd.Timestamp | None = None,
    timezone: str = "UTC",
    limits: Mapping[str, Limit] = UNLIMITED,
    own: Mapping[Owner, Mapping[str, Limit]] | None = None,
    flat: Collection[Owner] = (),
    cut: Collection[str] = (),
) -> pd.DataFrame:
    """Give what each account risks against its limits: those of its system, else `limits`.

    Unit: ratios. leverage = gross exposure / equity; position = the largest symbol's exposure /
    equity; drawdown = the loss since the highest equity that was told, daily_drawdown since the
    day's, 0 or above; concentration = the largest symbol's or venue's share of gross exposure.
    What cannot be measured is `unknown`; the row `worst` is `critical` or `warning` where one
    limit is, else `unknown` where one is unknown: `ok` only where all are measured and kept.

    Args:
        states: frames by name: `positions`, `equity`, and `accounts` for those of which neither
            is told.
        at: the moment, UTC; the newest point of a series where it is not given.
        timezone: whose midnight begins the day.
        limits: name → limit, for accounts whose system tells none; those of one system say
            nothing of another, so that where it is not given their states are unknown.
        own: (source, account) → the limits of its system; (source, None) holds for all accounts
            of a source, (None, account) for the account whoever tells of it.
        flat: (source, account) of whom the source says that nothing is held: leverage and position
            are 0 then, not unknown.
        cut: sources of which the newest points of equity alone are given: a loss since a peak
            that may lie before them is told where it is over its limit already, else unknown.

    Returns:
        Columns `COLUMNS`, one row a source, account and limit, the row `worst` last; `used_ratio`
        = value / limit, `rule` says where the limit is from, `detail` which symbol, venue or
        limit it is; `n` counts positions or points.
    """
    own = own or {}
    fallen = period_drawdowns(states, at=at, timezone=timezone, cut=cut)
    least = period_drawdowns(states, at=at, timezone=timezone) if cut else fallen
    rows: list[dict[str, Any]] = []
    for owner in _owners(states, fallen, own):
        allowed = _of_system(own, owner) or limits
        found = list(_limits_of(states, fallen, least, owner, allowed, owner in flat))
        worst = max(found, key=lambda row: RANKS.index(row["state"]))
        same = [str(row["name"]) for row in found if row["state"] == worst["state"]]
        summary = {"name": WORST, "state": worst["state"], "n": len(found)}
        detail = None if worst["state"] == "ok" else ", ".join(same)
        summary |= {"detail": detail, "as_of": worst["as_of"]}
        rows += [{**row, "source": owner[0], "account_id": owner[1]} for row in (*found, summary)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _of_system(
    own: Mapping[Owner, Mapping[str, Limit]], owner: Owner
) -> Mapping[str, Limit] | None:
    source, account = owner
    return own.get((source, None)) or (None if account is None else own.get((None, account)))


def _owners(
    states: Frames, fallen: pd.DataFrame, own: Mapping[Owner, Mapping[str, Limit]]
) -> list[Owner]:
    """Who is told of; an account that has rules and of which nothing is told is not left out."""
    told = [(row["source"], row["account_id"]) for row in fallen.to_dict("records")]
    told += [(owner[0], owner[1]) for owner, _ in valued(states.get("positions"), "source")]
    found = dict.fromkeys((word_of(source), word_of(account)) for source, account in told)
    known = {account for _, account in found}
    for (source, account), _ in grouped(states.get("accounts", pd.DataFrame())):
        if account not in known and _of_system(own, (source, account)):
            found[source, account] = None
    return list(found)


def _limits_of(
    states: Frames,
    fallen: pd.DataFrame,
    least: pd.DataFrame,
    owner: Owner,
    limits: Mapping[str, Limit],
    is_flat: bool,
) -> Iterator[dict[str, Any]]:
    held = [rows for key, rows in valued(states.get("positions"), "source") if key[:2] == owner]
    positions = held[0] if held else None
    measured = {
        LEVERAGE: _leverage(positions, states, owner),
        POSITION: _position(positions, states, owner),
        DRAWDOWN: _loss(fallen, least, ALL, owner, limits.get(DRAWDOWN)),
        DAILY_DRAWDOWN: _loss(fallen, least, DAY, owner, limits.get(DAILY_DRAWDOWN)),
        SYMBOL: _largest(positions, "symbol"),
        VENUE: _largest(positions, "venue"),
    }
    if is_flat and positions is None:
        nothing = leverage_of(0.0, states, *owner), None, pd.NaT, 0
        measured |= {LEVERAGE: nothing, POSITION: nothing}
    for name, limit in limits.items():
        value, detail, as_of, n = measured[name]
        allowed = limit.warning if limit.limit is None else limit.limit
        yield {
            "name": name,
            "value_ratio": value,
            "limit_ratio": allowed,
            "used_ratio": None if value is None or allowed is None else value / allowed,
            "warning_ratio": limit.warning,
            "critical_ratio": limit.critical,
            "state": _state(value, limit),
            "rule": limit.rule,
            "detail": detail,
            "as_of": as_of,
            "n": n,
        }


def _state(value: float | None, limit: Limit) -> str:
    if value is None or limit.warning is None or math.isnan(value):
        return "unknown"
    if limit.critical is not None and _is_over(value, limit.critical, limit):
        return "critical"
    return "warning" if _is_over(value, limit.warning, limit) else "ok"


def _is_over(value: float, step: float, limit: Limit) -> bool:
    # A share reckoned from money is a last bit off: 40 % of 100,000 must reach 0.4.
    reached = limit.reached and math.isclose(value, step, rel_tol=1e-12)
    return reached or value > step


def _leverage(positions: pd.DataFrame | None, states: Frames, owner: Owner) -> Measured:
    if positions is None:
        return None, None, pd.NaT, 0
    gross = float(positions["value"].abs().sum(skipna=False))
    return leverage_of(gross, states, *owner), None, _as_of(positions), len(positions)


def _position(positions: pd.DataFrame | None, states: Frames, owner: Owner) -> Measured:
    """The largest symbol against the equity; missing where a position has no value."""
    share, symbol, as_of, n = _largest(positions, "symbol")
    leverage = _leverage(positions, states, owner)[0]
    if share is None or leverage is None:
        return None, None, as_of, n
    return share * leverage, symbol, as_of, n


def _loss(
    fallen: pd.DataFrame, least: pd.DataFrame, period: str, owner: Owner, limit: Limit | None
) -> Measured:
    """The loss of a period; where that is not known, what was lost at least, if over the limit."""
    told = _fallen(fallen[fallen["period"] == period], owner)
    if fallen is least or limit is None:
        return told
    known = _fallen(least[least["period"] == period], owner)
    return known if _state(known[0], limit) in ("warning", "critical") else told


def _fallen(fallen: pd.DataFrame, owner: Owner) -> Measured:
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
