"""The demo's other four systems write what the adapters of the real ones read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from data_sources import Catalog, JsonlSource, ParquetSource, RunsSource, SessionsSource
from data_sources.accounts import AccountsSource
from data_sources.json_file import JsonFileSource
from demo.cast import SYSTEMS, Cast, Wanted
from demo.peak_trade import PeakTrade
from demo.quantum_trader import QuantumTrader
from demo.rick import Rick
from demo.script import Script
from demo.stock_trader import StockTrader
from demo.tree import Tree
from metrics.momentum import momentum

START = 1_795_249_759_606_926_592
NAMES = {
    *("aurora", "quantum", "quantum_positions", "quantum_live"),
    *("peak_execution", "peak_cycles", "peak_alerts", "peak_runs", "peak_sessions"),
    "peak_logs",
    *("rick", "arena", "stock_1", "stock_2", "stock_accounts", "stock_prices"),
}
BOTS = (QuantumTrader, PeakTrade, Rick, StockTrader)


def written(folder: Path, bot: Script, seconds: float = 600.0) -> Path:
    """The folder after a bot has written for a while."""
    Tree(folder).write(bot.until(seconds))
    return folder


@pytest.mark.parametrize("bot", BOTS, ids=lambda bot: bot.__name__)
def test_same_seed_same_events_in_any_steps(bot: type[Script]) -> None:
    """Asked for at once or in small steps, a seed and a start give the same pieces; others not."""
    at_once = bot(7, START).until(120.0)
    stepped, pieces = bot(7, START), []
    for tenth in range(1, 1_201):
        pieces += stepped.until(tenth / 10)
    other = bot(8, START).until(120.0)

    assert pieces == at_once
    assert [piece.data for piece in other] != [piece.data for piece in at_once]
    assert [piece.ts_ns for piece in at_once] == sorted(piece.ts_ns for piece in at_once)


def test_each_trade_of_quantum_trader_is_written_twice_and_counted_once(tmp_path: Path) -> None:
    """Two lines a trade, one event; the side that the prices prove is not always BUY's."""
    root = written(tmp_path, QuantumTrader(7, START))
    lines = (root / "data/clm_trades.jsonl").read_text().splitlines()
    reading = JsonlSource(root, dialect="quantum_trader").read()
    closed = reading.frame[reading.frame["kind"] == "trade.closed"]

    assert len(lines) > 20
    assert 2 * len(closed) == len(lines)
    assert reading.counts.duplicates == len(closed)
    assert reading.counts.balanced
    assert {json.loads(line)["side"] for line in lines} == {"BUY"}


def test_quantum_trader_mixes_tests_and_text_into_its_logs(tmp_path: Path) -> None:
    """Rows of unit tests stand apart, text is no bad line, the state of positions is whole."""
    root = written(tmp_path, QuantumTrader(7, START))
    reading = JsonlSource(root, dialect="quantum_trader").read()
    kinds = set(reading.frame["kind"])
    state = root / "backend/data/trade_state.json"
    told = JsonFileSource(state, dialect="quantum_trader", told_as="telemetry.trade_state").read()

    assert {"telemetry.test.signal", "telemetry.test.ess.changed", "ess.changed"} <= kinds
    assert {"telemetry.log", "error", "risk.decision", "telemetry.policy", "health"} <= kinds
    assert reading.counts.quarantined == {}
    assert len(told.frames["positions"]) == len(json.loads(state.read_text())) > 0


def test_cycles_of_peak_trade_have_their_time_from_the_market_data(tmp_path: Path) -> None:
    """No line of the equity curve carries a time, each event of it has one."""
    root = written(tmp_path, PeakTrade(7, START))
    curve = next(root.rglob("equity_curve.jsonl")).read_text()
    events = JsonlSource(root / "sessions", dialect="peak_trade").read().frame
    equity = events[events["kind"] == "equity"]

    assert "ts" not in json.loads(curve.splitlines()[0])
    assert len(equity) == len(curve.splitlines())
    assert equity["ts_event"].notna().all()
    assert set(events["kind"]) >= {"telemetry.market_data", "telemetry.twin.risk.decision"}


def test_a_meta_file_is_half_written_for_a_moment(tmp_path: Path) -> None:
    """Between truncating and writing a reader finds half a file; after it the run is told."""
    bot = PeakTrade(7, START)
    tree, seen = Tree(tmp_path), []
    for piece in bot.until(600.0):
        tree.write([piece])
        if piece.path.endswith("meta.json"):
            try:
                seen.append(json.loads((tmp_path / piece.path).read_text())["run_id"])
            except ValueError:
                seen.append("half")
    runs = RunsSource(tmp_path / "live_runs").read().frame
    states = list(runs["state"])

    assert seen.count("half") >= 2
    assert states[-1] != "finished", "the newest one still goes on"
    assert states.count("finished") >= 2
    assert states.count("empty") == 1, "one was set up and has made no step"
    assert "stale" in states, "one crashed and never said that it is over"
    assert (runs["drawdown_ratio"].dropna() <= 0).all()


