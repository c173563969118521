"""Quantum Trader's limits of a day's loss in money, and of the correlation of what is held."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data_sources.frames import shaped
from metrics.held_correlation import held_correlation
from metrics.risk_limits import risk_limits
from tests.metrics.told_account import OWNER, allowed, equity, positions

LIMITS = allowed("quantum_trader")
LOSSES = ["var_95", "var_99", "es_975"]
EQUITY = 100_000.0
"""The vector of the contract: daily returns −0.05 + 0.001 · i, i = 0 … 99, on this equity."""


def told(scale: float = 1.0, days: int = 100, currency: str = "USDT") -> pd.DataFrame:
    """An equity series with these daily returns, times a scale, that ends at 100,000."""
    returns = scale * (-0.05 + 0.001 * np.arange(days))
    values = np.cumprod(np.concatenate([[1.0], 1 + returns]))
    times = pd.date_range("2025-09-01T12:00", periods=days + 1, freq="D")
    points = values * EQUITY / values[-1]
    return equity(dict(zip(times.astype("str"), points, strict=True)), currency=currency)


def losses(frame: pd.DataFrame) -> pd.DataFrame:
    return risk_limits({"equity": frame}, limits=LIMITS).set_index("name").loc[LOSSES]


def test_the_vector_of_the_contract_is_over_all_three() -> None:
    """4,505 of 1,000 and 4,901 of 2,000 a day, above one and a half of each: critical."""
    found = losses(told())
    assert found["value_ratio"][["var_95", "var_99"]].tolist() == pytest.approx([0.04505, 0.04901])
    assert found["limit_ratio"].tolist() == pytest.approx([0.01, 0.02, 0.025])
    assert found["used_ratio"][["var_95", "var_99"]].tolist() == pytest.approx([4.505, 2.4505])
    # The three worst of a hundred days are those beyond 97.5 %.
    assert found["value_ratio"]["es_975"] == pytest.approx(0.049)
    assert found["state"].tolist() == ["critical"] * 3
    assert found["rule"].str.startswith("RiskLimits: ").all()


@pytest.mark.parametrize(
    ("scale", "states"),
    [
        (0.2, ["ok", "ok", "ok"]),  # 901, 980 and 980
        (0.3, ["warning", "ok", "ok"]),  # 1,351.5
        (0.45, ["critical", "warning", "ok"]),  # 2,027, 2,205, 2,205
    ],
)
def test_critical_is_above_one_and_a_half(scale: float, states: list[str]) -> None:
    """A warning above the limit, critical above 1.5 of it."""
    assert losses(told(scale))["state"].tolist() == states


def test_what_the_data_does_not_allow_is_unknown() -> None:
    """Too few days, or money of another kind: no state, and no number where there is none."""
    few = losses(told(days=29))
    assert few["state"].tolist() == ["unknown"] * 3
    assert few["value_ratio"].isna().all()
    some = losses(told(days=50))
    assert some["state"]["var_99"] == "unknown"  # half a return is expected beyond it
    assert some["state"]["var_95"] != "unknown"
    other = losses(told(currency="EUR"))
    assert other["state"].tolist() == ["unknown"] * 3
    assert other["limit_ratio"].isna().all()


def prices(**closes: np.ndarray) -> pd.DataFrame:
    rows = [
        {"symbol": name, "ts_event": day, "close": close}
        for name, values in closes.items()
        for day, close in zip(
            pd.date_range("2026-01-01", periods=len(values), tz="UTC"), values, strict=True
        )
    ]
    return shaped("prices", rows, source="bars")


def test_symbols_that_move_together() -> None:
    """Twice the same series is 1, over 0.80; with its opposite the mean of three pairs is −1/3."""
    walk = 100 + np.cumsum(np.tile([1.0, -0.5, 0.25], 12))
    steps = np.diff(walk) / walk[:-1]
    opposite = 100 * np.cumprod(np.concatenate([[1.0], 1 - steps]))
    bars = prices(X=walk, Y=2 * walk, Z=opposite)
    held = [{"symbol": name, "quantity": 1.0, "current_price": 1.0} for name in "XYZ"]
    frames = {"positions": positions(*held[:2]), "prices": bars}
    row = risk_limits(frames, limits=LIMITS).set_index("name").loc["correlation"]
    assert (row["value_ratio"], row["state"], row["n"]) == (pytest.approx(1.0), "warning", 35)
    assert held_correlation(positions(*held), bars)[0] == pytest.approx(-1 / 3)


def test_a_symbol_without_prices_has_no_correlation() -> None:
    """One symbol, one that nobody prices, or a month that is too short: it is not told."""
    held = positions(*({"symbol": name, "quantity": 1.0} for name in "XY"))
    walk = np.linspace(1, 2, 20)
    for bars in (None, prices(X=walk), prices(X=walk, Y=walk)):
        value, why, _, _ = held_correlation(held, bars)
        assert (value, why) == (None, "too few prices of what is held")
    assert held_correlation(held.head(1), None)[1] == "fewer than two symbols"
    assert OWNER["source"] == held["source"][0]
