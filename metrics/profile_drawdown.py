"""Drawdown of accounts against the loss limits of their capital profile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from metrics.base import metric
from metrics.equity_series import Frames, grouped, only_word, word_of
from metrics.period_drawdown import period_drawdowns
from metrics.pnl import EQUITY, profit_and_loss
from metrics.risk_limits import DAILY_DRAWDOWN, Limit, of_system
from metrics.risk_measures import Owner

LIMITS: Final[Mapping[str, Mapping[str, float]]] = {
    "micro": {"day": -0.005, "week": -0.02},
    "low": {"day": -0.01, "week": -0.035},
    "normal": {"day": -0.02, "week": -0.07},
    "aggressive": {"day": -0.035, "week": -0.12},
}
"""Profile → the worst loss of a day and of a week, as a ratio of equity."""
DEFAULT: Final = "micro"
"""The profile of an account whose strategies name none."""
OTHER_NAMES: Final = {"agg": "aggressive"}
SERIES: Final = ["source", "account_id", "stream", "period"]
COLUMNS: Final = (
    *("profile", "period", "drawdown_ratio", "pnl_ratio", "limit_ratio", "used_ratio"),
    *("breached", "as_of", "n", "stream", "source", "account_id"),
)


@metric(unit="ratio", needs=("states",))
def profile_drawdowns(
    states: Frames,
    *,
    at: pd.Timestamp | None = None,
    timezone: str = "UTC",
    profiles: Mapping[str, str] | None = None,
    limits: Mapping[str, Mapping[str, float]] = LIMITS,
    default: str = DEFAULT,
    own: Mapping[Owner, Mapping[str, Limit]] | None = None,
) -> pd.DataFrame:
    """Give day and week drawdown of each account that has a profile, against its limit.

    An account has the profile that its strategies name, by the same source or by another one; of
    an account that nobody names those of the source count that tells its equity. Where no strategy
    is told of it at all it has the profile that its system gives such an account, if it does.

    Unit: ratios. `used_ratio` = drawdown / limit, 1 where the limit is reached; `breached` says
    whether the period's profit is below the limit, missing where the profit is not known.

    Args:
        states: frames by name: `equity`, and `strategies` which names profiles of accounts.
        at: the moment, UTC; the newest point of a series where it is not given.
        timezone: whose midnight begins the day.
        profiles: account → profile; those that the strategies name where it is not given. An
            account whose strategies name several has none.
        default: the profile of an account whose strategies name none.
        limits: profile → period → limit, below 0.
        own: (source, account) → the limits of its system, as `risk_limits` takes them: that of
            `daily_drawdown` says which profile an account has of which no strategy is told.

    Returns:
        Columns `COLUMNS`, one row an equity series and period that the profile limits.
    """
    named = _profiles(states.get("strategies"), default)
    fallen = period_drawdowns(states, at=at, timezone=timezone)
    gained = profit_and_loss(states, at=at, timezone=timezone)
    gained = gained[gained["basis"] == EQUITY][[*SERIES, "pnl_ratio"]]
    rows = []
    for row in fallen.merge(gained, on=SERIES, how="left").to_dict("records"):
        source, account = word_of(row["source"]), word_of(row["account_id"])
        if profiles is not None:
            word = profiles.get(account or "")
        else:
            word = _named(named, (source, account), own or {})
        word = str(word).casefold()
        profile = OTHER_NAMES.get(word, word)
        limit = limits.get(profile, {}).get(row["period"])
        if limit is None:
            continue
        pnl = row["pnl_ratio"]
        rows.append(
            {
                **row,
                "profile": profile,
                "limit_ratio": limit,
                "used_ratio": row["drawdown_ratio"] / limit,
                "breached": None if pd.isna(pnl) else pnl < limit,
            }
        )
    found = pd.DataFrame(rows, columns=list(COLUMNS))
    return found.astype({"breached": "boolean"})


def _named(
    named: Mapping[Owner, str | None], owner: Owner, own: Mapping[Owner, Mapping[str, Limit]]
) -> str | None:
    """Return the profile of an account; None where several are named, or its system has none."""
    anywhere: Owner = (None, owner[1])
    for known in (owner, anywhere) if owner[1] else (owner,):
        if known in named:
            return named[known]
    rule = (of_system(own, owner) or {}).get(DAILY_DRAWDOWN)
    return None if rule is None else rule.default_profile


def _profiles(
    strategies: pd.DataFrame | None, default: str
) -> dict[tuple[str | None, str | None], str | None]:
    """Return (source, account) → profile, None where several are named; source None: any."""
    if strategies is None or "profile" not in strategies:
        return {}
    if "tier" in strategies:
        # Strategies in tiers are of a system that knows no profiles of capital.
        strategies = strategies[strategies["tier"].isna()]
    found: dict[tuple[str | None, str | None], str | None] = {}
    for (source, account), rows in grouped(strategies):
        is_named = bool(rows["profile"].notna().any())
        word = only_word(rows, "profile") if is_named else default
        found[source, account] = word
        if account is not None:
            found[None, account] = word if found.get((None, account), word) == word else None
    return found
