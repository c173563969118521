"""The Arena's broker events: paper orders that are placed, canceled, refused, and never filled."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, Final

from demo.script import Script
from demo.walk import Walk

EVENTS: Final = "arena/events.jsonl"
FOREX: Final = {"EUR_USD": 1.1655, "GBP_USD": 1.3421, "AUD_USD": 0.6512, "USD_CAD": 1.4034}
COINS: Final = {"BTC-USD": 95_000.0, "ETH-USD": 3_100.0}


def trade(script: Script, random: Random, walks: dict[str, Walk]) -> Iterator[float]:
    """Place orders every few seconds; cancel some of them, some twice."""
    _publish(script, "arena", "heartbeat", {"status": "started", "mode": "true"})
    forex = coins = 0
    while True:
        yield random.expovariate(1 / 7)
        choice = random.random()
        if choice < 0.08:
            why = random.choice(
                ("OCO required (tp+sl). Blocked.", "Risk/reward 1.90 below 3.20. Blocked.")
            )
            symbol = random.choice(list(FOREX))
            _publish(script, "gateway.guard", "error", {"message": why}, symbol=symbol)
            continue
        if choice < 0.65:
            forex += 1
            number, name, source = forex, "paper-oanda", "oanda"
            _publish(script, source, "oco_placed", _oco(script, random, walks, forex))
        else:
            coins += 1
            number, name, source = coins, "paper", "coinbase"
            product, size = random.choice(list(COINS)), random.choice((0.001, 0.002, 0.01))
            payload = {"order_id": f"paper-{coins}", "product_id": product}
            payload |= {"side": random.choice(("BUY", "SELL")), "size": size, "mode": "paper"}
            _publish(script, source, "order_placed", payload)
        if random.random() < 0.45:
            script.begin(_cancel(script, random, source, f"{name}-{number}"))


def _oco(script: Script, random: Random, walks: dict[str, Walk], number: int) -> dict[str, Any]:
    symbol = random.choice(list(FOREX))
    entry = walks[symbol].at(script.seconds)
    side = random.choice(("BUY", "SELL"))
    sign = 1 if side == "BUY" else -1
    return {
        "order_id": f"paper-oanda-{number}",
        "instrument": symbol,
        "side": side,
        "units": random.choice((100, 500, 1_000, 15_000)),
        "entry": entry,
        "sl": round(entry - sign * 0.0015, 5),
        "tp": round(entry + sign * 0.0048, 5),
        "quality": random.randrange(60, 96),
        "mode": "paper",
        "ttl_min": 360,
    }


def _cancel(script: Script, random: Random, source: str, order_id: str) -> Iterator[float]:
    yield random.uniform(4, 60)
    for _ in range(2 if random.random() < 0.1 else 1):
        _publish(script, source, "order_cancelled", {"order_id": order_id, "mode": "paper"})
        yield 0.006


def _publish(
    script: Script, source: str, kind: str, payload: dict[str, Any], symbol: str | None = None
) -> None:
    record: dict[str, Any] = {"source": source, "type": kind}
    if symbol is not None:
        record["symbol"] = symbol
    now = script.now.replace(tzinfo=None).isoformat(timespec="microseconds")
    script.line(EVENTS, record | {"payload": payload, "ts": f"{now}Z"}, compact=True)
