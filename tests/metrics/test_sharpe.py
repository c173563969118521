"""The Sharpe ratio: its formula, how it is made one of a year, and when it is not told."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.sharpe import sharpe_of, sharpe_ratios
from tests.metrics.told_account import at, equity


def told(values: list[float], frequency: str = "D", start: str = "2024-01-01") -> pd.DataFrame:
    """Equity by day, or by business day."""
    days = pd.date_range(start, periods=len(values), freq=frequency).strftime("%Y-%m-%dT21:00")
    return equity(dict(zip(days, values, strict=True)))


def test_the_formula_by_hand() -> None:
    """Returns 1 %, 2 %, 3 %: mean 2 %, deviation 1 %, ratio 2; times √252 a year, ±1.96 errors."""
    found = sharpe_of([0.01, 0.02, 0.03], 252)
    assert (found.mean, found.deviation) == pytest.approx((0.02, 0.01))
    assert found.value == pytest.approx(2 * math.sqrt(252))
    assert found.high is not None
    assert found.high - found.value == pytest.approx(1.96 * math.sqrt((1 + 2) / 3 * 252))


def test_the_ratio_that_a_real_backtest_told_of_itself(realdata: Path) -> None:
    """2,953 hourly points: the 0.19098 a year of its own report, to the last digit."""
    folder = realdata / "peak_trade/bt_canonical_5348"
    report = json.loads((folder / "baseline_metrics.json").read_text())
    points = pd.read_csv(folder / "portfolio_equity.csv", index_col=0)["equity"]
    found = sharpe_of(points.pct_change().dropna(), 8_760)
    assert found.value == pytest.approx(report["sharpe"], rel=1e-12)


def test_a_real_account_of_five_years(realdata: Path) -> None:
    """1,256 returns of exchange days: of 252 a year, as a plain recount has it."""
    navs = pd.read_csv(realdata / "stock_trader/backtest/nav_series.csv")
    points = dict(zip(navs["timestamp"].str[:19], navs["nav"], strict=True))
    (row,) = sharpe_ratios({"equity": equity(points)}).to_dict("records")
    returns = navs["nav"].pct_change().dropna()
    assert (row["n"], row["periods_per_year"]) == (1_256, 252)
    assert row["sharpe_ratio"] == pytest.approx(returns.mean() / returns.std() * math.sqrt(252))
    assert row["sharpe_low_ratio"] < row["sharpe_ratio"] < row["sharpe_high_ratio"]


@pytest.mark.parametrize(("frequency", "periods"), [("B", 252), ("D", 365)])
def test_a_year_has_as_many_days_as_the_series_is_told_on(frequency: str, periods: int) -> None:
    """An exchange's year has 252 days, that of a market which is never shut 365."""
    values = [100.0 + n % 5 for n in range(60)]
    (row,) = sharpe_ratios({"equity": told(values, frequency)}).to_dict("records")
    returns = pd.Series(values).pct_change().dropna()
    assert row["periods_per_year"] == periods
    assert row["sharpe_ratio"] == pytest.approx(returns.mean() / returns.std() * math.sqrt(periods))


def test_a_stray_point_of_a_weekend_makes_no_week_of_seven_days() -> None:
    """Sixty business days and one Saturday are still an exchange's year."""
    days = pd.concat(
        [told([100.0 + n % 5 for n in range(60)], "B"), told([101.0], start="2024-02-03")]
    )
    (row,) = sharpe_ratios({"equity": days}).to_dict("records")
    assert (row["n"], row["periods_per_year"]) == (60, 252)


def test_what_a_year_without_risk_gives_is_taken_off() -> None:
    """3.65 % a year of 365 days are a basis point a day."""
    frame = told([100.0 + n % 7 for n in range(50)])
    plain, less = (
        sharpe_ratios({"equity": frame}, risk_free_ratio=rate).iloc[0] for rate in (0.0, 0.0365)
    )
    assert less["mean_ratio"] == pytest.approx(plain["mean_ratio"] - 0.0001)
    assert less["deviation_ratio"] == pytest.approx(plain["deviation_ratio"])
    assert less["risk_free_ratio"] == 0.0365


def test_what_is_too_little_to_tell() -> None:
    """29 returns: their number alone. Equal ones: no ratio, neither 0 nor endless. None: no row."""
    (few,) = sharpe_ratios({"equity": told([100.0 + n % 3 for n in range(30)])}).to_dict("records")
    assert few["n"] == 29
    assert pd.isna([few["sharpe_ratio"], few["mean_ratio"], few["periods_per_year"]]).all()
    for growth in (1.0, 1.001):
        same = told([100.0 * growth**n for n in range(40)])
        (row,) = sharpe_ratios({"equity": same}).to_dict("records")
        assert row["n"] == 39
        assert row["mean_ratio"] == pytest.approx(growth - 1)
        assert pd.isna([row["sharpe_ratio"], row["sharpe_low_ratio"]]).all()
    assert sharpe_ratios({}).empty
    with pytest.raises(ValueError, match="two finite returns"):
        sharpe_of([0.1, float("nan")], 252)


def test_streams_apart_and_up_to_a_moment() -> None:
    """Two accounts are two rows; of a moment nothing later is known."""
    values = [100.0 + (n * 7) % 11 for n in range(80)]
    both = pd.concat([told(values), told(values[::-1]).assign(account_id="A2")])
    assert list(sharpe_ratios({"equity": both})["account_id"]) == ["A1", "A2"]
    early = sharpe_ratios({"equity": told(values)}, at=at("2024-02-19T23:00"))
    assert early.equals(sharpe_ratios({"equity": told(values[:50])}))


@settings(max_examples=25)
@given(st.lists(st.floats(-0.5, 0.5), min_size=3, max_size=40), st.floats(0.1, 10))
def test_the_size_of_a_bet_changes_no_ratio(returns: list[float], scale: float) -> None:
    """Twice the stake is twice the return and the deviation; turned around, it is negative."""
    one = sharpe_of(returns, 252)
    scaled = sharpe_of(np.asarray(returns) * scale, 252)
    turned = sharpe_of(-np.asarray(returns), 252)
    if one.value is None or scaled.value is None or turned.value is None:
        return
    if one.deviation > 1e-9:
        assert scaled.value == pytest.approx(one.value, rel=1e-5, abs=1e-6)
        assert turned.value == pytest.approx(-one.value, rel=1e-9, abs=1e-9)
