"""Account folders of Stock-Trader keep their accounts beside other systems' logs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from data_sources import attach
from data_sources.attached import Attached
from tests.data_sources.good_lines import good, write


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A folder in which Aurora writes; Stock-Trader's logs come beside it."""
    write(tmp_path / "aurora/aurora_events.jsonl", good(1))
    return tmp_path


def account(folder: Path, realdata: Path) -> Path:
    """Write the real logs of one account into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in (realdata / "stock_trader/local_logs").glob("*.jsonl"):
        shutil.copy(file, folder)
    return folder


def told(attached: Attached) -> dict[str, list[str]]:
    """Name → accounts of its lines, of all sources of Stock-Trader; "" for no account."""
    found = {}
    for name, source in attached.sources.items():
        frame = source.read().frame
        if len(frame) and set(frame["system"]) == {"stock_trader"}:
            accounts = frame["account_id"].astype("object")
            found[name] = sorted(set(accounts.where(pd.notna(accounts), "")))
    return found


def test_accounts_beside_another_system(mixed: Path, realdata: Path) -> None:
    """Accounts side by side are one source on their folder, as when it is attached alone."""
    for name in "PA1", "PA2":
        account(mixed / "bot/local_logs" / name, realdata)
    assert told(Attached([mixed])) == {"stock_local_logs": ["PA1", "PA2"]}
    assert told(Attached([mixed / "bot/local_logs"])) == {"local_logs": ["PA1", "PA2"]}


def test_the_real_layout_beside_another_system(mixed: Path, realdata: Path) -> None:
    """Logs with an account's still empty folder below them are one source, not one a file."""
    shutil.copytree(realdata / "stock_trader/local_logs", mixed / "bot/local_logs")
    attached = Attached([mixed])
    assert told(attached) == {"stock_local_logs": [""]}
    assert set(attached.sources) == {"aurora", "stock_local_logs"}
    assert attached.mappings[0].left_out == {}


def test_a_lone_account_and_one_that_comes_later(mixed: Path, realdata: Path) -> None:
    """A folder without another beside it is an account too; so is one that appears afterwards."""
    account(mixed / "PA1", realdata)
    attached = Attached([mixed])
    assert told(attached) == {"stock_PA1": ["PA1"]}
    assert f"{mixed / 'PA1'} → dialect stock_trader, account_id PA1" in attached.text()
    account(mixed / "PA2", realdata)
    attached.news()
    assert set(attached.sources["PA2_stock_trader"].read().frame["account_id"]) == {"PA2"}
    assert told(Attached([mixed])) == {"stock_PA1": ["PA1"], "stock_PA2": ["PA2"]}


def test_a_lone_account_in_a_folder_of_logs(mixed: Path, realdata: Path) -> None:
    """`local_logs` is nobody's account: it is the folder in which accounts come."""
    account(mixed / "bot/local_logs/PA1", realdata)
    assert told(Attached([mixed])) == {"stock_local_logs": ["PA1"]}


def test_flat_logs_have_no_account(mixed: Path, realdata: Path) -> None:
    """A folder that is named after its logs names no account, wherever it lies."""
    account(mixed / "bot/logs", realdata)
    assert told(Attached([mixed])) == {"stock_logs": [""]}
    assert told(Attached([mixed / "bot"])) == {"bot": [""]}


def test_accounts_among_others_logs(mixed: Path, realdata: Path) -> None:
    """Where another system's logs lie among the accounts, each folder keeps its account."""
    for name in "PA1", "PA2":
        account(mixed / "logs" / name, realdata)
    write(mixed / "logs/aurora/aurora_events.jsonl", good(2))
    write(mixed / "logs/PA2/aurora_events.jsonl", good(3))
    assert told(Attached([mixed])) == {"stock_PA1": ["PA1"], "PA2_stock_trader": ["PA2"]}
    tables = attach(mixed).sources()
    assert "account_id" not in tables["PA2_aurora"]
