"""The risk state of each account: the worst of its limits."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from metrics.base import metric
from metrics.equity_series import Frames, grouped, word_of
from metrics.exposure import leverage_of, valued
from metrics.held_correlation import held_correlation
from metrics.period_drawdown import period_drawdowns
from metrics.periods import ALL, DAY
from metrics.risk_measures import (
    SHORTFALL,
    VALUE,
    Measured,
    Owner,
    largest,
    leverage,
    position,
    tail,
)
from metrics.tail_losses import tail_losses


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit as a ratio: above it `warning`, above `critical` `critical`; None: no such step.

    Without a `warning` nothing is known of what is allowed: any value is `unknown`.

    reached   whether a step begins at its number already, not only above it
    limit     what is allowed, where that is not the number of the first step
    rule      where the number is from
    default_profile  of `daily_drawdown`: the capital profile of an account that names none
    """

    warning: float | None
    critical: float | None = None
    reached: bool = False
    limit: float | None = None
    rule: str | None = None
    currencies: tuple[str, ...] = ()
    default_profile: str | None = None


TAILS: Final = {"var_95": (0.95, VALUE), "var_99": (0.99, VALUE), "es_975": (0.975, SHORTFALL)}
"""Limits of what a day may lose → the confidence, and which number of it."""
CONFIDENCES: Final = tuple(sorted({confidence for confidence, _ in TAILS.values()}))
CORRELATION: Final = "correlation"
LEVERAGE: Final = "leverage"
POSITION: Final = "position"
DRAWDOWN: Final = "drawdown"
DAILY_DRAWDOWN: Final = "daily_drawdown"
SYMBOL: Final = "symbol_concentration"
VENUE: Final = "venue_concentration"
WORST: Final = "worst"
EMERGENCY_STOP: Final = "emergency_stop"
"""At what loss of a day the system's stop trips: no limit of its own, see `emergency_stop`."""
UNLIMITED: Final[Mapping[str, Limit]] = dict.fromkeys(
    (LEVERAGE, DAILY_DRAWDOWN, SYMBOL, VENUE), Limit(None)
)
"""What is measured of an account whose system tells no limit."""
RANKS: Final = ("ok", "unknown", "warning", "critical")
COLUMNS: Final = (
    *("name", "value_ratio", "limit_ratio", "used_ratio", "warning_ratio", "critical_ratio"),
    *("state", "rule", "detail", "as_of", "n", "source", "account_id"),
)


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
    day's, 0 or above; concentration = the largest symbol's or venue's share of gross exposure;
    var_95, var_99, es_975 = what a day may lose, historical, see `tail_losses`; correlation = the
    mean of those of the symbols held, see `held_correlation`.
    What cannot be measured is `unknown`; the row `worst` is `critical` or `warning` where one
    limit is, else `unknown` where one is unknown: `ok` only where all are measured and kept.

    Args:
        states: frames by name: `positions`, `equity`, `accounts` for those of which neither is
            told, and `prices` for the correlation.
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
    asked = {name for rules in (limits, *own.values()) for name in rules}
    tails = tail_losses(states, at=at, confidences=CONFIDENCES) if asked & set(TAILS) else None
    rows: list[dict[str, Any]] = []
    for owner in _owners(states, fallen, own):
        told = of_system(own, owner) or {}
        allowed = _kept(told) or _kept(limits)
        measured = _measured(states, (fallen, least, tails), owner, allowed, owner in flat)
        found = [_row(name, limit, measured[name]) for name, limit in allowed.items()]
        worst = max(found, key=lambda row: RANKS.index(row["state"]))
        same = [str(row["name"]) for row in found if row["state"] == worst["state"]]
        summary = {"name": WORST, "state": worst["state"], "n": len(found)}
        detail = None if worst["state"] == "ok" else ", ".join(same)
        summary |= {"detail": detail, "as_of": worst["as_of"]}
        rows += [{**row, "source": owner[0], "account_id": owner[1]} for row in (*found, summary)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def of_system(own: Mapping[Owner, Mapping[str, Limit]], owner: Owner) -> Mapping[str, Limit] | None:
    """Return the limits of the system that a source speaks for, or that trades an account."""
    source, account = owner
    return own.get((source, None)) or (None if account is None else own.get((None, account)))


def _kept(limits: Mapping[str, Limit]) -> Mapping[str, Limit]:
    return {name: limit for name, limit in limits.items() if name != EMERGENCY_STOP}


def _owners(
    states: Frames, fallen: pd.DataFrame, own: Mapping[Owner, Mapping[str, Limit]]
) -> list[Owner]:
    """Who is told of; an account that has rules and of which nothing is told is not left out."""
    told = [(row["source"], row["account_id"]) for row in fallen.to_dict("records")]
    told += [(owner[0], owner[1]) for owner, _ in valued(states.get("positions"), "source")]
    found = dict.fromkeys((word_of(source), word_of(account)) for source, account in told)
    known = {account for _, account in found}
    for (source, account), _ in grouped(states.get("accounts", pd.DataFrame())):
        if account not in known and of_system(own, (source, account)):
            found[source, account] = None
    return list(found)


def _measured(
    states: Frames,
    losses: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame | None],
    owner: Owner,
    limits: Mapping[str, Limit],
    is_flat: bool,
) -> dict[str, Measured]:
    fallen, least, tails = losses
    held = [rows for key, rows in valued(states.get("positions"), "source") if key[:2] == owner]
    positions = held[0] if held else None
    measured = {
        LEVERAGE: leverage(positions, states, owner),
        POSITION: position(positions, states, owner),
        DRAWDOWN: _loss(fallen, least, ALL, owner, limits.get(DRAWDOWN)),
        DAILY_DRAWDOWN: _loss(fallen, least, DAY, owner, limits.get(DAILY_DRAWDOWN)),
        SYMBOL: largest(positions, "symbol"),
        VENUE: largest(positions, "venue"),
        **{name: tail(tails, owner, *which) for name, which in TAILS.items()},
    }
    if CORRELATION in limits:
        measured[CORRELATION] = Measured(*held_correlation(positions, states.get("prices")))
    if is_flat and positions is None:
        nothing = Measured(leverage_of(0.0, states, *owner))
        measured |= {LEVERAGE: nothing, POSITION: nothing}
    return measured


