"""Rows that tell the same again and again become one, which says how often and until when."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

SAME: Final = "@same"
"""A row function puts here what a row tells; a row without it is never put together with others."""
TIMES: Final = "told_total"
UNTIL: Final = "ts_last_told"

_VOICE: Final = ("source", "account_id", "kind", "symbol", "venue")

Row = dict[str, Any]


def collapsed(rows: Iterable[Row]) -> list[Row]:
    """Put neighbors that tell the same together; the order is that in which each was told last.

    Neighbors are what one voice says of one symbol: of two positions that are spoken of in turn,
    each has its own. A row that is no chatter (an order, a trade) ends what was said of its symbol,
    so that nothing is told across it.

    Args:
        rows: dicts of a frame, in the order in which they were told.

    Returns:
        The rows, each with `told_total` and, where it has a time at all, `ts_last_told`; all else
        of a row that was told more than once is as it was told first.
    """
    told: dict[int, Row] = {}
    newest: dict[tuple[Any, ...], int] = {}
    for place, row in enumerate(rows):
        voice = tuple(row.get(name) for name in _VOICE)
        first = told.get(newest.get(voice, -1))
        if SAME not in row:
            _end(newest, row)
        elif first is not None and first[SAME] == row[SAME]:
            first[TIMES] += 1
            first[UNTIL] = row.get("ts_event", first[UNTIL])
            told[newest[voice]] = told.pop(newest[voice])
            continue
        else:
            newest[voice] = place
        told[place] = {**row, TIMES: 1, UNTIL: row.get("ts_event")}
    return list(told.values())


def _end(newest: dict[tuple[Any, ...], int], row: Row) -> None:
    """Forget what was said of the symbol of a row."""
    about = [row.get(name) for name in ("source", "account_id", "symbol")]
    if about[-1] is None:
        return
    for voice in [voice for voice in newest if [voice[0], voice[1], voice[3]] == about]:
        del newest[voice]
