"""One run folder: what it told so far, and what is wrong with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pandas as pd

from data_sources.files.kept_file import KeptFile
from data_sources.files.label import file_label
from data_sources.files.stamp import stamp_of
from data_sources.files.times import Times, timestamp
from data_sources.lines.raw import raw_line
from data_sources.run_folders.alerts import ALERT_BYTES, Alerts, alerts_parser
from data_sources.run_folders.meta import META_BYTES, Meta, parse_meta
from data_sources.run_folders.table import StepTable

META: Final = "meta.json"
ALERTS: Final = "alerts.jsonl"


class RunFolder:
    """Follows the files of one run; `look()` reads those that changed.

    Attributes:
        folder: its name, printable.
        gone: whether it is a run folder no more.
    """

    def __init__(self, path: Path, zone: dt.tzinfo, clock: Callable[[], int]) -> None:
        self.path = path
        self.folder = file_label(path.name)
        self.gone = False
        self.table = StepTable(path, zone, clock)
        self._zone, self._clock = zone, clock
        self._meta = KeptFile(path / META, parse_meta, limit_bytes=META_BYTES)
        parse = alerts_parser(zone, clock)
        self._alerts = KeptFile(path / ALERTS, parse, limit_bytes=ALERT_BYTES + 1, newest=True)
        self._times = Times(zone, 0)
        self.started: pd.Timestamp | None = None
        self.finished: pd.Timestamp | None = None

    @property
    def meta(self) -> Meta | None:
        """What the run says of itself, as last read in whole."""
        return self._meta.value

    @property
    def alerts(self) -> Alerts:
        """Its alerts."""
        return self._alerts.value or Alerts()

    @property
    def alerts_name(self) -> str:
        """Their file, as it is told."""
        return f"{self.folder}/{ALERTS}"

    @property
    def alerts_begin(self) -> int:
        """Where in their file begins what was read of the alerts, bytes."""
        return self._alerts.begin

    def alert_line(self, offset: int) -> bytes | None:
        """The line that begins at a place of their file; None when none does."""
        path = self.path / ALERTS
        try:
            stamp_of(path)
        except OSError:
            return None  # gone, or no file of the run's own
        return raw_line(path, offset)

    @property
    def run_id(self) -> str:
        """Its own name, or its folder's while it has not told one."""
        return self.meta.run_id if self.meta else self.folder

    @property
    def naive(self) -> int:
        """How many of its times named no zone."""
        return self._times.naive + self.table.figures.naive + self.alerts.naive

    @property
    def problem(self) -> str | None:
        """What is wrong with its files now."""
        told = [
            f"{META} {self._meta.problem}" if self._meta.problem else None,
            self.table.problem,
            f"{ALERTS} {self._alerts.problem}" if self._alerts.problem else None,
        ]
        return "; ".join(each for each in told if each) or None

    def look(self) -> bool:
        """Look once; return whether anything may be another now. Never raises."""
        now_ns = self._clock()
        try:
            changed = self._meta.look(now_ns)
        except FileNotFoundError:
            self.gone = True
            return True
        if changed and self.meta is not None:
            self._times = Times(self._zone, now_ns)
            self.started = timestamp(self._times.ns(self.meta.started_at))
            self.finished = timestamp(self._times.ns(self.meta.ended_at))
        changed |= self.table.look(ended=self.has_ended)
        try:
            changed |= self._alerts.look(now_ns)
        except FileNotFoundError:
            changed |= self._alerts.value is not None
            self._alerts.value = self._alerts.stamp = self._alerts.problem = None
        return changed

    @property
    def has_ended(self) -> bool:
        """Whether it says that it is over."""
        return self.meta is not None and self.meta.ended_at not in (None, "")