def _row(name: str, limit: Limit, measured: Measured) -> dict[str, Any]:
    limit = _as_ratio(limit, measured)
    allowed = limit.warning if limit.limit is None else limit.limit
    value = measured.value
    return {
        "name": name,
        "value_ratio": value,
        "limit_ratio": allowed,
        "used_ratio": None if value is None or allowed is None else value / allowed,
        "warning_ratio": limit.warning,
        "critical_ratio": limit.critical,
        "state": _state(value, limit),
        "rule": limit.rule,
        "detail": measured.detail,
        "as_of": measured.as_of,
        "n": measured.n,
    }


def _as_ratio(limit: Limit, measured: Measured) -> Limit:
    """Return a limit in money as one of the equity; without steps where the money is another."""
    if not limit.currencies:
        return limit
    equity = measured.equity if measured.currency in limit.currencies else None

    def share(number: float | None) -> float | None:
        return None if number is None or not equity else number / equity

    steps = share(limit.warning), share(limit.critical)
    return replace(limit, warning=steps[0], critical=steps[1], limit=share(limit.limit))


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


def _loss(
    fallen: pd.DataFrame, least: pd.DataFrame, period: str, owner: Owner, limit: Limit | None
) -> Measured:
    """The loss of a period; where that is not known, what was lost at least, if over the limit."""
    told = _fallen(fallen[fallen["period"] == period], owner)
    if fallen is least or limit is None:
        return told
    known = _fallen(least[least["period"] == period], owner)
    return known if _state(known.value, limit) in ("warning", "critical") else told


def _fallen(fallen: pd.DataFrame, owner: Owner) -> Measured:
    """The deepest of the account's series: several streams of it may be told."""
    own = [
        row
        for row in fallen.to_dict("records")
        if (word_of(row["source"]), word_of(row["account_id"])) == owner
        and not pd.isna(row["drawdown_ratio"])
    ]
    if not own:
        return Measured()
    worst = min(own, key=lambda row: row["drawdown_ratio"])
    stream = word_of(worst["stream"])
    return Measured(abs(worst["drawdown_ratio"]), stream, worst["as_of"], worst["n"])
