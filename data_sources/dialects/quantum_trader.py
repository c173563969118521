"""Quantum Trader's own logic, as far as it cannot be said in `quantum_trader.toml`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import pandas as pd

from data_sources.dialects.frame_rule import RowFunction
from data_sources.health_words import health_state
from data_sources.lines.transforms import number

_ROUNDED_PERCENT: Final = 0.0051
"""The percents in the trade log are rounded to two decimals."""
_NUMBER = re.compile(r"(?<![\w.])[-+]?\d[\d.,]*\s?[%x]?(?!\w)")
_SIDES: Final = {"LONG": "long", "BUY": "long", "SHORT": "short", "SELL": "short"}
_OTHER: Final = {"long": "short", "short": "long"}


def enum_name(text: str) -> str | None:
    """What was meant by the text of an enumeration: `SubsystemType.DATA_FEED` → `data_feed`."""
    return text.strip().rpartition(".")[2].lower() or None


def reason_group(text: str) -> str | None:
    """The part of a reason that names its kind: before a colon or bracket, without numbers."""
    head = re.split(r": |:$| \| | \[|\(|=", text, maxsplit=1)[0]
    return " ".join(_NUMBER.sub("", head).split()) or None


def action_side(text: str) -> str | None:
    """Buy or sell of `OPEN_LONG`, `BUY`; nothing of `CLOSE`, which does not say which."""
    name = text.strip().upper()
    if name.startswith("CLOSE"):
        return {"CLOSE_LONG": "sell", "CLOSE_SHORT": "buy"}.get(name)
    word = name.removeprefix("OPEN_")
    return {"LONG": "buy", "SHORT": "sell"}.get(word, word.lower() or None)


def closed_trade(fields: Mapping[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """A closed trade with the side that its own prices prove, and the time when it was opened.

    The log labels every trade BUY. Where the percent has the sign of the opposite direction, the
    trade was of that direction; where it fits neither, the side is missing. A size of 0 says that
    nobody knew it.
    """
    row["position_side"] = _proven_side(fields)
    if row.get("quantity") == 0:
        row["quantity"] = None
    metadata = fields.get("metadata")
    inner = metadata if isinstance(metadata, dict) else {}
    seconds = number(fields.get("duration_seconds") or inner.get("hold_duration_sec"))
    seconds = seconds if seconds > 0 else number(fields.get("duration_minutes")) * 60
    closed = row.get("ts_closed")
    if closed is not None and seconds > 0:
        row["ts_opened"] = closed - pd.Timedelta(seconds=seconds)
    return row


def _proven_side(fields: Mapping[str, Any]) -> str | None:
    entry, end = number(fields.get("entry_price")), number(fields.get("exit_price"))
    told = number(fields.get("pnl_percent"))
    side = _SIDES.get(str(fields.get("side") or fields.get("action") or "").upper())
    if side is None or not entry > 0 or not (end > 0) or told != told:
        return None
    move = (end - entry) / entry * 100
    labelled = move if side == "long" else -move
    if abs(told - labelled) <= _ROUNDED_PERCENT:
        return side
    return _OTHER[side] if abs(told + labelled) <= _ROUNDED_PERCENT else None


def open_position(fields: Mapping[str, Any], row: dict[str, Any]) -> dict[str, Any] | None:
    """A position of the trade state; shorts have a negative quantity there in some rows.

    None for what is no position: an entry without a quantity, or with none left.
    """
    quantity = row.get("quantity")
    if not quantity or not isinstance(fields["each"], dict):
        return None
    row["quantity"] = abs(quantity)
    return row


WORD_TRANSFORMS: Final[dict[str, Callable[[str], str | None]]] = {
    "enum_name": enum_name,
    "health_state": health_state,
    "reason_group": reason_group,
    "action_side": action_side,
}
FRAME_ROWS: Final[dict[str, RowFunction]] = {
    "closed_trade": closed_trade,
    "open_position": open_position,
}
