"""Pictures of one source or symbol, and what is late."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from ledger import Ledger
from metrics.latency import latency_percentiles

S = 1_000_000_000
T = 1_756_757_303 * S
Maker = Callable[[list[dict[str, Any]]], pd.DataFrame]


def moment(after_s: int) -> pd.Timestamp:
    return pd.Timestamp(T + after_s * S, unit="ns", tz="UTC")


def test_the_last_moment_is_that_of_the_source(make_events: Maker) -> None:
    """A picture of one source ends at its own newest event and begins at its own oldest."""
    rows = [
        {"ts_event": T, "kind": "signal", "source": "busy"},
        {"ts_event": T + S, "kind": "order.submitted", "source": "quiet"},
        {"ts_event": T + 2 * S, "kind": "order.accepted", "source": "quiet"},
        {"ts_event": T + 9000 * S, "kind": "signal", "source": "busy"},
    ]
    ledger = Ledger()
    ledger.fold(make_events(rows))
    view = ledger.view(source="quiet", window_seconds=60)
    assert (view.at, view.newest, view.oldest) == (moment(2), moment(2), moment(1))
    assert view.orders["status"].tolist() == ["accepted"]
    assert len(view.open_orders) == 1
    everything = ledger.view(window_seconds=None)
    assert (everything.at, everything.oldest) == (moment(9000), moment(0))
    assert ledger.view(source="nobody").newest is None


def test_an_order_whose_end_names_no_symbol_has_ended(make_events: Maker) -> None:
    """The picture of a symbol reaches to the end of its orders, told with a symbol or without."""
    rows = [
        {"ts_event": T, "kind": "order.submitted", "symbol": "X", "client_order_id": "1"},
        {"ts_event": T + S, "kind": "order.canceled", "client_order_id": "1"},
    ]
    ledger = Ledger()
    ledger.fold(make_events(rows))
    view = ledger.view(symbol="X", window_seconds=None)
    assert view.orders["status"].tolist() == ["canceled"]
    assert view.open_orders.empty


def test_late_is_late_for_its_own_source(make_events: Maker) -> None:
    """A slow source is not late beside a fast one; a line behind its own newest is."""
    ledger = Ledger()
    ledger.fold(make_events([{"ts_event": T + 60 * S, "kind": "signal", "source": "fast"}]))
    slow = [{"ts_event": T + n * S, "kind": "signal", "source": "slow"} for n in (1, 2)]
    assert ledger.fold(make_events(slow)).late == {}
    again = [{"ts_event": T + S + 1, "kind": "signal", "source": "slow"}]
    assert ledger.fold(make_events(again)).late == {"slow": 1}


def test_a_filtered_window_behind_what_is_kept_says_so(make_events: Maker) -> None:
    """Of one symbol no histogram is kept: its percentiles cover the newest part, and say that."""
    ledger = Ledger(capacity=100)
    ledger.fold(make_events([{"ts_event": T - S, "kind": "signal", "symbol": "Y"}]))
    for start in range(0, 400, 50):
        rows = [
            {
                "ts_event": T + (start + n) * S,
                "kind": "route.decided",
                "symbol": "X",
                "latency_seconds": 0.01,
            }
            for n in range(50)
        ]
        ledger.fold(make_events(rows))
    one = ledger.view(symbol="X", window_seconds=None).measure(
        latency_percentiles, stage="decision"
    )
    assert one.label == "newest kept"
    assert 0 < one.n < 400
    whole = ledger.view(window_seconds=None).measure(latency_percentiles, stage="decision")
    assert (whole.n, whole.label) == (400, "± 0.4 %")
    near = ledger.view(symbol="X", window_seconds=30).measure(latency_percentiles, stage="decision")
    assert (near.n, near.label) == (30, "exact")
