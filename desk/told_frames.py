"""Frames of the whole desk: what polled sources tell, and what orders and events tell."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from data_sources.frames import empty
from desk import frames
from desk.disagreements import accounts_of, across, flat, held
from desk.failovers import FAILOVERS, failovers
from desk.fill_costs import with_costs
from desk.joined_orders import joined_orders
from desk.keeper import Keeper
from desk.lazy_frames import LazyFrames
from desk.listed_ends import listed_ends
from desk.operator_actions import ALERTS, with_actions
from desk.origin import Origin
from desk.paired_trades import TRADES, paired_trades
from desk.stream_claims import stream_claims
from desk.trades_told_twice import told_once
from ledger import Ledger, View
from ledger.order_columns import OrderColumns

CLAIMS_LOOKED_AT: Final = 10_000
HELD: Final = frozenset({"as_of", "ts_last_event", "ts_started"})
"""Times of rows that say what is held or goes on, not what happened."""


class ToldFrames:
    """Unites the frames of all origins.

    Args:
        origins: of the desk.
        ledger: what events were folded into.
        keeper: gives events back.
        states: gives the frames of polled origins as they are, or as they were at a moment (ns).
        view: gives the whole picture of now.
        now_ns: the wall clock.
    """

    def __init__(
        self,
        origins: Sequence[Origin],
        ledger: Ledger,
        keeper: Keeper,
        *,
        states: Callable[[int | None], dict[str, pd.DataFrame]],
        view: Callable[[], View],
        now_ns: Callable[[], int],
    ) -> None:
        self._origins, self._ledger, self._keeper = origins, ledger, keeper
        self._states, self._view, self._now_ns = states, view, now_ns

    def frame(
        self, name: str, wanted: dict[str, Any], streams: Collection[str] | None = None
    ) -> pd.DataFrame:
        """Return the newest rows of a frame that fit (`limit`, `since`, `until`, `equal`).

        Of what polled sources hold, such as positions, `until` asks for what they held then.

        Args:
            name: of the frame.
            wanted: what fits.
            streams: the only sources whose events can tell such rows; all where None.
        """
        # An order's status is as of now in both ways of telling it; `until` chooses among orders.
        at_ns = None if name == "orders" else self._past_ns(wanted["until"])
        states = self._states(at_ns)
        found = list(self._told(name, wanted, states, at_ns, streams))
        whole, times = self._united(name, found, states, wanted["until"])
        if HELD.intersection(times):
            # It held then, also where the clock of its origin is ahead or no time is told.
            wanted = {**wanted, "until": None}
        rows = frames.narrowed(whole, times, **wanted)
        if name == "fills":
            return with_costs(rows, self._origins, self._keeper.events, frames.MOST_EVENTS)
        return rows

    def _united(
        self,
        name: str,
        parts: list[pd.DataFrame | None],
        states: Mapping[str, pd.DataFrame],
        until: pd.Timestamp | None,
    ) -> tuple[pd.DataFrame, tuple[str, ...]]:
        whole, times = frames.united(name, parts)
        if name == TRADES:
            whole = told_once(whole, self._origins)
        elif name == ALERTS:
            at = pd.Timestamp(self._now_ns(), unit="ns", tz="UTC") if until is None else until
            whole = with_actions(whole, states, self._origins, at)
        return whole, times

    def _past_ns(self, until: pd.Timestamp | None) -> int | None:
        """Return a moment that is over as ns; one that is still to come is as now."""
        return None if until is None or until.value >= self._now_ns() else int(until.value)

    def _told(
        self,
        name: str,
        wanted: dict[str, Any],
        states: Mapping[str, pd.DataFrame],
        at_ns: int | None,
        streams: Collection[str] | None = None,
    ) -> Iterator[pd.DataFrame | None]:
        """Yield the rows of a frame: what polled sources tell, and what orders and events tell."""
        polled = states.get(name)
        kinds = self._ledger.groups.codes["what"].words
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
        elif name == FAILOVERS:
            yield failovers(each.states.exchanges for each in self._origins if each.is_state)
        elif name == "disagreements":
            yield self._disagreements(states, kinds, wanted["until"], at_ns)
        for origin in self._origins:
            if not origin.is_state and (streams is None or origin.name in streams):
                yield frames.of_events(name, origin, kinds, self._keeper.events, wanted)

    def at(
        self,
        states: Mapping[str, pd.DataFrame],
        until: pd.Timestamp,
        equal: dict[str, str | None],
        *,
        live: bool,
    ) -> LazyFrames:
        """Return the whole frames of a picture: its states, and what was told up to its moment."""
        at_ns = None if live else self._past_ns(until)

        def read(name: str) -> pd.DataFrame:
            mine = {key: word for key, word in equal.items() if key in frames.COLUMNS[name]}
            wanted: dict[str, Any] = {"limit": frames.MOST_EVENTS, "since": None, "equal": mine}
            found = list(self._told(name, {**wanted, "until": until}, states, at_ns))
            whole, _ = self._united(name, found, states, until)
            return frames.narrowed(whole, until=None, **wanted)

        return LazyFrames(read)

    def _disagreements(
        self,
        states: Mapping[str, pd.DataFrame],
        kinds: Sequence[str],
        until: pd.Timestamp | None,
        at_ns: int | None,
    ) -> pd.DataFrame:
        """Return where sources, and streams of one source, tell different things of an account.

        Of positions only those of polled states: a stream's rows are of different moments.
        """
        origins, events = self._origins, self._keeper.events
        accounts = accounts_of(origins)
        streams = stream_claims(origins, accounts, kinds, events, until)
        upto = {**frames.EVERYTHING, "until": until, "limit": CLAIMS_LOOKED_AT}
        # Streams that claim their equity each by itself need no reading of all its points.
        logs = [
            origin for origin in origins if not origin.is_state and origin.name in streams.tellers
        ]
        told = [frames.of_events("equity", origin, kinds, events, upto) for origin in logs]
        equity, times = frames.united("equity", [states.get("equity"), *told])
        positions = held(states.get("positions", empty("positions")), origins, at_ns)
        return across(
            frames.narrowed(equity, times, **upto),
            positions,
            streams,
            flat(origins, accounts, at_ns),
            accounts,
        )

    def _orders(self, listed: pd.DataFrame | None) -> list[pd.DataFrame | None]:
        """Return the orders that sources list and those that logs tell, each order once."""
        view = self._view()
        if listed is None or listed.empty:
            return [view.orders]
        return list(joined_orders(listed, view.orders, self._systems(), view.at))

    def listed_ends(
        self, states: Mapping[str, pd.DataFrame]
    ) -> Callable[[OrderColumns], npt.NDArray[np.bool_]] | None:
        """Return what tells which open orders have ended by the lists of a picture's states."""
        listed = states.get("orders")
        if listed is None or listed.empty:
            return None
        return partial(listed_ends, listed=listed, systems=self._systems())

    def _systems(self) -> dict[str, str]:
        """Return source → system; its lists speak a dialect of their own."""
        return {origin.name: origin.dialect.removesuffix("_rest") for origin in self._origins}
