"""What several sources of a desk tell differently of the same account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from desk.origin import Origin
from desk.stream_claims import UNNAMED, Told
from ledger.conflicts import PLACEHOLDER, Trust, disagreements, equity_claims, position_claims

NO_SYSTEM: Final = frozenset({"", "auto", "generic"})
ANSWERED: Final = frozenset({"ok", "degraded"})
"""States of a polled source that tells what is, at least of some of it."""


def across(
    equity: pd.DataFrame,
    positions: pd.DataFrame,
    streams: Told,
    flat: Mapping[tuple[str, str], pd.Timestamp],
    accounts: Mapping[str, str],
) -> pd.DataFrame:
    """Return the frame `disagreements` of equity and positions, told by sources of one account.

    Rows that name no account are of the one that *accounts* gives their source, or are compared
    with nobody.

    Args:
        equity: the frame `equity` of all sources but those whose streams claim theirs each alone.
        positions: the frame `positions`, of all sources that tell the whole at once.
        streams: what streams claim, and all tellers in the order of belief.
        flat: (account, source) → when it said that nothing is open.
        accounts: source → account, as `accounts_of` gives it.

    Returns:
        The frame `disagreements` with `source`, missing where two sources disagree; an account that
        nobody names is missing there.
    """
    claims = [
        *equity_claims(_with_accounts(equity, accounts)),
        *position_claims(_with_accounts(positions, accounts), flat=flat),
        *streams.claims,
    ]
    found = disagreements(claims, Trust({name: n for n, name in enumerate(streams.tellers, 1)}))
    unnamed = found["account_id"].str.startswith(UNNAMED, na=False)
    believed = found["source_a"].map(streams.tellers)
    other = found["source_b"].str.removesuffix(PLACEHOLDER).map(streams.tellers)
    return found.assign(
        account_id=found["account_id"].mask(unnamed),
        source=other.where(found["source_a"].isna() | (believed == other)),
    )


def accounts_of(origins: Sequence[Origin]) -> dict[str, str]:
    """Return source → its account, or what stands for the one account of its system.

    Sources of one system that name no account are held to tell of one that nobody names: its logs,
    its streams, its services and its files. Of two of the same kind each may be another bot's, so
    that sources of that system are left out, as those that speak no system's dialect are. Files
    that are told as different things are not of the same kind.
    """
    silent = [o for o in origins if not o.account_id and o.dialect not in NO_SYSTEM]
    kinds = [(o.dialect, f"{o.kind} {getattr(o.source, 'told_as', '')}") for o in silent]
    several = {dialect for dialect, kind in kinds if kinds.count((dialect, kind)) > 1}
    unnamed = {o.name: UNNAMED + o.dialect for o in silent if o.dialect not in several}
    return {o.name: o.account_id for o in origins if o.account_id} | unnamed


def held(positions: pd.DataFrame, origins: Sequence[Origin], at_ns: int | None) -> pd.DataFrame:
    """Return positions as claims of a moment (None = now): of when each was still said to be open.

    Rows of a file may be of long before, when each position changed last; that it is still open was
    said by whoever wrote the file. Rows without a time are of when their source answered last. Of
    the past it is known which sources answered, and what they
    held then: that is as of the moment, or of the last writing by then of a file, and others are
    left out.
    """
    if at_ns is not None:
        said = {o.name: o.said_at(at_ns) for o in origins if _answered(o, at_ns)}
        known = positions[positions["source"].isin(list(said))]
        as_of = known["source"].astype("object").map(said)
        return known.assign(as_of=pd.to_datetime(as_of, utc=True).dt.as_unit("ns"))
    newest = {origin.name: origin.newest for origin in origins}
    files = [origin.name for origin in origins if origin.is_file]
    own = positions["as_of"].notna() & ~positions["source"].isin(files)
    answered = positions["source"].astype("object").map(newest)
    return positions.assign(as_of=positions["as_of"].where(own, answered))


def flat(
    origins: Sequence[Origin], accounts: Mapping[str, str], at_ns: int | None
) -> dict[tuple[str, str], pd.Timestamp]:
    """Return (account, source) of sources that said at a moment that nothing is open, and when."""
    told = {}
    for origin in origins:
        answered = at_ns is None or _answered(origin, at_ns)
        when = origin.said_at(at_ns) if answered else None
        nothing = len(origin.states.at(at_ns).get("positions", " ")) == 0
        if origin.name in accounts and when is not None and nothing:
            told[accounts[origin.name], origin.name] = when
    return told


def _answered(origin: Origin, at_ns: int) -> bool:
    """Whether a source answered when it was asked last by a moment."""
    return origin.state_at(at_ns)[0] in ANSWERED


def _with_accounts(frame: pd.DataFrame, accounts: Mapping[str, str]) -> pd.DataFrame:
    """The rows whose account is known, or stands for one that nobody names."""
    told = frame["account_id"].astype("object")
    by_source = frame["source"].astype("object").map(accounts)
    account = told.where(told.notna() & (told != ""), by_source)
    return frame.assign(account_id=account)[account.notna()]
