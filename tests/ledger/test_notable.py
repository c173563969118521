"""Rare events: what is kept, and who is told."""

from __future__ import annotations

import random
from collections.abc import Callable
from operator import itemgetter
from typing import Any

import pandas as pd
import pytest

from ledger import Ledger
from metrics.breaker import breaker
from metrics.orders import order_counts

S = 1_000_000_000
T = 1_756_757_303 * S
Maker = Callable[[list[dict[str, Any]]], pd.DataFrame]
HALT = {"ts_event": T, "kind": "breaker.changed", "code": "AURORA.HALT", "decision": "open"}


def test_a_halt_is_not_crowded_out(make_events: Maker) -> None:
    """After 5,000 health lines of two sources a halt still stops the bot, now and back then."""
    ledger = Ledger()
    ledger.fold(make_events([{**HALT, "source": "bot"}]))
    for start in range(0, 5_000, 500):
        health = [
            {"ts_event": T + (start + n) * S, "kind": "health", "source": ("bot", "other")[n % 2]}
            for n in range(500)
        ]
        ledger.fold(make_events(health))
        ledger.view()
    late = pd.Timestamp(T + 4_000 * S, unit="ns", tz="UTC")
    assert ledger.view().measure(breaker).triggered is True
    assert ledger.view(at=late).measure(breaker).triggered is True


def test_what_is_kept_does_not_follow_from_how_it_was_read(make_events: Maker) -> None:
    """6,000 rare lines at once, in random order, leave the rows that they leave piece by piece."""
    rng = random.Random(7)
    lines = [
        {
            "ts_event": T + rng.randrange(2_000) * S,
            "kind": rng.choice(("health", "error", "alert", "breaker.changed")),
            "code": f"C{rng.randrange(20)}",
            "source": rng.choice(("bot", "other")),
            "reason": f"r{n}",
            "raw_offset": n,
        }
        for n in range(6_000)
    ]
    whole, parts = Ledger(), Ledger()
    whole.fold(make_events(lines))
    in_turn = sorted(lines, key=itemgetter("ts_event", "raw_offset"))
    for start in range(0, len(lines), 100):
        parts.fold(make_events(in_turn[start : start + 100]))
    place = itemgetter("ts_event", "raw_offset")
    found, expected = (sorted(each.view().notable_rows, key=place) for each in (whole, parts))
    assert found == expected


def test_a_kill_switch_outlives_a_restless_breaker(make_events: Maker) -> None:
    """The last word on each stop stays when 3,000 flips of another follow it."""
    kill = {**HALT, "code": "KILL_SWITCH_TRIGGERED"}
    flips = [
        {
            "ts_event": T + n * S,
            "kind": "breaker.changed",
            "code": "EXCHANGE.CB.STATE",
            "decision": ("closed", "open")[n % 2],
        }
        for n in range(1, 3_001)
    ]
    ledger = Ledger()
    for piece in [kill], flips[:1_500], flips[1_500:]:
        ledger.fold(make_events(piece))
        ledger.view().measure(breaker)
    assert [stop.name for stop in ledger.view().measure(breaker).stops] == ["kill switch"]


@pytest.mark.parametrize(("account", "triggered"), [("A1", True), ("A2", None), (None, True)])
def test_a_halt_is_of_its_own_account(
    make_events: Maker, account: str | None, triggered: bool | None
) -> None:
    """A halt stops its account; one without a symbol stops every symbol of it."""
    ledger = Ledger()
    other = {"ts_event": T, "kind": "signal", "account_id": "A2", "symbol": "X"}
    ledger.fold(make_events([{**HALT, "account_id": "A1"}, other]))
    assert ledger.view(account=account).measure(breaker).triggered is triggered
    assert ledger.view(account=account, symbol="X").measure(breaker).triggered is triggered


def test_what_has_no_time_is_told_of_everything_alone(make_events: Maker) -> None:
    """A halt without a time counts in the picture of everything, at no moment and in no window."""
    ledger = Ledger()
    ledger.fold(make_events([{**HALT, "ts_event": None}, {"ts_event": T, "kind": "signal"}]))
    assert ledger.view(window_seconds=None).measure(breaker).triggered is True
    assert ledger.view(window_seconds=300).measure(breaker).triggered is None
    before = pd.Timestamp(T - S, unit="ns", tz="UTC")
    assert ledger.view(at=before, window_seconds=None).measure(breaker).triggered is None


def test_orders_without_a_time_are_counted_as_such(make_events: Maker) -> None:
    """Events of orders that name no time make no order, and a count says how many there are."""
    rows = [{"ts_event": None, "kind": f"order.{what}"} for what in ("submitted", "filled")]
    ledger = Ledger()
    ledger.fold(make_events([*rows, {"ts_event": T, "kind": "order.submitted"}]))
    counts = ledger.view(window_seconds=None).measure(order_counts)
    assert (counts.submitted, counts.filled, counts.untimed) == (1, 0, 2)
    assert ledger.view(window_seconds=60).measure(order_counts).untimed == 0
