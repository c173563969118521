"""What several sources of a desk tell differently of the same account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from desk.origin import Origin
from ledger.conflicts import Trust, disagreements, equity_claims, position_claims

UNNAMED: Final = "\0"
"""Begins what stands for the one account of a system whose sources name none."""
NO_SYSTEM: Final = frozenset({"", "auto", "generic"})


def across(
    equity: pd.DataFrame,
    positions: pd.DataFrame,
    names: Sequence[str],
    flat: Mapping[tuple[str, str], pd.Timestamp],
    accounts: Mapping[str, str],
) -> pd.DataFrame:
    """Return the frame `disagreements` of equity and positions, told by sources of one account.

    Rows that name no account are of the one that *accounts* gives their source, or are compared
    with nobody. The source that stands first in the configuration is believed first.

    Args:
        equity: the frame `equity`, of all sources.
        positions: the frame `positions`, of all sources that tell the whole at once.
        names: of the sources, in the order of the configuration.
        flat: (account, source) → when it said that nothing is open.
        accounts: source → account, as `accounts_of` gives it.

    Returns:
        The frame `disagreements`; an account that nobody names is missing there.
    """
    claims = [
        *equity_claims(_with_accounts(equity, accounts)),
        *position_claims(_with_accounts(positions, accounts), flat=flat),
    ]
    found = disagreements(claims, Trust({name: place for place, name in enumerate(names, 1)}))
    unnamed = found["account_id"].str.startswith(UNNAMED, na=False)
    return found.assign(account_id=found["account_id"].mask(unnamed))


def accounts_of(origins: Sequence[Origin]) -> dict[str, str]:
    """Return source → its account, or what stands for the one account of its system.

    Sources of one system that name no account are held to tell of one that nobody names: its logs,
    its streams and its services. Of two of the same kind each may be another bot's, so that
    sources of that system are left out, as those that speak no system's dialect are.
    """
    silent = [o for o in origins if not o.account_id and o.dialect not in NO_SYSTEM]
    kinds = [(o.dialect, o.kind) for o in silent]
    several = {dialect for dialect, kind in kinds if kinds.count((dialect, kind)) > 1}
    unnamed = {o.name: UNNAMED + o.dialect for o in silent if o.dialect not in several}
    return {o.name: o.account_id for o in origins if o.account_id} | unnamed


def _with_accounts(frame: pd.DataFrame, accounts: Mapping[str, str]) -> pd.DataFrame:
    """The rows whose account is known, or stands for one that nobody names."""
    told = frame["account_id"].astype("object")
    by_source = frame["source"].astype("object").map(accounts)
    account = told.where(told.notna() & (told != ""), by_source)
    return frame.assign(account_id=account)[account.notna()]
