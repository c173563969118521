"""Quantum Trader's services as they really answer: their health, and what they make up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from data_sources.health import HealthSource
from data_sources.rest import RestSource
from tests.data_sources.fault_server import FaultServer, answer, fault_server
from tests.data_sources.network.services import told

AI_ENGINE: dict[str, Any] = {
    "service": "ai-engine-service",
    "status": "OK",
    "version": "1.0.0",
    "uptime_seconds": 7.5,
    "dependencies": {
        "redis": {"status": "OK", "latency_ms": 1.25},
        "eventbus": {"status": "OK"},
        "risk_safety_service": {"status": "N/A", "details": "not deployed"},
    },
    "metrics": {"models_loaded": 19, "signals_generated_total": 0},
}
BOT: dict[str, Any] = {
    "service": "trading_bot",
    "status": "OK",
    "version": "1.0.0",
    "bot": {"running": True, "symbols": ["BTCUSDT"], "check_interval_seconds": 60},
}
BACKEND: dict[str, Any] = {"status": "ok", "phases": {"phase_1": {"available": False}}}


@pytest.fixture
def server() -> Iterator[FaultServer]:
    """A server on a free loopback port."""
    with fault_server() as running:
        yield running


@pytest.mark.parametrize(
    ("body", "state"),
    [
        (AI_ENGINE, "ok"),
        (BOT, "ok"),
        (BACKEND, "ok"),
        ({"status": "healthy", "uptime_seconds": 3600}, "ok"),
        ({"name": "binance_testnet", "status": "connected"}, "ok"),
        ({"name": "binance_testnet", "status": "disconnected"}, "down"),
        ({**AI_ENGINE, "status": "DEGRADED"}, "degraded"),
        ({**AI_ENGINE, "status": "N/A"}, "unknown"),
        ({**AI_ENGINE, "status": "UNKNOWN"}, "unknown"),
    ],
)
def test_health_as_the_services_say_it(
    server: FaultServer, body: dict[str, Any], state: str
) -> None:
    """OK, ok, healthy and connected are up in any letters; N/A and UNKNOWN are never green."""
    body = {**body, "timestamp": pd.Timestamp.now("UTC").isoformat()}
    row = HealthSource(server.on("/health", told(body)), name="bot").read().frame.iloc[0]
    assert row["state"] == state


def services(server: FaultServer, **bodies: Any) -> RestSource:
    """The services of the dialect, of which only these answer."""
    for path, body in bodies.items():
        server.on(path.replace("__", "/"), told(body))
    base = server.on("/", answer(b"{}")).rstrip("/")
    names = ("portfolio", "backend")
    return RestSource(services=dict.fromkeys(names, base), dialect="quantum_trader", name="desk")


@pytest.mark.parametrize("made_up", [10000.0, 15000.0, 100.0, 10000, 15000, 100])
def test_an_equity_that_a_service_makes_up_is_none(server: FaultServer, made_up: float) -> None:
    """The service's 10000, its dashboard's 15000 and its price feed's 100: flagged, not shown."""
    body = {"total_equity": made_up, "cash_balance": made_up, "positions": [], "timestamp": None}
    reading = services(server, __api__portfolio__snapshot=body).read()
    assert reading.frames["equity"].empty
    row = reading.frames["disagreements"].set_index("what").loc["equity"]
    assert (row["source_b"], row["value_b"]) == ("portfolio (placeholder)", f"{made_up:g}")
    service = reading.frame.set_index("name").loc["desk.portfolio"]
    assert service["state"] == "degraded"


def test_an_equity_near_a_placeholder_is_an_equity(server: FaultServer) -> None:
    """10000.01 was reckoned by somebody: it is shown."""
    body = {"total_equity": 10000.01, "cash_balance": 1.0, "positions": []}
    reading = services(server, __api__portfolio__snapshot=body).read()
    assert reading.frames["equity"]["equity"].tolist() == [10000.01]


def test_a_signal_told_again_is_one_signal(server: FaultServer) -> None:
    """Ids and times are new in each answer: symbol, side and price say which signal it is."""
    told_at = pd.Timestamp("2026-02-17T21:41:21Z")

    def signals(*rows: tuple[str, str, float | None], seconds: int) -> list[dict[str, Any]]:
        return [
            {
                "id": f"{seconds}-{number}",
                "timestamp": (told_at + pd.Timedelta(seconds=seconds - 5 * number)).isoformat(),
                "symbol": symbol,
                "side": side,
                "price": price,
            }
            for number, (symbol, side, price) in enumerate(rows)
        ]

    btc, sold, unpriced = ("BTC", "buy", 9.5), ("BTC", "sell", 9.5), ("ETH", "buy", None)
    first = signals(btc, sold, btc, unpriced, unpriced, seconds=0)
    source = services(server, __signals__recent=first)
    reading = source.read()
    frame = reading.frames["signals"]
    assert frame["symbol"].tolist() == ["BTC", "BTC", "ETH", "ETH"]
    assert frame["side"].tolist() == ["buy", "sell", "buy", "buy"]
    assert (frame["ts_event"][0] - told_at).total_seconds() == -10, "its earliest time"
    counts = reading.counts
    assert (counts.lines_in, counts.accepted, counts.duplicates) == (5, 4, 1)
    server.on("/signals/recent", told(signals(("SOL", "buy", 1.0), btc, sold, seconds=60)))
    (poll,) = [each for each in source._polls if each.endpoint.name == "signals"]
    poll.next_at = 0.0
    again = source.read().frames["signals"].set_index(["symbol", "side"])["ts_event"]
    assert again["BTC", "buy"] == frame["ts_event"][0]
    assert again["BTC", "sell"] == frame["ts_event"][1]
    assert again["SOL", "buy"] == told_at + pd.Timedelta(seconds=60)


def test_signals_that_fill_up_a_list_are_left_out(server: FaultServer) -> None:
    """Of two real ones and three that the endpoint made up the two are told, with their times."""
    real = {"id": "a", "timestamp": "2026-02-17T21:41:21+00:00", "symbol": "A2ZUSDT"}
    real |= {"side": "sell", "confidence": 0.68, "source": "ai-engine", "model": "ensemble"}
    other = {**real, "id": "b", "symbol": "XRPUSDT", "side": "buy"}
    mocks = [
        {**real, "id": "c", "source": "mock"},
        {**real, "id": "d", "details": {"source": "mock_generator"}},
        {**real, "id": "e", "details": {"note": "Mock signal"}},
    ]
    rows = [real, mocks[0], other, *mocks[1:]]
    reading = services(server, __signals__recent=rows).read()
    signals = reading.frames["signals"]
    assert signals["symbol"].tolist() == ["A2ZUSDT", "XRPUSDT"]
    assert signals["side"].tolist() == ["sell", "buy"]
