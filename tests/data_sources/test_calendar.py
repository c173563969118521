"""The trading calendar: sessions, holidays, half days, daylight saving and what is not stale."""

from __future__ import annotations

import subprocess
import sys
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources.calendar import MarketCalendar
from data_sources.errors import ConfigError
from tests.examples import examples

NEW_YORK = MarketCalendar("XNYS")


def at(text: str) -> pd.Timestamp:
    return pd.Timestamp(text).tz_convert("UTC")


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2025-11-26T14:29:59Z", False),
        ("2025-11-26T14:30:00Z", True),
        ("2025-11-26T20:59:59.999999999Z", True),
        ("2025-11-26T21:00:00Z", False),
        ("2025-11-27T16:00:00Z", False),  # Thanksgiving
        ("2025-11-28T17:59:59Z", True),
        ("2025-11-28T18:00:00Z", False),  # the half day after it
        ("2025-11-29T16:00:00Z", False),  # Saturday
    ],
)
def test_thanksgiving_and_its_half_day(moment: str, is_open: bool) -> None:
    """New York is shut on Thanksgiving 2025 and ends at 13:00 its time on the day after."""
    assert NEW_YORK.is_open(at(moment)) is is_open


@pytest.mark.parametrize(
    ("day", "opens"), [("2026-03-06", "14:30"), ("2026-03-09", "13:30"), ("2026-11-02", "14:30")]
)
def test_daylight_saving_moves_the_open(day: str, opens: str) -> None:
    """The open is 14:30 UTC before 2026-03-08, 13:30 after it, and 14:30 again in November."""
    sessions = NEW_YORK.sessions(pd.Timestamp(day), pd.Timestamp(day))
    assert f"{sessions['ts_open'][0]:%H:%M}" == opens


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2025-10-31T21:00:00Z", "2025-11-03T14:30:00Z"),  # last day of a month, a Friday
        ("2025-11-28T18:30:00Z", "2025-12-01T14:30:00Z"),
        ("2025-12-31T22:00:00Z", "2026-01-02T14:30:00Z"),  # over New Year
        ("2025-11-19T01:00:00Z", "2025-11-19T14:30:00Z"),  # evening in New York, next day in UTC
        ("2025-11-22T02:00:00Z", "2025-11-24T14:30:00Z"),  # Friday evening there
    ],
)
def test_the_next_open_crosses_months_weekends_and_the_day_of_utc(now: str, opens: str) -> None:
    """The next open is right at ends of months, on Friday evening and over holidays."""
    assert NEW_YORK.next_open(at(now)) == at(opens)


def test_a_session_is_complete_when_it_closed() -> None:
    """During a session the last complete one is the day before; after the close it is today."""
    assert NEW_YORK.last_complete_session(at("2025-11-18T15:42:00Z")) == pd.Timestamp("2025-11-17")
    assert NEW_YORK.last_session(at("2025-11-18T15:42:00Z")) == pd.Timestamp("2025-11-18")
    assert NEW_YORK.last_complete_session(at("2025-11-18T21:00:00Z")) == pd.Timestamp("2025-11-18")


@pytest.mark.parametrize(
    ("newest", "now", "behind"),
    [
        ("2025-11-21", "2025-11-24T20:00:00Z", 0),  # Monday, its session still open
        ("2025-11-21", "2025-11-24T21:00:00Z", 1),
        ("2025-11-26", "2025-11-28T12:00:00Z", 0),  # over Thanksgiving
        ("2025-11-17", "2025-11-25T21:30:00Z", 6),
        ("2025-11-30", "2025-11-25T21:30:00Z", 0),  # a bar of the future
        ("1999-12-31", "2000-01-05T23:00:00Z", 3),
    ],
)
def test_staleness_counts_sessions_not_days(newest: str, now: str, behind: int) -> None:
    """A weekend or a holiday makes nothing older: only closed sessions count."""
    assert NEW_YORK.sessions_behind(pd.Timestamp(newest), at(now)) == behind


def test_half_days_are_told() -> None:
    """November 2025 has 19 sessions in New York and one half day, the 28th."""
    sessions = NEW_YORK.sessions(pd.Timestamp("2025-11-01"), pd.Timestamp("2025-11-30"))
    assert len(sessions) == 19
    half = sessions[sessions["half_day"]]
    assert half["session"].tolist() == [pd.Timestamp("2025-11-28")]
    assert half["ts_close"].tolist() == [at("2025-11-28T18:00:00Z")]


def test_a_lunch_break_is_no_trading() -> None:
    """Hong Kong pauses from 12:00 to 13:00 its time."""
    hong_kong = MarketCalendar("XHKG")
    noon = at("2025-11-18T04:30:00Z")
    assert not hong_kong.is_open(noon)
    assert hong_kong.next_open(noon) == at("2025-11-18T05:00:00Z")
    assert hong_kong.next_close(at("2025-11-18T03:00:00Z")) == at("2025-11-18T04:00:00Z")


def test_what_a_person_reads() -> None:
    """One line says open or closed, and until when."""
    assert NEW_YORK.told(at("2025-11-27T16:00:00Z")) == "XNYS is closed until 2025-11-28T14:30Z"
    assert NEW_YORK.told(at("2025-11-28T16:00:00Z")) == "XNYS is open until 2025-11-28T18:00Z"


@examples(66)
@given(st.integers(1_420_070_400, 1_830_297_600))
def test_open_and_next_agree(second: int) -> None:
    """Anywhere in twelve years: open means the close comes before the next open, and within 7 h.

    Nothing trades on a weekend of New York, and no wait for the next open is over 5 days.
    """
    ts = pd.Timestamp(second, unit="s", tz="UTC")
    opens, closes = NEW_YORK.next_open(ts), NEW_YORK.next_close(ts)
    assert NEW_YORK.is_open(ts) == (closes < opens)
    assert NEW_YORK.is_open(opens)
    assert not NEW_YORK.is_open(closes)
    assert opens - ts < pd.Timedelta(days=5)
    if NEW_YORK.is_open(ts):
        assert closes - ts <= pd.Timedelta(hours=6.5)
        assert ts.tz_convert(ZoneInfo("America/New_York")).dayofweek < 5


def test_an_unknown_exchange_is_refused_with_the_nearest() -> None:
    """`XNYSE` is refused and XNYS is offered."""
    with pytest.raises(ConfigError, match=r"calendar: unknown exchange 'XNYSE'.*'XNYS'"):
        MarketCalendar("XNYSE")


def test_a_moment_without_a_zone_is_refused() -> None:
    """A naive moment could be any zone's: it is an error, not UTC in silence."""
    with pytest.raises(ValueError, match="no time zone"):
        NEW_YORK.is_open(pd.Timestamp("2025-11-26T15:00:00"))


def test_nothing_is_loaded_before_it_is_needed_and_no_warning_gets_out() -> None:
    """The library comes with the first calendar, and its deprecation warnings stay inside."""
    code = (
        "import sys, warnings\n"
        "from data_sources.calendar import MarketCalendar\n"
        "import pandas as pd\n"
        "assert 'exchange_calendars' not in sys.modules\n"
        "warnings.simplefilter('error')\n"
        "made = MarketCalendar('XNYS')\n"
        "assert made.is_open(pd.Timestamp('2025-11-26T15:00Z'))\n"
        "assert made.sessions_behind(pd.Timestamp('2025-11-17'), pd.Timestamp.now('UTC')) > 0\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
