"""Value at risk and expected shortfall are of the right tail, and told only of returns enough."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.value_at_risk import tail_loss, values_at_risk

GOLDEN = -0.05 + 0.001 * np.arange(100)
"""−5 % to +4.9 % in steps of 0.1 %."""


def series(values: np.ndarray | list[float], account_id: str | None = "A") -> pd.DataFrame:
    days = pd.date_range("2025-01-01T21:00", periods=len(values), tz="UTC")
    owner = {"source": "nav", "account_id": account_id, "currency": "USD"}
    return pd.DataFrame({"ts_event": days, "equity": values}).assign(**owner)


@pytest.mark.parametrize(
    ("confidence", "at_risk", "shortfall", "tail_n", "parametric"),
    [(0.95, 4505, 4800, 5, 4822.39), (0.99, 4901, 5000, 1, 6798.07)],
)
def test_the_verified_vector(
    confidence: float, at_risk: float, shortfall: float, tail_n: int, parametric: float
) -> None:
    """Of 100,000: 4,505 and 4,901, beyond them 4,800 and 5,000 on average, 4,822.39 and 6,798.07
    if returns were normal.
    """
    found = tail_loss(GOLDEN, confidence)
    assert found.value_at_risk_ratio * 100_000 == pytest.approx(at_risk)
    assert found.expected_shortfall_ratio * 100_000 == pytest.approx(shortfall)
    assert found.tail_n == tail_n
    assert found.parametric_ratio * 100_000 == pytest.approx(parametric, abs=0.005)


def test_of_an_equity_series_in_its_money() -> None:
    """The returns of the vector as daily closes: the same losses, in dollars of the newest one."""
    equity = 100_000 * np.cumprod([1.0, *(1 + GOLDEN)])
    (found,) = values_at_risk(series(equity * (100_000 / equity[-1])))
    assert (found.returns_n, found.account_id, found.currency) == (100, "A", "USD")
    money = [found.in_money(each.value_at_risk_ratio) for each in found.losses]
    assert money == pytest.approx([4505, 4901])
    assert [each.confidence_ratio for each in found.losses] == [0.95, 0.99]


def test_too_few_returns_tell_no_tail() -> None:
    """29 returns: the account is named, its losses are not; 30 are enough."""
    (few,) = values_at_risk(series([100.0 + n % 3 for n in range(30)]))
    assert (few.returns_n, few.losses) == (29, ())
    (enough,) = values_at_risk(series([100.0 + n % 3 for n in range(31)]))
    assert len(enough.losses) == 2


def test_many_points_of_a_day_are_one_return() -> None:
    """The last point of a day counts; another account's points are another series."""
    days = series([100.0, 110.0, 99.0])
    within = days.assign(ts_event=days["ts_event"] - pd.Timedelta(hours=3), equity=1.0)
    frame = pd.concat([days, within, days.assign(account_id=None)]).sample(frac=1, random_state=3)
    found = {each.account_id: each for each in values_at_risk(frame)}
    assert {key: each.returns_n for key, each in found.items()} == {"A": 2, None: 2}
    assert found["A"].equity == 99.0


def test_nothing_tells_nothing() -> None:
    """No frame, no rows, no equity above 0: no account; a wrong confidence is refused."""
    assert values_at_risk({}) == ()
    assert values_at_risk(series([])) == ()
    assert values_at_risk(series([0.0, -1.0])) == ()
    with pytest.raises(ValueError, match="confidence"):
        tail_loss(GOLDEN, 95)
    with pytest.raises(ValueError, match="finite"):
        tail_loss([0.1, float("nan")], 0.95)


@given(st.lists(st.floats(-0.5, 0.5), min_size=2, max_size=60))
def test_the_tail_grows_with_confidence(returns: list[float]) -> None:
    """At 99 % no loss is smaller than at 95 %, and the mean beyond is not below the quantile."""
    usual, rare = tail_loss(returns, 0.95), tail_loss(returns, 0.99)
    rounding = 1e-12
    assert rare.value_at_risk_ratio >= usual.value_at_risk_ratio - rounding
    assert rare.expected_shortfall_ratio >= usual.expected_shortfall_ratio - rounding
    assert usual.expected_shortfall_ratio >= usual.value_at_risk_ratio - rounding
    assert max(-each for each in returns) >= rare.expected_shortfall_ratio - rounding


def test_the_real_backtest(realdata: Path) -> None:
    """1,257 days of NAV: the loss at 95 % is between the 63rd and 64th of the sorted losses."""
    navs = pd.read_csv(realdata / "stock_trader/backtest/nav_series.csv")["nav"].tolist()
    (found,) = values_at_risk(series(navs))
    losses = sorted((1 - b / a for a, b in pairwise(navs)), reverse=True)
    assert found.returns_n == len(losses) == 1_256
    at_risk = found.losses[0].value_at_risk_ratio
    assert losses[63] <= at_risk <= losses[62]
    assert found.losses[0].tail_n == 63
    assert found.losses[0].expected_shortfall_ratio == pytest.approx(sum(losses[:63]) / 63)
