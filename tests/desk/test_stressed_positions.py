"""The stress of a whole desk: positions, equity and profile as Quantum Trader's services tell."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from data_sources.rest import RestSource
from desk.desk import Desk
from desk.origin import origin
from tests.data_sources.fault_server import fault_server
from tests.data_sources.network.services import told
from tests.desk.small_desk import wait_for
from web.measured_frames import frame_of


def test_the_positions_of_a_desk_are_shocked(tmp_path: Path) -> None:
    """1,000 long of 4,000: 20 % less costs 200, 5 % of the day, and the stop trips at 5 %."""
    now = pd.Timestamp.now("UTC")
    held = {"symbol": "BTCUSDT", "side": "LONG", "size": 0.01, "current_price": 100_000.0}
    snapshot = {"timestamp": now.isoformat(), "total_equity": 4_000.0, "positions": [held]}
    listed = [{"strategy_name": "ai_ensemble", "enabled": True, "profile": "agg"}]
    with fault_server() as server:
        server.on("/api/portfolio/snapshot", told(snapshot))
        server.on("/api/dashboard/trading", told({"strategies_per_account": listed}))
        source = RestSource(
            "quantum_trader",
            url=server.url(""),
            endpoints=["portfolio", "strategies"],
            name="services",
            account_id="main",
        )
        desk = Desk([origin("services", source)], state_dir=tmp_path)
        desk.start()
        try:
            wait_for(lambda: len(frame_of(desk, "stress", limit=99)) == 17)
            rows = frame_of(desk, "stress", limit=99).set_index("scenario")
            crash = rows.loc["flash_crash"]
            assert (crash["loss"], crash["currency"], crash["verdict"]) == (200.0, "USDT", "fail")
            assert (crash["profile"], crash["limit_ratio"]) == ("aggressive", -0.035)
            assert (bool(crash["stop_trips"]), crash["account_id"]) == (True, "main")
            assert rows.loc["pump_and_dump", "verdict"] == "pass"
            assert rows.loc["redis_outage", "verdict"] == "not_implemented"
        finally:
            desk.stop()
