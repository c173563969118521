"""What RICK's records say in plain words, and what class of symbol they speak of."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from data_sources.lines.transforms import number, word

_COIN_NAMES: Final = (
    "BTC ETH SOL XRP ADA DOGE LTC BCH DOT AVAX LINK MATIC UNI ATOM XLM ALGO SHIB BNB TRX NEAR APT "
    "ARB OP SUI FIL ETC AAVE PEPE"
)
_MONEY_NAMES: Final = (
    "USD EUR GBP JPY CHF CAD AUD NZD SEK NOK DKK PLN CZK HUF TRY ZAR MXN SGD HKD CNH CNY INR THB "
    "XAU XAG"
)
_COINS: Final = frozenset(_COIN_NAMES.split())
_MONEY: Final = frozenset(_MONEY_NAMES.split())
_STABLE: Final = frozenset({"USD", "USDT", "USDC", "EUR", "GBP", "BTC", "ETH"})
_PAIR = re.compile(r"([A-Z0-9]{2,10})[-_/]([A-Z]{3,4})")
_STOCK = re.compile(r"[A-Z]{1,5}(?:\.[A-Z])?")
_NO_SYMBOLS: Final = frozenset({"SYSTEM", "ALL", "N/A", "?", "NONE"})
MISSING: Final = "—"

Record = Mapping[str, Any]


def symbol_class(symbol: str | None) -> str | None:
    """Crypto, fx or equity, by how the symbol is built; None where there is none or no telling.

    `EUR_USD`, `EUR/USD`, `EURUSD`, `BTC-USD` and `BTC_USD` all occur.
    """
    name = (symbol or "").strip().upper()
    pair = _PAIR.fullmatch(name)
    if pair is None and len(name) == 6 and name[:3] in _MONEY | _COINS and name[3:] in _MONEY:
        base, quote, dash = name[:3], name[3:], False
    elif pair is not None:
        base, quote, dash = pair[1], pair[2], "-" in name
    else:
        return "equity" if _STOCK.fullmatch(name) else None
    if base in _COINS or (dash and quote in _STABLE):
        return "crypto"
    return "fx" if len(base) == 3 and base.isalpha() and len(quote) == 3 else None


def narrated(record: Record) -> str:
    """One plain sentence about a record of any shape; what is missing is a dash, never a zero."""
    for key in ("rick_says", "text", "narration", "trigger_reason"):
        said = record.get(key)
        if isinstance(said, str) and said.strip():
            return said.strip()
    payload = record.get("payload")
    if isinstance(payload, dict):
        return _of_arena(record, payload, symbol_of(record))
    return _of_narration(record, symbol_of(record))


def symbol_of(record: Record) -> str | None:
    """The symbol that a record names, wherever it stands; None for words that mean none."""
    payload, details = record.get("payload"), record.get("details")
    told: list[Any] = [record.get("symbol")]
    if isinstance(payload, dict):
        told = [payload.get("instrument"), payload.get("product_id"), *told, payload.get("symbol")]
    if isinstance(details, dict):
        told.append(details.get("symbol"))
    return next((name for value in told if (name := plain_symbol(word(value) or ""))), None)


def plain_symbol(text: str) -> str | None:
    """The symbol as it is spelled; None for the words that stand where there is none."""
    name = text.strip()
    return None if name.upper() in _NO_SYMBOLS else name or None


def order_terms(record: Record) -> dict[str, Any]:
    """What an order's record says beside its quantity and price.

    Returns:
        `stop_loss_price`, `take_profit_price` (NaN where it does not say), `mode`,
        `quality_score` and `ttl_seconds`.
    """
    told = record.get("payload")
    told = told if isinstance(told, dict) else record.get("details")
    told = told if isinstance(told, dict) else {}
    return {
        "stop_loss_price": _first(told, "sl", "stop_loss_price", "stop_loss", "sl_price"),
        "take_profit_price": _first(told, "tp", "take_profit_price", "take_profit", "tp_price"),
        "mode": word(told.get("mode")) or word(told.get("environment")),
        "quality_score": _first(told, "quality", "quality_score"),
        "ttl_seconds": _first(told, "ttl_min") * 60,
    }


def _of_arena(record: Record, payload: Record, symbol: str | None) -> str:
    name, kind = symbol or MISSING, word(record.get("type")) or "event"
    side = (word(payload.get("side")) or MISSING).upper()
    units = _shown(_first(payload, "units", "size", "quantity"))
    if kind in ("oco_placed", "order_placed"):
        terms = order_terms(record)
        stops = ""
        if kind == "oco_placed":
            stop, target = terms["stop_loss_price"], terms["take_profit_price"]
            stops = f" | SL: {_shown(stop)}, TP: {_shown(target)}"
        title = "OCO Placed" if kind == "oco_placed" else "Order Placed"
        status = word(payload.get("status")) or "PENDING"
        mode = terms["mode"] or MISSING
        return f"{title} {name} {side} {units} units{stops} | Mode: {mode} | Status: {status}"
    if kind == "order_filled":
        price = _first(payload, "fill_price", "price", "entry", "entry_price")
        return f"Order Filled {name} {units} units @ {_shown(price)}"
    if kind in ("order_cancelled", "order_canceled"):
        return f"Order Cancelled {name} Order ID: {word(payload.get('order_id')) or MISSING}"
    said = next(
        (t for key in ("description", "message", "snippet") if (t := word(payload.get(key)))), ""
    )
    source = (word(record.get("source")) or "").upper()
    return f"[{source}] {name} {said or kind + ' event'}"


def _of_narration(record: Record, symbol: str | None) -> str:
    details = record.get("details")
    kind = word(record.get("event_type")) or "event"
    if isinstance(details, str):
        return f"{kind}: {details}" if details.strip() else kind
    told = details if isinstance(details, dict) else {}
    template = _TEMPLATES.get(kind.upper())
    if template is not None:
        return template(told, symbol or MISSING)
    if kind.lower() == "event" and "net_pnl" in record:
        return _closed(record, symbol or MISSING)
    said = next(
        (
            t
            for key in ("message", "error", "reason", "violation", "code")
            if (t := word(told.get(key)))
        ),
        "",
    )
    venue = word(record.get("venue")) or "internal"
    return f"{kind}: {symbol or 'system'} - {venue}" + (f". {said}" if said else "")


def _placed(told: Record, symbol: str) -> str:
    price = _shown(_first(told, "entry_price", "entry"), 5)
    units = _shown(_first(told, "units", "size"))
    latency = _first(told, "latency_ms")
    took = "" if math.isnan(latency) else f" Execution latency: {latency:.1f}ms."
    return f"OCO order placed on {symbol} @ {price}, {units} units.{took}"


def _opened(told: Record, symbol: str) -> str:
    direction = (word(told.get("direction")) or word(told.get("side")) or MISSING).upper()
    price = _shown(_first(told, "entry_price", "entry"), 5)
    return f"Trade opened: {direction} {symbol} @ {price}. Position is live, stops are set."


def _closed(told: Record, symbol: str) -> str:
    outcome = (word(told.get("outcome")) or "").capitalize()
    pnl = _first(told, "net_pnl", "pnl")
    result = " ".join(t for t in (outcome, "" if math.isnan(pnl) else f"${pnl:,.2f}") if t)
    price = _shown(_first(told, "exit_price"), 5)
    return f"Trade closed: {symbol} @ {price}." + (f" {result}." if result else "")


def _resized(told: Record, _symbol: str) -> str:
    before, after = _first(told, "original_units"), _first(told, "adjusted_units")
    least = _first(told, "min_notional")
    why = "" if math.isnan(least) else f" to meet ${least:,.0f} minimum notional"
    return f"Position size adjusted: {_shown(before)} → {_shown(after)} units{why}."


def _hive(told: Record, symbol: str) -> str:
    sure = _first(told, "confidence")
    ratio = "" if math.isnan(sure) else f" ({sure:.0%} sure)"
    return f"Hive on {symbol}: {word(told.get('consensus')) or MISSING}{ratio}"


def _signaled(told: Record, symbol: str) -> str:
    units = _first(told, "units")
    side = word(told.get("direction")) or word(told.get("side")) or word(told.get("action"))
    side = side or ("SELL" if units < 0 else "BUY" if units > 0 else MISSING)
    price = _first(told, "entry", "entry_price")
    at = "" if math.isnan(price) else f" @ {_shown(price, 5)}"
    return f"Signal: {side.upper()} {symbol}{at}"


_TEMPLATES: Final[dict[str, Callable[[Record, str], str]]] = {
    "OCO_PLACED": _placed,
    "TRADE_OPENED": _opened,
    "TRADE_CLOSED": _closed,
    "NOTIONAL_ADJUSTMENT": _resized,
    "HIVE_ANALYSIS": _hive,
    "TRADE_SIGNAL": _signaled,
    "STRATEGY_SIGNAL": _signaled,
}


def _first(told: Record, *keys: str) -> float:
    """The first of some keys that holds a number, NaN when none does."""
    return next((n for key in keys if not math.isnan(n := number(told.get(key)))), math.nan)


def _shown(value: float, digits: int | None = None) -> str:
    if math.isnan(value):
        return MISSING
    return f"{value:.{digits}f}" if digits is not None else f"{value:.10g}"
