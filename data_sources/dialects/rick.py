"""RICK's own logic: sides without a word, signals within a sentence, rows of its frames."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import pandas as pd

from data_sources.dialects.retold import SAME
from data_sources.dialects.rick_words import narrated, order_terms, plain_symbol, symbol_class
from data_sources.lines.transforms import number

_SIGNAL = re.compile(
    r"Signal:\s+(?P<symbol>[A-Z0-9_/-]{3,15})\s+(?P<side>BUY|SELL)"
    r"(?:\s+\((?P<percent>\d{1,3}(?:\.\d+)?)% confidence\))?"
)
_UPTIME = re.compile(r"\buptime(?: \d+[dhms])+")


def side_of_units(text: str) -> str | None:
    """Sell for negative units, buy for positive ones."""
    units = number(text)
    return "sell" if units < 0 else "buy" if units > 0 else None


def signal_symbol(text: str) -> str | None:
    """The symbol in a sentence such as `Signal: AUD_USD BUY (71% confidence)`."""
    found = _SIGNAL.search(text)
    return found["symbol"] if found else None


def signal_side(text: str) -> str | None:
    """The side in such a sentence."""
    found = _SIGNAL.search(text)
    return found["side"].lower() if found else None


def sentence(text: str) -> str | None:
    """The text, if it is one and not a name: names have no blanks."""
    return text.strip() if " " in text.strip() else None


def _narration(fields: Mapping[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    row["symbol_class"] = symbol_class(row.get("symbol"))
    row["text"] = narrated(fields)
    return row


def _chatter(fields: Mapping[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """What is told again and again; a health check says the same although its uptime grows."""
    row = _narration(fields, row)
    return row | {SAME: _UPTIME.sub("uptime", row["text"])}


def _signal(fields: Mapping[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    told = fields.get("narration")
    found = _SIGNAL.search(told) if isinstance(told, str) else None
    if found and found["percent"] is not None:
        row["confidence_ratio"] = float(found["percent"]) / 100
    return row


def _alert(fields: Mapping[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    row["title"] = narrated(fields)
    return row


def _terms(fields: Mapping[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    terms = order_terms(fields)
    mode = terms["mode"]
    return row | terms | {"mode": mode and mode.lower()}


def _trade(fields: Mapping[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """A closed trade; units and durations of 0 were never filled in by their writer."""
    inner = fields.get("details")
    inner = inner if isinstance(inner, dict) else {}
    seconds = number(fields.get("duration_seconds"))
    hours = number(inner.get("duration_hours"))
    lasted = seconds if seconds > 0 else hours * 3600
    closed = row.get("ts_closed")
    if lasted > 0 and closed is not None:
        row["ts_opened"] = closed - pd.Timedelta(seconds=lasted)
    units = number(fields.get("units"))
    if units:
        row["quantity"] = abs(units) if units == units else row.get("quantity")
    return row


WORD_TRANSFORMS: Final[dict[str, Callable[[str], str | None]]] = {
    "symbol": plain_symbol,
    "side_of_units": side_of_units,
    "signal_symbol": signal_symbol,
    "signal_side": signal_side,
    "sentence": sentence,
}
FRAME_ROWS: Final[
    dict[str, Callable[[Mapping[str, Any], dict[str, Any]], dict[str, Any] | None]]
] = {
    "narration": _narration,
    "chatter": _chatter,
    "signal": _signal,
    "alert": _alert,
    "terms": _terms,
    "trade": _trade,
}
