"""What the positions held now would lose in a crisis, against what their account may lose."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

import pandas as pd

from metrics.base import metric
from metrics.equity_series import Frames, equity_series, word_of
from metrics.exposure import valued
from metrics.period_drawdown import period_drawdowns
from metrics.periods import DAY
from metrics.profile_drawdown import profile_drawdowns
from metrics.risk_limits import EMERGENCY_STOP, Limit, of_system
from metrics.risk_measures import Owner, as_of
from metrics.stress_scenarios import SCENARIOS, Scenario, loss_of

COLUMNS: Final = (
    *("scenario", "verdict", "loss", "currency", "loss_ratio", "drawdown_ratio", "limit_ratio"),
    *("profile", "stop_trips", "detail", "as_of", "n", "source", "account_id"),
)


@metric(unit="money", needs=("states",))
def stress(
    states: Frames,
    *,
    at: pd.Timestamp | None = None,
    timezone: str = "UTC",
    own: Mapping[Owner, Mapping[str, Limit]] | None = None,
    flat: Collection[Owner] = (),
    scenarios: Mapping[str, Scenario] = SCENARIOS,
) -> pd.DataFrame:
    """Shock the positions of each account by each scenario, and judge what would be left.

    Unit: money of the equity for `loss`, below 0 where the positions would gain; ratios.
    `loss_ratio` = loss / newest equity; `drawdown_ratio` = what would be left / the day's highest
    equity − 1, 0 or below. `pass` where that is not below the daily limit of the account's profile
    and its emergency stop would not trip; `fail` where it is, or would; `unknown` where a price,
    the equity or the limit is missing; `not_implemented` where no price can tell it.

    Args:
        states: frames by name: `positions`, `equity`, `strategies` which name profiles, and
            `prices` for scenarios of volatility.
        at: the moment, UTC; the newest point of a series where it is not given.
        timezone: whose midnight begins the day.
        own: (source, account) → the limits of its system, as `risk_limits` takes them: its
            `emergency_stop` says where the stop trips.
        flat: (source, account) of whom the source says that nothing is held: nothing is lost.
        scenarios: name → what happens.

    Returns:
        Columns `COLUMNS`, one row a source, account and scenario, of those whose positions are
        told; `stop_trips` is missing where no system says where it does, `n` counts positions.
    """
    days = _days(states, at, timezone, own or {})
    held = {(key[0], key[1]): rows for key, rows in valued(states.get("positions"), "source")}
    nothing = pd.DataFrame({"value": [], "symbol": []})
    rows = []
    for owner in dict.fromkeys([*held, *flat]):
        positions, day = held.get(owner, nothing), days.get(owner, {})
        stop = (of_system(own or {}, owner) or {}).get(EMERGENCY_STOP)
        told = {
            "profile": day.get("profile"),
            "limit_ratio": day.get("limit_ratio"),
            "currency": day.get("currency"),
            "as_of": as_of(positions) if len(positions) else day.get("as_of"),
            "n": len(positions),
            "source": owner[0],
            "account_id": owner[1],
        }
        for name, scenario in scenarios.items():
            found = _judged(scenario, positions, states.get("prices"), day, stop)
            rows.append({"scenario": name, **told, **found})
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"stop_trips": "boolean"})


def _judged(
    scenario: Scenario,
    positions: pd.DataFrame,
    prices: pd.DataFrame | None,
    day: Mapping[str, Any],
    stop: Limit | None,
) -> dict[str, Any]:
    if not scenario.is_implemented:
        return {"verdict": "not_implemented", "detail": scenario.missing}
    loss, why = loss_of(scenario, positions, prices)
    if loss is None:
        return {"verdict": "unknown", "detail": why}
    equity, peak, limit = (day.get(name) for name in ("equity", "equity_peak", "limit_ratio"))
    if equity is None or peak is None or not (equity > 0 and peak > 0):
        return {"verdict": "unknown", "loss": loss, "detail": "no equity of today is told"}
    left = min((equity - loss) / peak - 1, 0.0)
    threshold = None if stop is None else stop.limit
    trips = None if threshold is None else left <= -threshold
    told = {"loss": loss, "loss_ratio": loss / equity, "drawdown_ratio": left, "stop_trips": trips}
    if limit is None:
        return {**told, "verdict": "unknown", "detail": "no profile says what a day may lose"}
    if left < limit:
        return {**told, "verdict": "fail", "detail": "below the daily limit of the profile"}
    if trips:
        return {**told, "verdict": "fail", "detail": "within the limit, but the stop would trip"}
    return {**told, "verdict": "pass"}


def _days(
    states: Frames,
    at: pd.Timestamp | None,
    timezone: str,
    own: Mapping[Owner, Mapping[str, Limit]],
) -> dict[Owner, dict[str, Any]]:
    """Return the day of each account by its deepest series, with the limit of its profile."""
    limits = profile_drawdowns(states, at=at, timezone=timezone, own=own)
    limits = limits[limits["period"] == DAY]
    allowed = {_key(row): row for row in _rows(limits)}
    fallen = period_drawdowns(states, at=at, timezone=timezone)
    fallen = fallen[(fallen["period"] == DAY) & fallen["drawdown_ratio"].notna()]
    money = {(s.source, s.account_id, s.stream): s.currency for s in equity_series(states, at)}
    found: dict[Owner, dict[str, Any]] = {}
    for row in _rows(fallen.sort_values("drawdown_ratio", kind="stable")):
        key = _key(row)
        profile = allowed.get(key, {})
        limit = {name: profile.get(name) for name in ("profile", "limit_ratio")}
        found.setdefault(key[:2], {**row, **limit, "currency": money.get(key)})
    return found


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): cell for name, cell in row.items()} for row in frame.to_dict("records")]


def _key(row: Mapping[str, Any]) -> tuple[str | None, str | None, str | None]:
    return word_of(row["source"]), word_of(row["account_id"]), word_of(row["stream"])
