"""One registry file: what it says of a session."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from data_sources.files.json_object import amount, first, json_object, whole
from data_sources.files.label import label
from data_sources.files.times import Times, timestamp
from data_sources.session_files.session_risk import limits_of, refusal_of, risk_of

SESSION_BYTES: Final = 4 << 20
_REQUIRED: Final = ("session_id", "run_type", "started_at")
_UNCOMPUTED: Final = ("realized_pnl", "unrealized_pnl", "max_drawdown")
_SECRET = re.compile(r"(?i)(secret|token|passw|api.?key|credential|private)")


@dataclass(frozen=True, slots=True)
class Session:
    """A parsed file.

    limits      rows of the frame `session_limits`
    written_ns  when it says it was written; None when it does not say
    naive       how many of its times named no zone
    """

    session_id: str
    row: dict[str, Any]
    limits: list[dict[str, Any]]
    written_ns: int | None
    finished: bool
    naive: int
    unreadable_times: int
    fields: dict[str, Any]

    @property
    def started(self) -> pd.Timestamp | None:
        """When it began."""
        moment: pd.Timestamp | None = self.row["ts_started"]
        return moment


def session_parser(zone: dt.tzinfo, clock: Callable[[], int]) -> Callable[[bytes], Session]:
    """A parser of registry files, for `KeptFile`."""

    def parse(data: bytes) -> Session:
        return _session(json_object(data), Times(zone, clock()))

    return parse


def _session(fields: dict[str, Any], times: Times) -> Session:
    missing = [name for name in _REQUIRED if name not in fields]
    session_id = label(fields.get("session_id"))
    if missing or session_id is None:
        raise ValueError(f"lacks {', '.join(missing) or 'session_id'}; is it a session file?")
    metrics, config = (_object(fields.get(name)) for name in ("metrics", "config"))
    started, finished = (times.ns(fields.get(name)) for name in ("started_at", "finished_at"))
    written = times.ns(fields.get("created_at"))
    uncomputed = _is_uncomputed(metrics)
    loss = None if uncomputed else amount(metrics.get("max_drawdown"))
    row = {
        "session_id": session_id,
        "mode": _mode(fields),
        "status": (label(fields.get("status")) or "").lower() or None,
        "symbol": label(fields.get("symbol")),
        "strategy_id": label(first(config, "strategy_name", "strategy")),
        "ts_started": timestamp(started),
        "ts_finished": timestamp(finished),
        "realized_pnl": None if uncomputed else amount(first(metrics, "realized_pnl", "pnl")),
        "unrealized_pnl": None if uncomputed else amount(metrics.get("unrealized_pnl")),
        # The file has a positive share of the peak; here a drawdown is 0 or below everywhere.
        "max_drawdown_ratio": None if loss is None else 0.0 - abs(loss),
        "orders": whole(first(metrics, "num_orders", "num_trades")),
        **risk_of(metrics),
        "detail": _detail(fields, metrics, uncomputed),
    }
    limits = list(limits_of(session_id, metrics, timestamp(finished or written)))
    ended = fields.get("finished_at") not in (None, "")
    return Session(session_id, row, limits, written, ended, times.naive, times.unreadable, fields)


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _mode(fields: dict[str, Any]) -> str | None:
    """Its mode, or that which its type names: shadow of live_session_shadow."""
    told = label(fields.get("mode")) or label(fields.get("run_type")) or ""
    return told.lower().removeprefix("live_session_") or None


def _is_uncomputed(metrics: dict[str, Any]) -> bool:
    """Whether profit and drawdown are the zeros that the session runner writes without computing.

    It alone writes `steps` and `fill_rate`, and then always 0.0 for all three.
    """
    ours = "steps" in metrics and "fill_rate" in metrics
    return ours and all(metrics.get(name) == 0.0 for name in _UNCOMPUTED)


def _detail(fields: dict[str, Any], metrics: dict[str, Any], uncomputed: bool) -> str | None:
    told = [
        label(fields.get("error")),
        "its runner computes neither profit nor drawdown" if uncomputed else None,
        refusal_of(metrics),
    ]
    return "; ".join(each for each in told if each) or None


def without_secrets(fields: dict[str, Any]) -> dict[str, Any]:
    """A copy in which values that are named like a secret are hidden, in texts `name=value` too."""
    hidden: dict[str, Any] = _hidden(fields)
    return hidden


def names_secret(text: str) -> bool:
    """Whether a text names anything that is like a secret: what follows may be its value."""
    return _SECRET.search(text) is not None


def _hidden(value: Any, name: str = "") -> Any:
    if name and _SECRET.search(name) and not isinstance(value, dict | list | bool):
        return None if value is None else "***"
    if isinstance(value, dict):
        return {key: _hidden(each, str(key)) for key, each in value.items()}
    if isinstance(value, list):
        return [_hidden_word(each, value[i - 1] if i else None) for i, each in enumerate(value)]
    return value


def _hidden_word(word: Any, before: Any) -> Any:
    """One word of a command line: the value of `--token x` and of `--token=x` is hidden."""
    if not isinstance(word, str):
        return _hidden(word)
    name, equals, _ = word.partition("=")
    if equals and _SECRET.search(name):
        return f"{name}=***"
    flag = isinstance(before, str) and before.startswith("-") and "=" not in before
    return "***" if flag and _SECRET.search(before) and not word.startswith("-") else word
