"""A failed order that also stands in the file of denials is one failure, whichever comes first."""

from __future__ import annotations

import random
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import Ledger
from metrics.orders import order_counts
from tests.ledger.conftest import event_frame
from tests.ledger.picture import picture
from tests.ledger.stories import START, in_slices, in_time
from tests.ledger.test_reading_order import told

US = 1_000
FILES = {"denied": "orders_denied.jsonl#0", "rejected": "orders_failed.jsonl#0"}


def line(what: str, microseconds: int, **more: Any) -> dict[str, Any]:
    """A line of the file of denials or of the file of failures."""
    return {
        "kind": f"telemetry.twin.order.{what}",
        "ts_event": START + microseconds * US,
        "session_id": "s",
        "raw_generation": FILES[what],
        "raw_offset": microseconds,
        "reason": "WHY_RISK_GUARD_MIN_NOTIONAL" if what == "denied" else "WHY_CONN_ERR",
        "decision": "rejected" if what == "denied" else None,
        "position_effect": "open",
        **more,
    }


def denied_and_failed(rows: list[dict[str, Any]]) -> tuple[int, int]:
    found = told(event_frame(rows), [[n] for n in in_time(rows)]).view(window_seconds=None)
    counts = found.measure(order_counts)
    return counts.denied, counts.failed


@pytest.mark.parametrize("after", [-1_000, -200, 0, 200, 1_000])
def test_a_twin_within_a_millisecond_is_no_denial(after: int) -> None:
    """Before the failure as well as after it."""
    assert denied_and_failed([line("rejected", 5_000), line("denied", 5_000 + after)]) == (0, 1)


@pytest.mark.parametrize("after", [-1_001, 1_001])
def test_a_denial_further_away_is_one(after: int) -> None:
    """It is another order's."""
    assert denied_and_failed([line("rejected", 5_000), line("denied", 5_000 + after)]) == (1, 1)


def test_each_failure_has_one_twin_before_it() -> None:
    """Of three denials before two failures one remains; a line that names its order is no twin."""
    rows = [line("denied", n) for n in range(3)] + [line("rejected", 10), line("rejected", 11)]
    assert denied_and_failed(rows) == (1, 2)
    rows = [line("denied", 1), line("rejected", 2), line("denied", 3)]
    assert denied_and_failed(rows) == (1, 1)
    rows = [line("denied", 1, client_order_id="a"), line("rejected", 2, client_order_id="b")]
    assert denied_and_failed(rows) == (1, 1)


def test_each_failure_has_one_twin_after_it() -> None:
    """The second denial after a failure is another order's."""
    rows = [line("rejected", 1), line("denied", 2), line("denied", 3)]
    assert denied_and_failed(rows) == (1, 1)


def test_a_denial_for_another_reason_is_no_twin() -> None:
    """Only what the dialect says may repeat a failure does, however close it stands."""
    other = {"reason": "VOL_GUARD", "decision": None}
    rows = [line("denied", 1, **other), line("rejected", 2), line("denied", 3, **other)]
    assert denied_and_failed(rows) == (2, 1)


def test_until_the_failure_is_known_it_is_a_denial() -> None:
    """A picture of the moment between the two knows no failure yet."""
    ledger = Ledger()
    ledger.fold(event_frame([line("denied", 100), line("rejected", 300)]))
    for microseconds, expected in ((200, (1, 0)), (300, (0, 1))):
        at = pd.Timestamp(START + microseconds * US, unit="ns", tz="UTC")
        counts = ledger.view(at=at, window_seconds=None).measure(order_counts)
        assert (counts.denied, counts.failed) == expected


@settings(max_examples=8)
@given(st.integers(0, 1 << 40).map(random.Random))
def test_the_order_of_reading_tells_the_same(rng: random.Random) -> None:
    """Two files read in slices, late lines among them, count as one run line after line."""
    kinds = rng.choices(tuple(FILES), k=rng.randint(2, 12))
    rows = [line(what, rng.randrange(4_000)) for what in sorted(kinds)]
    rows.sort(key=lambda row: (row["raw_generation"], row["ts_event"]))
    frame = event_frame(rows)
    expected = picture(told(frame, [[place] for place in in_time(rows)]).view(window_seconds=None))
    assert picture(told(frame, in_slices(rows, rng)).view(window_seconds=None)) == expected
