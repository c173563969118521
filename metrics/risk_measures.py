"""What an account risks, measured one by one; `risk_limits` holds it against limits."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import pandas as pd

from metrics.equity_series import Frames, word_of
from metrics.exposure import leverage_of
from metrics.tail_losses import HISTORICAL

Owner = tuple[str | None, str | None]
"""Source and account."""
VALUE: Final = "value_at_risk"
SHORTFALL: Final = "expected_shortfall"


class Measured(NamedTuple):
    """A value, what it is of, of when it is, and from how many; the equity that it is a share of.

    value, equity, currency   None where it is not known
    """

    value: float | None = None
    detail: str | None = None
    as_of: Any = pd.NaT
    n: int = 0
    equity: float | None = None
    currency: str | None = None


def leverage(positions: pd.DataFrame | None, states: Frames, owner: Owner) -> Measured:
    """Gross exposure against the equity."""
    if positions is None:
        return Measured()
    gross = float(positions["value"].abs().sum(skipna=False))
    return Measured(leverage_of(gross, states, *owner), None, as_of(positions), len(positions))


def position(positions: pd.DataFrame | None, states: Frames, owner: Owner) -> Measured:
    """The largest symbol against the equity; missing where a position has no value."""
    share = largest(positions, "symbol")
    whole = leverage(positions, states, owner).value
    if share.value is None or whole is None:
        return share._replace(value=None, detail=None)
    return share._replace(value=share.value * whole)


def largest(positions: pd.DataFrame | None, name: str) -> Measured:
    """The share of the largest; missing where a position has no value or no such word."""
    if positions is None or name not in positions:
        return Measured()
    told = as_of(positions), len(positions)
    if positions["value"].isna().any() or positions[name].isna().any():
        return Measured(None, None, *told)
    sums = positions["value"].abs().groupby(positions[name].astype("str")).sum()
    gross = float(sums.sum())
    if not gross:
        return Measured(None, None, *told)
    return Measured(float(sums.max()) / gross, str(sums.idxmax()), *told)


def as_of(positions: pd.DataFrame) -> Any:
    """When the newest of the positions was told."""
    return positions["as_of"].max() if "as_of" in positions else pd.NaT


def tail(tails: pd.DataFrame | None, owner: Owner, confidence_ratio: float, what: str) -> Measured:
    """What a day may lose: of the account's series the one that may lose the most money.

    Args:
        tails: rows as `tail_losses` gives them; None where nobody asks.
        owner: whose.
        confidence_ratio: of which.
        what: `VALUE` or `SHORTFALL`.
    """
    own = [
        row
        for row in ([] if tails is None else tails.to_dict("records"))
        if (word_of(row["source"]), word_of(row["account_id"])) == owner
        and (row["method"], row["confidence_ratio"]) == (HISTORICAL, confidence_ratio)
    ]
    if not own:
        return Measured()
    known = [row for row in own if not pd.isna(row[what])]
    row = max(known, key=lambda row: float(row[what])) if known else own[0]
    return Measured(
        float(row[f"{what}_ratio"]) if known else None,
        word_of(row["stream"]),
        row["as_of"],
        int(row["n"]),
        float(row["equity"]),
        word_of(row["currency"]),
    )
