"""Accounts from the file and from folders, and their bots' health."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_sources import Catalog
from data_sources.accounts import AccountsSource
from data_sources.accounts_yaml import read_accounts
from data_sources.errors import ConfigError
from data_sources.frames import empty
from tests.data_sources import fault_server as faults

OPEN = pd.Timestamp("2025-11-26T17:00:00Z")
NIGHT = pd.Timestamp("2025-11-27T02:00:00Z")


def body(at: pd.Timestamp = OPEN, **fields: Any) -> bytes:
    """What the bot's monitor answers; the fields differ."""
    told = {
        "status": "healthy", "timestamp": at.isoformat(), "uptime_seconds": 7205,
        "total_cycles": 3, "last_cycle_ago_seconds": 600, "errors": 0, "warnings": 0, "issues": [],
        "models": [
            {"name": "SectorRotationBull_v1", "budget_fraction": 0.5, "universe": ["XLK", "TLT"],
             "parameters": {}, "stage": "paper"},
            {"name": "SectorRotationBear_v1", "budget_fraction": 0.5, "universe": ["TLT"],
             "parameters": {}, "stage": "live"},
        ],
        "alpaca_connected": True,
        "regime": {"equity": "bull", "volatility": "normal", "crypto": "neutral",
                   "macro": "neutral", "timestamp": "2025-11-26T16:00:00+00:00"},
    }  # fmt: skip
    return json.dumps({**told, **fields}).encode()


def desk(folder: Path, port: int, **more: int) -> Path:
    """An accounts file with PA1 at a port, and others."""
    lines = ["accounts:"]
    for name, own in {"PA1": port, **more}.items():
        lines += [f"  {name}:", '    api_key: "KEY-NEVER-SHOWN"', f"    health_port: {own}"]
        lines += ["    models:", "      - SectorRotationBull_v1"]
    file = folder / "accounts.yaml"
    file.write_text("\n".join(lines))
    return file


def source(path: Path, at: pd.Timestamp = OPEN, **options: Any) -> AccountsSource:
    return AccountsSource(path, now=lambda: at.timestamp(), **options)


def test_the_real_file(realdata: Path) -> None:
    """Four accounts, ids as texts, three paper and one live; the live one has no model."""
    config = realdata / "stock_trader/config"
    file = config / "accounts.sanitized.yaml"
    accounts = {account.account_id: account for account in read_accounts(file)}
    assert list(accounts) == ["PA3T8N36NVJK", "PA3I05031HZL", "PA3569BUXRYA", "900000001"]
    assert [account.health_port for account in accounts.values()] == [8080, 8081, 8083, 8082]
    assert [account.is_paper for account in accounts.values()] == [True, True, True, False]
    assert accounts["900000001"].models == ()
    assert len(accounts["PA3T8N36NVJK"].models or ()) == 3
    frame = source(file, probe=False, logs_path=str(realdata / "stock_trader/local_logs")).read()
    found = frame.frames["accounts"].set_index("account_id")
    assert found["environment"].tolist()[:4] == ["paper", "paper", "paper", "live"]
    assert found.loc["PA3I05031HZL", "models"] == "SectorRotationAdaptive_v3"
    assert pd.isna(found.loc["paper_2k", "environment"])
    assert "REDACTED" not in frame.frame.to_csv() + found.to_csv()


def test_a_running_bot_tells_its_models_regime_and_uptime(server: Any, tmp_path: Path) -> None:
    """Budget, universe, stage; the bear model rests in a bull regime; started two hours ago."""
    server.on("/health", faults.answer(body()))
    reading = source(desk(tmp_path, server.port)).read()
    assert (reading.state, reading.problem) == ("ok", None)
    assert reading.frame["state"].tolist() == ["ok"]
    models = reading.frames["models"].set_index("model")
    assert models["active"].to_dict() == {
        "SectorRotationBull_v1": True, "SectorRotationBear_v1": False,
    }  # fmt: skip
    assert models.loc["SectorRotationBull_v1", "universe"] == "XLK, TLT"
    assert models["budget_ratio"].tolist() == [0.5, 0.5]
    assert models["stage"].tolist() == ["paper", "live"]
    regime = reading.frames["regimes"].iloc[0]
    assert (regime["regime"], regime["account_id"]) == ("bull", "PA1")
    assert regime["ts_event"] == pd.Timestamp("2025-11-26T16:00:00Z")
    run = reading.frames["runs"].iloc[0]
    assert 0 <= (OPEN - pd.Timedelta(seconds=7205) - run["ts_started"]).total_seconds() < 60
    assert run["ts_last_event"] == OPEN - pd.Timedelta(seconds=600)
    for name, frame in {"services": reading.frame, **reading.frames}.items():
        assert frame.dtypes.to_dict() == empty(name).dtypes.to_dict(), name


