"""The steps of one run as they grow: read again only when the file changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pandas as pd

from data_sources.files.plain import NotAFileError
from data_sources.files.stamp import Stamp, read_bytes, stamp_of, why
from data_sources.run_folders.csv_lines import MOST_BAD
from data_sources.run_folders.figures import Figures, OutOfOrderError
from data_sources.run_folders.steps import FILE_COLUMNS, typed
from data_sources.run_folders.table_file import BadTableError, Rows, read_csv, read_parquet

NAMES: Final = ("events.parquet", "events.csv")
"""Where steps stand; parquet goes before CSV."""
MARK_BYTES: Final = 64


class StepTable:
    """Follows the table of a run folder; a parquet file is read whole, a CSV from where it grew.

    Attributes:
        figures: of the last good reading.
        problem: why the file as it is now is not what they come from.
        stamp: of the file, None while there is none.
    """

    def __init__(self, folder: Path, zone: dt.tzinfo, clock: Callable[[], int]) -> None:
        self.figures = Figures()
        self.problem: str | None = None
        self.stamp: Stamp | None = None
        self.path: Path | None = None
        self.bytes_read = 0
        self._folder = folder
        self._zone = zone
        self._clock = clock
        self._done: tuple[Stamp, bool] | None = None
        self._settled = False
        self._rows = Rows(None)
        self._mark = b""

    def look(self, *, ended: bool) -> bool:
        """Look once; return whether anything may be another now.

        Args:
            ended: whether the run says that it will write no more.
        """
        before = self.problem
        path, stamp, trouble = self._find()
        if path is None or stamp is None:
            gone = "its events file is gone" if self.figures.steps else None
            self.problem = trouble or gone
            changed = self.stamp is not None or self.problem != before
            self.stamp = self._done = None
            return changed
        if path == self.path and self._done == (stamp, ended) and self._settled:
            return False
        try:
            self._read(path, stamp, ended)
            self.problem = None
        except BadTableError as error:
            self.problem = f"{path.name} {error}"
        except FileNotFoundError:
            return self.stamp is not None
        self.path, self.stamp, self._done = path, stamp, (stamp, ended)
        self._settled = stamp.settled(self._clock())
        return True

    def steps(self) -> pd.DataFrame:
        """All steps, ascending; read anew.

        Raises:
            BadTableError: when the file cannot be used.
            FileNotFoundError: when there is none.
        """
        path, _, trouble = self._find()
        if path is None:
            raise FileNotFoundError(trouble or "no events file")
        read = read_parquet if path.suffix == ".parquet" else read_csv
        return typed(read(path, FILE_COLUMNS)[0].table, self._zone, self._clock())[0]

    def _find(self) -> tuple[Path | None, Stamp | None, str | None]:
        """The file, its stamp, and why there is none that can be read."""
        trouble = None
        for name in NAMES:
            try:
                return self._folder / name, stamp_of(self._folder / name), None
            except FileNotFoundError:
                continue
            except NotAFileError as error:
                trouble = f"{name} {error}"
            except OSError as error:
                trouble = f"{name}: {why(error)}"
        return None, None, trouble

    def _read(self, path: Path, stamp: Stamp, ended: bool) -> None:
        if path.suffix == ".parquet":
            self._take(read_parquet(path, FILE_COLUMNS)[0], Figures())
            return
        if path == self.path and self._grew(path, stamp):
            begin, header = self._rows.consumed, self._rows.header
            try:
                rows, _ = read_csv(path, FILE_COLUMNS, offset=begin, header=header, ended=ended)
                self._take(rows, self.figures)
            except OutOfOrderError:
                pass
            else:
                self._remember(path)
                return
        self._take(read_csv(path, FILE_COLUMNS, ended=ended)[0], Figures())
        self._remember(path)

    def _take(self, rows: Rows, figures: Figures) -> None:
        steps, times = typed(rows.table, self._zone, self._clock())
        figures.add(steps)
        figures.bad_rows += rows.bad_rows
        figures.bad = (figures.bad + rows.bad)[-MOST_BAD:]
        figures.naive += times.naive
        self.bytes_read += rows.consumed - (self._rows.consumed if figures is self.figures else 0)
        self.figures, self._rows = figures, Rows(None, 0, rows.consumed, rows.header)

    def _grew(self, path: Path, stamp: Stamp) -> bool:
        """Whether what was read is still the beginning of the file."""
        before, consumed = self.stamp, self._rows.consumed
        if before is None or not self._mark or self.problem is not None:
            return False
        same = (stamp.inode, stamp.device) == (before.inode, before.device)
        return same and stamp.size >= consumed and self._at(path, consumed) == self._mark

    def _remember(self, path: Path) -> None:
        self._mark = self._at(path, self._rows.consumed)

    def _at(self, path: Path, end: int) -> bytes:
        """The last bytes before an offset."""
        begin = max(0, end - MARK_BYTES)
        try:
            return read_bytes(path, end - begin, offset=begin)[0]
        except OSError:
            return b""
