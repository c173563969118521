"""Closed trades of each account as a row: what was won and lost, and from how many."""

from __future__ import annotations

import pandas as pd
import pytest

from data_sources.frames import shaped
from metrics.ratio import wilson_interval
from metrics.trades_by_account import trades_by_account
from tests.metrics.told_account import at, trades

TOLD = trades(
    {
        "2026-02-14T10:00": 30.0,
        "2026-02-15T10:00": -10.0,
        "2026-02-16T10:00": 0.0,
        "2026-02-17T10:00": 5.0,
    }
)


def test_won_lost_and_the_factor_between_them() -> None:
    """Won 30 and 5, lost 10, one at 0: two of three won, 3.5 gained for each lost, 25 in all."""
    (row,) = trades_by_account({"trades": TOLD}).to_dict("records")
    counts = [row[f"{name}_total"] for name in ("closed", "won", "lost", "flat")]
    assert counts == [4, 2, 1, 1]
    assert row["win_ratio"] == pytest.approx(2 / 3)
    assert (row["win_low_ratio"], row["win_high_ratio"]) == wilson_interval(2, 3)
    assert (row["profit_factor"], row["profit_factor_of"]) == (3.5, "pnl")
    assert (row["pnl"], row["currency"]) == (25.0, "USDT")
    assert (row["since"], row["as_of"]) == (at("2026-02-14T10:00"), at("2026-02-17T10:00"))


def test_percents_of_a_log_without_money() -> None:
    """83 won, 170 lost, 18 at 0, as Quantum Trader's log has them: 32.8 % won, no money told."""
    told = [{"pnl_ratio": each} for each in (*[0.0012] * 83, *[-0.002] * 170, *[0.0] * 18)]
    (row,) = trades_by_account({"trades": shaped("trades", told, source="clm")}).to_dict("records")
    assert (row["closed_total"], round(row["win_ratio"], 3)) == (271, 0.328)
    assert (row["profit_factor_of"], row["pnl"], row["account_id"]) == ("pnl_ratio", None, None)


def test_without_a_loss_there_is_no_factor() -> None:
    """Gains alone divide by nothing: the factor is missing, not 0 and not endless."""
    (row,) = trades_by_account({"trades": trades({"2026-02-14T10:00": 3.0})}).to_dict("records")
    assert (row["win_ratio"], row["profit_factor"], row["lost_total"]) == (1.0, None, 0)


def test_accounts_are_not_added_and_nothing_later_is_known() -> None:
    """Each account has its own row; of a moment only what had closed by then."""
    both = pd.concat([TOLD, TOLD.assign(account_id="A2", pnl=-1.0)])
    found = trades_by_account({"trades": both}).set_index("account_id")
    assert found["won_total"].to_dict() == {"A1": 2, "A2": 0}
    (then,) = trades_by_account({"trades": TOLD}, at=at("2026-02-15T10:00")).to_dict("records")
    assert (then["closed_total"], then["pnl"]) == (2, 20.0)
    assert trades_by_account({}).empty
    assert trades_by_account({"trades": TOLD.iloc[:0]}).empty
