"""A server that speaks Alpaca's read API for one made-up paper account, on loopback alone.

`python -m demo.alpaca_server --port 0 --seed 7` prints its address and the keys it takes.
"""

from __future__ import annotations

import argparse
import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from demo.alpaca_desk import LOOKBACK, Desk, sessions_until, stamp

KEY: Final = "PKDEMO0000000000000"
SECRET: Final = "demo-secret-0000000000000000000000000000"  # noqa: S105 - made up
ACCOUNT: Final = "PA3T8N36NVJK"
PAGE_BARS: Final = 1_000

Fault = Callable[[BaseHTTPRequestHandler], None]
Query = dict[str, str]


class AlpacaServer:
    """Serves account, positions, orders, bars, calendar, clock and portfolio history until closed.

    Args:
        seed: of the account's history. port: 0 takes a free one.
        now: gives the moment; the same seed and day give the same numbers.

    Attributes:
        requests: method and path with query of every request that arrived.
        faults: path → what answers there instead.
    """

    def __init__(
        self,
        *,
        seed: int = 7,
        port: int = 0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.requests: list[str] = []
        self.faults: dict[str, Fault] = {}
        self._seed, self._now = seed, now
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        serve = partial(self._server.serve_forever, poll_interval=0.05)
        self._thread = threading.Thread(target=serve, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The address of both the trading and the market data API."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def answer(self, path: str, query: Query) -> Any:
        """What stands at a path; None where nothing does."""
        now = self._now()
        if path == "/v2/calendar":
            return _calendar(query, now)
        desk = Desk(self._seed, now)
        plain = {
            "/v2/account": _account,
            "/v2/positions": _positions,
            "/v2/clock": _clock,
            "/v2/account/portfolio/history": _history,
        }
        if path in plain:
            return plain[path](desk)
        queried = {"/v2/orders": _orders, "/v2/stocks/bars": _bars}
        return queried[path](desk, query) if path in queried else None


def _account(desk: Desk) -> dict[str, Any]:
    worth = sum(n * desk.price(s) for s, n in desk.quantity.items())
    equity = desk.cash + worth
    return {
        "id": "904837e3-3b76-47ec-b432-046db621571b",
        "account_number": ACCOUNT,
        "status": "ACTIVE",
        "currency": "USD",
        "cash": f"{desk.cash:.2f}",
        "portfolio_value": f"{equity:.2f}",
        "equity": f"{equity:.2f}",
        "last_equity": f"{desk.equity[-2]:.2f}",
        "long_market_value": f"{worth:.2f}",
        "short_market_value": "0",
        "buying_power": f"{equity * 2 - worth:.2f}",
        "pattern_day_trader": False,
        "trading_blocked": False,
        "transfers_blocked": False,
        "account_blocked": False,
        "trade_suspended_by_user": False,
        "created_at": stamp(desk.sessions[LOOKBACK][0]),
    }


def _positions(desk: Desk) -> list[dict[str, Any]]:
    found = []
    for symbol, quantity in desk.quantity.items():
        price, entry = desk.price(symbol), desk.entry[symbol]
        cost, worth = entry * quantity, price * quantity
        found.append(
            {
                "symbol": symbol,
                "exchange": "ARCA",
                "asset_class": "us_equity",
                "qty": str(quantity),
                "side": "long",
                "avg_entry_price": str(entry),
                "market_value": f"{worth:.2f}",
                "cost_basis": f"{cost:.2f}",
                "unrealized_pl": f"{worth - cost:.2f}",
                "unrealized_plpc": f"{worth / cost - 1:.6f}",
                "current_price": str(price),
                "lastday_price": str(desk.closes[symbol][-2]),
            }
        )
    return found


def _orders(desk: Desk, query: Query) -> list[dict[str, Any]]:
    held = next(iter(desk.quantity))
    limit = round(desk.closes[held][-1] * 1.1, 2)
    waiting = desk.order(held, -10, desk.sessions[-1][0], filled_at=None, limit=limit)
    status = query.get("status", "open")
    known = {"open": [waiting], "closed": desk.orders, "all": [*desk.orders, waiting]}[status]
    newest = sorted(known, key=lambda order: str(order["submitted_at"]), reverse=True)
    return newest[: int(query.get("limit", 50))]


def _history(desk: Desk) -> dict[str, Any]:
    days = [opens for opens, _ in desk.sessions[LOOKBACK:]]
    return {
        "timestamp": [int(day.timestamp()) for day in days],
        "equity": desk.equity,
        "profit_loss": [0.0, *(b - a for a, b in zip(desk.equity, desk.equity[1:], strict=False))],
        "base_value": desk.equity[0],
        "timeframe": "1D",
    }


def _bars(desk: Desk, query: Query) -> dict[str, Any]:
    """One page of daily bars; `page_token` is where the next begins."""
    start, days = query.get("start", "")[:10], [opens for opens, _ in desk.sessions]
    every = [
        (symbol, {"t": _midnight(day), "o": close, "h": round(close * 1.004, 2),
                  "l": round(close * 0.996, 2), "c": close, "v": 1_000_000 + place, "n": 5_000,
                  "vw": close})
        for symbol in query.get("symbols", "").split(",") if symbol in desk.closes
        for place, (day, close) in enumerate(zip(days, desk.closes[symbol], strict=True))
        if f"{day:%Y-%m-%d}" >= start
    ]  # fmt: skip
    at = int(query.get("page_token") or 0)
    size = min(int(query.get("limit", PAGE_BARS)), PAGE_BARS)
    bars: dict[str, list[dict[str, Any]]] = {}
    for symbol, bar in every[at : at + size]:
        bars.setdefault(symbol, []).append(bar)
    more = str(at + size) if at + size < len(every) else None
    return {"bars": bars, "next_page_token": more}


def _midnight(opens: datetime) -> str:
    """Midnight in New York: 04:00 or 05:00 UTC, as the open is 13:30 or 14:30."""
    return stamp(opens - timedelta(hours=9, minutes=30))


def _clock(desk: Desk) -> dict[str, Any]:
    later = _sessions(desk.now + timedelta(days=12))
    return {
        "timestamp": stamp(desk.now),
        "is_open": desk.is_open,
        "next_open": stamp(next(opens for opens, _ in later if opens > desk.now)),
        "next_close": stamp(next(closes for _, closes in later if closes > desk.now)),
    }


def _calendar(query: Query, now: datetime) -> list[dict[str, str]]:
    start, end = query.get("start", "")[:10], query.get("end", f"{now:%Y-%m-%d}")[:10]
    return [
        {"date": f"{opens:%Y-%m-%d}", "open": f"{opens:%H:%M}Z", "close": f"{closes:%H:%M}Z"}
        for opens, closes in _sessions(datetime.fromisoformat(end))
        if f"{opens:%Y-%m-%d}" >= start
    ]


def _sessions(until: datetime) -> list[tuple[datetime, datetime]]:
    return sessions_until(f"{until:%Y-%m-%d}", 30)


def _handler(server: AlpacaServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            server.requests.append(f"{self.command} {self.path}")
            if parts.path in server.faults:
                server.faults[parts.path](self)
                return
            keys = self.headers.get("APCA-API-KEY-ID"), self.headers.get("APCA-API-SECRET-KEY")
            if keys != (KEY, SECRET):
                send(self, 401, {"code": 40110000, "message": "request is not authorized"})
                return
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            found = server.answer(parts.path, query)
            missing = {"code": 40410000, "message": "endpoint not found."}
            send(self, 200 if found is not None else 404, missing if found is None else found)

        def do_POST(self) -> None:
            server.requests.append(f"{self.command} {self.path}")
            send(self, 405, {"message": "this account is only looked at"})

        do_DELETE = do_PATCH = do_PUT = do_HEAD = do_OPTIONS = do_POST  # noqa: N815 - as the base

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited
            """Say nothing."""

    return Handler


def send(
    to: BaseHTTPRequestHandler, status: int, body: Any, headers: dict[str, str] | None = None
) -> None:
    """Send a JSON answer."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    to.send_response(status)
    for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
        to.send_header(name, value)
    to.send_header("Content-Length", str(len(content)))
    to.end_headers()
    to.wfile.write(content)


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m demo.alpaca_server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    server = AlpacaServer(seed=given.seed, port=given.port)
    print(f"{server.url} key {KEY} secret {SECRET}", flush=True)  # noqa: T201 - its one output
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        server.close()


if __name__ == "__main__":
    main()
