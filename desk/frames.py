"""The named frames of the desk: what `/api/frames` and exports give, with the agreed columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatch
from functools import partial
from typing import Any, Final

import pandas as pd

from data_sources.dialects.dialect import Dialect
from data_sources.dialects.event_frames import frame_of, frames_of
from data_sources.frames import FRAMES, empty
from desk.dialect import dialect_of
from desk.open_positions import (
    POSITIONS,
    SNAPSHOTS_LOOKED_AT,
    newest_positions,
    newest_snapshots,
)
from desk.origin import Origin
from ledger import Ledger
from ledger.order_columns import EFFECT
from ledger.order_frame import times

TRACE: Final = ["source", "account_id", "session_id", "raw_generation", "raw_offset"]

OF_EVENTS: Final[dict[str, tuple[tuple[str, ...], dict[str, str]]]] = {
    "signals": (
        ("signal",),
        {
            "ts_event": "ts_event",
            "symbol": "symbol",
            "side": "side",
            "confidence_ratio": "confidence_ratio",
            "strategy_id": "strategy_id",
        },
    ),
    "decisions": (
        ("risk.decision", "order.denied", "order.skipped"),
        {
            "ts_event": "ts_event",
            "gate": "code",
            "symbol": "symbol",
            "side": "side",
            "decision": "decision",
            "reason": "reason",
        },
    ),
    "errors": (
        ("error",),
        {"ts_event": "ts_event", "kind": "code", "text": "text", "strategy_id": "strategy_id"},
    ),
}
"""Frames that are a choice of events: kinds, and column → column of the events frame."""

EVERYTHING: Final[dict[str, Any]] = {"since": None, "until": None, "equal": {}}
"""A wish without a bound, but for the `limit` that its asker sets."""

NAMES: Final = ("events", *FRAMES)
COLUMNS: Final = {name: {*columns, *TRACE} for name, columns in FRAMES.items()}
"""By which columns the rows of a frame can be chosen at all: equity is of no symbol."""

ORDER_TIMES: Final = ("ts_submitted", "ts_accepted", "ts_first_fill", "ts_closed")
TIMES: Final = ("ts_last_told", "ts_event", "ts_closed", "ts_last_event", "ts_started", "as_of")
"""The time of a row, by which it is chosen and sorted: the first of these columns there is."""
LEAST_RETOLD: Final = 1_000
"""Events looked at, at least, where repeats are one row: else none would know how often."""

MOST_EVENTS: Final = 1_000_000
"""Events looked at for the rows of a frame."""

Events = Callable[..., pd.DataFrame]


def of_events(
    name: str, origin: Origin, kinds_told: Iterable[str], events: Events, wanted: dict[str, Any]
) -> pd.DataFrame | None:
    """Return the rows of a frame that the events of one source tell, or None.

    Its dialect says how; where it does not, some frames are a choice of events in any dialect.

    Args:
        name: of the frame.
        origin: the source.
        kinds_told: all kinds that were ever told, to which wildcards are widened.
        events: gives kept events, as `Keeper.events` does.
        wanted: limit, since, until and equal, as `narrowed` takes them.
    """
    dialect = dialect_of(origin)
    kinds = {} if dialect is None else frames_of(dialect)
    if dialect is not None and name in kinds:
        asked = told_kinds(kinds[name], kinds_told)
        return _told(name, origin, dialect, asked, events, wanted) if asked else None
    return chosen(name, partial(events, [origin]), wanted) if name in OF_EVENTS else None


def told_kinds(patterns: Iterable[str], kinds_told: Iterable[str]) -> list[str]:
    """Return the kinds that were ever told and that any of the patterns means."""
    patterns = list(patterns)
    return [kind for kind in kinds_told if any(fnmatch(kind, one) for one in patterns)]


def _told(
    name: str,
    origin: Origin,
    dialect: Dialect,
    kinds: list[str],
    events: Events,
    wanted: dict[str, Any],
) -> pd.DataFrame:
    """Return the rows that events tell, looking further back where most tell none."""
    if name == POSITIONS:
        # Not by symbol: a list of positions names none, only its rows do.
        every = {
            **wanted,
            "limit": SNAPSHOTS_LOOKED_AT,
            "equal": {**wanted["equal"], "symbol": None},
        }
        snapshots = newest_snapshots(events([origin], kinds=kinds, **every))
        within = [rule.within for rule in dialect.frames[name] if rule.within is not None]
        return newest_positions(
            frame_of(snapshots, dialect, name, with_session=True), min(within, default=None)
        )
    limit = looked_at = wanted["limit"]
    if "told_total" in COLUMNS[name]:
        looked_at = min(max(limit * 8, LEAST_RETOLD), MOST_EVENTS)
    while True:
        found = events([origin], kinds=kinds, **{**wanted, "limit": looked_at})
        rows = frame_of(found, dialect, name, with_session=True)
        if len(rows) >= limit or len(found) < looked_at or looked_at >= MOST_EVENTS:
            # A service is as it was told last.
            same = ["source", "account_id", "name"]
            return rows.drop_duplicates(same, keep="last") if name == "services" else rows
        looked_at *= 8


def chosen(name: str, events: Events, wanted: dict[str, Any]) -> pd.DataFrame:
    """Return one of the frames that are a choice of events.

    A decision is what a gate said: an event that was denied or skipped counts as `block`.
    """
    kinds, columns = OF_EVENTS[name]
    found = events(kinds=kinds, **wanted)
    if found.empty:
        return pd.DataFrame(columns=[*columns, *TRACE])
    frame = pd.DataFrame({column: found[origin] for column, origin in columns.items()})
    if name == "decisions":
        blocked = found["kind"].isin(["order.denied", "order.skipped"])
        frame["decision"] = frame["decision"].astype("str").mask(blocked, "block")
    return frame.join(found[TRACE])


def united(name: str, parts: Iterable[pd.DataFrame | None]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the parts of a frame as one, ascending, and the columns that say when a row was.

    Rows without a time come first: they are not the newest.
    """
    given = [part for part in parts if part is not None]
    filled = [part for part in given if len(part)] or given[:1]
    if not filled:
        return empty(name), ()
    whole = filled[0] if len(filled) == 1 else pd.concat(filled, ignore_index=True)
    columns = ORDER_TIMES if name == "orders" else TIMES
    times = [column for column in columns if column in whole]
    times = times if name == "orders" else times[:1]
    if times:
        heard = whole[times].bfill(axis=1).iloc[:, 0]
        if not heard.is_monotonic_increasing:
            missing_first = heard.array.as_unit("ns").asi8.argsort(kind="stable")
            whole = whole.iloc[missing_first]
    return whole, tuple(times)


