"""The built-in mappings read what the systems' services really answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_sources.dialects.dialect import built_in
from data_sources.errors import DialectError
from data_sources.polled.mapping import load_mapping
from data_sources.rest import RestSource
from tests.data_sources.network.services import Clock, told

MOMENT = pd.Timestamp("2026-02-17T21:46:08Z")


def captured(realdata: Path, stream: str) -> dict[str, Any]:
    """The newest captured payload of a stream: what the service says by HTTP too."""
    file = realdata / "quantum_trader/redis_2026-02-17/stream_first_last.jsonl"
    entries = [json.loads(line) for line in file.read_text().splitlines()]
    last = [e for e in entries if e["stream"].endswith(stream) and e["which"] == "last"]
    payload: dict[str, Any] = json.loads(last[0]["fields"]["payload"])
    return payload


def test_the_captured_fallback_of_the_portfolio_service_is_no_equity(
    server, realdata: Path
) -> None:
    """At 21:46 it said 10000.0 and 0 positions; the execution service's positions stand."""
    snapshot = captured(realdata, "portfolio.snapshot_updated") | {"positions": []}
    assert (snapshot["total_equity"], snapshot["num_positions"]) == (10000.0, 0)
    server.on("/api/portfolio/snapshot", told(snapshot))
    rows = [{"symbol": f"S{n}USDT", "side": "SHORT", "quantity": 1.0 + n} for n in range(14)]
    server.on("/api/execution/positions", told(rows))
    source = RestSource(
        "quantum_trader",
        services={"portfolio": server.url(""), "execution": server.url("")},
        endpoints=["portfolio", "execution_positions"],
        now=Clock(MOMENT.timestamp()),
    )

    reading = source.read()

    assert reading.frames["equity"].empty
    assert len(reading.frames["positions"]) == 14
    differences = reading.frames["disagreements"].set_index("what")
    assert differences.loc["equity", "value_b"] == "10000"
    assert differences.loc["positions", ["value_a", "value_b"]].tolist() == ["14", "0"]


def test_exposure_is_told_in_the_services_own_words(server, realdata: Path) -> None:
    """A part without a frame stays readable as what the service says, and is no truth of ours."""
    server.on("/api/portfolio/exposure", told(captured(realdata, "portfolio.exposure_updated")))
    source = RestSource(
        "quantum_trader", url=server.url(""), endpoints=["exposure"], now=Clock(MOMENT.timestamp())
    )
    told_row = source.read().frame.set_index("name").loc["portfolio exposure"]
    assert told_row["detail"].startswith("total_exposure 0.0, long_exposure 0.0")
    assert told_row["as_of"] == pd.Timestamp("2026-02-17T21:46:03.765938Z")


def test_health_of_the_ai_engine_with_its_dependencies(server) -> None:
    """A dependency that says N/A is unknown, never ok; milliseconds become seconds."""
    body = {
        "service": "ai-engine",
        "status": "OK",
        "version": "1.0",
        "timestamp": "2026-02-17T21:46:00Z",
        "dependencies": {
            "redis": {"status": "OK", "latency_ms": 1.5},
            "eventbus": {"status": "HealthStatus.CRITICAL"},
            "risk_safety_service": {"status": "N/A", "details": "not deployed"},
        },
    }
    server.on("/health", told(body))
    source = RestSource(
        "quantum_trader", services={"ai": server.url("")}, now=Clock(MOMENT.timestamp())
    )
    rows = source.read().frame.set_index("name")
    assert rows.loc["redis", ["state", "latency_seconds"]].tolist() == ["ok", 0.0015]
    assert rows.loc["eventbus", "state"] == "down"
    assert rows.loc["risk_safety_service", ["state", "detail"]].tolist() == [
        "unknown",
        "details not deployed",
    ]


