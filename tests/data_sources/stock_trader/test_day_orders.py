"""Stock-Trader's orders are of a day: after its close none waits, and none has expired either."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_sources import JsonlSource
from data_sources.calendar import MarketCalendar
from data_sources.dialects.dialect import load_dialect
from ledger import Ledger, View
from metrics.conservation import conservation, conservation_of_counts
from metrics.orders import order_counts
from metrics.pending import pending

RULES = load_dialect("stock_trader").orders
CLOSE = pd.Timestamp("2025-11-18T21:00:00Z")


def real(realdata: Path) -> pd.DataFrame:
    """The real log: 447 TLT were ordered at 15:42 UTC, and are held since."""
    return JsonlSource(realdata / "stock_trader/local_logs", dialect="stock_trader").read().frame


def at(frame: pd.DataFrame, moment: pd.Timestamp) -> View:
    ledger = Ledger()
    ledger.fold(frame)
    return ledger.view(at=moment, window_seconds=None)


def test_the_real_order_waits_until_the_close_and_not_for_ever(realdata: Path) -> None:
    """It is pending at 15:59:59 in New York; from 16:00 on nobody knows what became of it."""
    frame = real(realdata)
    before = at(frame, CLOSE - pd.Timedelta(1, "s"))
    assert before.orders["status"].tolist() == ["submitted"]
    assert before.orders["ts_expires"].tolist() == [CLOSE]
    assert before.measure(pending).pending_orders == 1
    for later in (CLOSE, CLOSE + pd.Timedelta(days=150)):
        view = at(frame, later)
        assert view.orders["status"].tolist() == ["unknown"]
        assert view.orders["ts_closed"].tolist() == [CLOSE]
        assert view.measure(pending).pending_orders == 0
        assert view.measure(pending).oldest_age_seconds is None


def test_what_is_unknown_is_neither_expired_nor_vanished(realdata: Path) -> None:
    """447 TLT are held: to call the order expired would be wrong; the accounts still add up."""
    view = at(real(realdata), CLOSE + pd.Timedelta(days=1))
    counts = view.measure(order_counts)
    assert (counts.submitted, counts.expired, counts.filled) == (1, 0, 0)
    assert view.measure(conservation).holds
    assert view.measure(conservation_of_counts).holds


@pytest.mark.parametrize(
    ("sent", "over"),
    [
        ("2025-11-28T15:00Z", "2025-11-28T18:00Z"),  # the day after Thanksgiving closes at 13:00
        ("2025-11-27T15:00Z", "2025-11-28T18:00Z"),  # Thanksgiving itself is no session
        ("2025-11-18T21:30Z", "2025-11-19T21:00Z"),  # after the close: of the next session
        ("2025-07-03T14:00Z", "2025-07-03T17:00Z"),  # summer time, and a half day
        ("2025-11-21T21:00Z", "2025-11-24T21:00Z"),  # at the close of a Friday
    ],
)
def test_the_day_is_that_of_the_exchange(tmp_path: Path, sent: str, over: str) -> None:
    """Half days, holidays, weekends and summer time are those of New York."""
    frame = told(tmp_path, submit(pd.Timestamp(sent).isoformat()))
    assert at(frame, pd.Timestamp(sent)).orders["ts_expires"].tolist() == [pd.Timestamp(over)]


def test_a_broken_clock_builds_no_calendar() -> None:
    """An order of 1971, one of 2190 and one without a time have no end of their day."""
    rows = [sent("1971-01-04"), sent("2190-01-04"), sent(None), sent("2025-11-18T15:42")]
    seconds = RULES.with_ends_of_day(pd.concat(rows, ignore_index=True))["value"]
    assert seconds.notna().tolist() == [False, False, False, True]


def test_other_lines_keep_their_values(realdata: Path) -> None:
    """The NAV of a cycle and the value of a trade are not taken for seconds."""
    frame = real(realdata)
    values = frame.groupby("kind", observed=True)["value"].agg(["min", "max"])
    assert values.loc["equity"].tolist() == [100_000.05] * 2
    assert values.loc["telemetry.trade_assumed"].tolist() == [39_917.1] * 2


@settings(max_examples=40)
@given(st.integers(0, 6 * 365 * 24 * 60))
def test_a_day_ends_after_its_order_and_at_a_close(minutes: int) -> None:
    """For any minute of six years: within five days, and nobody trades any more just then."""
    moment = pd.Timestamp("2020-01-01", tz="UTC") + pd.Timedelta(minutes=minutes)
    seconds = RULES.with_ends_of_day(sent(moment.isoformat()))["value"].iloc[0]
    assert 0 < seconds <= 5 * 86_400
    over, calendar = moment + pd.Timedelta(seconds=seconds), MarketCalendar("XNYS")
    assert not calendar.is_open(over)
    assert calendar.is_open(over - pd.Timedelta(1, "s"))


def sent(moment: str | None) -> pd.DataFrame:
    """One submit as an event, received now."""
    ts = pd.NaT if moment is None else pd.Timestamp(moment)
    row = {"kind": "order.submitted", "ts_event": ts, "ts_received": pd.Timestamp.now("UTC")}
    frame = pd.DataFrame([{"value": float("nan"), **row}])
    return frame.assign(ts_event=pd.to_datetime(frame["ts_event"], utc=True))


def submit(timestamp: str) -> dict[str, Any]:
    return {
        "timestamp": timestamp, "event_type": "order_submitted", "order_id": timestamp,
        "symbol": "TLT", "side": "buy", "quantity": 1, "price": 89.3, "order_type": "market",
        "status": "pending_new", "nav": 1.0, "model": "unknown",
    }  # fmt: skip


def told(folder: Path, *lines: dict[str, Any]) -> pd.DataFrame:
    (folder / "orders.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return JsonlSource(folder, dialect="stock_trader").read().frame
