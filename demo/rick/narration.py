"""`narration.jsonl`: three writers with three shapes in one file, and a fourth by mistake."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from demo.rick.orders import FOREX
from demo.script import Script
from demo.walk import Walk

FILE: Final = "narration.jsonl"
PNL: Final = "logs/pnl.jsonl"
NEW_YORK: Final = ZoneInfo("America/New_York")


def supervise(script: Script, random: Random) -> Iterator[float]:
    """The supervisor's lines; they carry its wall clock and no zone."""

    def tell(level: str, text: str) -> None:
        now = script.now.astimezone(NEW_YORK).replace(tzinfo=None).isoformat()
        record = {"timestamp": now, "level": level, "text": text, "source": "dashboard_supervisor"}
        script.line(FILE, record)

    tell("INFO", "Dashboard supervisor starting up - initializing all systems")
    while True:
        yield random.uniform(15, 25)
        up = round(script.seconds)
        if random.random() < 0.2:
            tell("WARNING", "Hive Mind connection lost, attempting to reconnect")
            continue
        uptime = f"uptime {up // 3600}h {up // 60 % 60}m {up % 60}s"
        tell("INFO", f"System health check: All components operational, {uptime}")


def prototype(script: Script, random: Random) -> Iterator[float]:
    """The prototype engine's signals: a time of day without a date."""
    while True:
        yield random.uniform(20, 45)
        symbol, side = random.choice(list(FOREX)), random.choice(("BUY", "SELL"))
        percent = random.randrange(55, 95)
        told = f"📡 Signal: {symbol} {side} ({percent}% confidence) - evaluating..."
        record = {"timestamp": f"{script.now:%H:%M:%S}", "narration": told, "event_type": "SIGNAL"}
        script.line(FILE, record)


def engine(script: Script, random: Random, walks: dict[str, Walk]) -> Iterator[float]:
    """The engine's own events, and its trades from signal to close."""
    note = _note(script)
    # The arguments in the wrong order: a sentence as type, a text as details.
    record = {"timestamp": script.now.isoformat(), "event_type": "OANDA broker connected"}
    script.line(FILE, record | {"symbol": None, "venue": None, "details": "oanda"})
    note("SESSION_START", None, "system", mode="PAPER")
    number = 0
    while True:
        yield random.expovariate(1 / 5)
        symbol = random.choice(list(FOREX))
        price = walks[symbol].at(script.seconds)
        side = random.choice(("BUY", "SELL"))
        what = random.random()
        if what < 0.35:
            note("HIVE_ANALYSIS", symbol, "hive", consensus=side, confidence=0.6, profit_atr=None)
        elif what < 0.6:
            number += 1
            script.begin(_trade(script, random, walks, symbol, side, number))
        elif what < 0.75:
            note("ML_SIGNAL_REJECTED", symbol, "oanda", reason="confidence 0.48 below 0.60",
                 side=side, confidence=0.48)  # fmt: skip
        elif what < 0.85:
            note("GATE_REJECTION", symbol, "oanda", reason="spread above 3.0 pips", side=side)
        elif what < 0.95:
            note("NOTIONAL_ADJUSTMENT", symbol, "oanda", original_units=1_000,
                 adjusted_units=15_000, price=price)  # fmt: skip
        else:
            note("OANDA_CONNECTION_ERROR", symbol, "oanda", error="read timed out after 5 s")


def _trade(
    script: Script, random: Random, walks: dict[str, Walk], symbol: str, side: str, number: int
) -> Iterator[float]:
    note = _note(script)
    ticket, units = f"T{number:04d}", random.choice((5_000, 10_000, 15_000))
    entry = walks[symbol].at(script.seconds)
    sign = 1 if side == "BUY" else -1
    confidence = round(random.uniform(0.6, 0.95), 2)
    note("TRADE_SIGNAL", symbol, "oanda", side=side, confidence=confidence, entry_price=entry,
         strategy="trap_reversal")  # fmt: skip
    yield random.uniform(0.2, 1.0)
    note("TRADE_OPENED", symbol, "oanda", trade_id=ticket, units=sign * units, entry_price=entry,
         stop_loss=round(entry - sign * 0.0015, 5), take_profit=round(entry + sign * 0.0048, 5),
         strategy="trap_reversal")  # fmt: skip
    yield random.uniform(20, 150)
    left = walks[symbol].at(script.seconds)
    gross = round(sign * units * (left - entry), 2)
    fees = round(units * 0.00002, 2)
    net = round(gross - fees, 2)
    outcome = "win" if net > 0 else "loss"
    note("TRADE_CLOSED", symbol, "oanda", trade_id=ticket, side=side, entry_price=entry,
         exit_price=left, units=sign * units, net_pnl=net, outcome=outcome)  # fmt: skip
    # Units and duration were never filled in by this writer.
    record = {"timestamp": script.now.isoformat(), "symbol": symbol, "venue": "oanda"}
    record |= {"entry_price": entry, "exit_price": left, "units": 0, "gross_pnl": gross}
    record |= {"fees": fees, "net_pnl": net, "outcome": outcome, "duration_seconds": 0}
    script.line(PNL, record | {"details": {"trade_id": ticket}})


def _note(script: Script) -> Any:
    def note(event: str, symbol: str | None, venue: str, **details: Any) -> None:
        record = {"timestamp": script.now.isoformat(), "event_type": event, "symbol": symbol}
        script.line(FILE, record | {"venue": venue, "details": details})

    return note
