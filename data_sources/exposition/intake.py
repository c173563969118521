"""Rises of counters → the event frame, each with its place, and what was set aside."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from data_sources.dialects.dialect import Dialect
from data_sources.exposition.counters import Exposed
from data_sources.exposition.rises import Known
from data_sources.lines.count import count_lines
from data_sources.lines.decode import Decoder
from data_sources.lines.frame import Stretch, event_frame, no_events
from data_sources.lines.raw import escaped
from data_sources.reading import Counts, Quarantined

LINES_KEPT: Final = 10_000
"""Lines of the newest rises that can be looked at again."""


class Intake:
    """Takes what is exposed over: what rose becomes events.

    Args:
        dialect: what the rises mean.
        names: `source`, `system` and `account_id` of the events.
        kept: what `keep()` of an earlier process gave.

    Attributes:
        known: how far each counter had counted.
        counts: totals since the first look.
        newest: when something rose last.

    Raises:
        KeyError, TypeError, ValueError: when *kept* is none of ours.
    """

    def __init__(
        self, dialect: Dialect, names: Mapping[str, Any], kept: Mapping[str, Any] | None = None
    ) -> None:
        self.known = Known.from_json(kept["known"]) if kept else Known()
        kept = kept or {}
        self.counts = Counts(**kept.get("counts", {}))
        newest = kept.get("newest")
        self.newest = None if newest is None else pd.Timestamp(newest)
        self._generation = str(kept.get("generation", f"prometheus-{secrets.token_hex(8)}"))
        self._offset = int(kept.get("offset", 0))
        self._names, self._decoder = dict(names), Decoder(dialect, None)
        self._lines: dict[int, bytes] = {}
        self._refused: frozenset[bytes] = frozenset()

    def keep(self) -> dict[str, Any]:
        """Give what another process needs to go on, ready for JSON."""
        return {
            "known": self.known.to_json(),
            "generation": self._generation,
            "offset": self._offset,
            "counts": self.counts.to_json(),
            "newest": None if self.newest is None else self.newest.isoformat(),
        }

    def take(self, exposed: Exposed, at: pd.Timestamp) -> tuple[pd.DataFrame, list[Quarantined]]:
        """Give the events of what rose until *at*, and what is set aside now and was not before."""
        lines = list(self.known.rises(exposed, at))
        beyond = dict.fromkeys(map(str.encode, self.known.left_out), "too_many_series")
        refused = exposed.refused | beyond
        set_aside = [
            self._set_aside(reason, line)
            for line, reason in refused.items()
            if line not in self._refused
        ]
        self._refused = frozenset(refused)
        if self.known.restarts:
            self.counts.generations["restarted"] = self.known.restarts
        return self._frame(lines, at) if lines else no_events(), set_aside

    def line(self, generation: str, offset: int) -> bytes | None:
        """The line an event came from; None when it is no longer kept."""
        return self._lines.get(offset) if generation == self._generation else None

    def _frame(self, lines: list[bytes], at: pd.Timestamp) -> pd.DataFrame:
        decoder, begins_at = self._decoder, self._offset
        decoder.renew_if_full()
        data = b"\n".join(lines) + b"\n"
        columns, bad = decoder.decode(data, at.value)
        count_lines(self.counts, columns, bad)
        self.counts.bytes_read += len(data)
        for line in lines:
            self._lines[self._offset] = line
            self._offset += len(line) + 1
        for place in list(self._lines)[:-LINES_KEPT]:
            del self._lines[place]
        columns.offset += begins_at
        self.newest = at
        return event_frame(
            columns,
            decoder.table,
            [Stretch(len(columns), self._generation, self._names["source"])],
            received_ns=at.value,
            attrs=decoder.dialect.orders.attrs,
            **self._names,
        )

    def _set_aside(self, reason: str, line: bytes) -> Quarantined:
        self.counts.lines_in += 1
        known = self.counts.quarantined
        known[reason] = known.get(reason, 0) + 1
        where = (self._names["source"], self._generation, self._offset)
        return Quarantined(reason, *where, len(line), escaped(line[:256]))
