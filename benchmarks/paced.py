"""How late each reading of a health source begins, by the pace that the source itself asks for."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from data_sources.health import HealthSource
from data_sources.reading import Reading

SETTLED_SECONDS = 3.0
"""What happens before is not counted: clients are loaded, names resolved, threads started."""


class PacedSource(HealthSource):
    """A health source that notes how late it is read.

    Attributes:
        late_seconds: of each reading once all has settled, how long after it was due it began.
        first_seconds: how long after it was made it was read for the first time.
    """

    def __init__(self, url: str, **options: Any) -> None:
        super().__init__(url, **options)
        self.late_seconds: list[float] = []
        self.first_seconds: float | None = None
        self._due = 0.0
        self._made = time.monotonic()

    def read(self, cursor: dict[str, Any] | None = None, *, limit_bytes: int = 0) -> Reading:
        """Read, and note."""
        begun = time.monotonic()
        if self.first_seconds is None:
            self.first_seconds = begun - self._made
        elif begun - self._made > SETTLED_SECONDS:
            self.late_seconds.append(max(0.0, begun - self._due))
        reading = super().read(cursor, limit_bytes=limit_bytes)
        ended = time.monotonic()
        self._due = ended + max(0.05, self.wait_seconds - (ended - begun))
        return reading


class WatchingDesk:
    """A real desk over some sources, which runs until it is stopped."""

    def __init__(self, sources: list[Any], state: str) -> None:
        from desk.desk import Desk
        from desk.origin import origin

        origins = [origin(source.name, source) for source in sources]
        self._desk = Desk(origins, state_dir=Path(state))
        self._desk.start()

    def stop(self) -> None:
        """End it."""
        self._desk.stop()
