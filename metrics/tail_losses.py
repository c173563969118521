"""Value at risk and expected shortfall of a day as rows, one a series, method and confidence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from metrics.base import metric
from metrics.equity_series import EquitySeries, Frames, equity_series
from metrics.value_at_risk import CONFIDENCES, LEAST_RETURNS, AccountTail, values_at_risk

HISTORICAL: Final = "historical"
NORMAL: Final = "normal"
HORIZON: Final = "day"
COLUMNS: Final = (
    *("method", "confidence_ratio", "horizon", "value_at_risk_ratio", "expected_shortfall_ratio"),
    *("value_at_risk", "expected_shortfall", "equity", "currency", "n", "tail_n", "since"),
    *("as_of", "stream", "source", "account_id"),
)


@metric(unit="ratio", needs=("states",))
def tail_losses(
    states: Frames,
    *,
    at: pd.Timestamp | None = None,
    confidences: tuple[float, ...] = CONFIDENCES,
) -> pd.DataFrame:
    """Give what each equity series may lose in a day: historical and delta-normal, 95 and 99 %.

    Unit: ratios of the newest equity and money of it, a loss is positive. Returns are from day to
    day (UTC), see `values_at_risk`. Both are missing below 30 returns, the historical ones also
    where fewer than one return is expected beyond the confidence (99 %: below 100); the normal
    method tells no shortfall.

    Args:
        states: frames by name; `equity` is taken.
        at: the moment, UTC; all that was told where it is not given.
        confidences: as ratios, 0–1.

    Returns:
        Columns `COLUMNS`: `n` counts returns, `tail_n` those at or beyond the value at risk;
        `since` and `as_of` are the first and the last day.
    """
    rows = [row for series in equity_series(states, at) for row in _rows(series, confidences)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rows(series: EquitySeries, confidences: tuple[float, ...]) -> Iterator[dict[str, Any]]:
    points = pd.DataFrame(
        {"ts_event": series.points.index, "equity": series.points.to_numpy(), "source": "series"}
    ).assign(currency=series.currency)
    for tail in values_at_risk(points, confidences=confidences):
        for place, confidence in enumerate(confidences):
            for method in (HISTORICAL, NORMAL):
                yield {
                    **_measured(tail, place, method, confidence),
                    "confidence_ratio": confidence,
                } | ({"currency": series.currency, **series.owner})


def _measured(tail: AccountTail, place: int, method: str, confidence: float) -> dict[str, Any]:
    """One row without its owner; without losses where there are too few returns for them."""
    row: dict[str, Any] = {
        "method": method,
        "horizon": HORIZON,
        "equity": tail.equity,
        "n": tail.returns_n,
        "since": tail.first,
        "as_of": tail.last,
    }
    needed = least_returns(confidence) if method == HISTORICAL else LEAST_RETURNS
    if tail.returns_n < needed:
        return row
    loss = tail.losses[place]
    if method == NORMAL:
        at_risk, shortfall = loss.parametric_ratio, None
    else:
        at_risk, shortfall = loss.value_at_risk_ratio, loss.expected_shortfall_ratio
        row |= {"tail_n": loss.tail_n, "expected_shortfall": tail.in_money(shortfall)}
    ratios = {"value_at_risk_ratio": at_risk, "expected_shortfall_ratio": shortfall}
    return row | ratios | {"value_at_risk": tail.in_money(at_risk)}


def least_returns(confidence_ratio: float) -> int:
    """Return how many returns it takes until one of them is expected beyond a confidence."""
    return max(LEAST_RETURNS, round(1 / (1 - confidence_ratio)))
