"""A believable account at a broker: seeded prices, a rotation among sectors, what it left."""

from __future__ import annotations

import math
import random
import uuid
import warnings
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

UNIVERSE: Final = {
    "XLK": 229.0, "XLF": 48.0, "XLE": 86.0, "XLV": 138.0, "XLI": 131.0, "XLP": 78.0, "XLU": 75.0,
    "XLY": 217.0, "XLC": 96.0, "XLB": 86.0, "XLRE": 41.0, "TLT": 88.0, "SPY": 586.0,
}  # fmt: skip
CAPITAL: Final = 100_000.0
SESSIONS: Final = 400
LOOKBACK: Final = 126
HOLD_SESSIONS: Final = 21
TOP: Final = 3


@lru_cache(maxsize=4)
def sessions_until(day: str, count: int) -> list[tuple[datetime, datetime]]:
    """The newest sessions of New York that opened by a day: open and close in UTC, ascending."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import exchange_calendars

        last = datetime.fromisoformat(day)
        start = last - timedelta(days=count * 2)
        plan = exchange_calendars.get_calendar("XNYS", start=start.date(), end=last.date())
        table = plan.schedule
    opens, closes = table["open"].tolist(), table["close"].tolist()
    found = [(a.to_pydatetime(), b.to_pydatetime()) for a, b in zip(opens, closes, strict=True)]
    return found[-count:]


@dataclass
class Desk:
    """The account as of a moment; the same seed and day give the same history.

    closes     symbol → a close a session; equity: at each session from the first trade on
    quantity   what is held; entry: at which price
    """

    seed: int
    now: datetime
    sessions: list[tuple[datetime, datetime]] = field(default_factory=list)
    closes: dict[str, list[float]] = field(default_factory=dict)
    equity: list[float] = field(default_factory=list)
    cash: float = CAPITAL
    quantity: dict[str, int] = field(default_factory=dict)
    entry: dict[str, float] = field(default_factory=dict)
    orders: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sessions = [
            each for each in sessions_until(f"{self.now:%Y-%m-%d}", SESSIONS) if each[0] <= self.now
        ]
        self._random = random.Random(self.seed)
        market = [self._random.gauss(0.0004, 0.008) for _ in self.sessions]
        for symbol, first in UNIVERSE.items():
            price, prices = first * 0.85, []
            for move in market:
                own = 0.0 if symbol == "SPY" else self._random.gauss(0.0001, 0.007)
                price *= math.exp(move + own)
                prices.append(round(price, 2))
            self.closes[symbol] = prices
        for place in range(LOOKBACK, len(self.sessions)):
            if (place - LOOKBACK) % HOLD_SESSIONS == 0:
                self._rebalance(place)
            held = sum(n * self.closes[s][place] for s, n in self.quantity.items())
            self.equity.append(round(self.cash + held, 2))

    def price(self, symbol: str) -> float:
        """The newest price: the last close, a little further within a session."""
        last = self.closes[symbol][-1]
        if not self.is_open:
            return last
        phase = self.now.timestamp() / 600 + len(symbol) + ord(symbol[-1])
        return round(last * (1 + 0.002 * math.sin(phase)), 2)

    @property
    def is_open(self) -> bool:
        """Whether New York trades."""
        return any(opens <= self.now < closes for opens, closes in self.sessions[-1:])

    def _rebalance(self, place: int) -> None:
        momentum = {
            s: p[place] / p[place - LOOKBACK] - 1 for s, p in self.closes.items() if s != "SPY"
        }
        best = sorted(momentum, key=lambda symbol: -momentum[symbol])[:TOP]
        worth = self.cash + sum(n * self.closes[s][place] for s, n in self.quantity.items())
        wanted = {s: int(worth * 0.3 / self.closes[s][place]) for s in best}
        names = list(dict.fromkeys([*self.quantity, *best]))
        changes = {s: wanted.get(s, 0) - self.quantity.get(s, 0) for s in names}
        for symbol, change in sorted(changes.items(), key=lambda pair: pair[1]):
            if change:
                self._trade(place, symbol, change)

    def _trade(self, place: int, symbol: str, change: int) -> None:
        price, before = self.closes[symbol][place], self.quantity.get(symbol, 0)
        self.cash = round(self.cash - change * price, 2)
        after = before + change
        if change > 0:
            paid = before * self.entry.get(symbol, 0.0) + change * price
            self.entry[symbol] = round(paid / after, 4)
        self.quantity[symbol] = after
        if not after:
            del self.quantity[symbol], self.entry[symbol]
        sent = self.sessions[place][0] + timedelta(seconds=5 + self._random.random() * 3)
        self.orders.append(self.order(symbol, change, sent, filled_at=price))

    def order(
        self, symbol: str, change: int, sent: datetime, *, filled_at: float | None, limit: float = 0
    ) -> dict[str, Any]:
        """An order as Alpaca writes it; without a fill it is open."""
        done = sent + timedelta(seconds=0.4)
        number = uuid.UUID(int=self._random.getrandbits(128), version=4)
        return {
            "id": str(number),
            "client_order_id": str(uuid.UUID(int=self._random.getrandbits(128), version=4)),
            "created_at": stamp(sent),
            "submitted_at": stamp(sent),
            "filled_at": stamp(done) if filled_at else None,
            "expired_at": None,
            "canceled_at": None,
            "failed_at": None,
            "asset_class": "us_equity",
            "symbol": symbol,
            "qty": str(abs(change)),
            "filled_qty": str(abs(change)) if filled_at else "0",
            "filled_avg_price": str(filled_at) if filled_at else None,
            "order_class": "",
            "type": "limit" if limit else "market",
            "side": "buy" if change > 0 else "sell",
            "time_in_force": "gtc" if limit else "day",
            "limit_price": str(limit) if limit else None,
            "stop_price": None,
            "status": "filled" if filled_at else "new",
            "legs": None,
        }


def stamp(moment: datetime) -> str:
    """A time as Alpaca writes it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
