"""The course of everything begins where the events do: a stray one of years ago is left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from ledger import Ledger
from ledger.stray_past import course_begins

S = 1_000_000_000
T = 1_756_757_303 * S
YEARS = 6 * 365 * 86_400 * S
Maker = Callable[[list[dict[str, Any]]], pd.DataFrame]


def rows(*seconds: int, **more: Any) -> list[dict[str, Any]]:
    made = [{"ts_event": T + second * S, "kind": "risk.decision", **more} for second in seconds]
    return [{**row, "raw_offset": number} for number, row in enumerate(made)]


def test_one_old_event_does_not_flatten_the_course(make_events: Maker) -> None:
    """Sixty events of a minute fill sixty bins, with one of years before them too; all count."""
    ledger = Ledger()
    ledger.fold(make_events(rows(*range(60))))
    ledger.fold(make_events([{**rows(0)[0], "ts_event": T - YEARS, "raw_generation": "old#0"}]))
    view = ledger.view(window_seconds=None)
    course = view.tally_by_minute()
    assert len(course) >= 30
    assert course["ts"].min() == pd.Timestamp(T, tz="UTC")
    assert int(view.tally["n"].sum()) == 61
    chosen = ledger.view(window_seconds=None, source="aurora").tally_by_minute()
    assert chosen["ts"].min() == course["ts"].min()


def test_an_old_event_of_another_source_is_not_in_the_course_of_one(make_events: Maker) -> None:
    """What is chosen decides: the other source's course begins with its own events."""
    ledger = Ledger()
    ledger.fold(make_events(rows(*range(60))))
    ledger.fold(make_events(rows(-9_000, -8_000, source="other")))
    course = ledger.view(window_seconds=None, source="other").tally_by_minute()
    assert course["ts"].min() == pd.Timestamp(T - 9_000 * S, tz="UTC")
    assert int(course["n"].sum()) == 2


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=300).map(sorted))
def test_at_most_one_in_a_hundred_is_left_out(told: list[int]) -> None:
    """A course loses no more than its strays, and at least half of its length where it does."""
    ts = np.array(told, np.int64)
    begins = course_begins(ts)
    left = int((ts < begins).sum())
    assert begins in told
    assert left <= max(1, len(told) // 100)
    assert not left or 2 * (told[-1] - begins) <= told[-1] - told[0]
    assert not left or len(told) >= 10


def test_a_week_of_nights_is_no_stray() -> None:
    """A log that pauses each night keeps all its days."""
    ts = np.array([day * 86_400 + second for day in range(7) for second in range(0, 28_800, 60)])
    assert course_begins(ts * S) == 0
