"""What a bot's health answer tells beyond its health: models, regime, uptime and cycles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from data_sources.calendar import MarketCalendar
from data_sources.frames import shaped
from data_sources.health_answer import Outcome
from data_sources.health_numbers import count
from data_sources.health_verdict import moment

MOST_MODELS: Final = 200
GRACE: Final = pd.Timedelta(minutes=15)
"""After the open a bot may still wait for its first cycle."""


def frames_of_body(
    body: Mapping[str, Any] | None,
    *,
    name: str,
    account_id: str,
    state: str,
    as_of: pd.Timestamp,
    numbers: Mapping[str, Any],
) -> dict[str, pd.DataFrame]:
    """Return the frames `models`, `regimes` and `runs` that a body tells, those alone.

    Args:
        body: of the answer, None when there was none.
        name: of the source.
        account_id: whose bot it is; empty when unknown.
        state: of the bot.
        as_of: the moment that the body speaks of.
        numbers: further columns of `runs`.
    """
    if body is None:
        return {}
    regime = body.get("regime")
    rows = {
        "models": _models(body.get("models"), regime, as_of),
        "regimes": _regimes(regime, as_of),
        "runs": [{**row, **numbers} for row in _runs(body, account_id or name, state, as_of)],
    }
    return {
        frame: shaped(frame, found, source=name, account_id=account_id or None)
        for frame, found in rows.items()
        if found
    }


def excused(outcome: Outcome, calendar: MarketCalendar | None, now: pd.Timestamp) -> Outcome:
    """Return the outcome, ok when all a bot complains of is an old cycle while its market is shut.

    Such a bot sleeps from close to open, and calls itself degraded for it every night.
    """
    body = outcome.body
    if calendar is None or body is None or outcome.state != "degraded" or body.get("errors") != 0:
        return outcome
    issues = body.get("issues")
    if not isinstance(issues, list) or not issues:
        return outcome
    if not all("cycle" in str(issue).lower() for issue in issues):
        return outcome
    if calendar.is_open(now) and calendar.is_open(now - GRACE):
        return outcome
    return replace(outcome, state="ok", detail=f"{calendar.told(now)}: an old cycle is no alarm")


def _models(models: Any, regime: Any, as_of: pd.Timestamp) -> list[dict[str, Any]]:
    if not isinstance(models, list):
        return []
    told = regime.get("equity") if isinstance(regime, dict) else None
    found = []
    for each in models[:MOST_MODELS]:
        if not isinstance(each, dict) or not isinstance(each.get("name"), str):
            continue
        universe, budget = each.get("universe"), each.get("budget_fraction")
        found.append(
            {
                "model": each["name"],
                "stage": each.get("stage") if isinstance(each.get("stage"), str) else None,
                "budget_ratio": _number(budget),
                "universe": ", ".join(u for u in universe if isinstance(u, str))
                if isinstance(universe, list)
                else None,
                "active": _is_active(each["name"], told),
                "as_of": as_of,
            }
        )
    return found


def _is_active(name: str, regime: Any) -> bool | None:
    """A model of one regime trades in that regime alone; unknown while the regime is."""
    of = next((word for word in ("bull", "bear") if word in name.lower()), None)
    if of is None:
        return True
    return regime == of if isinstance(regime, str) else None


def _regimes(regime: Any, as_of: pd.Timestamp) -> list[dict[str, Any]]:
    if not isinstance(regime, dict) or not isinstance(regime.get("equity"), str):
        return []
    others = ("volatility", "crypto", "macro")
    detail = ", ".join(f"{n} {regime[n]}" for n in others if isinstance(regime.get(n), str))
    ts = moment(regime.get("timestamp"))
    told = {"regime": regime["equity"], "detail": detail or None}
    return [{"ts_event": as_of if ts is None else ts, **told}]


def _runs(
    body: Mapping[str, Any], run_id: str, state: str, as_of: pd.Timestamp
) -> list[dict[str, Any]]:
    """The running process: since when it runs, when its last cycle was, and how many it made."""
    uptime, cycle = (
        _seconds(body.get("uptime_seconds")),
        _seconds(body.get("last_cycle_ago_seconds")),
    )
    if uptime is None:
        return []
    # Whole seconds jitter from poll to poll; a moment told to the minute hardly ever does. Down,
    # because a cycle that is yet to come was never heard of.
    try:
        started = (as_of - uptime).floor("1min")
        last = None if cycle is None else (as_of - cycle).floor("1min")
    except (ValueError, OverflowError):
        # A clock so wrong that the start lies before all time.
        return []
    times = {"ts_started": started, "ts_last_event": last}
    cycles = count(body.get("total_cycles"))
    return [{"run_id": run_id, "state": state, **times, "steps": cycles}]


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and abs(value) < 1e12 else None


def _seconds(value: Any) -> pd.Timedelta | None:
    seconds = _number(value)
    return pd.Timedelta(seconds=seconds) if seconds is not None and 0 <= seconds < 1e9 else None
