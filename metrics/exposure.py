"""What is held long and short, venue by venue."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from metrics.base import metric
from metrics.equity_series import Frames, equity_series, grouped

COLUMNS: Final = (
    *("venue", "exposure_long", "exposure_short", "exposure_net", "exposure_gross"),
    *("leverage_ratio", "n", "unpriced_total", "as_of", "source", "account_id"),
)
SHORT: Final = ("short", "sell")


@metric(unit="money", needs=("states",))
def exposure(states: Frames) -> pd.DataFrame:
    """Give long, short, net and gross exposure by source, account and venue.

    Where a position names no venue its source stands for it: who tells of no other has one alone.

    Unit: money: Σ quantity × current price, without leverage; short is 0 or below, net = long +
    short, gross = long − short. `leverage_ratio` is gross / newest equity that the same source
    tells of the account. All of them are missing where a position has no quantity or no current
    price (`unpriced_total` counts those): a part of the sum would look like the whole.

    Args:
        states: frames by name: `positions`, and `equity` for the leverage.

    Returns:
        Columns `COLUMNS`; `n` counts positions.
    """
    rows = []
    for (source, account, venue), held in valued(states.get("positions")):
        unpriced = int(held["value"].isna().sum())
        value = held["value"] if not unpriced else pd.Series(float("nan"), held.index)
        long = value.clip(lower=0).sum(skipna=False)
        short = value.clip(upper=0).sum(skipna=False)
        rows.append(
            {
                "venue": venue,
                "exposure_long": long,
                "exposure_short": short,
                "exposure_net": long + short,
                "exposure_gross": long - short,
                "leverage_ratio": leverage_of(long - short, states, source, account),
                "n": len(held),
                "unpriced_total": unpriced,
                "as_of": held["as_of"].max() if "as_of" in held else pd.NaT,
                "source": source,
                "account_id": account,
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def valued(
    positions: pd.DataFrame | None, *by: str
) -> list[tuple[tuple[str | None, ...], pd.DataFrame]]:
    """Return open positions with `value` (short ones below zero) by source, account and venue.

    The source stands for a venue that is not named.

    Args:
        positions: the frame `positions`, or None.
        by: other columns than the venue to tell them apart.
    """
    if positions is None or not {"quantity", "symbol"} <= set(positions.columns):
        return []
    held = positions[~(positions["quantity"] == 0)]
    nothing: Any = pd.Series(None, held.index, "object")
    side = held.get("position_side", nothing).astype("object").astype("str").str.lower()
    size = held["quantity"].where(~side.isin([*SHORT, "long", "buy"]), held["quantity"].abs())
    price = pd.to_numeric(held.get("current_price", nothing))
    value = (size * price).where(~side.isin(SHORT), -size.abs() * price)
    venue = held.get("venue", nothing).astype("object")
    venue = venue.where(venue.notna() & (venue != ""), held.get("source", nothing))
    return list(grouped(held.assign(value=value, venue=venue), *(by or ("venue",))))


def leverage_of(
    gross: float, states: Frames, source: str | None, account: str | None
) -> float | None:
    """Return gross / the newest equity of the account by the same source, None where none is."""
    own = [
        series.points
        for series in equity_series(states)
        if (series.source, series.account_id) == (source, account)
    ]
    if not own:
        return None
    equity = float(max(own, key=lambda points: points.index[-1]).iloc[-1])
    return gross / equity if equity > 0 else None