def fills(ledger: Ledger) -> pd.DataFrame:
    """Return the fills frame, ascending: every execution that is kept row by row.

    Fee and liquidity are missing: see `fill_costs`.
    """
    with ledger.guard:
        log, table, words = ledger.orders.fills, ledger.orders.table, ledger.groups.codes
        rows = log.column("row").copy()
        known = rows >= 0
        rows = rows[known]
        ids = rows.tolist()
        return pd.DataFrame(
            {
                "ts_event": times(log.column("ts")[known].copy()),
                "client_order_id": pd.array(
                    [table.client_order_ids[row] for row in ids], dtype="str"
                ),
                "venue_order_id": pd.array(
                    [table.venue_order_ids[row] for row in ids], dtype="str"
                ),
                "symbol": words["symbol"].categorical(table.column("symbol")[rows]),
                "side": words["side"].categorical(table.column("side")[rows]),
                "quantity": log.column("quantity")[known].copy(),
                "price": log.column("price")[known].copy(),
                "fee": float("nan"),
                "liquidity": pd.array([None] * len(ids), dtype="str"),
                "source": words["source"].categorical(table.column("source")[rows]),
                "account_id": words["account_id"].categorical(table.column("account_id")[rows]),
                "session_id": words["session_id"].categorical(table.column("session_id")[rows]),
                "position_effect": EFFECT.categorical(table.column("position_effect")[rows]),
                "raw_generation": ledger.generations.categorical(log.column("generation")[known]),
                "raw_offset": log.column("raw_offset")[known].copy(),
            }
        )


def narrowed(
    frame: pd.DataFrame,
    times: Sequence[str] = (),
    *,
    limit: int,
    since: pd.Timestamp | None,
    until: pd.Timestamp | None,
    equal: dict[str, str | None],
) -> pd.DataFrame:
    """Return the newest rows that fit; of several times the first one that is known counts."""
    mask = pd.Series(True, index=frame.index)
    if len(frame) and times and (since is not None or until is not None):
        heard = frame[list(times)].bfill(axis=1).iloc[:, 0]
        if since is not None:
            mask &= heard >= since
        if until is not None:
            mask &= heard <= until
    for name, word in equal.items():
        if word is not None:
            mask &= frame[name] == word if name in frame else False
    return frame[mask].tail(limit).reset_index(drop=True)
