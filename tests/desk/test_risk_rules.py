"""The rules of a system hold for its accounts, whoever tells of them: its logs or its broker."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_sources.accounts import AccountsSource
from data_sources.alpaca import AlpacaSource
from data_sources.dialects.dialect import load_dialect
from data_sources.jsonl import JsonlSource
from data_sources.redis_streams import RedisStreamsSource
from data_sources.rest import RestSource
from demo.alpaca_server import KEY, SECRET, AlpacaServer, send
from desk.desk import Desk
from desk.origin import origin
from desk.risk_rules import risk_rules
from ledger import Ledger
from tests.desk.small_desk import wait_for
from web.measured_frames import frame_of

ACCOUNT = "PA3T8N36NVJK"
"""The account of the simulated broker, as a folder of logs would be named."""
RULES = load_dialect("stock_trader").limits


@pytest.fixture
def broker() -> Iterator[AlpacaServer]:
    server = AlpacaServer()
    yield server
    server.close()


def asked(folder: Path, *sources: Any) -> tuple[Desk, pd.DataFrame]:
    """Run a desk until all its sources told something; the frame of its limits."""
    desk = Desk([origin(each.name, each) for each in sources], state_dir=folder / "state")
    desk.start()
    try:
        wait_for(lambda: all(each["newest_ts_event"] for each in desk.sources()))
        wait_for(lambda: not desk.not_ready())
        # That something was heard is told a moment before its frames are shown.
        polled = {each.name for each in desk.origins if each.is_state}
        wait_for(lambda: polled <= shown(desk))
        return desk, frame_of(desk, "risk_limits", limit=1_000)
    finally:
        desk.stop()


def shown(desk: Desk) -> set[str]:
    """The sources of which the picture now holds rows."""
    states = desk.view().states.values()
    return {str(name) for frame in states if "source" in frame for name in frame["source"]}


def logs(realdata: Path, folder: Path, name: str = "stock") -> JsonlSource:
    shutil.copytree(realdata / "stock_trader/local_logs", folder / "logs" / ACCOUNT)
    return JsonlSource(folder / "logs", dialect="stock_trader", name=name)


def keys_of(broker: AlpacaServer) -> dict[str, Any]:
    """How the simulated broker is asked; it may be slow on a busy machine."""
    keys = {"api_key": KEY, "secret_key": SECRET}
    return {"data_url": broker.url, "bars": 0, "timeout_seconds": 60.0, **keys}


def test_the_brokers_word_is_held_against_the_bots_rules(
    realdata: Path, tmp_path: Path, broker: AlpacaServer
) -> None:
    """The broker tells quantities, prices and equity; the rules are those of the bot's dialect."""
    source = AlpacaSource(broker.url, name="broker", **keys_of(broker))
    desk, found = asked(tmp_path, logs(realdata, tmp_path), source)
    assert desk.risk_rules() == {("stock", None): RULES, (None, ACCOUNT): RULES}
    mine = found[found["source"] == "broker"].set_index("name")
    held = [
        (p["symbol"], abs(float(p["market_value"]))) for p in broker.answer("/v2/positions", {})
    ]
    equity = float(broker.answer("/v2/account", {})["equity"])
    # Prices move a little from one asking to the next while New York trades.
    assert mine.loc["leverage", "value_ratio"] == pytest.approx(
        sum(value for _, value in held) / equity, rel=0.01
    )
    assert mine.loc["position", "value_ratio"] == pytest.approx(
        max(value for _, value in held) / equity, rel=0.01
    )
    assert mine.loc["position", "detail"] in dict(held)
    assert set(mine["account_id"]) == {ACCOUNT}
    assert mine["rule"].drop("worst").tolist() == [rule.rule for rule in RULES.values()]


def test_a_broker_that_says_that_nothing_is_held(
    realdata: Path, tmp_path: Path, broker: AlpacaServer
) -> None:
    """An empty list is an answer: no leverage. A list that failed is none: unknown."""
    for fault, state in ((nothing, "ok"), (refused, "unknown")):
        broker.faults = {"/v2/positions": fault}
        folder = tmp_path / state
        folder.mkdir()
        source = AlpacaSource(broker.url, name="broker", **keys_of(broker))
        _, found = asked(folder, logs(realdata, folder), source)
        mine = found[found["source"] == "broker"].set_index("name")["state"]
        assert (mine["leverage"], mine["position"]) == (state, state)


def nothing(handler: Any) -> None:
    send(handler, 200, b"[]")


def refused(handler: Any) -> None:
    send(handler, 403, b"{}")


def test_the_logs_alone_do_not_make_an_account_green(realdata: Path, tmp_path: Path) -> None:
    """The bot logs shares without prices: no leverage, and so no green, though nothing fell."""
    _, found = asked(tmp_path, logs(realdata, tmp_path))
    states = found[found["account_id"] == ACCOUNT].set_index("name")["state"].to_dict()
    assert states == {
        "leverage": "unknown", "position": "unknown", "drawdown": "ok", "worst": "unknown",
    }  # fmt: skip


def test_an_account_of_the_systems_list_that_nobody_tells_of(
    realdata: Path, tmp_path: Path
) -> None:
    """The real accounts file: each of its accounts has the rules, and is unknown, not absent."""
    file = realdata / "stock_trader/config/accounts.sanitized.yaml"
    source = AccountsSource(file, name="accounts", probe=False, every_seconds=0.05)
    desk, found = asked(tmp_path, source)
    names = set(source.read().frames["accounts"]["account_id"])
    assert len(names) >= 2
    assert {account for _, account in desk.risk_rules() if account} == names
    assert set(found["account_id"]) == names
    assert set(found["state"]) == {"unknown"}


def test_each_origin_of_a_system_has_its_limits_and_no_other_system(tmp_path: Path) -> None:
    """Files, streams, saved streams and services of Quantum Trader: its own; RICK's: none."""
    expected = load_dialect("quantum_trader").limits
    assert expected["leverage"].limit_ratio == 5.0
    sources = {
        "files": JsonlSource(tmp_path, dialect="quantum_trader"),
        "saved": JsonlSource(tmp_path, dialect="quantum_trader_export"),
        "streams": RedisStreamsSource("redis://127.0.0.1:1", dialect="quantum_trader"),
        "services": RestSource("quantum_trader", url="http://127.0.0.1:1"),
        "rick": JsonlSource(tmp_path, dialect="rick"),
        "peak": JsonlSource(tmp_path, dialect="peak_trade"),
    }
    origins = [origin(name, source) for name, source in sources.items()]
    found = risk_rules(origins, Ledger())
    assert found == dict.fromkeys(
        [(name, None) for name in ("files", "saved", "streams", "services")], expected
    )
    for each in origins:
        each.source.close()


def test_two_systems_with_other_rules_leave_an_account_without(
    realdata: Path, tmp_path: Path
) -> None:
    """Whose rules hold for an account that both name cannot be told; their own rows keep theirs."""
    # Without the rows of frames: some are functions, which only a shipped dialect has.
    text = load_dialect("stock_trader").file.read_text().split("[frames.")[0]
    own = tmp_path / "careful.toml"
    own.write_text(text.replace("limit_ratio = 1.25", "limit_ratio = 1.10"))
    first = logs(realdata, tmp_path)
    second = JsonlSource(tmp_path / "logs", dialect=str(own), name="careful")
    desk, _ = asked(tmp_path, first, second)
    rules = desk.risk_rules()
    assert set(rules) == {("stock", None), ("careful", None)}
    assert rules["careful", None]["leverage"].limit_ratio == 1.10
