"""One order, one row: what a bot's log tells of it and what a venue's list tells of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pandas as pd

from ledger.order_frame import OPEN_STATUSES

IDS: Final = ("client_order_id", "venue_order_id")
SAME_MOMENT: Final = pd.Timedelta(minutes=5)
"""Ids begin anew with some servers: orders of one id that were sent further apart are two."""
OF_THE_LOG: Final = (
    *("client_order_id", "strategy_id", "route", "reason", "ts_submitted", "order_ack_seconds"),
    *("first_fill_seconds", "source", "account_id", "session_id", "raw_generation", "raw_offset"),
)
"""Columns in which the bot's own word counts first, whoever knows the status."""
EXPIRED: Final = "expired"
NOT_TOLD: Final = (*OPEN_STATUSES, EXPIRED, "unknown", None)
"""Status of a row that tells no end: it is open, or somebody only reckoned that it is over."""


def joined_orders(
    listed: pd.DataFrame, logged: pd.DataFrame, systems: Mapping[str, str], now: pd.Timestamp
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the listed orders and the logged ones, each order in one of them alone.

    Two rows are one order where they share an id and do not contradict each other in symbol or
    moment, within one account; where one of them names no account, within one system. The list has
    the last word about the status, unless the log told an end that the list does not know yet; an
    order that still stands there when its time is over has expired.

    Args:
        listed: the frame `orders` of polled sources.
        logged: the frame `orders` of the ledger.
        systems: source → system.
        now: when that is looked at, UTC.

    Returns:
        The listed rows, those that are logged too with the columns of both, and what is left of
        the logged ones.
    """
    places = _places(listed, logged)
    # All at once: a frame of one row costs as much as one of a thousand.
    wanted = sorted({place for found in places.values() for place in found})
    told = dict(zip(wanted, rows_of(logged.iloc[wanted]), strict=True))
    rows: list[dict[str, Any]] = []
    taken: set[int] = set()
    for venue in rows_of(listed):
        if venue.get("status") in OPEN_STATUSES and _is_over(venue, now):
            venue = {**venue, "status": EXPIRED, "ts_closed": venue["ts_expires"]}
        ids = {venue[name] for name in IDS if name in venue}
        near = {place for name in ids for place in places.get(name, ())} - taken
        same = [place for place in near if is_same(venue, told[place], systems)]
        if not same:
            rows.append(venue)
            continue
        best = min(same, key=lambda place: (apart(venue, told[place]), place))
        taken.add(best)
        rows.append(_merged(venue, told[best]))
    columns = [*listed.columns, *(name for name in logged.columns if name not in listed)]
    whole = pd.DataFrame(rows, columns=columns, dtype="object")
    for name in columns:
        dtype = (listed if name in listed else logged)[name].dtype
        plain = "str" if isinstance(dtype, pd.CategoricalDtype) else dtype
        whole[name] = whole[name].astype("float64" if plain == "int64" else plain)
    left = [place for place in range(len(logged)) if place not in taken]
    return whole, logged.iloc[left]


def rows_of(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield rows as dicts without what is missing."""
    for row in frame.astype("object").to_dict("records"):
        yield {str(name): value for name, value in row.items() if not pd.isna(value)}


def _places(listed: pd.DataFrame, logged: pd.DataFrame) -> dict[str, list[int]]:
    """Return listed id → the logged rows that bear it; a log tells many more than a list."""
    wanted = {one for name in IDS for one in listed[name].dropna()}
    found: defaultdict[str, list[int]] = defaultdict(list)
    for name in IDS:
        ids = logged[name]
        for place in ids.isin(wanted).to_numpy().nonzero()[0].tolist():
            found[str(ids.iloc[place])].append(place)
    return found


def _is_over(order: dict[str, Any], now: pd.Timestamp) -> bool:
    return "ts_expires" in order and bool(order["ts_expires"] <= now)


def is_same(venue: dict[str, Any], log: dict[str, Any], systems: Mapping[str, str]) -> bool:
    """Whether two rows of one id are one order."""
    if venue.get("account_id") and log.get("account_id"):
        owned = venue["account_id"] == log["account_id"]
    else:
        system = systems.get(venue.get("source", ""))
        owned = bool(system) and system == systems.get(log.get("source", ""))
    symbols = {row["symbol"] for row in (venue, log) if "symbol" in row}
    return owned and len(symbols) < 2 and apart(venue, log) <= SAME_MOMENT


def apart(venue: dict[str, Any], log: dict[str, Any]) -> pd.Timedelta:
    """Return how far apart two rows of orders were sent; 0 where one does not say."""
    if "ts_submitted" not in venue or "ts_submitted" not in log:
        return pd.Timedelta(0)
    return pd.Timedelta(abs(venue["ts_submitted"] - log["ts_submitted"]))


def _merged(venue: dict[str, Any], log: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of both; an expiry that the ledger only reckoned is no end it was told."""
    known = log.get("status") not in NOT_TOLD and venue.get("status") in NOT_TOLD
    first, second = (log, venue) if known else (venue, log)
    both = {**second, **first}
    if not known and venue.get("status") in OPEN_STATUSES:
        both.pop("ts_closed", None)
    return {**both, **{name: log[name] for name in OF_THE_LOG if name in log}}
