"""The risk of sessions: a light that is off where nothing is told, and every limit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_sources.frames import FRAMES
from tests.data_sources.peak_trade.test_sessions import session, source_of, write

LIMIT = {"limit_name": "max_total_exposure", "current_value": 4_500.0, "limit_value": 5_000.0}
CHECK = {
    "severity": "warning",
    "allowed": True,
    "reasons": [],
    "limit_details": [LIMIT | {"ratio": 0.9, "severity": "warning"}],
}


def row_of(folder: Path, **metrics: Any) -> pd.Series[Any]:
    """The session that has these metrics."""
    write(folder, "a.json", session(metrics=metrics))
    return source_of(folder).read().frame.iloc[0]


LIGHTS = [
    ({}, "unknown"),
    ({"risk_status": None, "risk_check": "odd"}, "unknown"),
    ({"risk_status": "green"}, "ok"),
    ({"risk_status": "YELLOW"}, "warning"),
    ({"risk_status": "red"}, "breach"),
    ({"risk_severity": "breach"}, "breach"),
    ({"risk_severity": "breach", "risk_status": "green"}, "ok"),
    ({"risk_status": "green", "risk_check": {"severity": "breach"}}, "breach"),
    ({"risk_status": "purple"}, "purple"),
]


@pytest.mark.parametrize(("metrics", "state"), LIGHTS)
def test_the_light_of_a_session(tmp_path: Path, metrics: dict[str, Any], state: str) -> None:
    """Defect 23: the check overrides the status, that the severity; silence is never green."""
    assert row_of(tmp_path, **metrics)["risk_state"] == state


def test_the_real_sessions_say_nothing_of_risk(realdata: Path) -> None:
    """Both files of the registry: unknown, no open positions told, no limit."""
    root = realdata / "peak_trade/fixtures/execution_watch_v0_2/live_sessions"
    reading = source_of(root).read()
    assert reading.frame["risk_state"].tolist() == ["unknown", "unknown"]
    assert reading.frame[["open_positions", "total_notional"]].isna().all(axis=None)
    assert reading.frames["session_limits"].empty


def test_what_is_open(tmp_path: Path) -> None:
    """Positions and notional are numbers, 0 too; the notional may stand as exposure."""
    row = row_of(tmp_path, open_positions=0, total_notional=0.0, unrealized_pnl=-2.5)
    assert row[["open_positions", "total_notional", "unrealized_pnl"]].tolist() == [0, 0.0, -2.5]
    assert row_of(tmp_path, exposure=1_250.5)["total_notional"] == 1_250.5


def test_every_limit_is_a_row(tmp_path: Path) -> None:
    """Both spellings of a limit; the file's time; an entry without a name is none."""
    other = {"name": "max_open_positions", "value": 2, "limit": 5}
    details = [*CHECK["limit_details"], other, {"ratio": 1}, "odd"]  # type: ignore[misc]
    metrics = {"risk_check": CHECK | {"limit_details": details}}
    write(tmp_path, "a.json", session(metrics=metrics))
    frame = source_of(tmp_path, name="s", account_id="A").read().frames["session_limits"]
    assert list(frame.columns)[: len(FRAMES["session_limits"])] == list(FRAMES["session_limits"])
    assert frame["limit_name"].tolist() == ["max_total_exposure", "max_open_positions"]
    assert frame["value"].tolist() == [4_500.0, 2.0]
    assert frame["limit_value"].tolist() == [5_000.0, 5.0]
    assert frame["used_ratio"].iloc[0] == 0.9
    assert pd.isna(frame["used_ratio"].iloc[1])
    assert frame["state"].tolist() == ["warning", "unknown"]
    assert set(frame["as_of"]) == {pd.Timestamp("2026-01-01T02:30:00Z")}
    assert set(frame["session_id"]) == {"s1"}
    assert set(frame["account_id"]) == {"A"}


def test_limits_that_stand_beside_the_check(tmp_path: Path) -> None:
    """A file without a check may list its limits in the metrics themselves."""
    write(tmp_path, "a.json", session(metrics={"limit_details": [LIMIT]}))
    assert len(source_of(tmp_path).read().frames["session_limits"]) == 1


def test_why_no_order_is_allowed(tmp_path: Path) -> None:
    """A check that refuses says why in `detail`; one that allows says nothing."""
    refused = CHECK | {"allowed": False, "reasons": ["max_daily_loss", "max_total_exposure"]}
    detail = row_of(tmp_path, risk_check=refused)["detail"]
    assert detail == "risk check: max_daily_loss, max_total_exposure"
    assert "no order" in row_of(tmp_path, risk_check={"allowed": False})["detail"]
    assert pd.isna(row_of(tmp_path, risk_check=CHECK)["detail"])


def daily_loss(pnl: float, value: float, severity: str = "breach") -> dict[str, Any]:
    """Metrics of a session whose daily-loss limit of 500 is measured as `value`."""
    other = LIMIT | {"ratio": 0.9, "severity": "warning"}
    limit = {"limit_name": "max_daily_loss_abs", "current_value": value, "limit_value": 500.0}
    limit |= {"ratio": abs(value) / 500.0, "severity": severity}
    check = {"severity": severity, "allowed": False, "reasons": ["max_daily_loss_abs"]}
    return {"realized_pnl": pnl, "risk_check": check | {"limit_details": [limit, other]}}


def test_a_daily_loss_limit_is_not_broken_by_profit(tmp_path: Path) -> None:
    """Defect 25: the check takes the amount without its sign; what was earned uses no limit."""
    write(tmp_path, "a.json", session(metrics=daily_loss(600.0, 600.0)))
    reading = source_of(tmp_path).read()
    limits = reading.frames["session_limits"].set_index("limit_name")
    assert limits.loc["max_daily_loss_abs", ["used_ratio", "state"]].tolist() == [0.0, "ok"]
    assert limits.loc["max_daily_loss_abs", "value"] == 600.0
    assert reading.frame.iloc[0]["risk_state"] == "warning", "the other limit is what is left"
    assert "a profit is no daily loss" in reading.frame.iloc[0]["detail"]


@pytest.mark.parametrize(("pnl", "value"), [(-600.0, 600.0), (-600.0, -600.0), (5.0, 600.0)])
def test_a_loss_breaks_the_daily_loss_limit(tmp_path: Path, pnl: float, value: float) -> None:
    """Defect 25: a loss does, with either sign; so does a value that is not this profit."""
    write(tmp_path, "a.json", session(metrics=daily_loss(pnl, value)))
    reading = source_of(tmp_path).read()
    limits = reading.frames["session_limits"].set_index("limit_name")
    assert limits.loc["max_daily_loss_abs", ["used_ratio", "state"]].tolist() == [1.2, "breach"]
    assert reading.frame.iloc[0]["risk_state"] == "breach"
