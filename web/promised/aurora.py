"""Aurora's promise: the JSON of `/status`, which `/sse` repeats, and of `/health`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import pandas as pd

from metrics.breaker import breaker
from metrics.conservation import conservation, conservation_of_counts
from metrics.governance import governance
from metrics.latency import latency_percentiles
from metrics.orders import deny_ratio, fill_ratio, order_counts, window_events
from metrics.pending import pending
from metrics.percentiles import Percentile
from metrics.ratio import Ratio
from metrics.routes import route_counts, taker_ratio
from metrics.why_codes import why_code_counts

_STAGES: Final = {"decision": "decision", "order_ack": "order_ack", "to_first_fill": "first_fill"}
"""Names of the promise, and the view's own."""
_SICK: Final = frozenset({"down", "auth", "misconfigured", "bad_payload", "unreadable"})


def status(view: Any, source: str | None = None) -> dict[str, Any]:
    """Give the promised JSON of one view: every promised key, null where it is unknown.

    Args:
        view: a ledger view; its window, moment and filters decide what is counted.
        source: the one that the view is of; None for all.

    Returns:
        Finite JSON values only. Milliseconds in `latency`, ratios 0–1, counts of the window;
        `pending` is the state at `as_of`. Before the first event all counts are null. While
        `catching_up` a log is read in part, and so are the counts.
    """
    known = view.newest is not None or bool(view.measure(window_events))
    answer = {
        "ts_ns": int(view.at.as_unit("ns").value),
        "as_of": rfc3339(view.at),
        "newest": rfc3339(view.newest),
        "window_seconds": view.window_seconds,
        "orders": _orders(view),
        "routes": _fields(view.measure(route_counts), ("maker", "taker", "deny", "cancel")),
        **_ratio("fill_ratio", view.measure(fill_ratio)),
        **_ratio("deny_ratio", view.measure(deny_ratio)),
        **_ratio("taker_ratio", view.measure(taker_ratio)),
        "latency": _latency(view),
        "governance": _governance(view),
        "xai": {"why_code_counts": dict(view.measure(why_code_counts))},
        "circuit_breaker": _breaker(view),
        "pending": _pending(view),
        "conservation": _conservation(view),
        "catching_up": is_catching_up(view.sources, source),
        "window_events": view.measure(window_events),
    }
    if not known:
        answer = _without_counts(answer)
    finite: dict[str, Any] = _json(answer)
    return finite


def health(
    sources: Any, now: datetime | None = None, *, not_kept: str | None = None
) -> dict[str, Any]:
    """Give the JSON of `/health`: how the attached sources are, each with its age.

    Args:
        sources: the rows of `/api/sources`, or a view that holds them.
        now: the moment that the answer is true for; a view brings its own, else the clock's.
        not_kept: why what is new is not kept in the state folder, if so.

    Returns:
        `status`: `healthy` when every source is ok and what is new is kept, `unhealthy` when all
        are down or refused, else `degraded`; a desk without sources is `degraded`, because it sees
        nothing. `checkpoint_ok` says whether it is kept, `checkpoint_problem` why not.
    """
    rows: Sequence[Mapping[str, Any]] = getattr(sources, "sources", sources)
    moment = now or getattr(sources, "at", None) or datetime.now(UTC)
    states = [str(row.get("state", "unknown")) for row in rows]
    if states and not_kept is None and all(state == "ok" for state in states):
        overall = "healthy"
    elif states and all(state in _SICK for state in states):
        overall = "unhealthy"
    else:
        overall = "degraded"
    each = {
        str(row.get("name")): {"state": state, "age_seconds": row.get("age_seconds")}
        for row, state in zip(rows, states, strict=True)
    }
    told = {"status": overall, "timestamp": rfc3339(pd.Timestamp(moment)), "sources": each}
    told["catching_up"] = is_catching_up(rows)
    kept = {"checkpoint_ok": not_kept is None, "checkpoint_problem": not_kept}
    answer: dict[str, Any] = _json(told | kept)
    return answer


def is_catching_up(rows: Sequence[Mapping[str, Any]], source: str | None = None) -> bool:
    """Say whether what these sources told was read in part so far; of one, or of all."""
    return any(row.get("catching_up") for row in rows if source in (None, row.get("name")))


