"""The trading calendar of an exchange: sessions, half days, when it is open and opens next."""

from __future__ import annotations

import difflib
import threading
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_sources.errors import ConfigError

YEARS_BEFORE: Final = 8
YEARS_AFTER: Final = 2
USUAL: Final = "XNYS"
FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2200
_BUILDING: Final = threading.Lock()


@dataclass(frozen=True, slots=True)
class _Schedule:
    """Sessions of some years as arrays: UTC nanoseconds, days as `datetime64[D]`.

    `starts` and `ends` are the stretches of trading: two a session where there is a lunch break.
    """

    first_year: int
    last_year: int
    days: NDArray[np.datetime64]
    opens: NDArray[np.int64]
    closes: NDArray[np.int64]
    half: NDArray[np.bool_]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


class MarketCalendar:
    """When an exchange trades, holidays, half days and daylight saving included.

    Nothing is loaded before the first question. Sessions are named by their day at the exchange,
    all times are UTC.

    Args:
        code: the exchange's market identifier, such as "XNYS" (New York), "XLON", or "24/7".

    Raises:
        ConfigError: for a code that no calendar has; names the nearest.

    Example:
        >>> MarketCalendar("XNYS").next_open(pd.Timestamp("2025-11-26T22:00Z"))
        Timestamp('2025-11-28 14:30:00+0000', tz='UTC')
    """

    def __init__(self, code: str = "XNYS") -> None:
        # The usual one is known: to name all others takes a second, at each start.
        known = (USUAL,) if code == USUAL else _codes()
        if code not in known:
            near = difflib.get_close_matches(code.upper(), known, n=3)
            hint = f" Did you mean {' or '.join(repr(name) for name in near)}?" if near else ""
            raise ConfigError(
                f"calendar: unknown exchange {code!r}.{hint} It must be a market identifier code, "
                "such as 'XNYS', or '24/7'"
            )
        self.code = code
        self._held: _Schedule | None = None

    def __repr__(self) -> str:
        return f"MarketCalendar({self.code!r})"

    def is_open(self, ts: pd.Timestamp) -> bool:
        """Whether the exchange trades at a moment: the open counts, the close does not."""
        return self.open_since(ts) is not None

    def open_since(self, ts: pd.Timestamp) -> pd.Timestamp | None:
        """Return the start of the trading that a moment lies in; None while the exchange is shut.

        A lunch break shuts it, its end opens it again.
        """
        plan, ns = self._around(ts)
        place = int(np.searchsorted(plan.starts, ns, side="right")) - 1
        trades = place >= 0 and ns < int(plan.ends[place])
        return _moment(plan.starts[place]) if trades else None

    def next_open(self, ts: pd.Timestamp) -> pd.Timestamp:
        """Return the first start of trading after a moment, a lunch break's end included."""
        plan, ns = self._around(ts)
        return _moment(plan.starts[np.searchsorted(plan.starts, ns, side="right")])

    def next_close(self, ts: pd.Timestamp) -> pd.Timestamp:
        """Return the first end of trading after a moment."""
        plan, ns = self._around(ts)
        return _moment(plan.ends[np.searchsorted(plan.ends, ns, side="right")])

    def after(self, ts: pd.Timestamp, seconds: float) -> pd.Timestamp:
        """Return the moment by which it has traded for some seconds since another moment.

        Where the calendar ends before that, its last close.
        """
        plan, ns = self._around(ts)
        first = int(np.searchsorted(plan.ends, ns, side="right"))
        starts = np.maximum(plan.starts[first:], ns)
        traded = np.cumsum(plan.ends[first:] - starts)
        left = round(seconds * 1e9)
        stretch = int(np.searchsorted(traded, left))
        if stretch >= len(traded):
            return _moment(plan.ends[-1])
        before = int(traded[stretch - 1]) if stretch else 0
        return _moment(int(starts[stretch]) + left - before)

    def last_session(self, ts: pd.Timestamp) -> pd.Timestamp | None:
        """Return the day (naive midnight) of the newest session that has opened by a moment."""
        plan, ns = self._around(ts)
        return _day(plan, int(np.searchsorted(plan.opens, ns, side="right")) - 1)

    def last_complete_session(self, ts: pd.Timestamp) -> pd.Timestamp | None:
        """Return the day (naive midnight) of the newest session that has closed by a moment."""
        plan, ns = self._around(ts)
        return _day(plan, int(np.searchsorted(plan.closes, ns, side="right")) - 1)

    def sessions_behind(self, newest: pd.Timestamp, ts: pd.Timestamp) -> int:
        """Count the sessions that are complete at a moment and later than a day.

        Args:
            newest: the day of the newest bar; only its date counts.
            ts: the moment, tz-aware.

        Returns:
            0 while nothing newer can be expected, over nights, weekends and holidays too.
        """
        plan, ns = self._around(ts)
        if newest.year < plan.first_year:
            plan = self._loaded(newest.year, plan.last_year)
        day = np.datetime64(newest.date(), "D")
        complete = int(np.searchsorted(plan.closes, ns, side="right"))
        return max(0, complete - int(np.searchsorted(plan.days, day, side="right")))

    def sessions(self, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
        """Return the sessions from one day to another, both included.

        Returns:
            A frame: `session` (naive midnight of the day), `ts_open`, `ts_close` (UTC), `half_day`.
        """
        plan = self._loaded(start.year, end.year)
        days = plan.days
        low = np.searchsorted(days, np.datetime64(start.date(), "D"))
        high = np.searchsorted(days, np.datetime64(end.date(), "D"), side="right")
        return pd.DataFrame(
            {
                "session": pd.DatetimeIndex(days[low:high].astype("M8[ns]")),
                "ts_open": _times(plan.opens[low:high]),
                "ts_close": _times(plan.closes[low:high]),
                "half_day": plan.half[low:high],
            }
        )

    def told(self, ts: pd.Timestamp) -> str:
        """Return one line for a person: open until when, or closed until when."""
        word, until = ("open", self.next_close(ts)) if self.is_open(ts) else (
            "closed", self.next_open(ts),
        )  # fmt: skip
        return f"{self.code} is {word} until {until:%Y-%m-%dT%H:%MZ}"

    def _around(self, ts: pd.Timestamp) -> tuple[_Schedule, int]:
        if ts.tzinfo is None:
            raise ValueError(f"{ts} has no time zone; give a moment in UTC")
        utc = ts.tz_convert("UTC").as_unit("ns")
        return self._loaded(utc.year, utc.year), int(utc.value)

    def _loaded(self, first_year: int, last_year: int) -> _Schedule:
        """The schedule with a year to spare on both sides; widened when a moment lies outside."""
        held = self._held
        low, high = max(first_year - 1, FIRST_YEAR), min(last_year + 1, LAST_YEAR)
        if held is None or low < held.first_year or high > held.last_year:
            low = min(low, held.first_year) if held else max(low - YEARS_BEFORE, FIRST_YEAR)
            high = max(high, held.last_year) if held else min(high + YEARS_AFTER, LAST_YEAR)
            held = self._held = _schedule(self.code, low, high)
        return held


@lru_cache(maxsize=1)
def _codes() -> tuple[str, ...]:
    with _quiet():
        import exchange_calendars

        return tuple(exchange_calendars.get_calendar_names())


@lru_cache(maxsize=16)
def _schedule(code: str, first_year: int, last_year: int) -> _Schedule:
    """Build the arrays once; every question after that is arithmetic on them."""
    with _quiet():
        import exchange_calendars

        plan = _plan(exchange_calendars.get_calendar, code, first_year, last_year)
        table = plan.schedule
        days = plan.sessions.to_numpy().astype("M8[D]")
        opens, closes = _ns(table["open"]), _ns(table["close"])
        half = np.isin(days, plan.early_closes.to_numpy().astype("M8[D]"))
        pauses, resumes = _ns(table["break_start"]), _ns(table["break_end"])
    lunch = pauses != pd.NaT.value
    starts = np.sort(np.concatenate([opens, resumes[lunch]]))
    ends = np.sort(np.concatenate([closes, pauses[lunch]]))
    return _Schedule(first_year, last_year, days, opens, closes, half, starts, ends)


def _plan(get_calendar: Any, code: str, first_year: int, last_year: int) -> Any:
    """The library's calendar of some years, or of as many of them as it knows."""
    start = pd.Timestamp(year=first_year, month=1, day=1)
    end = pd.Timestamp(year=last_year, month=12, day=31)
    try:
        return get_calendar(code, start=start, end=end)
    except ValueError:
        # Only a calendar tells its bounds, and to build one for the question takes as long again.
        known = get_calendar(code)
        earliest, latest = known.bound_min(), known.bound_max()
    start = start if earliest is None else max(start, earliest)
    end = end if latest is None else min(end, latest)
    return get_calendar(code, start=start, end=end)


class _quiet:  # noqa: N801 - reads as a statement
    """Keeps the library's warnings about pandas to itself; one thread at a time."""

    def __enter__(self) -> None:
        _BUILDING.acquire()
        self._held = warnings.catch_warnings()
        self._held.__enter__()
        warnings.simplefilter("ignore")

    def __exit__(self, *about: object) -> None:
        self._held.__exit__(*about)  # type: ignore[arg-type]
        _BUILDING.release()


def _ns(column: pd.Series[Any]) -> NDArray[np.int64]:
    utc = column.dt.tz_convert("UTC").dt.tz_localize(None).dt.as_unit("ns")
    found: NDArray[np.int64] = utc.to_numpy().view(np.int64)
    return found


def _times(ns: NDArray[np.int64]) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(ns.view("M8[ns]")).tz_localize("UTC")


def _moment(ns: Any) -> pd.Timestamp:
    return pd.Timestamp(int(ns), unit="ns", tz="UTC")


def _day(plan: _Schedule, place: int) -> pd.Timestamp | None:
    return None if place < 0 else pd.Timestamp(plan.days[place])
