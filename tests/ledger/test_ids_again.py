"""Ids that are used again, by another session or after their order ended."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ledger import Ledger, View
from metrics.conservation import conservation_of_counts
from metrics.orders import order_counts

S = 1_000_000_000
T = 1_756_757_303 * S
Maker = Callable[[list[dict[str, Any]]], pd.DataFrame]


def event(after_s: float, kind: str, name: str | None = None, **more: Any) -> dict[str, Any]:
    row = {"ts_event": T + round(after_s * S), "kind": f"order.{kind}", **more}
    return row if name is None else {**row, "client_order_id": name}


def view_of(frame: pd.DataFrame, pieces: int = 1) -> View:
    ledger = Ledger()
    for piece in np.array_split(np.arange(len(frame)), pieces):
        ledger.fold(frame.iloc[piece])
    return ledger.view(window_seconds=None)


def statuses(view: View) -> list[tuple[str, str]]:
    orders = view.orders.sort_values(["session_id", "ts_submitted"])
    return list(zip(orders["session_id"], orders["status"], strict=True))


def test_two_sessions_may_use_the_same_ids(make_events: Maker) -> None:
    """Each session's answers reach its own order, though both orders are called alike."""
    rows = [
        event(0, "submitted", "1", session_id="a"),
        event(1, "submitted", "1", session_id="b"),
        event(2, "filled", "1", session_id="a"),
        event(3, "rejected", "1", session_id="b"),
    ]
    view = view_of(make_events(rows))
    assert statuses(view) == [("a", "filled"), ("b", "rejected")]
    counts = view.measure(order_counts)
    assert (counts.submitted, counts.filled, counts.failed, counts.orphans) == (2, 1, 1, 0)


def test_an_id_may_come_back_after_its_order_ended(make_events: Maker) -> None:
    """The second life of an id is an order of its own; the first one keeps its end."""
    rows = [
        event(0, "submitted", "1"),
        event(1, "filled", "1"),
        event(2, "submitted", "1"),
        event(3, "accepted", "1"),
        event(4, "canceled", "1"),
    ]
    view = view_of(make_events(rows))
    assert [status for _, status in statuses(view)] == ["filled", "canceled"]
    assert view.measure(order_counts).submitted == 2


def test_a_submit_told_again_is_no_second_order(make_events: Maker) -> None:
    """While the order lives, a repeated submit changes nothing."""
    rows = [event(0, "submitted", "1"), event(1, "submitted", "1"), event(2, "accepted", "1")]
    view = view_of(make_events(rows))
    assert view.measure(order_counts).submitted == 1
    assert view.orders["order_ack_seconds"].tolist() == [2.0]


def test_a_new_session_ends_what_an_old_one_left(make_events: Maker) -> None:
    """A bot that was started anew cancels its resting order: one order, ended, nothing pending."""
    rows = [
        event(0, "submitted", "1", session_id="monday"),
        event(1, "accepted", "1", session_id="monday"),
        event(60, "canceled", "1", session_id="tuesday"),
    ]
    for order in (rows, [rows[2], rows[0], rows[1]]):
        view = view_of(make_events(order), pieces=3)
        assert view.orders["status"].tolist() == ["canceled"]
        assert view.orders["ts_accepted"].notna().all()
        assert view.open_orders.empty
        assert view.measure(order_counts).orphans == 0


def test_an_answer_before_its_submit_is_no_orphan(make_events: Maker) -> None:
    """Two clocks may tell the answer first: one order, no orphan, and no latency below zero."""
    rows = [event(0, "accepted", "1"), event(1, "submitted", "1"), event(2, "filled", "1")]
    view = view_of(make_events(rows))
    counts = view.measure(order_counts)
    assert (counts.submitted, counts.ack, counts.filled, counts.orphans) == (1, 1, 1, 0)
    assert view.orders["order_ack_seconds"].isna().all()
    assert view.orders["first_fill_seconds"].tolist() == [1.0]
    assert view.measure(conservation_of_counts).holds


def test_overfilled_leaves_nothing(make_events: Maker) -> None:
    """More filled than ordered leaves zero, not less than zero."""
    rows = [event(0, "submitted", "1", quantity=1.0), event(1, "filled", "1", quantity=3.0)]
    assert view_of(make_events(rows)).orders["leaves_quantity"].tolist() == [0.0]


@pytest.mark.parametrize("seed", range(6))
def test_in_which_order_folders_are_read_does_not_matter(make_events: Maker, seed: int) -> None:
    """Five ids, used over and over in two sessions, live the same however reading alternates."""
    rng = random.Random(seed)
    rows = {"a": [], "b": []}
    for session, story_of in rows.items():
        at = rng.random()
        for number in range(40):
            ends = rng.choice(["filled", "canceled", "rejected"])
            for kind in ["submitted", *(["accepted"] if rng.random() < 0.7 else []), ends]:
                at += rng.uniform(0.01, 2)
                place = 100 * len(story_of)
                story_of.append(
                    event(at, kind, str(number % 5), session_id=session, raw_offset=place)
                )
    expected = view_of(make_events(sorted(rows["a"] + rows["b"], key=lambda row: row["ts_event"])))
    assert expected.measure(order_counts).submitted == 80
    for _ in range(5):
        left = {name: list(story) for name, story in rows.items()}
        mixed = []
        while any(left.values()):
            name = rng.choice([name for name, story in left.items() if story])
            mixed += [left[name].pop(0) for _ in range(min(len(left[name]), rng.randrange(1, 9)))]
        assert statuses(view_of(make_events(mixed), pieces=30)) == statuses(expected)
