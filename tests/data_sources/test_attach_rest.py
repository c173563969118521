"""Real files that `--attach` knows although their shapes stand apart."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from data_sources import AccountsSource, Catalog, attach


def read_one(folder: Path, dialect: str) -> pd.DataFrame:
    """Return the events of the one source that a folder becomes."""
    ((name, table),) = attach(folder).sources().items()
    assert table["dialect"] == dialect
    reading = Catalog.from_specs({name: table})[name].read()
    assert reading.counts.quarantined == {}
    return reading.frame


def test_saved_entries_of_redis_streams(realdata: Path) -> None:
    """110 lines: 70 entries, two of them repeated, and 40 lengths; each entry has a time."""
    frame = read_one(realdata / "quantum_trader/redis_2026-02-17", "quantum_trader_export")
    kinds = Counter(frame["kind"].astype(str))
    assert sum(kinds.values()) == 108
    assert kinds["telemetry.stream_length"] == 40
    assert kinds["other"] == 0
    assert (kinds["trade.closed"], kinds["equity"], kinds["position"]) == (2, 4, 2)
    untimed = frame[frame["ts_event"].isna()]
    assert set(untimed["kind"]) == {"telemetry.stream_length"}
    closed = frame[frame["kind"] == "trade.closed"]
    assert closed["ts_event"].iloc[0] == pd.Timestamp("2026-02-15T02:50:13.389352Z")
    assert closed["value"].tolist() == [0.71, -6.03]
    equity = frame[(frame["kind"] == "equity") & (frame["code"] == "portfolio.state")]
    assert equity["value"].tolist() == [3920.07, 3902.69]


def test_a_saved_snapshot_tells_no_equity(realdata: Path) -> None:
    """The placeholder of 10000 that stands in a text of a snapshot is nobody's equity."""
    frame = read_one(realdata / "quantum_trader/redis_2026-02-17", "quantum_trader_export")
    snapshots = frame[(frame["code"] == "portfolio.snapshot_updated") & frame["ts_event"].notna()]
    assert set(snapshots["kind"]) == {"telemetry.sentinel"}
    assert snapshots["value"].isna().all()


def test_what_was_changed_in_rick(realdata: Path) -> None:
    """The report of changes is RICK's, with the epoch seconds of each as its time."""
    frame = read_one(realdata / "rick/reports", "rick")
    assert frame["kind"].tolist() == ["telemetry.change", "telemetry.dry_run"]
    assert frame["ts_event"].iloc[0] == pd.Timestamp(1758496404, unit="s", tz="UTC")
    assert str(frame["text"].iloc[0]).startswith("Lower default stop-loss from 0.05 to 0.02")


def test_an_accounts_file_under_another_name(realdata: Path, tmp_path: Path) -> None:
    """`accounts.sanitized.yaml` is found and read; of two copies none is, for nobody says which."""
    config = realdata / "stock_trader/config"
    tables = attach(config).sources()
    assert {table["kind"] for table in tables.values()} >= {"accounts"}
    accounts = AccountsSource(config, probe=False).read().frames["accounts"]
    assert "PA3T8N36NVJK" in set(accounts["account_id"])
    text = (config / "accounts.sanitized.yaml").read_text()
    for number, known in ((1, True), (2, False)):
        (tmp_path / f"accounts.{number}.yaml").write_text(text)
        assert (AccountsSource.recognizes(tmp_path) is not None) == known


@pytest.mark.parametrize("name", ["myaccounts.yaml", "accounts.json"])
def test_another_file_is_none(tmp_path: Path, name: str) -> None:
    """A folder is not one of accounts for a file that is only called like it."""
    (tmp_path / name).write_text("accounts: {}\n")
    assert AccountsSource.recognizes(tmp_path) is None
