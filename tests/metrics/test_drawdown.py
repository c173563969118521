"""The drawdown is of the whole series, not since somebody looks."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources.frames import shaped
from metrics.drawdown import drawdowns, with_drawdown


def series(*values: float, source: str = "nav", account_id: str | None = "A") -> pd.DataFrame:
    days = pd.date_range("2025-11-03", periods=len(values), tz="UTC")
    return pd.DataFrame(
        {"ts_event": days, "equity": values, "source": source, "account_id": account_id}
    )


def test_down_from_the_peak_and_up_again() -> None:
    """100, 120, 90, 120: the worst is −25 % on the third day, now it is 0."""
    (found,) = drawdowns(series(100, 120, 90, 120))
    assert (found.now, found.worst, found.peak, found.n) == (0.0, -0.25, 120.0, 4)
    assert found.worst_at == pd.Timestamp("2025-11-05", tz="UTC")
    assert found.at == pd.Timestamp("2025-11-04", tz="UTC")


def test_each_account_has_its_own_peak() -> None:
    """One account's peak is nothing to another's, whatever the order of the rows."""
    frame = pd.concat([series(100, 50), series(10, 20, account_id="B"), series(7, account_id=None)])
    found = {each.account_id: each.now for each in drawdowns(frame.sample(frac=1, random_state=2))}
    assert found == {"A": -0.5, "B": 0.0, None: 0.0}


def test_each_stream_of_a_source_has_its_own_peak() -> None:
    """4,000 told by one stream is no peak of another that tells 3,000 at the same time."""
    streams = ["account.balance", "portfolio.state", "account.balance", "portfolio.state"]
    frame = series(4_000, 3_000, 3_900, 3_000).assign(raw_generation=streams)
    assert with_drawdown(frame)["drawdown_ratio"].tolist() == pytest.approx([0, 0, -0.025, 0])
    found = {each.stream: (each.worst, each.n) for each in drawdowns(frame)}
    assert found == {"account.balance": (pytest.approx(-0.025), 2), "portfolio.state": (0.0, 2)}


def test_what_an_origin_tells_stays() -> None:
    """A ratio that is there is kept; a missing one is reckoned."""
    frame = series(100, 50).assign(drawdown_ratio=[None, -0.6])
    assert with_drawdown(frame)["drawdown_ratio"].tolist() == [0.0, -0.6]


def test_a_loss_told_as_a_positive_share_is_below_zero() -> None:
    """0, 0.10, 0.20 as an origin tells its loss: now and at worst −20 %, never above 0."""
    (found,) = drawdowns(series(100, 90, 80).assign(drawdown_ratio=[0.0, 0.10, 0.20]))
    assert (found.now, found.worst) == (-0.20, -0.20)
    assert found.worst_at == pd.Timestamp("2025-11-05", tz="UTC")


def test_a_real_hourly_account(realdata: Path) -> None:
    """2,953 hours from 10,000: at worst −2.05 %, the drawdown that its own report tells."""
    folder = realdata / "peak_trade/bt_canonical_5348"
    table = pd.read_csv(folder / "portfolio_equity.csv", index_col=0, parse_dates=True)
    (found,) = drawdowns(table.rename_axis("ts_event").reset_index().assign(source="backtest"))
    report = json.loads((folder / "baseline_metrics.json").read_text())
    assert (found.n, f"{found.worst:.2%}") == (2_953, "-2.05%")
    assert found.worst == pytest.approx(report["max_drawdown"], rel=1e-12)
    assert table["equity"].iloc[-1] == report["final_equity"]


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=20), st.sampled_from(["equity", "runs"]))
def test_every_frame_has_one_sign(told: list[float], name: str) -> None:
    """Whatever sign an origin uses, the frame tells the same loss as 0 or below."""
    found = shaped(name, [{"drawdown_ratio": each} for each in told])["drawdown_ratio"]
    assert found.tolist() == [-abs(each) for each in told]


def test_no_series_no_drawdown() -> None:
    """Nothing is given for no frame, no rows, and an account that never had money."""
    assert drawdowns({}) == ()
    assert drawdowns(series()) == ()
    assert drawdowns(series(0.0, 0.0)) == ()


@given(st.lists(st.floats(1, 1e9), min_size=1, max_size=40))
def test_it_is_never_above_zero_and_agrees_with_a_recount(values: list[float]) -> None:
    """For any series: each point against the highest up to it, in [−1, 0]."""
    found = with_drawdown(series(*values))["drawdown_ratio"].tolist()
    expected = [value / max(values[: n + 1]) - 1 for n, value in enumerate(values)]
    assert found == pytest.approx(expected)
    assert all(-1 <= ratio <= 0 for ratio in found)


def test_the_real_backtest(realdata: Path) -> None:
    """The NAV series of 1,257 days: its deepest drawdown as a plain loop finds it."""
    table = pd.read_csv(realdata / "stock_trader/backtest/nav_series.csv")
    frame = series(*table["nav"])
    peak, worst = 0.0, 0.0
    for nav in table["nav"]:
        peak = max(peak, nav)
        worst = min(worst, nav / peak - 1)
    (found,) = drawdowns(frame)
    assert found.n == 1_257
    assert found.worst == pytest.approx(worst, rel=1e-12)
    assert found.worst < -0.05
