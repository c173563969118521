"""What a session's file says of its risk: the light, what is open, and each limit."""

from __future__ import annotations

from collections.abc import Iterator
from math import isclose
from typing import Any, Final

import pandas as pd

from data_sources.files.json_object import amount, first, whole
from data_sources.files.label import label

UNKNOWN: Final = "unknown"
"""Where nothing is told the light is off: silence is not green."""
DAILY_LOSS: Final = "daily_loss"
_RANKS: Final = ("ok", "warning", "breach")
_STATES: Final = {"green": "ok", "yellow": "warning", "red": "breach", "warn": "warning"}

Fields = dict[str, Any]


def risk_of(metrics: Fields) -> Fields:
    """The risk columns of the frame `sessions`.

    The risk check speaks last: it overrides `risk_status`, which overrides `risk_severity`. Where
    it took a profit for a loss, its other limits say what the state is.
    """
    check = _object(metrics.get("risk_check"))
    told = (check.get("severity"), metrics.get("risk_status"), metrics.get("risk_severity"))
    state = next(filter(None, map(_state, told)), UNKNOWN)
    if state in _RANKS and _took_profit_for_loss(metrics):
        states = [row["state"] for row in limits_of("", metrics, None)]
        state = max(states, key=_RANKS.index) if set(states) <= set(_RANKS) else state
    return {
        "risk_state": state,
        "open_positions": whole(metrics.get("open_positions")),
        "total_notional": amount(first(metrics, "total_notional", "exposure")),
    }


def refusal_of(metrics: Fields) -> str | None:
    """Why the risk check allows no order, None where it does or says nothing."""
    check = _object(metrics.get("risk_check"))
    if check.get("allowed") is not False:
        return None
    reasons = check.get("reasons")
    told = filter(None, map(label, reasons if isinstance(reasons, list) else [reasons]))
    profit = "; a profit is no daily loss" if _took_profit_for_loss(metrics) else ""
    return f"risk check: {', '.join(told) or 'no order is allowed'}{profit}"


def limits_of(session_id: str, metrics: Fields, as_of: pd.Timestamp | None) -> Iterator[Fields]:
    """Rows of the frame `session_limits`, one a limit; entries without a name are none.

    The check measures a daily loss without its sign; a limit that a profit fills is not used.
    """
    is_profit = _took_profit_for_loss(metrics)
    for name, entry in _entries(metrics):
        is_spared = is_profit and DAILY_LOSS in name
        yield {
            "session_id": session_id,
            "limit_name": name,
            "value": amount(first(entry, "current_value", "value")),
            "limit_value": amount(first(entry, "limit_value", "limit")),
            "used_ratio": 0.0 if is_spared else amount(entry.get("ratio")),
            "state": "ok" if is_spared else _state(entry.get("severity")) or UNKNOWN,
            "as_of": as_of,
        }


def _entries(metrics: Fields) -> Iterator[tuple[str, Fields]]:
    """The limits that a file lists, with their names."""
    check = _object(metrics.get("risk_check"))
    told = first(check, "limit_details") or metrics.get("limit_details")
    for entry in told if isinstance(told, list) else []:
        name = label(first(entry, "limit_name", "name")) if isinstance(entry, dict) else None
        if name is not None:
            yield name, entry


def _took_profit_for_loss(metrics: Fields) -> bool:
    """Whether the value of a daily-loss limit is the very profit of the session."""
    profit = amount(first(metrics, "realized_pnl", "pnl"))
    values = (
        amount(first(entry, "current_value", "value"))
        for name, entry in _entries(metrics)
        if DAILY_LOSS in name
    )
    return bool(profit and profit > 0) and any(
        value is not None and isclose(value, profit or 0.0, rel_tol=1e-6) for value in values
    )


def _object(value: Any) -> Fields:
    return value if isinstance(value, dict) else {}


def _state(value: Any) -> str | None:
    """One of ok, warning, breach; an unknown word stays visible."""
    word = (label(value) or "").lower()
    return _STATES.get(word, word) or None
