"""When each source was last heard, up to a moment."""

from __future__ import annotations

from typing import Final

import numpy as np

from ledger.codes import SOURCE, Groups
from ledger.sorted_log import SortedLog

_BLOCK: Final = 1 << 15


def last_heard(events: SortedLog, groups: Groups, at: int) -> dict[str, int]:
    """Return source → the newest time (int64 ns) that it told of, up to a moment.

    A source that told nothing by then is not in it.
    """
    _, high = events.bounds(None, at)
    source_of = groups.table()[:, SOURCE]
    words = groups.codes["source"].words
    last = np.full(len(words), -1)
    # In blocks from the end, until every source was met: mostly that is the first one.
    for stop in range(high, 0, -_BLOCK):
        start = max(0, stop - _BLOCK)
        sources = source_of[events.column("group")[start:stop]]
        named = np.flatnonzero(sources >= 0)
        newest = np.full(len(words), -1)
        newest[sources[named]] = start + named  # of equal indices the last one stays
        last = np.where(last < 0, newest, last)
        if (last >= 0).all():
            break
    ts = events.column("ts")
    return {words[code]: int(ts[last[code]]) for code in np.flatnonzero(last >= 0).tolist()}
