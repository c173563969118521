"""How long it took from an intent to its order, matched by ids, and how many have no match."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.base import metric
from metrics.equity_series import Frames, grouped
from metrics.latency import percentile_row
from metrics.percentiles import percentiles

INTENT: Final = "intent"
ORDER: Final = "order"
_IDS: Final = ("client_order_id", "intent_id")
"""By what an order finds its intent; the first that both tell."""
_NEEDED: Final = {"ts_event", "stage", *_IDS}
_PERCENTILES: Final = tuple(name for name in percentile_row(percentiles([])) if name != "n")
COLUMNS: Final = (
    *("intents_total", "orders_total", "matched_total", "unmatched_intents_total"),
    *("unmatched_orders_total", "reversed_total", "n"),
    *(f"{name}_seconds" for name in _PERCENTILES),
    *("least_seconds", "most_seconds", "since", "as_of", "source", "account_id"),
)


@metric(unit="seconds", needs=("states",))
def intent_latency(states: Frames, *, at: pd.Timestamp | None = None) -> pd.DataFrame:
    """Give the time from each intent to its first order, and count what found no counterpart.

    Unit: seconds. An order belongs to the intent of its session that tells the same
    `client_order_id`, else the same `intent_id`; never to one of the same symbol alone, which may
    be another's. Lines that tell one id again are the first of them. An order that was told before
    its intent is matched, but its time is a clock's, no latency: it counts in `reversed_total`
    and in no percentile. An intent whose order is still to come is unmatched until then.

    Args:
        states: frames by name; `intents` is taken.
        at: the moment, UTC; all that was told where it is not given.

    Returns:
        Columns `COLUMNS`, one row a source and account: intents = matched + unmatched, `n` times
        are in the percentiles (with their 95 % intervals), `since` and `as_of` are the first and
        the newest line.
    """
    told = states.get("intents")
    if told is None or not set(told.columns) >= _NEEDED:
        return pd.DataFrame(columns=list(COLUMNS))
    told = told if at is None else told[told["ts_event"].isna() | (told["ts_event"] <= at)]
    rows = [_row(own) | _owner(key) for key, own in grouped(told)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _owner(key: tuple[str | None, ...]) -> dict[str, str | None]:
    return {"source": key[0], "account_id": key[1]}


def _row(told: pd.DataFrame) -> dict[str, Any]:
    parts = [_matched(own) for own in _sessions(told)]
    seconds = np.concatenate([part[2] for part in parts])
    intents, orders = (sum(part[place] for part in parts) for place in (0, 1))
    matched = len(seconds)
    unmatched_orders = sum(part[3] for part in parts)
    kept = seconds[seconds >= 0]
    found = percentile_row(percentiles(kept))
    return {
        "intents_total": intents,
        "orders_total": orders,
        "matched_total": matched,
        "unmatched_intents_total": intents - matched,
        "unmatched_orders_total": unmatched_orders,
        "reversed_total": int((seconds < 0).sum()),
        "n": len(kept),
        **{f"{name}_seconds": found[name] for name in _PERCENTILES},
        "least_seconds": float(kept.min()) if len(kept) else None,
        "most_seconds": float(kept.max()) if len(kept) else None,
        "since": told["ts_event"].min(),
        "as_of": told["ts_event"].max(),
    }


def _sessions(told: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Ids may begin anew in each session."""
    if "session_id" not in told:
        yield told
        return
    for _, own in told.groupby("session_id", dropna=False, observed=True):
        yield own


def _matched(told: pd.DataFrame) -> tuple[int, int, NDArray[np.float64], int]:
    """Return intents, orders, the seconds of each matched intent, and orders without an intent."""
    ascending = told.sort_values("ts_event", kind="stable")
    intents = _each_once(ascending[ascending["stage"] == INTENT], "intent_id")
    orders = _each_once(ascending[ascending["stage"] == ORDER], "client_order_id")
    place = pd.Series(np.nan, index=orders.index)
    for name in _IDS:
        known = intents.loc[intents[name].notna(), name].drop_duplicates()
        place = place.fillna(orders[name].map(pd.Series(known.index, index=known.array)))
    first = orders.assign(place=place).dropna(subset=["place"]).drop_duplicates("place")
    began = intents["ts_event"].reindex(first["place"].astype("int64")).reset_index(drop=True)
    took = (first["ts_event"].reset_index(drop=True) - began).dt.total_seconds()
    return len(intents), len(orders), np.asarray(took, dtype=np.float64), int(place.isna().sum())


def _each_once(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """The rows, numbered from 0, without those that tell an id again."""
    again = rows[name].notna() & rows.duplicated(name)
    return rows[~again].reset_index(drop=True)
