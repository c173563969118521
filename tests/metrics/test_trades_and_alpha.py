"""Trade statistics by quantity, and a session's return beside the benchmark's in the same one."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from data_sources import ParquetSource
from data_sources.frames import shaped
from ledger.round_trips import first_buy_pairs, round_trips
from metrics.session_alpha import closes_by_day, session_alphas
from metrics.trade_statistics import trade_statistics

ROWS = [
    ("2025-11-03T15:00Z", "XLK", "buy", 100, 100),
    ("2025-11-04T10:00Z", "XLF", "buy", 10, 50),
    ("2025-11-04T15:00Z", "XLF", "sell", 10, 50),
    ("2025-11-05T15:00Z", "XLK", "sell", 50, 110),
    ("2025-11-06T15:00Z", "TLT", "sell", 10, 50),
    ("2025-11-10T15:00Z", "XLK", "buy", 100, 120),
    ("2025-11-12T14:00Z", "XLK", "sell", 150, 90),
]


@pytest.fixture
def executions() -> pd.DataFrame:
    frame = pd.DataFrame(ROWS, columns=["ts_event", "symbol", "side", "quantity", "price"])
    return frame.assign(ts_event=pd.to_datetime(frame["ts_event"], utc=True))


def test_the_reference_trades_by_quantity(executions: pd.DataFrame) -> None:
    """Four closed, one won, two lost, one flat: −3,000 in all, profit factor 500 / 3,500."""
    found = trade_statistics(round_trips(executions).trades)
    assert (found.closed, found.wins, found.losses, found.flat) == (4, 1, 2, 1)
    assert found.pnl == -3_000
    assert found.profit_factor == pytest.approx(500 / 3_500)
    assert (found.best_ratio, found.worst_ratio) == pytest.approx((0.10, -0.25))
    assert found.win_ratio.value == pytest.approx(1 / 3)
    assert found.profit_factor_of == "pnl"


def test_the_old_pairing_told_something_else(executions: pd.DataFrame) -> None:
    """Paired as the old dashboard did: one of three won, best +10 %, worst −10 %."""
    found = trade_statistics(first_buy_pairs(executions))
    assert (found.closed, found.wins) == (3, 1)
    assert (found.best_ratio, found.worst_ratio) == pytest.approx((0.10, -0.10))


def test_no_trade_has_no_statistics() -> None:
    """Nothing closed: counts of 0, and no ratio, no best, no pnl of 0."""
    for nothing in ({}, pd.DataFrame(), round_trips(pd.DataFrame()).trades):
        found = trade_statistics(nothing)
        assert found.closed == 0
        assert (found.pnl, found.best_ratio, found.hold_seconds, found.win_ratio.value) == (
            (None,) * 4
        )


def percents(*told: float) -> pd.DataFrame:
    """Trades as Quantum Trader's log tells them: percent, no money."""
    return shaped("trades", [{"pnl_ratio": each / 100} for each in told], source="clm")


def test_percent_alone_decides_what_was_won() -> None:
    """83 won, 170 lost, 18 at zero of 271: 32.8 % won; the profit factor is of the ratios."""
    trades = percents(*[0.12] * 83, *[-0.2] * 170, *[0.0] * 18)
    found = trade_statistics(trades)
    assert (found.closed, found.wins, found.losses, found.flat) == (271, 83, 170, 18)
    assert round(found.win_ratio.value or 0, 3) == 0.328
    assert found.profit_factor == pytest.approx(83 * 0.12 / (170 * 0.2))
    assert (found.profit_factor_of, found.pnl) == ("pnl_ratio", None)


def test_money_decides_where_both_are_told() -> None:
    """After fees a trade may lose money at a better price; one without either is only closed."""
    trades = percents(1.0, 2.0, -1.0).assign(pnl=[-0.5, float("nan"), float("nan")])
    found = trade_statistics(pd.concat([trades, shaped("trades", [{"symbol": "X"}])]))
    assert (found.closed, found.wins, found.losses, found.flat) == (4, 1, 2, 0)
    assert found.profit_factor_of == "pnl_ratio"
    assert found.pnl == -0.5


def test_real_percents(realdata: Path) -> None:
    """52 percents as the bot writes them: won, lost and the factor as a plain recount has them."""
    lines = (realdata / "quantum_trader/tests/mock_clm_trades.jsonl").read_text().splitlines()
    told = [json.loads(line)["pnl_percent"] for line in lines]
    won, lost = [each for each in told if each > 0], [each for each in told if each < 0]
    found = trade_statistics(percents(*told))
    assert (found.closed, found.wins, found.losses) == (52, 23, 29)
    assert found.win_ratio.value == 23 / 52
    assert found.profit_factor == pytest.approx(sum(won) / -sum(lost))
    assert found.best_ratio == pytest.approx(max(told) / 100)


def test_two_currencies_are_not_added(executions: pd.DataFrame) -> None:
    """Dollars and euros have no sum."""
    trades = round_trips(executions).trades.assign(currency=["USD", "EUR", "USD", "USD"])
    found = trade_statistics(trades)
    assert (found.pnl, found.profit_factor, found.currency) == (None, None, None)


def test_the_real_spy(realdata: Path) -> None:
    """SPY made −0.9316 % from 14 to 17 November 2025; an account that made 1 % has the rest."""
    folder = realdata / "stock_trader"
    known = json.loads((folder / "reference_momentum.json").read_text())["parquet_local_data"]
    prices = ParquetSource(folder / "parquet_local_data").read().frame
    days = [str(day.date()) for day in closes_by_day(prices, "SPY").index[-2:]]
    assert days == known["spy_last_two_dates"]
    equity = pd.DataFrame(
        {
            "ts_event": pd.to_datetime(
                ["2025-11-14T21:00Z", "2025-11-17T18:00Z", "2025-11-17T21:00Z", "2025-11-18T15:00Z"]
            ),
            "equity": [100.0, 90.0, 101.0, 500.0],
            "source": "nav",
            "account_id": "A",
        }
    )
    (found,) = session_alphas({"prices": prices, "equity": equity})
    assert found.benchmark_ratio == pytest.approx(known["spy_last_day_return"], rel=1e-12)
    assert found.account_ratio == pytest.approx(0.01)
    assert found.alpha_ratio == pytest.approx(0.01 - known["spy_last_day_return"])
    assert (str(found.before.date()), str(found.session.date())) == tuple(days)


def test_without_two_shared_days_there_is_no_alpha() -> None:
    """One shared day, no benchmark, or no account: nothing is told."""
    day = pd.to_datetime(["2025-11-17T05:00Z"])
    prices = pd.DataFrame({"symbol": "SPY", "ts_event": day, "close": [1.0]})
    equity = pd.DataFrame({"ts_event": day, "equity": [1.0], "source": "a", "account_id": None})
    assert session_alphas({"prices": prices, "equity": equity}) == ()
    assert session_alphas({"equity": equity}) == ()
