"""Lines of Stock-Trader name no account: the folder that they stand in does."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from data_sources import JsonlSource
from data_sources.lines.folder import account_of, session_of
from ledger import order_lives


@pytest.fixture
def logs(realdata: Path, tmp_path: Path) -> Path:
    """The real lines for two accounts side by side, and flat as a single account has them."""
    real, base = realdata / "stock_trader/local_logs", tmp_path / "local_logs"
    for folder in (base, base / "PA3T8N36NVJK", base / "900000001"):
        folder.mkdir()
        for file in real.glob("*.jsonl"):
            shutil.copy(file, folder)
    return base


def test_each_account_has_its_own_lines(logs: Path) -> None:
    """One order of each, told apart by their folders; ids of digits stay texts."""
    source = JsonlSource(logs, dialect="stock_trader", name="bot")
    frame = source.read().frame
    lines = frame.groupby("account_id", observed=True, dropna=False).size()
    assert {str(account): int(n) for account, n in lines.items()} == {
        "900000001": 7,
        "PA3T8N36NVJK": 7,
        "nan": 7,
    }
    orders = order_lives(frame)
    assert sorted(orders["account_id"].astype("object").fillna("").tolist()) == [
        *("", "900000001", "PA3T8N36NVJK"),
    ]


def test_what_stands_in_the_root_has_the_configured_account(logs: Path) -> None:
    """The root may be any folder: its name is no account, the configuration's is."""
    frame = JsonlSource(logs, dialect="stock_trader", account_id="main").read().frame
    assert set(frame["account_id"]) == {"main", "900000001", "PA3T8N36NVJK"}
    own = JsonlSource(logs / "900000001", dialect="stock_trader").read().frame
    assert own["account_id"].isna().all()


def test_other_dialects_take_no_account_from_a_folder(tmp_path: Path) -> None:
    """A session's folder is named after anything: only where a dialect says so it is an account."""
    (tmp_path / "session_1").mkdir()
    line = {"ts_ns": 1_756_757_303_120_234_752, "event_code": "ORDER.SUBMIT"}
    (tmp_path / "session_1/aurora_events.jsonl").write_text(json.dumps(line) + "\n")
    frame = JsonlSource(tmp_path, dialect="aurora").read().frame
    assert frame["account_id"].isna().all()
    assert frame["session_id"].tolist() == ["session_1"]


def test_folders_of_files() -> None:
    """The account is the folder right above the file, the session all of its path."""
    assert account_of("logs/PA1/orders.jsonl") == "PA1"
    assert account_of("orders.jsonl") is None
    assert account_of("production/local_logs/orders.jsonl") is None  # named after the logs
    assert session_of("logs/PA1/orders.jsonl", Path("/x/base")) == "logs/PA1"
    assert session_of("orders.jsonl", Path("/x/base")) == "base"