def rfc3339(moment: pd.Timestamp | None) -> str | None:
    """Give a moment as RFC 3339 in UTC with Z, to the nanosecond where it has them."""
    if moment is None or pd.isna(moment):
        return None
    aware = moment.tz_localize("UTC") if moment.tzinfo is None else moment.tz_convert("UTC")
    return aware.isoformat().replace("+00:00", "Z")


def _orders(view: Any) -> dict[str, Any]:
    counts = view.measure(order_counts)
    return _fields(counts, counts.__dataclass_fields__)


def _latency(view: Any) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, stage in _STAGES.items():
        found = view.measure(latency_percentiles, stage=stage)
        for label, one in zip(("p50", "p90", "p99"), found.all, strict=True):
            made[f"{name}_ms_{label}"] = _milliseconds(one.value)
            made[f"{name}_ms_{label}_ci"] = _interval(one)
        made[f"{name}_n"] = found.n
        made[f"{name}_method"] = found.label
    return made


def _interval(one: Percentile) -> list[float | None] | None:
    """Give [low, high] in milliseconds, one side null where one-sided; null where there is none."""
    if one.low is None and one.high is None:
        return None
    return [_milliseconds(one.low), _milliseconds(one.high)]


def _governance(view: Any) -> dict[str, Any]:
    said = view.measure(governance)
    return {
        "alpha": {
            "score": said.alpha_score,
            "decision": said.alpha_decision,
            "spent": said.alpha_spent,
            "total": said.alpha_total,
            "budget_used": said.alpha_budget_used,
        },
        "sprt": {
            "updates": said.updates,
            "decision": said.sprt_decision,
            "final": {
                "ratio": said.sprt_llr,
                "lower": said.sprt_lower,
                "upper": said.sprt_upper,
                "place": said.sprt_place,
            },
        },
    }


def _breaker(view: Any) -> dict[str, Any]:
    found = view.measure(breaker)
    stops = [
        {
            "name": stop.name,
            "symbol": stop.symbol,
            "state": stop.state,
            "since": rfc3339(stop.since),
            "until": rfc3339(stop.until),
            "reason": stop.reason,
        }
        for stop in found.stops
    ]
    return {
        "triggered": found.triggered,
        "reason": found.reason,
        "stops": stops,
        "suspected": found.suspected,
    }


def _pending(view: Any) -> dict[str, Any]:
    names = ("pending_orders", "unacknowledged", "oldest_age_seconds", "median_age_seconds")
    return _fields(view.measure(pending), names)


def _conservation(view: Any) -> dict[str, Any]:
    # Order by order where the window bounds them; a history without end is checked by its counts.
    check = conservation_of_counts if view.window_seconds is None else conservation
    checked = view.measure(check)
    breaks = [
        {"identity": one.name, "left": one.left, "right": one.right, "ids": list(one.ids)}
        for one in checked.breaks
    ]
    return {"holds": checked.holds, "n": checked.n, "breaks": breaks}


def _ratio(name: str, found: Ratio) -> dict[str, Any]:
    interval = None if found.low is None else [found.low, found.high]
    return {
        name: found.value,
        f"{name}_ci": interval,
        f"{name}_n": found.denominator,
        f"{name}_warning": found.warning,
    }


def _fields(found: Any, names: Any) -> dict[str, Any]:
    return {name: getattr(found, name) for name in names}


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1_000.0


def _without_counts(answer: dict[str, Any]) -> dict[str, Any]:
    """Give the answer of a desk that never heard an event: a count of nothing is not a zero."""
    emptied = dict(answer)
    for room in ("orders", "routes", "pending"):
        emptied[room] = dict.fromkeys(answer[room])
    return emptied


def _json(value: Any) -> Any:
    """Give plain JSON values: numbers finite or null, keys text, moments RFC 3339."""
    if isinstance(value, Mapping):
        return {str(key): _json(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_json(part) for part in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, pd.Timestamp):
        return rfc3339(value)
    return None if value is pd.NaT or value is pd.NA else str(value)
