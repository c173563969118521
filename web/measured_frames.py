"""Frames that are metrics of the desk's frames, or hold one: asked for like any other frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pandas as pd

from data_sources.dialects.limit_rules import AnyLimit, MoneyRule
from data_sources.frames import empty, shaped
from metrics.drawdown import with_drawdown
from metrics.emergency_stop import emergency_stop
from metrics.exposure import exposure
from metrics.failover_counts import failover_counts
from metrics.gate_counts import gate_counts
from metrics.intent_latency import intent_latency
from metrics.momentum import momentum
from metrics.period_drawdown import period_drawdowns
from metrics.pnl import profit_and_loss
from metrics.profile_drawdown import profile_drawdowns
from metrics.risk_limits import CORRELATION, Limit, risk_limits
from metrics.sharpe import sharpe_ratios
from metrics.slippage import slippage
from metrics.stress import stress
from metrics.tail_losses import tail_losses
from metrics.telemetry_trends import telemetry_trends
from metrics.trades_by_account import trades_by_account
from web.desk_protocol import Desk

ROWS_LOOKED_AT: Final = 100_000
"""Rows of each frame but equity that a metric is taken from, the newest."""

OF_FRAMES: Final[dict[str, tuple[Callable[..., pd.DataFrame], tuple[str, ...]]]] = {
    "pnl": (profit_and_loss, ("equity", "trades", "positions")),
    "drawdown": (period_drawdowns, ("equity",)),
    "exposure": (exposure, ("positions", "equity")),
    "profile_drawdown": (profile_drawdowns, ("equity", "strategies")),
    "risk_limits": (risk_limits, ("positions", "equity", "accounts")),
    "failover_counts": (failover_counts, ("failovers", "services")),
    "gate_counts": (gate_counts, ("decisions",)),
    "value_at_risk": (tail_losses, ("equity",)),
    "intent_latency": (intent_latency, ("intents",)),
    "telemetry_trends": (telemetry_trends, ("telemetry_health",)),
    "slippage": (slippage, ("execution_costs",)),
    "sharpe": (sharpe_ratios, ("equity",)),
    "trade_statistics": (trades_by_account, ("trades",)),
    "ess": (emergency_stop, ("ess_changes",)),
    "stress": (stress, ("positions", "equity", "strategies", "prices")),
}
"""Frame → its metric and the frames that it takes."""
AT: Final = frozenset(OF_FRAMES) - {"exposure"}
"""Those that are told of a moment: `until`, or now."""
MOST_POINTS: Final = 1_000_000
"""Points of equity that are read of one source; a source of more is told to be cut."""
OF_PEAKS: Final = frozenset({"drawdown", "risk_limits"})
"""Those that tell nothing of a peak where points were cut."""


def frame_of(desk: Desk, name: str, *, limit: int, **wanted: Any) -> pd.DataFrame:
    """Return a frame of the desk, measured where it is a metric.

    Raises:
        KeyError: there is no such frame.
    """
    if wanted.get("session") is not None and (name in OF_FRAMES or name == "momentum"):
        return empty(name)  # what is measured is of accounts and symbols, of no session
    if name in OF_FRAMES:
        return _narrowed(_of_frames(desk, name, wanted), limit, wanted)
    if name == "equity":
        return _equity(desk, limit, **wanted)
    if name != "momentum":
        return desk.frame(name, limit=limit, **wanted)
    equal = {"source": wanted.get("source"), "account_id": wanted.get("account")}
    told = desk.view(at=wanted.get("until")).states
    states = {state: _of(frame, equal) for state, frame in told.items() if len(frame)}
    return _narrowed(momentum(states), limit, wanted)


def _of_frames(desk: Desk, name: str, wanted: dict[str, Any]) -> pd.DataFrame:
    metric, needed = OF_FRAMES[name]
    until = wanted.get("until")
    chosen = {"source": wanted.get("source"), "account": wanted.get("account"), "until": until}
    taken = {
        frame: desk.frame(frame, limit=ROWS_LOOKED_AT, **chosen)
        for frame in needed
        if frame != "equity"
    }
    more: dict[str, Any] = {}
    if "equity" in needed:
        taken["equity"], cut = _points(desk, **chosen)
        if name in OF_PEAKS:
            more["cut"] = cut
    if name in AT:
        more["at"] = desk.view().at if until is None else until
    if name in ("risk_limits", "ess", "stress", "profile_drawdown"):
        more["own"] = own = _limits_of_systems(desk)
    if name == "risk_limits" and any(CORRELATION in limits for limits in own.values()):
        taken["prices"] = desk.frame("prices", limit=ROWS_LOOKED_AT, until=until)
    if name in ("risk_limits", "stress"):
        more["flat"] = desk.flat_accounts(until)
    found = metric(taken, **more).astype("object")
    rows = found.where(found.notna(), None).to_dict("records")
    return shaped(name, [{str(name): cell for name, cell in row.items()} for row in rows])


def _limits_of_systems(desk: Desk) -> dict[tuple[str | None, str | None], dict[str, Limit]]:
    """Return the rules of the desk's systems as limits of the metric."""
    return {
        owner: {name: _limit(rule) for name, rule in rules.items()}
        for owner, rules in desk.risk_rules().items()
    }


