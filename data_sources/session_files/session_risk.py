"""What a session's file says of its risk: the light, what is open, and each limit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from data_sources.files.json_object import amount, first, whole
from data_sources.files.label import label

UNKNOWN: Final = "unknown"
"""Where nothing is told the light is off: silence is not green."""
_STATES: Final = {"green": "ok", "yellow": "warning", "red": "breach", "warn": "warning"}

Fields = dict[str, Any]


def risk_of(metrics: Fields) -> Fields:
    """The risk columns of the frame `sessions`.

    The risk check speaks last: it overrides `risk_status`, which overrides `risk_severity`.
    """
    check = _object(metrics.get("risk_check"))
    told = (check.get("severity"), metrics.get("risk_status"), metrics.get("risk_severity"))
    return {
        "risk_state": next(filter(None, map(_state, told)), UNKNOWN),
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
    return f"risk check: {', '.join(told) or 'no order is allowed'}"


def limits_of(session_id: str, metrics: Fields, as_of: pd.Timestamp | None) -> Iterator[Fields]:
    """Rows of the frame `session_limits`, one a limit; entries without a name are none."""
    check = _object(metrics.get("risk_check"))
    told = first(check, "limit_details") or metrics.get("limit_details")
    for entry in told if isinstance(told, list) else []:
        name = label(first(entry, "limit_name", "name")) if isinstance(entry, dict) else None
        if name is None:
            continue
        yield {
            "session_id": session_id,
            "limit_name": name,
            "value": amount(first(entry, "current_value", "value")),
            "limit_value": amount(first(entry, "limit_value", "limit")),
            "used_ratio": amount(entry.get("ratio")),
            "state": _state(entry.get("severity")) or UNKNOWN,
            "as_of": as_of,
        }


def _object(value: Any) -> Fields:
    return value if isinstance(value, dict) else {}


def _state(value: Any) -> str | None:
    """One of ok, warning, breach; an unknown word stays visible."""
    word = (label(value) or "").lower()
    return _STATES.get(word, word) or None
