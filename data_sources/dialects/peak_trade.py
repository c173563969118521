"""Peak_Trade's own logic, as far as it cannot be said in `peak_trade.toml`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
import numpy as np
import pandas as pd

from data_sources.dialects.signed_position import signed_position
from data_sources.dialects.telemetry_checks import telemetry_check
from data_sources.files.json_object import amount
from data_sources.files.label import label

MARKET_DATA: Final = "telemetry.market_data"
_GATE_WORDS: Final = {"true": "allow", "false": "block", "pass": "allow", "passed": "allow"}
_RESULTS: Final = {"pass": "allow", "exit_only": "block", "block": "block", "blocked": "block"}


class _Own(msgspec.Struct):
    """What a line says of itself beside its columns."""

    session_id: Any = None
    run_id: Any = None
    runtime_session_id: Any = None
    receive_ts_unix: Any = None
    event_ts_unix: Any = None
    price_basis: Any = None


_own: Final = msgspec.json.Decoder(_Own).decode


def finish(events: pd.DataFrame) -> pd.DataFrame:
    """The events under the session that each line names, market data with its clock skew.

    The skew, the bot's receive time less the exchange's time, stands in `value` in seconds: below
    zero where the bot's clock is behind. It is no latency.
    """
    if not len(events):
        return events
    records = [_own(text) if isinstance(text, str) else _Own() for text in events["attributes"]]
    named = [label(r.session_id) or label(r.run_id) or label(r.runtime_session_id) for r in records]
    folders = events["session_id"].astype(object)
    sessions = [name or folder for name, folder in zip(named, folders, strict=True)]
    events = events.assign(session_id=pd.Categorical(sessions))
    rows = np.flatnonzero(events["kind"] == MARKET_DATA)
    if len(rows):
        value = events["value"].to_numpy().copy()
        value[rows] = [_skew_seconds(records[row]) for row in rows.tolist()]
        events = events.assign(value=value)
    return events


def _skew_seconds(record: _Own) -> float:
    basis = record.price_basis if isinstance(record.price_basis, dict) else {}
    received = amount(record.receive_ts_unix or basis.get("receive_ts_unix"))
    happened = amount(record.event_ts_unix or basis.get("event_ts_unix"))
    return np.nan if received is None or happened is None else received - happened


def gate_decision(text: str) -> str:
    """Return allow or block, also for `passed = true`; unknown words stay visible."""
    word = text.strip().lower()
    return _GATE_WORDS.get(word, word)


def safety_decision(text: str) -> str:
    """Allow or block for the result of the safety kernel; unknown words stay visible."""
    word = text.strip().lower()
    return _RESULTS.get(word, word)


def equity_row(record: Mapping[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """The drawdown as a number at or below zero, as everywhere."""
    told = amount(record.get("drawdown"))
    return row | {"drawdown_ratio": None if told is None else 0.0 - abs(told)}


def rule_of_source(source: str) -> str | None:
    """The rule of an alert whose source is `rule:<id>`; None for other sources."""
    kind, _, rule = source.partition(":")
    return rule if kind == "rule" and rule else None


WORD_TRANSFORMS: Final[dict[str, Callable[[str], str | None]]] = {
    "gate_decision": gate_decision,
    "safety_decision": safety_decision,
    "rule_of_source": rule_of_source,
}
FRAME_ROWS: Final = {
    "equity_row": equity_row,
    "position_row": signed_position,
    "telemetry_check": telemetry_check,
}
