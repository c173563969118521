"""What may happen to the positions that are held, and what each of it would cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from metrics.held_correlation import returns_of
from metrics.value_at_risk import LEAST_RETURNS

USUAL_SPREAD_RATIO: Final = 0.0005
"""5 basis points, the usual spread in Quantum Trader's own scenarios."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One thing that may happen within a day, to all that is held at once.

    Each part adds to the loss; a scenario without a part cannot be told by prices alone.

    move_ratio          all prices move so far, up or down
    spread_times        so many times the usual spread, half of which is paid to get out of all
    volatility_times    each price moves against its position by so many standard deviations of
                        its own daily returns
    missing             what a scenario without a part would need
    """

    move_ratio: float = 0.0
    spread_times: float = 0.0
    volatility_times: float = 0.0
    missing: str = ""

    @property
    def is_implemented(self) -> bool:
        """Whether positions can be shocked by it at all."""
        return bool(self.move_ratio or self.spread_times or self.volatility_times)


_RUN: Final = Scenario(missing="it would have to be run against the bot itself")
SCENARIOS: Final[Mapping[str, Scenario]] = {
    "flash_crash": Scenario(move_ratio=-0.20),
    "btc_flash_crash_2021": Scenario(move_ratio=-0.30),
    "mixed_regime_chaos": Scenario(move_ratio=-0.20, spread_times=10),
    "black_swan_combo": Scenario(move_ratio=-0.40, spread_times=15),
    "pump_and_dump": Scenario(move_ratio=1.20),
    "sol_volatility_explosion": Scenario(volatility_times=8),
    "eth_liquidity_collapse": Scenario(missing="no order book is told"),
    "correlation_breakdown": Scenario(missing="it names no move of prices"),
    **dict.fromkeys(("binance_outage", "redis_outage", "signal_flood_30"), _RUN),
    **dict.fromkeys(("model_promotion_mid_trade", "ess_trigger_and_recovery"), _RUN),
    **dict.fromkeys(("federation_v3_sync", "model_failure", "data_corruption"), _RUN),
    "execution_crisis": _RUN,
}
"""Quantum Trader's scenarios by its own names, its registry of tests and its library of crises.

Of a crash that names a drop and a volatility the drop is taken: it is the move of that day. A flash
crash is 10 to 20 % there: the larger one.
"""


def loss_of(
    scenario: Scenario, positions: pd.DataFrame, prices: pd.DataFrame | None
) -> tuple[float | None, str | None]:
    """Return what positions would lose, or None and why nobody knows.

    Unit: money of the prices, below 0 where they would gain. Quantities and prices alone count:
    leverage changes the margin, not the loss.

    Args:
        scenario: one that is implemented.
        positions: with `value`, as `exposure.valued` gives them; no row where nothing is held.
        prices: the frame `prices`, for what is told in standard deviations.
    """
    if positions.empty:
        return 0.0, None
    value = positions["value"]
    if value.isna().any():
        return None, "a position has no quantity or no price"
    gross = float(value.abs().sum())
    loss = -scenario.move_ratio * float(value.sum())
    loss += scenario.spread_times * USUAL_SPREAD_RATIO / 2 * gross
    if scenario.volatility_times:
        against = _one_deviation(positions, prices)
        if against is None:
            return None, f"fewer than {LEAST_RETURNS} daily returns of what is held"
        loss += scenario.volatility_times * against
    return loss, None


def _one_deviation(positions: pd.DataFrame, prices: pd.DataFrame | None) -> float | None:
    """What is lost where each price moves by one standard deviation against its position."""
    symbols = positions["symbol"]
    if symbols.isna().any():
        return None
    names = sorted(set(symbols.astype("str")))
    told = [returns for returns in returns_of(prices, names) if len(returns) >= LEAST_RETURNS]
    if not told:
        return None
    deviations = max(told, key=len).std()
    each = symbols.astype("str").map(deviations).astype("float64")
    lost = float((positions["value"].abs() * each).sum(skipna=False))
    return None if lost != lost else lost
