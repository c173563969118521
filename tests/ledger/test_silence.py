"""An order expires in silence only where its own system has such a rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from ledger import Ledger
from ledger.order import FAR
from ledger.silence import Silence

Maker = Callable[[list[dict[str, Any]]], pd.DataFrame]
T = 1_700_000_000_000_000_000
S = 1_000_000_000
DAY_LATER = pd.Timestamp(T + 86_400 * S, unit="ns", tz="UTC")


def submit(source: str, **more: Any) -> dict[str, Any]:
    return {"ts_event": T, "kind": "order.submitted", "source": source, **more}


def told(frame: pd.DataFrame, seconds: float | None) -> pd.DataFrame:
    """Return the frame as it comes of a dialect with that limit."""
    frame.attrs = {} if seconds is None else {"expiry_seconds": seconds}
    return frame


def test_sources_of_one_ledger_keep_their_own_limits(make_events: Maker) -> None:
    """Unanswered for a day: expired after 300 s, after 60 s, and never."""
    ledger = Ledger()
    for source, seconds in (("aurora", 300.0), ("short", 60.0), ("other", None)):
        ledger.fold(told(make_events([submit(source)]), seconds))
    view = ledger.view(at=DAY_LATER, window_seconds=None)
    orders = view.orders.set_index("source")
    assert orders["status"].to_dict() == {
        "aurora": "expired",
        "short": "expired",
        "other": "submitted",
    }
    lapsed = orders["ts_closed"]
    assert lapsed["aurora"].value - T == 300 * S
    assert lapsed["short"].value - T == 60 * S
    assert pd.isna(lapsed["other"])
    assert pd.isna(orders["ts_expires"]["other"])
    assert view.lapsed_orders == 2
    assert len(view.open_orders) == 1


def test_an_order_without_a_limit_is_still_meant_after_a_day(make_events: Maker) -> None:
    """An answer without an id, a day later, is that of the order that waits, and no orphan."""
    answer = {"ts_event": T + 86_400 * S, "kind": "order.accepted", "source": "other"}
    for seconds, count in ((None, 1), (300.0, 2)):
        ledger = Ledger()
        ledger.fold(told(make_events([submit("other"), answer]), seconds))
        assert len(ledger.view(window_seconds=None).orders) == count


def test_the_time_that_an_order_names_goes_before_its_systems(make_events: Maker) -> None:
    """A submit that says how long it lives expires by that, whatever the rule of its system."""
    for seconds in (None, 300.0):
        ledger = Ledger()
        ledger.fold(told(make_events([submit("own", value=3600.0)]), seconds))
        orders = ledger.view(at=DAY_LATER, window_seconds=None).orders
        assert orders["status"].tolist() == ["expired"]
        assert orders["ts_expires"].iloc[0].value == T + 3600 * S


def test_a_later_frame_that_tells_no_limit_takes_none_away() -> None:
    """What a source told of its limit holds until it tells another."""
    silence = Silence()
    silence.learn([3], 300.0)
    silence.learn([3], None)
    assert (silence.of(3), silence.of(4)) == (300 * S, FAR)
