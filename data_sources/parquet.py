"""Parquet price caches: a folder of bars, one file a symbol, as the `prices` frame."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd

from data_sources.calendar import MarketCalendar
from data_sources.errors import ConfigError
from data_sources.frames import empty
from data_sources.parquet_file import (
    PRICES,
    Bars,
    Limits,
    holds_bars,
    impossible,
)
from data_sources.parquet_frame import prices_frame
from data_sources.parquet_kept import Kept, read_files, signature_of
from data_sources.parquet_listing import MOST_FILES, files_of, leads_out, printable
from data_sources.reading import Counts, Reading

MOST_TOLD: Final = 3
MOST_LOOKED_INTO: Final = 16
"""So many files of a folder are asked for bars: one that is spoiled hides no cache."""
LEADS_OUT: Final = "is a link that leads out of its folder"
AHEAD_NS: Final = 2 * 86_400 * 10**9
"""Bars of a session that has begun elsewhere are stamped ahead of our day."""

Price = Literal["open", "high", "low", "close", "volume"]


class ParquetSource:
    """Reads a cache of price bars; each `read()` gives the whole as one `prices` frame.

    Files are only read, and only those that changed since the last read. A file that cannot be used
    is named in `problem`; its last good bars stay, and its neighbors are not touched by it.

    Args:
        path: a file, a folder, or a glob; it may appear later. The symbol is the file's name
            without `_1D`, or the file's own `symbol` column.
        name: the source's name in pages and frames; the last part of the path when empty.
        timeframe: files of a folder that name another one (`SPY_4H`) are left out; "" takes all.
        columns: the price columns to read; the others are missing, and not read.
        newest_bars: keep so many bars of each symbol, the newest; 0 keeps all. Half a year of
            momentum needs 127.
        calendar: an exchange: what is stale counts its sessions; weekdays when "".
        stale_after_sessions: complete sessions that may be missing at the end.
        stale_after_seconds: the desk's own limit on the age of the newest bar.
        every_seconds: the pace the desk should look at.
        timezone: what a time without a zone means; said in `problem`.
        max_bytes: a larger file is refused unopened.
        max_rows: a file of more bars is refused.
        account_id: the account that trades by these prices, if it is one.
        now: gives epoch seconds; for tests.

    Raises:
        ConfigError: for a zone, an exchange or a limit that cannot be used.

    Frames:
        prices: a row a bar, ascending by symbol and time.

    States:
        ok: all files are read; `problem` may still say what was left out.
        stale: the newest bar lies more sessions behind than allowed; nights and holidays are none.
        degraded: some file is refused and named; its last good bars stay, and its neighbors.
        waiting: there is no folder or no file yet.
        bad_payload: none of the files can be used.
        unreadable: none of the files can be opened.

    Example:
        >>> prices = ParquetSource("data/equities", calendar="XNYS").read().frame
        >>> prices.groupby("symbol")["close"].last()
    """

    kind: ClassVar = "parquet"
    frame_name: ClassVar = "prices"

    def __init__(
        self,
        path: str | Path,
        *,
        name: str = "",
        timeframe: str = "1D",
        columns: tuple[Price, ...] = PRICES,
        newest_bars: int = 0,
        calendar: str = "XNYS",
        stale_after_sessions: int = 5,
        stale_after_seconds: float = 864_000.0,
        every_seconds: float = 30.0,
        timezone: str = "UTC",
        max_bytes: int = 64 << 20,
        max_rows: int = 1_000_000,
        account_id: str = "",
        now: Callable[[], float] = time.time,
    ) -> None:
        limits = {
            "stale_after_seconds": stale_after_seconds,
            "every_seconds": every_seconds,
            "max_bytes": max_bytes,
            "max_rows": max_rows,
        }
        for key, value in limits.items():
            if not value > 0:
                raise ConfigError(f"{key}: was {value}; it must be a number above 0")
        if newest_bars < 0:
            raise ConfigError(f"newest_bars: was {newest_bars}; it must be 0 (all) or more")
        if not columns:
            raise ConfigError("columns: is empty; name at least one, such as 'close'")
        try:
            self._zone = ZoneInfo(timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ConfigError(
                f"timezone: was {timezone!r}; it must be a zone of the tz database"
            ) from None
        self.path = str(path)
        self.name = name or Path(path).name or "prices"
        self.account_id = account_id
        self.timeframe = timeframe
        self.calendar = MarketCalendar(calendar) if calendar else None
        self.stale_after_sessions = stale_after_sessions
        self.stale_after_seconds = float(stale_after_seconds)
        self.every_seconds = float(every_seconds)
        self._columns = [price for price in PRICES if price in columns]
        self._max_bytes, self._max_rows, self._newest = max_bytes, max_rows, newest_bars
        self._now = now
        self._kept: dict[Path, Kept] = {}
        self._notes: list[str] = []
        self._frame = empty("prices")
        self._bytes_read = self._left_out = 0

    def __repr__(self) -> str:
        return f"ParquetSource({self.path!r}, name={self.name!r}, files={len(self._kept)})"

    @classmethod
    def recognizes(cls, path: Path) -> str | None:
        """Why a folder is a cache of bars, or a file one of bars; None when it is not."""
        if path.suffix == ".parquet" and path.is_file():
            return "a parquet file of bars" if holds_bars(path) else None
        files = sorted(path.glob("*.parquet"))[:MOST_FILES]
        asked = files[:MOST_LOOKED_INTO]
        first = next((n for n, file in enumerate(asked) if holds_bars(file)), None)
        if first is None:
            return None
        said = f"{len(files)} parquet files of bars, {printable(files[first].name)} the first"
        names = ", ".join(printable(file.name) for file in files[:first])
        return f"{said} that can be used; not {names}" if names else said

    def read(self, cursor: dict[str, Any] | None = None, *, limit_bytes: int = 0) -> Reading:
        """Look at the files and read those that changed.

        Args:
            cursor: not used; a state is always given whole.
            limit_bytes: likewise.
        """
        del cursor, limit_bytes
        now = pd.Timestamp(round(self._now() * 1e9), unit="ns", tz="UTC")
        try:
            files, self._left_out = files_of(self.path, self.timeframe)
        except OSError as e:
            return self._reading("unreadable", f"{self.path}: {e.strerror}")
        if self._refresh(files, now) or len(self._frame) == 0:
            self._frame = self._whole()
        if not files:
            what = "has no parquet file" if Path(self.path).exists() else "does not exist yet"
            return self._reading("waiting", f"{self.path} {what}; it is looked for again")
        return self._reading(*self._judge(now))

    def close(self) -> None:
        """Forget the bars; no file stays open between two reads."""
        self._kept.clear()
        self._frame = empty("prices")

    def _refresh(self, files: list[Path], now: pd.Timestamp) -> bool:
        """Read what changed; return whether anything did."""
        limits = Limits(
            self._columns, self._max_bytes, self._max_rows, self._zone, int(now.value) + AHEAD_NS
        )
        gone = self._kept.keys() - set(files)
        for file in gone:
            del self._kept[file]
        changed = {}
        for file in files:
            before = self._kept.get(file)
            old = before.bars if before else []
            found = signature_of(file)
            if isinstance(found, OSError):
                if before is None or before.refused is None:
                    why = f"cannot be read: {found.strerror}"
                    changed[file] = Kept((0, 0, 0), old, why)
            elif before is None or before.signature != found:
                out = str(file) != self.path and leads_out(file)
                # Its place; it is read below, with the others.
                changed[file] = Kept(found, old, LEADS_OUT if out else None)
        unread = [(file, kept) for file, kept in changed.items() if kept.refused is None]
        self._kept |= changed
        self._kept |= read_files(unread, limits, self._newest)
        self._bytes_read += sum(kept.signature[0] for _, kept in unread)
        return bool(gone or changed)

    def _whole(self) -> pd.DataFrame:
        """All bars as one frame, symbols in the order of their files, times ascending."""
        told: dict[str, tuple[Path, Bars]] = {}
        self._notes = []
        for file, kept in self._kept.items():
            for bars in kept.bars:
                if bars.symbol in told:
                    first = printable(told[bars.symbol][0].name)
                    self._notes.append(
                        f"{printable(file.name)}: {bars.symbol} is in {first} already"
                    )
                    continue
                told[bars.symbol] = (file, bars)
                notes = (*bars.notes, *impossible(bars))
                self._notes += [f"{printable(file.name)}: {note}" for note in notes]
        return prices_frame([bars for _, bars in told.values()], self.name, self.account_id)

    def _judge(self, now: pd.Timestamp) -> tuple[str, str | None]:
        refused = {file: kept.refused for file, kept in self._kept.items() if kept.refused}
        if refused:
            told = [self._told(file, why) for file, why in list(refused.items())[:MOST_TOLD]]
            more = f" and {len(refused) - MOST_TOLD} more" if len(refused) > MOST_TOLD else ""
            problem = f"{'; '.join(told)}{more}: write it anew"
            if any(kept.bars for kept in self._kept.values()):
                return "degraded", problem
            unreadable = all("cannot be read" in why for why in refused.values())
            return ("unreadable" if unreadable else "bad_payload"), problem
        newest = self._frame["ts_event"].max()
        # A day has one session at most: a cache of the last days needs no calendar, which takes
        # most of a second to load.
        days = (now.date() - newest.date()).days
        behind = self._sessions_behind(newest, now) if days > self.stale_after_sessions else 0
        if behind > self.stale_after_sessions:
            where = self.calendar.code if self.calendar else "weekday"
            return "stale", (
                f"the newest bar is of {newest:%Y-%m-%d}, {behind} {where} sessions ago; "
                "refresh the cache"
            )
        if self._left_out:
            return "degraded", (
                f"{self._left_out:,} files beyond the first {MOST_FILES:,} are left out; "
                "split the folder"
            )
        return "ok", "; ".join(self._notes[:MOST_TOLD]) or None

    def _told(self, file: Path, why: str) -> str:
        kept = " (its last good bars are kept)" if self._kept[file].bars else ""
        return f"{printable(file.name)} {why}{kept}"

    def _sessions_behind(self, newest: pd.Timestamp, now: pd.Timestamp) -> int:
        if self.calendar is not None:
            return self.calendar.sessions_behind(newest, now)
        after = np.datetime64(newest.date(), "D") + 1
        return max(0, int(np.busday_count(after, np.datetime64(now.date(), "D"))))

    def _reading(self, state: str, problem: str | None) -> Reading:
        newest = self._frame["ts_event"].max() if len(self._frame) else None
        return Reading(
            frame=self._frame.copy(deep=False),
            cursor={},
            as_of=newest,
            state=state,
            problem=problem,
            counts=Counts(bytes_read=self._bytes_read),
        )
