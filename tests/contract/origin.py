"""What the contract of the kinds asks of an origin: how it is read, how it goes and comes back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from data_sources import Reading
from data_sources.registry import Source


def nothing() -> None:
    """What there is to do where time passes by itself."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A real, small origin of one kind.

    Attributes:
        make: gives a new source of it.
        rows: how many rows the frame of its first whole reading has, at least.
        vanish: takes the whole origin away.
        come_back: brings it back as it was.
        pass_time: moves our clock on, where the source has one of ours.
        tell: tells one more thing with a number; streams alone.
        told: a frame → the numbers that it tells of, in order; streams alone.
    """

    make: Callable[[], Source]
    rows: int
    vanish: Callable[[], None]
    come_back: Callable[[], None]
    pass_time: Callable[[], None] = nothing
    tell: Callable[[int], None] | None = None
    told: Callable[[pd.DataFrame], list[int]] | None = None


def moved(path: Path) -> tuple[Callable[[], None], Callable[[], None]]:
    """How a file or folder goes away and comes back."""
    away = path.with_name(path.name + ".away")

    def vanish() -> None:
        path.rename(away)

    def come_back() -> None:
        away.rename(path)

    return vanish, come_back


def numbers(column: str, prefix: str) -> Callable[[pd.DataFrame], list[int]]:
    """How the numbers of what was told are found: behind a prefix in a column."""

    def told(frame: pd.DataFrame) -> list[int]:
        words = [str(word) for word in frame[column].dropna()]
        return [int(word.removeprefix(prefix)) for word in words if word.startswith(prefix)]

    return told


class Follower:
    """Reads a source again and again, and keeps what it gave.

    Attributes:
        reading: the last one.
        frames: those of all readings, oldest first.
    """

    def __init__(
        self, origin: Origin, source: Source, cursor: dict[str, Any] | None = None
    ) -> None:
        self._origin, self._source = origin, source
        self.frames: list[pd.DataFrame] = []
        self.reading: Reading
        self._take(cursor)

    def _take(self, cursor: dict[str, Any] | None = None) -> None:
        self.reading = self._source.read(cursor)
        self.frames.append(self.reading.frame)

    def until(self, holds: Callable[[Follower], bool], seconds: float = 60.0) -> Follower:
        """Read on until it holds."""
        ends = time.monotonic() + seconds
        while not holds(self):
            assert time.monotonic() < ends, (
                f"not within {seconds} s; now {self.reading.state}: {self.reading.problem}, "
                f"{len(self.reading.frame)} rows"
            )
            self._origin.pass_time()
            getattr(self._source, "wake", nothing)()
            time.sleep(0.02)
            self._take()
        return self

    def until_ok(self) -> Follower:
        """Read on until the source is well and gave its rows, in one reading or in many."""
        return self.until(lambda f: f.reading.state == "ok" and self._seen() >= self._origin.rows)

    def _seen(self) -> int:
        if self._origin.tell is None:
            return len(self.reading.frame)
        return sum(len(frame) for frame in self.frames)

    @property
    def told(self) -> list[int]:
        """The numbers of all that a stream told, in order."""
        assert self._origin.told is not None
        return [number for frame in self.frames for number in self._origin.told(frame)]