def test_fractions_percent_sides_and_statuses(server) -> None:
    """Drawdown in percent becomes a ratio below 0; LONG, SHORT, NEW, CANCELLED our own words."""
    position = {"symbol": "BTCUSDT", "side": "SHORT", "size": 0.5, "leverage": 20}
    server.on(
        "/api/portfolio/snapshot",
        told({"total_equity": 3902.69, "daily_drawdown_pct": 2.5, "positions": [position]}),
    )
    statuses = ["NEW", "PENDING", "PARTIALLY_FILLED", "FILLED", "CANCELLED", "REJECTED", "OPENED"]
    orders = [
        {
            "id": n,
            "symbol": "A",
            "side": "BUY",
            "size": 1,
            "status": status,
            "timestamp": 1771364765,
        }
        for n, status in enumerate(statuses)
    ]
    server.on("/api/dashboard/trading", told({"recent_orders": orders}))
    source = RestSource(
        "quantum_trader", url=server.url(""), endpoints=["portfolio", "orders"], now=Clock()
    )

    frames = source.read().frames

    assert frames["equity"]["drawdown_ratio"].tolist() == [-0.025]
    assert frames["positions"]["position_side"].tolist() == ["short"]
    assert frames["orders"]["status"].tolist() == [
        "accepted",
        "submitted",
        "partially_filled",
        "filled",
        "canceled",
        "rejected",
        "OPENED",
    ]
    assert frames["orders"]["ts_submitted"].iloc[0] == pd.Timestamp(1771364765, unit="s", tz="UTC")


def test_ricks_lists_of_orders_with_a_viewer_token(server) -> None:
    """Two brokers' lists are one frame; the account that is written into the program is none."""
    order = {
        "id": "o-1",
        "instrument": "EUR_USD",
        "side": "buy",
        "units": 1000,
        "entry_price": 1.1,
        "stop_loss": 1.09,
        "take_profit": 1.13,
        "status": "PENDING",
        "created_at": 1760624000.25,
        "ttl_expires_at": 1760645600.25,
        "mode": "paper",
    }
    server.on("/brokers/oanda/orders", told({"orders": [order], "count": 1}))
    coinbase = {"id": "c-1", "product_id": "BTC-USD", "side": "sell", "size": "0.1", "status": "X"}
    server.on("/brokers/coinbase-adv/orders", told({"orders": [coinbase]}))
    summary = {"account_id": "N/A", "balance": 10000.0, "unrealized_pnl": 0.0}
    server.on("/brokers/oanda/accounts", told({"account_summary": summary}))

    reading = RestSource("rick", url=server.url(""), token="viewer-jwt", now=Clock()).read()

    frame = reading.frames["orders"].set_index("venue_order_id")
    assert frame.loc["o-1", ["symbol", "order_quantity", "stop_loss_price"]].tolist() == [
        "EUR_USD",
        1000.0,
        1.09,
    ]
    assert frame.loc["o-1", "ts_expires"] == pd.Timestamp(1760645600.25, unit="s", tz="UTC")
    assert frame.loc["c-1", ["side", "order_quantity", "status"]].tolist() == ["sell", 0.1, "X"]
    assert reading.frames["equity"].empty
    assert all(b"Authorization: Bearer viewer-jwt" in head for head in server.requests)


WRONG = [
    ('path = "/book"', 'path = "book"', r"small\.toml:4: rest\.book\.path: .*begin with /"),
    ('frame = "equity"', 'frame = "equities"', r"rest\.book\.frames\[0\]\.frame: unknown frame"),
    ("every_seconds = 2", "every_seconds = 0", r"rest\.book\.every_seconds: .*above 0"),
    ('equity = ["equity"]', 'equty = ["equity"]', r"columns\.equty: unknown key.*'equity'"),
    ("rank = 1\n[rest", "rang = 1\n[rest", r"rang: unknown key.*'rank'"),
    ('as = "lower"', 'as = "lowest"', r"unknown transform 'lowest'.*'lower'"),
]


@pytest.mark.parametrize(("good", "wrong", "message"), WRONG)
def test_a_wrong_mapping_is_refused_by_line_and_key(
    server, tmp_path: Path, good: str, wrong: str, message: str
) -> None:
    """Each mistake is named by file, line and key, with what is allowed."""
    from tests.data_sources.network.services import MAPPING, small

    assert good in MAPPING
    with pytest.raises(DialectError, match=message):
        small(tmp_path, server, mapping=MAPPING.replace(good, wrong, 1))


def test_mappings_are_found_by_the_system_and_are_no_dialects_of_lines() -> None:
    """`quantum_trader` and `rick` have one; a log is never guessed to be one of them."""
    for system in ("quantum_trader", "rick"):
        assert load_mapping(system)[0] == system
    assert not [name for name in built_in() if name.endswith("_rest")]
    with pytest.raises(DialectError, match="quantum_trader"):
        load_mapping("quantum_tradr")
