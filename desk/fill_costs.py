"""What executions cost: fee and liquidity, as far as the lines of the fills tell them.

The ledger does not hold them. They are looked up for the rows that are asked for, and no others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import pandas as pd

from data_sources.dialects.event_frames import frame_of
from data_sources.dialects.frame_rule import COSTS, FILLS
from desk.dialect import dialect_of
from desk.origin import Origin

KINDS: Final = ("order.filled", "order.partially_filled")
LINE: Final = ["source", "raw_generation", "raw_offset"]
"""What names a line of a source."""

Events = Callable[..., pd.DataFrame]


def with_costs(
    fills: pd.DataFrame, origins: Iterable[Origin], events: Events, most: int
) -> pd.DataFrame:
    """Return rows of the frame `fills` with what their own lines tell of fee and liquidity.

    Args:
        fills: rows of the frame; what they tell already stays.
        origins: the sources that they may be from.
        events: gives kept events, as `Keeper.events` does.
        most: events looked at of one source.
    """
    told = [part for origin in origins if (part := _told(fills, origin, events, most)) is not None]
    if not told:
        return fills
    lines = fills[LINE].astype({"source": "str", "raw_generation": "str", "raw_offset": "Int64"})
    costs = pd.concat(told).drop_duplicates(LINE)
    found = lines.merge(costs, on=LINE, how="left").set_axis(fills.index)
    return fills.assign(**{name: fills[name].fillna(found[name]) for name in COSTS})


def _told(fills: pd.DataFrame, origin: Origin, events: Events, most: int) -> pd.DataFrame | None:
    """Return line → costs of one source, None where its dialect tells none."""
    dialect = dialect_of(origin)
    mine = fills.loc[fills["source"] == origin.name, "ts_event"]
    if dialect is None or FILLS not in dialect.frames or mine.empty:
        return None
    of_these = {"since": mine.min(), "until": mine.max(), "limit": most, "equal": {}}
    rows = frame_of(events([origin], kinds=KINDS, **of_these), dialect, FILLS)
    return rows[[*LINE, *COSTS]]
