"""Frames of the whole desk: what polled sources tell, and what orders and events tell."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from data_sources.frames import empty
from desk import frames
from desk.disagreements import accounts_of, across
from desk.fill_costs import with_costs
from desk.joined_orders import joined_orders
from desk.keeper import Keeper
from desk.lazy_frames import LazyFrames
from desk.origin import Origin
from desk.paired_trades import TRADES, paired_trades
from ledger import Ledger, View

CLAIMS_LOOKED_AT: Final = 10_000


class ToldFrames:
    """Unites the frames of all origins.

    Args:
        origins: of the desk.
        ledger: what events were folded into.
        keeper: gives events back.
        states: gives the frames of polled origins as they are.
        view: gives the whole picture of now.
    """

    def __init__(
        self,
        origins: Sequence[Origin],
        ledger: Ledger,
        keeper: Keeper,
        *,
        states: Callable[[], dict[str, pd.DataFrame]],
        view: Callable[[], View],
    ) -> None:
        self._origins, self._ledger, self._keeper = origins, ledger, keeper
        self._states, self._view = states, view

    def frame(
        self, name: str, wanted: dict[str, Any], streams: Collection[str] | None = None
    ) -> pd.DataFrame:
        """Return the newest rows of a frame that fit (`limit`, `since`, `until`, `equal`).

        Args:
            name: of the frame.
            wanted: what fits.
            streams: the only sources whose events can tell such rows; all where None.
        """
        found = list(self._told(name, wanted, self._states().get(name), streams))
        rows = frames.narrowed(*frames.united(name, found), **wanted)
        if name == "fills":
            return with_costs(rows, self._origins, self._keeper.events, frames.MOST_EVENTS)
        return rows

    def _told(
        self,
        name: str,
        wanted: dict[str, Any],
        polled: pd.DataFrame | None,
        streams: Collection[str] | None = None,
    ) -> Iterator[pd.DataFrame | None]:
        """Yield the rows of a frame: what polled sources tell, and what orders and events tell."""
        if name == "orders":
            yield from self._orders(polled)  # those listed are among them
        else:
            yield polled
        if name == "fills":
            yield frames.fills(self._ledger)
        elif name == TRADES:
            filled, groups = frames.fills(self._ledger), self._ledger.groups
            trades = paired_trades(self._origins, filled, groups, self._keeper.events, polled)
            yield frames.narrowed(trades, ("ts_closed",), **wanted)
        elif name == "disagreements":
            equity = self.frame("equity", {**frames.EVERYTHING, "limit": CLAIMS_LOOKED_AT})
            # Only of polled states: a stream's rows are of different moments.
            positions = self._states().get("positions", empty("positions"))
            names = [origin.name for origin in self._origins]
            accounts = accounts_of(self._origins)
            yield across(equity, positions, names, self._flat(accounts), accounts)
        kinds = self._ledger.groups.codes["what"].words
        for origin in self._origins:
            if not origin.is_state and (streams is None or origin.name in streams):
                yield frames.of_events(name, origin, kinds, self._keeper.events, wanted)

    def at(
        self, states: Mapping[str, pd.DataFrame], until: pd.Timestamp, equal: dict[str, str | None]
    ) -> LazyFrames:
        """Return the whole frames of a picture: its states, and what was told up to its moment."""

        def read(name: str) -> pd.DataFrame:
            mine = {key: word for key, word in equal.items() if key in frames.COLUMNS[name]}
            wanted: dict[str, Any] = {"limit": frames.MOST_EVENTS, "since": None, "equal": mine}
            polled = states.get(name)
            found = list(self._told(name, {**wanted, "until": until}, polled))
            whole, _ = frames.united(name, found)
            return frames.narrowed(whole, until=None, **wanted)

        return LazyFrames(read)

    def _orders(self, listed: pd.DataFrame | None) -> list[pd.DataFrame | None]:
        """Return the orders that sources list and those that logs tell, each order once."""
        view = self._view()
        if listed is None or listed.empty:
            return [view.orders]
        systems = {origin.name: origin.dialect.removesuffix("_rest") for origin in self._origins}
        return list(joined_orders(listed, view.orders, systems, view.at))

    def _flat(self, accounts: Mapping[str, str]) -> dict[tuple[str, str], pd.Timestamp]:
        """Return (account, source) of sources that say that nothing is open, and since when."""
        return {
            (accounts[origin.name], origin.name): origin.newest
            for origin in self._origins
            if origin.name in accounts
            and origin.newest is not None
            and len(origin.states.newest.get("positions", " ")) == 0
        }
