"""Quantum Trader's services in figures: strategies, profits, exposures, values at risk."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from data_sources.rest import RestSource
from tests.data_sources.network.services import Clock, told
from tests.data_sources.network.test_rest_systems import MOMENT, captured

AT = MOMENT.isoformat()


def frames(server: Any, path: str, body: Any, *endpoints: str) -> dict[str, pd.DataFrame]:
    """The frames of the endpoints after this answer at this path."""
    server.on(path, told(body))
    source = RestSource(
        "quantum_trader",
        url=server.url(""),
        endpoints=list(endpoints),
        account_id="main",
        now=Clock(MOMENT.timestamp()),
    )
    return dict(source.read().frames)


STRATEGY = {
    "account": "main", "strategy_name": "ai_ensemble", "enabled": True, "profile": "agg",
    "position_count": 3, "win_rate": 0.0, "description": "d", "min_confidence": 0.42,
}  # fmt: skip


def test_strategies_of_the_backend(server) -> None:
    """Which strategy is on, in which profile, with how many positions; its win rate is no frame."""
    off = {"strategy_name": "default", "enabled": False, "profile": "micro"}
    body = {"timestamp": AT, "recent_orders": [], "strategies_per_account": [STRATEGY, off]}
    found = frames(server, "/api/dashboard/trading", body, "strategies")["strategies"]
    assert found["strategy_id"].tolist() == ["ai_ensemble", "default"]
    assert found["enabled"].tolist() == [True, False]
    assert found["profile"].tolist() == ["aggressive", "micro"]
    assert found["positions"].iloc[0] == 3
    assert found["confidence_ratio_min"].iloc[0] == 0.42
    assert found[["positions", "confidence_ratio_min"]].iloc[1].isna().all()
    assert set(found["account_id"]) == {"main"}


def test_orders_stand_where_no_strategies_are_told(server) -> None:
    """A backend without the list is said to lack it, and its orders are there all the same."""
    order = {"id": 1, "symbol": "A", "side": "BUY", "size": 1, "status": "NEW", "timestamp": AT}
    body = {"timestamp": AT, "recent_orders": [order]}
    found = frames(server, "/api/dashboard/trading", body, "orders", "strategies")
    assert len(found["orders"]) == 1
    assert found["strategies"].empty


def test_captured_exposure_is_numbers(server, realdata) -> None:
    """The captured answer of 21:46 is four numbers and the moment it is of."""
    body = captured(realdata, "portfolio.exposure_updated")
    found = frames(server, "/api/portfolio/exposure", body, "exposure")["exposures"]
    assert found.filter(like="_exposure").iloc[0].tolist() == [0.0, 0.0, 0.0, 0.0]
    assert found["as_of"].iloc[0] == pd.Timestamp("2026-02-17T21:46:03.765938Z")
    assert found["currency"].iloc[0] == "USDT"


def test_profits_are_numbers_and_what_is_not_told_is_missing(server) -> None:
    """A part of the answer that is not there is no 0; a 0 beside others is one."""
    body = {"daily_pnl": -12.5, "total_pnl": 0.0, "realized_pnl": 3, "timestamp": AT}
    row = frames(server, "/api/portfolio/pnl", body, "pnl")["profits"].iloc[0]
    assert row[["daily_pnl", "total_pnl", "realized_pnl"]].tolist() == [-12.5, 0.0, 3.0]
    assert row[["weekly_pnl", "monthly_pnl", "unrealized_pnl"]].isna().all()


NOTHING = [
    ("/api/portfolio/pnl", "pnl", "profits", ["daily_pnl", "total_pnl", "realized_pnl"]),
    ("/risk/var", "var", "risk_values", ["var_95", "var_99", "es_95"]),
]


@pytest.mark.parametrize(("path", "endpoint", "frame", "names"), NOTHING)
@pytest.mark.parametrize("zero", [0, 0.0])
def test_zeros_that_nobody_reckoned_are_no_numbers(
    server, path: str, endpoint: str, frame: str, names: list[str], zero: float
) -> None:
    """An answer of zeros alone is what the service says without data: words, but no row."""
    body = {**dict.fromkeys(names, zero), "timestamp": AT}
    if endpoint == "pnl":
        body["unrealized_pnl"] = zero
    assert frames(server, path, body, endpoint)[frame].empty


def test_values_at_risk_carry_their_warning(server) -> None:
    """The numbers of its own test vector: 299.80 and 403.21 are told, and called too small."""
    body = {"var_95": 299.80, "var_99": 403.21, "es_95": 300.0, "es_99": 100.0, "timestamp": AT}
    row = frames(server, "/risk/var", body, "var")["risk_values"].iloc[0]
    assert row[["var_95", "var_99", "es_95", "es_99"]].tolist() == [299.8, 403.21, 300.0, 100.0]
    assert pd.isna(row["es_975"])
    assert "too small" in row["detail"]
