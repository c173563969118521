"""Value at risk as a frame: every row says how it was reckoned and from how many returns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.tail_losses import least_returns, tail_losses
from tests.metrics.told_account import equity

GOLDEN = -0.05 + 0.001 * np.arange(100)
"""−5 % to +4.9 % in steps of 0.1 %: 4,505 and 4,901 of 100,000 at 95 and 99 %."""


def series(values: np.ndarray | list[float]) -> pd.DataFrame:
    days = pd.date_range("2024-01-01T21:00", periods=len(values)).strftime("%Y-%m-%dT%H:%M")
    return equity(dict(zip(days, [float(value) for value in values], strict=True)))


def measured(values: np.ndarray | list[float]) -> pd.DataFrame:
    found = tail_losses({"equity": series(values)})
    return found.set_index(["method", "confidence_ratio"])


def test_the_verified_vector_in_ratio_and_money() -> None:
    """Of 100,000: 4,505 and 4,901, beyond them 4,800 and 5,000; 4,822.39 and 6,798.07 if normal."""
    values = np.cumprod([1.0, *(1 + GOLDEN)])
    found = measured(100_000 * values / values[-1])
    assert found["value_at_risk"].to_dict() == pytest.approx(
        {("historical", 0.95): 4505, ("normal", 0.95): 4822.39,
         ("historical", 0.99): 4901, ("normal", 0.99): 6798.07}, abs=0.006
    )  # fmt: skip
    shortfall = found["expected_shortfall"].xs("historical")
    assert shortfall.to_dict() == pytest.approx({0.95: 4800, 0.99: 5000})
    assert found["expected_shortfall"].xs("normal").isna().all()
    assert found["tail_n"].xs("historical").to_dict() == {0.95: 5, 0.99: 1}
    assert set(found["n"]) == {100}
    assert set(found["horizon"]) == {"day"}
    assert (found["value_at_risk_ratio"] * 100_000).tolist() == pytest.approx(
        found["value_at_risk"].tolist()
    )
    assert set(found["currency"]) == {"USDT"}


@pytest.mark.parametrize(
    ("returns", "told"),
    [
        (29, set()),
        (30, {("historical", 0.95), ("normal", 0.95), ("normal", 0.99)}),
        (99, {("historical", 0.95), ("normal", 0.95), ("normal", 0.99)}),
        (100, {(method, c) for method in ("historical", "normal") for c in (0.95, 0.99)}),
    ],
)
def test_a_tail_that_the_returns_do_not_reach_is_missing(
    returns: int, told: set[tuple[str, float]]
) -> None:
    """The rows stand there with their n, and say nothing more."""
    found = measured([100.0 + n % 7 for n in range(returns + 1)])
    assert len(found) == 4
    assert set(found["n"]) == {returns}
    assert set(found.index[found["value_at_risk_ratio"].notna()]) == told
    assert found.loc[found["value_at_risk_ratio"].isna(), "expected_shortfall_ratio"].isna().all()


def test_the_real_backtest(realdata: Path) -> None:
    """1,256 returns: 63 at or beyond 95 %, 13 beyond 99 %; each mean is that of its tail."""
    navs = pd.read_csv(realdata / "stock_trader/backtest/nav_series.csv")["nav"].tolist()
    found = measured(navs).xs("historical")
    losses = sorted((-pd.Series(navs).pct_change().dropna()).tolist(), reverse=True)
    assert set(found["n"]) == {1_256}
    assert found["tail_n"].to_dict() == {0.95: 63, 0.99: 13}
    for confidence, n in ((0.95, 63), (0.99, 13)):
        assert found.loc[confidence, "expected_shortfall_ratio"] == pytest.approx(
            sum(losses[:n]) / n
        )


def test_streams_of_one_source_are_not_mixed() -> None:
    """Two files that tell at the same time are two series: jumps between them are no returns."""
    days = [100.0 + n % 5 for n in range(40)]
    both = [
        series([scale * day for day in days]).assign(raw_generation=name)
        for name, scale in (("a.jsonl", 1.0), ("b.jsonl", 1000.0))
    ]
    found = tail_losses({"equity": pd.concat(both)})
    assert set(found["stream"]) == {"a.jsonl", "b.jsonl"}
    at_risk = found.groupby("stream")["value_at_risk_ratio"].max()
    assert at_risk["a.jsonl"] == pytest.approx(at_risk["b.jsonl"])


def test_of_a_moment_nothing_later_is_known() -> None:
    """The same frame up to a day is the frame that ends with it."""
    values = [100.0 + (n * 7) % 11 for n in range(80)]
    at = pd.Timestamp("2024-02-19T23:00", tz="UTC")
    early = tail_losses({"equity": series(values)}, at=at)
    assert early.equals(tail_losses({"equity": series(values[:50])}))
    assert tail_losses({}).empty


@given(st.floats(0.5, 0.999))
def test_so_many_returns_that_one_is_expected_beyond(confidence: float) -> None:
    """For any confidence: about 1 of them, or the least that tell a tail at all."""
    least = least_returns(confidence)
    assert least == 30 or least * (1 - confidence) == pytest.approx(1, rel=0.02)
