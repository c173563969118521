"""The calendar of a system's orders loads beside the reading, and only where one is needed."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pandas as pd
import pytest

from data_sources import calendar_ahead as module
from data_sources.calendar import MarketCalendar
from data_sources.calendar_ahead import CalendarAhead, calendar_ahead
from data_sources.errors import ConfigError


def test_it_is_the_calendar_itself() -> None:
    """It answers as one that was made by hand, and there is one for each exchange."""
    noon = pd.Timestamp("2025-11-28T15:00Z")
    ahead = calendar_ahead("XNYS")
    assert ahead is calendar_ahead("XNYS")
    assert ahead.calendar() is ahead.calendar()
    assert ahead.calendar().next_close(noon) == MarketCalendar("XNYS").next_close(noon)


def test_nobody_waits_before_the_question(monkeypatch: pytest.MonkeyPatch) -> None:
    """Making it returns while it still loads; the question waits for the end of that."""
    may_go, loading = threading.Event(), threading.Event()

    class Slow(MarketCalendar):
        def next_close(self, ts: pd.Timestamp) -> pd.Timestamp:
            loading.set()
            assert may_go.wait(60)
            return super().next_close(ts)

    monkeypatch.setattr(module, "MarketCalendar", Slow)
    ahead = CalendarAhead("24/7")
    assert loading.wait(60)
    answers: list[MarketCalendar] = []
    asking = threading.Thread(target=lambda: answers.append(ahead.calendar()))
    asking.start()
    asking.join(0.05)
    assert not answers
    may_go.set()
    asking.join(60)
    assert [each.code for each in answers] == ["24/7"]


def test_a_calendar_that_is_not_known(caplog: pytest.LogCaptureFixture) -> None:
    """The one who asks hears of it."""
    with pytest.raises(ConfigError, match="unknown exchange 'XNIX'"):
        CalendarAhead("XNIX").calendar()
    assert "could not be loaded ahead" in caplog.text


@pytest.mark.parametrize(("dialect", "loads"), [("stock_trader", True), ("aurora", False)])
def test_a_source_begins_to_load_when_it_is_made(tmp_path: Path, dialect: str, loads: bool) -> None:
    """Before its first line; the library is never touched for a system without a calendar."""
    code = (
        "import sys, threading\n"
        "from data_sources import JsonlSource\n"
        "started, begin = [], threading.Thread.start\n"
        "threading.Thread.start = lambda self: (started.append(self), begin(self))[1]\n"
        f"JsonlSource({str(tmp_path)!r}, dialect={dialect!r})\n"
        "[each.join() for each in started]\n"
        "print([each.name for each in started], 'exchange_calendars' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    assert done.stdout == (f"['calendar-XNYS'] {loads}\n" if loads else "[] False\n")
