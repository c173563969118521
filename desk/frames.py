"""The named frames of the desk: what `/api/frames` and exports give, with the agreed columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import pandas as pd

from ledger import Ledger
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

NAMES: Final = ("events", "orders", "fills", *OF_EVENTS, "services")

Events = Callable[..., pd.DataFrame]


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


def fills(ledger: Ledger) -> pd.DataFrame:
    """Return the fills frame, ascending: every execution that is kept row by row."""
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
                "liquidity": words["route"].categorical(table.column("route")[rows]),
                "source": words["source"].categorical(table.column("source")[rows]),
                "account_id": words["account_id"].categorical(table.column("account_id")[rows]),
                "session_id": words["session_id"].categorical(table.column("session_id")[rows]),
                "raw_generation": ledger.generations.categorical(log.column("generation")[known]),
                "raw_offset": log.column("raw_offset")[known].copy(),
            }
        )


def narrowed(
    frame: pd.DataFrame,
    *,
    time: str | Sequence[str],
    limit: int,
    since: pd.Timestamp | None,
    until: pd.Timestamp | None,
    equal: dict[str, str | None],
) -> pd.DataFrame:
    """Return the newest rows that fit; of several times the first one that is known counts."""
    mask = pd.Series(True, index=frame.index)
    names = [time] if isinstance(time, str) else list(time)
    if since is not None or until is not None:
        times = frame[names].bfill(axis=1).iloc[:, 0] if len(names) > 1 else frame[names[0]]
        if since is not None:
            mask &= times >= since
        if until is not None:
            mask &= times <= until
    for name, word in equal.items():
        if word is not None:
            mask &= frame[name] == word if name in frame else False
    return frame[mask].tail(limit).reset_index(drop=True)