def test_sessions_and_execution_of_peak_trade(tmp_path: Path) -> None:
    """A running session without profit, as its runner leaves it; each fill has its order."""
    root = written(tmp_path, PeakTrade(7, START))
    sessions = SessionsSource(root / "reports/experiments/live_sessions").read().frame
    reading = JsonlSource(root / "logs", dialect="peak_trade").read()
    events = reading.frame
    orders = set(events.loc[events["kind"] == "order.submitted", "client_order_id"])
    fills = set(events.loc[events["kind"] == "order.filled", "client_order_id"])

    assert "started" in set(sessions["status"])
    assert sessions.loc[sessions["status"] == "started", "realized_pnl"].isna().all()
    assert fills
    assert fills <= orders
    assert reading.counts.balanced


def test_ricks_narration_has_three_shapes_in_one_file(tmp_path: Path) -> None:
    """New York wall clock, UTC, and a time of day alone; every line is accepted."""
    root = written(tmp_path, Rick(7, START))
    reading = JsonlSource(
        root / "narration.jsonl", dialect="rick", timezone="America/New_York"
    ).read()
    times = reading.frame["ts_event"].dropna()

    assert reading.counts.accepted == reading.counts.lines_in > 100
    assert reading.counts.naive > 0
    assert reading.counts.untimed > 0
    # Wall clock and UTC are of the same ten minutes.
    assert (times.max() - times.min()).total_seconds() <= 600


def test_ricks_orders_never_fill_and_cancels_may_come_twice(tmp_path: Path) -> None:
    """What the Arena tells: placed, canceled, denied; a repeated cancel is among them."""
    root = written(tmp_path, Rick(7, START), 3_600.0)
    events = JsonlSource(root / "arena/events.jsonl", dialect="rick").read().frame
    canceled = events.loc[events["kind"] == "order.canceled", "client_order_id"]

    assert set(events["kind"]) == {
        *("heartbeat", "order.submitted", "order.canceled", "order.denied"),
    }
    assert canceled.duplicated().any()


def test_stock_trader_has_one_stale_cache(tmp_path: Path) -> None:
    """Caches with names in upper case; one symbol is behind and stands without a rank."""
    root = written(tmp_path, StockTrader(7, START), 1.0)
    prices = ParquetSource(root / "data/equities", calendar="XNYS").read().frame
    newest = prices.groupby("symbol", observed=True)["ts_event"].max()
    ranks = momentum(prices, universe=("XLK", "XLF", "XLRE")).set_index("symbol")["rank"]

    assert list(newest.index[newest < newest.max()]) == ["XLRE"]
    assert ranks.isna().to_dict() == {"XLK": False, "XLF": False, "XLRE": True}


def test_stock_trader_logs_what_its_broker_holds(tmp_path: Path) -> None:
    """The newest cycle's positions follow from the orders; the accounts file names no secret."""
    root = written(tmp_path, StockTrader(7, START), 60.0)
    logs = root / "production/local_logs/PA3T8N36NVJK"
    newest = json.loads((logs / "performance.jsonl").read_text().splitlines()[-1])
    trades = [json.loads(line) for line in (logs / "trades.jsonl").read_text().splitlines()]
    held = {trade["symbol"]: trade["new_position"] for trade in trades}
    accounts = AccountsSource(root / "production/configs/accounts.yaml", probe=False).read()

    assert newest["positions"] == {s: n for s, n in held.items() if n}
    assert list(accounts.frames["accounts"]["account_id"]) == ["PA3T8N36NVJK", "PA3I05031HZL"]


def test_the_configuration_beside_them_watches_them_all(tmp_path: Path) -> None:
    """Every source of the written file is there and reads; somebody's own file is left alone."""
    cast = Cast(Wanted(tmp_path / "new", SYSTEMS, seed=7, start_ns=START))
    for player in cast.players:
        player.sink.write(player.bot.until(60.0))
    cast.close()
    sources = Catalog.from_toml(tmp_path / "new/deskwatch.toml")
    states = {name: sources[name].read().state for name in sources}
    sources.close()
    own = tmp_path / "own/deskwatch.toml"
    own.parent.mkdir()
    own.write_text("# mine\n")
    Cast(Wanted(own.parent, ("rick",), seed=7, start_ns=START)).close()

    assert set(states) == NAMES
    assert set(states.values()) <= {"ok", "stale"}, states
    assert own.read_text() == "# mine\n"
