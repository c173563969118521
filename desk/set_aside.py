"""The lines that one source set aside lately: those that are in no commit yet, and the last one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any, Final

import pandas as pd

from data_sources.reading import Quarantined

KEPT: Final = 1_000
"""Lines set aside that are kept of each source, the newest; all are counted."""
_FIELDS: Final = tuple(field.name for field in dataclasses.fields(Quarantined))


class SetAside:
    """What one source set aside.

    waiting  (when we read it, int64 ns; the line), which are in no commit yet, the oldest first
    last     when the last line was read that was set aside, and why; None where none is known
    """

    def __init__(self) -> None:
        self.waiting: list[tuple[int, Quarantined]] = []
        self.last: tuple[int, str] | None = None
        self._listed: frozenset[Quarantined] = frozenset()

    def take(self, lines: Sequence[Quarantined], now_ns: int, *, whole: bool) -> None:
        """Take the lines of a reading; with `whole` it lists all there are, each time anew."""
        new = [line for line in lines if line not in self._listed] if whole else lines
        if whole:
            self._listed = frozenset(lines)
        if new:
            self.waiting += [(now_ns, line) for line in new]
            # With a state folder that cannot be written they would go on growing.
            del self.waiting[:-KEPT]
            self.last = (now_ns, new[-1].reason)

    def restore(self, rows: Iterable[dict[str, Any]], last_ns: int | None) -> None:
        """Take over what was kept, the newest first: it is not told anew."""
        lines = [Quarantined(*(row[name] for name in _FIELDS)) for row in rows]
        self._listed = frozenset(lines)
        if lines and last_ns is not None:
            self.last = (last_ns, lines[0].reason)

    def rows(self, source: str) -> list[tuple[int, dict[str, Any]]]:
        """Return those that wait, the oldest first, each with its time."""
        return [
            (ts_ns, {"source": source, **dataclasses.asdict(line)})
            for ts_ns, line in list(self.waiting)
        ]


def dated(ts_ns: int, row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of `/api/quarantine`: `ts_received` is when the line was read."""
    moment = pd.Timestamp(ts_ns, unit="ns", tz="UTC").isoformat()
    return {"ts_received": moment.replace("+00:00", "Z"), **row}
