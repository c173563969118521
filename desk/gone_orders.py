"""Orders that are gone from a list of open ones without a word: over, and how nobody told.

They stay in the frame of their source from the reading on that first missed them, and so in the
journal of its states: what they were at any moment is the same at every look and after a restart.
"""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from desk.joined_orders import EXPIRED, IDS, SAME_MOMENT, apart, rows_of

ORDERS: Final = "orders"
ENDED: Final = frozenset({"filled", "canceled", "rejected", "denied", EXPIRED})
GONE: Final = "gone from the list without a word"
"""The reason of such an order, and how it is known again."""
MOST_GONE: Final = 200
"""As many of a source are kept of those that are over, the last ones."""
LIFE: Final = ("ts_closed", "ts_first_fill", "ts_accepted", "ts_submitted")
NEVER: Final = pd.Timestamp(0, tz="UTC")
CLOCKS_APART: Final = pd.Timedelta(seconds=2)

Row = dict[str, Any]


def with_gone(
    before: pd.DataFrame, listed: pd.DataFrame, is_whole: bool, ts_ns: int
) -> pd.DataFrame:
    """Return the listed orders and those of before that are not among them any more.

    An order that was open and is gone is `expired` where its time was over by then, at that time;
    else it is `unknown`, at the moment of this reading: it may have been canceled or filled, or its
    server forgot it. One that had ended by its origin's own word stays as it was: a log may still
    have it open.

    Args:
        before: the frame `orders` that the source told last.
        listed: what it tells now.
        is_whole: whether that is all it has; if not, what is missing stays as it was.
        ts_ns: now, nanoseconds UTC.
    """
    known = set(_keys(listed))
    missing = [place for place, key in enumerate(_keys(before)) if key not in known]
    if not missing:
        return listed
    by_id: dict[str, list[Row]] = {}
    for row in rows_of(listed):
        by_id.setdefault(_id(row), []).append(row)
    now = pd.Timestamp(ts_ns, unit="ns", tz="UTC")
    kept: list[Row] = []
    over: list[Row] = []
    for row in rows_of(before.iloc[missing]):
        if any(_is_same(row, other) for other in by_id.get(_id(row), ())):
            continue
        if row.get("reason") == GONE or row.get("status") in ENDED:
            over.append(row)
        elif is_whole:
            over.append(_gone(row, now))
        else:
            kept.append(row)
    kept += sorted(over, key=_last_told)[-MOST_GONE:]
    if not kept:
        return listed
    more = pd.DataFrame(kept, columns=listed.columns, dtype="object")
    more = more.astype({name: _plain(dtype) for name, dtype in listed.dtypes.items()})
    return more if listed.empty else pd.concat([listed, more], ignore_index=True)


def _gone(row: Row, now: pd.Timestamp) -> Row:
    """The row of an order from now on."""
    # Their clock and ours differ a little: what is gone at its time is gone because of it.
    if "ts_expires" in row and row["ts_expires"] <= now + CLOCKS_APART:
        return {**row, "status": EXPIRED, "ts_closed": row["ts_expires"], "reason": GONE}
    return {**row, "status": "unknown", "ts_closed": now, "reason": GONE}


def _last_told(row: Row) -> pd.Timestamp:
    """When an order that is over ended, else when it was last heard of."""
    told: list[pd.Timestamp] = [row[name] for name in LIFE if name in row]
    return max(told, default=NEVER)


def _keys(orders: pd.DataFrame) -> list[tuple[Any, ...]]:
    """What tells the rows apart in nearly all cases, in their order."""
    columns = [orders[name].astype("object").tolist() for name in (*IDS, "symbol")]
    sent = orders["ts_submitted"].array.asi8.tolist()
    return [(*map(str, words), ts) for *words, ts in zip(*columns, sent, strict=True)]


def _id(row: Row) -> str:
    """The id that a venue gave an order, else the bot's own."""
    return str(row.get("venue_order_id") or row.get("client_order_id"))


def _is_same(row: Row, other: Row) -> bool:
    """Whether two rows of one id are one order: a server that begins anew gives ids again."""
    symbols = {each["symbol"] for each in (row, other) if "symbol" in each}
    return len(symbols) < 2 and apart(row, other) <= SAME_MOMENT


def _plain(dtype: Any) -> Any:
    return "str" if isinstance(dtype, pd.CategoricalDtype) else dtype