def test_a_hostile_answer_is_no_exception(server: Any, tmp_path: Path) -> None:
    """Wrong types everywhere, and a clock before all time: a row, and no frame made of nonsense."""
    odd = body(
        pd.Timestamp("1678-01-01T00:00:00Z"), uptime_seconds=9e8, regime=["bull"],
        models=[{"name": 5}, "x", {"name": "M", "universe": [1], "budget_fraction": "all"}],
    )  # fmt: skip
    server.on("/health", faults.answer(odd))
    reading = source(desk(tmp_path, server.port)).read()
    assert len(reading.frame) == 1
    assert reading.frames["models"]["model"].tolist() == ["M"]
    assert reading.frames["models"]["budget_ratio"].isna().all()
    assert "runs" not in reading.frames
    assert "regimes" not in reading.frames


def test_503_with_a_body_runs_and_is_degraded(server: Any, tmp_path: Path) -> None:
    """Their selector showed such a bot as stopped; it runs, and its issue is told."""
    sick = body(status="degraded", errors=1, issues=["1 errors"])
    server.on("/health", faults.answer(sick, "503 Service Unavailable"))
    reading = source(desk(tmp_path, server.port), calendar="XNYS").read()
    row = reading.frame.iloc[0]
    assert row["state"] == "degraded"
    assert "1 errors" in row["detail"]
    assert reading.frames["accounts"]["state"].tolist() == ["degraded"]
    assert len(reading.frames["models"]) == 2


def test_the_last_error_is_told_and_not_only_counted(server: Any, tmp_path: Path) -> None:
    """Their panel said "1 errors" until the bot began anew; what went wrong stands in the body."""
    last = {"message": "insufficient buying power", "timestamp": "2025-11-26T16:58:00+00:00"}
    sick = body(status="degraded", errors=1, issues=["1 errors"], last_error=last)
    server.on("/health", faults.answer(sick, "503 Service Unavailable"))
    detail = source(desk(tmp_path, server.port)).read().frame["detail"].iloc[0]
    assert "1 errors" in detail
    assert "last error: insufficient buying power" in detail


def test_a_bot_that_never_ran_a_cycle_tells_none(server: Any, tmp_path: Path) -> None:
    """It calls itself healthy: no time of a last cycle is made up, nor a regime, nor who trades."""
    fresh = body(total_cycles=0, last_cycle_ago_seconds=None, regime=None)
    server.on("/health", faults.answer(fresh))
    reading = source(desk(tmp_path, server.port)).read()
    assert reading.frame["state"].tolist() == ["ok"]
    run = reading.frames["runs"].iloc[0]
    assert pd.notna(run["ts_started"])
    assert pd.isna(run["ts_last_event"])
    assert "regimes" not in reading.frames
    assert reading.frames["models"]["active"].isna().all(), "one trades in bull, one in bear"


@pytest.mark.parametrize(
    ("regime", "active"),
    [
        ("bull", [True, False, True]),
        ("bear", [False, True, True]),
        ("neutral", [False, False, True]),
    ],
)
def test_which_models_trade_in_a_regime(
    server: Any, tmp_path: Path, regime: str, active: list[bool]
) -> None:
    """A bull model in bull, a bear model in bear, one of neither name always."""
    names = ("SectorRotationBull_v1", "SectorRotationBear_v1", "SectorRotationAdaptive_v3")
    models = [{"name": name, "budget_fraction": 1 / 3, "universe": []} for name in names]
    server.on("/health", faults.answer(body(models=models, regime={"equity": regime})))
    found = source(desk(tmp_path, server.port)).read().frames["models"]
    assert found["active"].tolist() == active


