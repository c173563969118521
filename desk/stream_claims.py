"""What the streams of sources claim of their accounts, each stream by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import pandas as pd

from data_sources.dialects.event_claims import claims_of
from desk.dialect import dialect_of
from desk.frames import EVERYTHING, Events, told_kinds
from desk.origin import Origin
from ledger.conflicts import POSITIONS, Claim

UNNAMED: Final = "\0"
"""Begins what stands for an account that nobody names."""
LOOKED_AT: Final = 10_000
"""A stream that is in none of so many newest entries says nothing about now."""


class Told(NamedTuple):
    """What was claimed, and by whom.

    claims   the newest of each teller
    tellers  who tells of accounts → the source it belongs to, in the order of belief: a source's
             own name, or in its place those of its streams
    """

    claims: list[Claim]
    tellers: dict[str, str]


def stream_claims(
    origins: Sequence[Origin],
    accounts: Mapping[str, str],
    kinds_told: Iterable[str],
    events: Events,
    until: pd.Timestamp | None,
) -> Told:
    """Return what the events of sources claim up to a moment, where their dialects say how.

    The source that stands first in the configuration is believed first; of the streams of one
    source the one that its dialect ranks first.

    Args:
        origins: the sources, in the order of the configuration.
        accounts: source → its account; streams of a source that is missing there are held against
            each other alone.
        kinds_told: all kinds that were ever told.
        events: gives kept events, as `Keeper.events` does.
        until: the moment; None for now.
    """
    told = Told([], {})
    kinds_told = list(kinds_told)
    for origin in origins:
        dialect = None if origin.is_state else dialect_of(origin)
        if dialect is None or not dialect.claims:
            told.tellers[origin.name] = origin.name
            continue
        patterns = [kind for rule in dialect.claims for kind in rule.kinds]
        kinds = told_kinds(patterns, kinds_told)
        wanted: dict[str, Any] = {**EVERYTHING, "until": until, "limit": LOOKED_AT, "kinds": kinds}
        for each in claims_of(events([origin], **wanted), dialect) if kinds else ():
            teller = f"{origin.name} {each.teller}"
            told.tellers[teller] = origin.name
            account = each.account_id or accounts.get(origin.name, own_account(origin.name))
            bare = each.what == POSITIONS
            told.claims.append(Claim(each.what, account, teller, each.value, each.as_of, bare))
    return told


def own_account(source: str) -> str:
    """Return what stands for the account of a source that is compared with no other one."""
    return f"{UNNAMED}source {source}"