def _limit(rule: AnyLimit) -> Limit:
    if isinstance(rule, MoneyRule):
        money = rule.limit_money, rule.critical_money
        return Limit(*money, rule=rule.rule, currencies=rule.currencies)
    return Limit(
        rule.warning_ratio,
        rule.critical_ratio,
        reached=not rule.above,
        limit=rule.limit_ratio,
        rule=rule.rule,
        default_profile=rule.default_profile,
    )


def _narrowed(found: pd.DataFrame, limit: int, wanted: dict[str, Any]) -> pd.DataFrame:
    """Return the rows that fit; what was measured of a moment is no choice among those of now."""
    found = _of(found, {"symbol": wanted.get("symbol")})
    return _between(found, "as_of", since=wanted.get("since")).head(limit)


def _equity(desk: Desk, limit: int, **wanted: Any) -> pd.DataFrame:
    """Return points of equity, each with its drawdown, against the peak of the whole series.

    The peak may lie long before the points that are asked for, so all are read, but only where an
    origin leaves the drawdown to us.
    """
    asked = desk.frame("equity", limit=limit, **wanted)
    if wanted.get("session") is not None or asked.empty or asked["drawdown_ratio"].notna().all():
        return asked
    series = {name: wanted.get(name) for name in ("source", "account")}
    whole = with_drawdown(_points(desk, **series)[0])
    return _between(whole, "ts_event", **wanted).tail(limit).reset_index(drop=True)


def _points(desk: Desk, **wanted: Any) -> tuple[pd.DataFrame, set[str]]:
    """Return points of equity, ascending, and the sources of which only the newest are among them.

    Where there are too many they are read source by source: none pushes out another's.
    """
    found = desk.frame("equity", limit=MOST_POINTS, **wanted)
    if len(found) < MOST_POINTS:
        return found, set()
    if wanted.get("source") is not None:
        return found, {wanted["source"]}
    told = {str(row["name"]) for row in desk.sources()} | set(found["source"].dropna())
    alone = {"limit": MOST_POINTS, **wanted}
    parts = {each: desk.frame("equity", **{**alone, "source": each}) for each in sorted(told)}
    whole = pd.concat([part for part in parts.values() if len(part)], ignore_index=True)
    cut = {each for each, part in parts.items() if len(part) >= MOST_POINTS}
    return whole.sort_values("ts_event", kind="stable", ignore_index=True), cut


def _between(
    frame: pd.DataFrame,
    column: str,
    *,
    since: pd.Timestamp | None = None,
    until: pd.Timestamp | None = None,
    **_: Any,
) -> pd.DataFrame:
    """Return the rows of a time, both ends included."""
    if since is not None:
        frame = frame[frame[column] >= since]
    return frame if until is None else frame[frame[column] <= until]


def _of(frame: pd.DataFrame, equal: dict[str, str | None]) -> pd.DataFrame:
    """Return the rows that have these words."""
    for name, word in equal.items():
        if word is not None and name in frame:
            frame = frame[frame[name] == word]
    return frame