@pytest.mark.parametrize(
    ("at", "errors", "issues", "state"),
    [
        (NIGHT, 0, ["Last cycle 25000s ago (max 21900s)"], "ok"),
        (pd.Timestamp("2025-11-26T14:35:00Z"), 0, ["Last cycle 25000s ago"], "ok"),
        (OPEN, 0, ["Last cycle 25000s ago (max 21900s)"], "degraded"),
        (NIGHT, 1, ["Last cycle 25000s ago", "1 errors"], "degraded"),
        (NIGHT, 0, ["Last cycle 25000s ago", "order success 50%"], "degraded"),
    ],
)
def test_an_old_cycle_is_no_alarm_while_the_market_is_shut(
    server: Any, tmp_path: Path, at: pd.Timestamp, errors: int, issues: list[str], state: str
) -> None:
    """Over night and just after the open the sleeping bot is ok, unasked; an error never is."""
    sick = body(at, status="degraded", errors=errors, issues=issues)
    server.on("/health", faults.answer(sick, "503 Service Unavailable"))
    file = desk(tmp_path, server.port)
    assert source(file, at).read().frame["state"].tolist() == [state]
    assert source(file, at, calendar="").read().frame["state"].tolist() == ["degraded"]


def test_a_bot_that_is_gone_is_down(server: Any, tmp_path: Path) -> None:
    """Its row is down with the reason; the source itself is ok, and no model is invented."""
    file = desk(tmp_path, server.port)
    server.close()
    reading = source(file).read()
    assert reading.state == "ok"
    assert reading.frame["state"].tolist() == ["down"]
    assert "models" not in reading.frames


def test_two_accounts_on_one_port_are_not_mixed_up(server: Any, tmp_path: Path) -> None:
    """Nobody can say whose bot answers on a shared port: neither is asked, and it is told."""
    server.on("/health", faults.answer(body()))
    reading = source(desk(tmp_path, server.port, PA2=server.port)).read()
    assert reading.state == "degraded"
    assert f"PA1, PA2 share the health port {server.port}" in str(reading.problem)
    assert reading.frame["state"].tolist() == ["unknown", "unknown"]
    assert server.requests == []


def test_folders_of_logs_are_accounts_too(tmp_path: Path) -> None:
    """A folder with one of the logs is an account; others and known ones are not added."""
    for name in ("PA1", "paper_2k", "locks"):
        (tmp_path / "logs" / name).mkdir(parents=True)
    (tmp_path / "logs/PA1/orders.jsonl").touch()
    (tmp_path / "logs/paper_2k/trades.jsonl").touch()
    file = desk(tmp_path, 9)
    specs = {"a": {"kind": "accounts", "path": file.name, "logs_path": "logs", "probe": False}}
    reading = Catalog.from_specs(specs, start=tmp_path)["a"].read()
    assert reading.frame["name"].tolist() == ["PA1", "paper_2k"]
    assert "not in the accounts file" in reading.frame["detail"].tolist()[1]


def test_the_file_changes_breaks_and_goes(tmp_path: Path) -> None:
    """A new account appears; a broken file keeps the last good ones and says so; so does none."""
    watched = source(tmp_path / "accounts.yaml", probe=False)
    assert watched.read().state == "waiting"
    file = desk(tmp_path, 9)
    assert watched.read().frame["name"].tolist() == ["PA1"]
    desk(tmp_path, 9, PA2=10)
    assert watched.read().frame["name"].tolist() == ["PA1", "PA2"]
    file.write_text("accounts: [broken, 'SECRET-IN-LINE")
    bad = watched.read()
    assert bad.state == "degraded"
    assert "no YAML" in str(bad.problem)
    assert "SECRET" not in str(bad.problem)
    assert bad.frame["name"].tolist() == ["PA1", "PA2"]
    file.unlink()
    assert watched.read().state == "degraded"
    assert source(file, probe=False).read().state == "waiting"


def test_options_are_checked(tmp_path: Path) -> None:
    """A pace of zero and an unknown exchange are refused."""
    with pytest.raises(ConfigError, match="every_seconds"):
        source(tmp_path / "accounts.yaml", every_seconds=0.0)
    with pytest.raises(ConfigError, match="calendar: unknown exchange"):
        source(tmp_path / "accounts.yaml", calendar="NEWYORK")
