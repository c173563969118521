"""Closed trades of sources that tell executions but no trades: paired first in, first out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import pandas as pd

from data_sources.dialects.event_frames import frames_of
from desk.dialect import dialect_of
from desk.frames import EVERYTHING
from desk.origin import Origin
from ledger.codes import SOURCE, WHAT, Groups
from ledger.round_trips import COLUMNS, round_trips

TRADES: Final = "trades"
ASSUMED: Final = "telemetry.trade_assumed"
"""What a bot takes for executed when it sends an order; the only word on trades that it has."""

_ALL: Final[dict[str, Any]] = {**EVERYTHING, "limit": 1_000_000}
"""A sale may close what was bought long before the rows that are asked for."""

_COLUMNS: Final = (
    *("ts_event", "symbol", "side", "quantity", "price", "position_effect", "currency"),
    *("strategy_id", "source", "account_id", "session_id", "raw_generation", "raw_offset"),
)


def paired_trades(
    origins: Sequence[Origin],
    fills: pd.DataFrame,
    groups: Groups,
    events: Callable[..., pd.DataFrame],
    told: pd.DataFrame | None,
) -> pd.DataFrame:
    """Return the round trips of streams that tell no trades of their own, by all their history.

    What fills tell counts before what a bot assumes: an account whose trades or fills another
    source tells is left out of the assumed ones, so that nothing is counted twice.

    Args:
        origins: of the desk.
        fills: the fills frame.
        groups: of the ledger: who told of a closed trade.
        events: gives kept events, as `Keeper.events` does.
        told: the trades that polled sources tell, or None.

    Returns:
        Columns and dtypes of `ledger.round_trips.COLUMNS`, in the order they closed.
    """
    own = _tellers(groups) | (set() if told is None else set(told["source"].dropna()))
    silent = [each for each in origins if not each.is_state and not _has_trades(each, own)]
    names = {origin.name for origin in silent}
    executed = fills[fills["source"].isin(names)]
    parts = [
        round_trips(_executions(rows)).trades
        for _, rows in executed.groupby("source", observed=True)
    ]
    assumed = events(silent, kinds=[ASSUMED], **_ALL) if silent else fills[:0]
    if len(assumed):
        known = set(fills["account_id"].dropna())
        known |= set() if told is None else set(told["account_id"].dropna())
        parts.append(round_trips(_executions(assumed[~assumed["account_id"].isin(known)])).trades)
    filled = [part for part in parts if len(part)]
    if not filled:
        return round_trips(pd.DataFrame()).trades
    whole = pd.concat(filled, ignore_index=True)
    return whole.sort_values("ts_closed", kind="stable", ignore_index=True)[list(COLUMNS)]


def _tellers(groups: Groups) -> set[str]:
    """Return the sources that told of a closed trade, whatever dialect they speak."""
    sources, closed = groups.codes["source"], groups.codes["what"].find("trade.closed")
    told = {row[SOURCE] for row in groups.rows if row[WHAT] == closed}
    return {word for word in map(sources.word, told) if word is not None}


def _has_trades(origin: Origin, own: set[str]) -> bool:
    dialect = dialect_of(origin)
    return origin.name in own or (dialect is not None and TRADES in frames_of(dialect))


def _executions(rows: pd.DataFrame) -> pd.DataFrame:
    """Return executions of one source, with what they open and close where that is told at all."""
    found = rows[[name for name in _COLUMNS if name in rows]]
    # Without a word an order counts as opening: only a source that closes knows what it opens.
    if "position_effect" in found and not (found["position_effect"] == "close").any():
        found = found.drop(columns="position_effect")
    return found
