"""What one read of an origin gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

STATES = (
    "ok",
    "waiting",
    "stale",
    "degraded",
    "down",
    "auth",
    "rate_limited",
    "misconfigured",
    "bad_payload",
    "unreadable",
    "unknown",
)
"""The states of a source, as `/api/sources` shows them."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One line that was set aside: why, where, and its first bytes, escaped to printable ASCII."""

    reason: str
    file: str
    generation: str
    offset: int
    length: int
    head: str


@dataclass(slots=True)
class Counts:
    """Lines of a source since its first read.

    Always `lines_in = accepted + sum of quarantined + duplicates + blank`.

    naive          times that named no zone and were read in the source's own
    untimed        accepted lines that name no time
    unread_bytes   bytes of open files that were not looked at yet: how far behind we are
    nul_bytes      NUL bytes that were passed over: places that were never written
    partial_final  last lines of files that ended without a newline
    missed         files that ended where nobody could look: what stood there is not known
    partial_since_ns  since when, by the file's own time, bytes wait for their newline; or None
    grown_ns       when a file that brought something was written last, by its own time; or None
    """

    lines_in: int = 0
    accepted: int = 0
    quarantined: dict[str, int] = field(default_factory=dict)
    duplicates: int = 0
    blank: int = 0
    bytes_read: int = 0
    partial_bytes: int = 0
    generations: dict[str, int] = field(default_factory=dict)
    late: int = 0
    naive: int = 0
    untimed: int = 0
    unread_bytes: int = 0
    nul_bytes: int = 0
    partial_final: int = 0
    missed: int = 0
    partial_since_ns: int | None = None
    grown_ns: int | None = None

    @property
    def balanced(self) -> bool:
        """Whether the accounting identity holds."""
        parts = self.accepted + sum(self.quarantined.values()) + self.duplicates + self.blank
        return self.lines_in == parts

    def to_json(self) -> dict[str, Any]:
        """The counts as JSON values that nobody shares."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {k: dict(v) if isinstance(v, dict) else v for k, v in values.items()}

    def copy(self) -> Counts:
        """The counts as they are now."""
        return Counts(**self.to_json())


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer of a source.

    frame    what is new (stream) or the whole (state); agreed columns, times in UTC nanoseconds
    cursor   JSON-ready; hand it to `read(cursor)` to go on from here, in this or in another process
    as_of    newest `ts_event` so far (stream) or the moment the state is true for; None if never
    state    one of `STATES`
    problem  None, or one sentence that says what is wrong and what to do
    counts   the running totals of the source
    quarantined  lines set aside by this read alone (stream), or all that are set aside now (state)
    frames   other frames of the same state, by their agreed names (see `data_sources.frames`)
    whole    frames in which nothing is missing that the origin holds: what was in them and is not
             any more is gone there. Of frames that are not among them a part failed or was not
             asked yet: the rest stays as it was. None: the source does not say
    more     True when the origin already holds more than this read took: read again at once
    """

    frame: pd.DataFrame
    cursor: dict[str, Any]
    as_of: pd.Timestamp | None = None
    state: str = "unknown"
    problem: str | None = None
    counts: Counts = field(default_factory=Counts)
    quarantined: tuple[Quarantined, ...] = ()
    more: bool = False
    frames: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    whole: frozenset[str] | None = None
