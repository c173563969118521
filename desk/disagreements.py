"""What several sources of a desk tell differently of the same account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from ledger.conflicts import Trust, disagreements, equity_claims, position_claims


def across(
    equity: pd.DataFrame,
    positions: pd.DataFrame,
    names: Sequence[str],
    flat: Mapping[tuple[str, str], pd.Timestamp],
) -> pd.DataFrame:
    """Return the frame `disagreements` of equity and positions, told by sources of one account.

    Sources that name no account are compared with nobody: they may be of different accounts. The
    source that stands first in the configuration is believed first.

    Args:
        equity: the frame `equity`, of all sources.
        positions: the frame `positions`, of all sources that tell the whole at once.
        names: of the sources, in the order of the configuration.
        flat: (account, source) → when it said that nothing is open.
    """
    claims = [
        *equity_claims(equity[equity["account_id"].fillna("") != ""]),
        *position_claims(positions[positions["account_id"].fillna("") != ""], flat=flat),
    ]
    return disagreements(claims, Trust({name: place for place, name in enumerate(names, 1)}))
