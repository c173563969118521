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
"""As many of a source are kept, those that went last."""
CLOCKS_APART: Final = pd.Timedelta(seconds=2)

Row = dict[str, Any]


def with_gone(
    before: pd.DataFrame, listed: pd.DataFrame, is_whole: bool, ts_ns: int
) -> pd.DataFrame:
    """Return the listed orders and those of before that are not among them any more.

    An order that was open and is gone is `expired` where its time was over by then, at that time;
    else it is `unknown`, at the moment of this reading: it may have been canceled or filled, or its
    server forgot it. One that had ended by its origin's own word is let go.

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
    for row in rows_of(before.iloc[missing]):
        if any(_is_same(row, other) for other in by_id.get(_id(row), ())):
            continue
        if row.get("reason") == GONE:
            kept.append(row)
        elif row.get("status") not in ENDED:
            kept.append(_gone(row, now) if is_whole else row)
    if not kept:
        return listed
    kept.sort(key=lambda row: row.get("ts_closed", now))
    more = pd.DataFrame(kept[-MOST_GONE:], columns=listed.columns, dtype="object")
    more = more.astype({name: _plain(dtype) for name, dtype in listed.dtypes.items()})
    return more if listed.empty else pd.concat([listed, more], ignore_index=True)


def _gone(row: Row, now: pd.Timestamp) -> Row:
    """The row of an order from now on."""
    # Their clock and ours differ a little: what is gone at its time is gone because of it.
    if "ts_expires" in row and row["ts_expires"] <= now + CLOCKS_APART:
        return {**row, "status": EXPIRED, "ts_closed": row["ts_expires"], "reason": GONE}
    return {**row, "status": "unknown", "ts_closed": now, "reason": GONE}


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
