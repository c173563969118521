"""Reads a source until something holds, and keeps all that it gave."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pandas as pd

from data_sources.reading import Reading
from data_sources.sse import SseSource


class Heard:
    """All that a source gave so far: `frames`, their `rows`, and the last `reading`."""

    def __init__(self, source: SseSource, cursor: dict[str, Any] | None = None) -> None:
        self.source = source
        self.rows = pd.DataFrame()
        self.frames: list[pd.DataFrame] = []
        self.reading: Reading
        self.read(cursor)

    def read(self, cursor: dict[str, Any] | None = None) -> Heard:
        """Read once and keep what came."""
        self.reading = self.source.read(cursor)
        if len(self.reading.frame):
            self.frames.append(self.reading.frame)
            self.rows = pd.concat([self.rows, self.reading.frame], ignore_index=True)
        return self

    def until(self, holds: Callable[[Heard], bool], seconds: float = 15.0) -> Heard:
        """Read on until it holds."""
        ends = time.monotonic() + seconds
        while not holds(self):
            assert time.monotonic() < ends, (
                f"not within {seconds} s; now {self.reading.state}: {self.reading.problem}, "
                f"{len(self.rows)} events"
            )
            self.source.wait(0.05)
            self.read()
        return self

    def events(self, number: int) -> Heard:
        """Read on until there are so many events."""
        return self.until(lambda heard: len(heard.rows) >= number)

    def state(self, *states: str) -> Heard:
        """Read on until the source is in one of these states."""
        return self.until(lambda heard: heard.reading.state in states)

    def column(self, name: str) -> list[object]:
        values = self.rows[name].astype(object)
        return values.where(values.notna(), None).tolist()
