"""Live and any moment are one fold; the order in which lines are read does not matter."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ledger import Ledger, View
from tests.ledger.desk_day import MS, START, day

Maker = Callable[[list[dict[str, Any]]], pd.DataFrame]


def summary(view: View) -> dict[str, Any]:
    """Everything a viewer could see of a picture, in comparable form."""
    tally = view.tally.astype(object).where(view.tally.notna(), None)
    orders = view.orders.sort_values(["raw_offset", "session_id"])
    shown = orders[
        [
            "session_id",
            "client_order_id",
            "status",
            "filled_quantity",
            "route",
            "ts_submitted",
            "ts_accepted",
            "ts_first_fill",
            "ts_closed",
        ]
    ].astype(object)
    return {
        "tally": Counter({tuple(row[:-1]): row[-1] for row in tally.itertuples(index=False)}),
        "orders": shown.where(shown.notna(), None).to_numpy().tolist(),
        "open": len(view.open_orders),
        "ack": view.latency("order_ack").seconds.tolist(),
        "fill": view.latency("first_fill").seconds.tolist(),
        "newest": view.newest,
    }


def told(frame: pd.DataFrame, pieces: int = 1) -> Ledger:
    ledger = Ledger()
    for piece in np.array_split(np.arange(len(frame)), pieces):
        ledger.fold(frame.iloc[piece])
    return ledger


@pytest.mark.parametrize("window_seconds", [None, 45.0])
def test_any_moment_equals_a_run_that_stopped_there(
    make_events: Maker, window_seconds: float | None
) -> None:
    """At 200 random moments, half of them in each window: the picture of a run stopped there."""
    rows = day(seed=3)
    frame = make_events(rows)
    whole = told(frame, pieces=7)
    rng = random.Random(window_seconds)  # other moments in each window
    span = rows[-1]["ts_event"] - START + 400_000 * MS
    for _ in range(100):
        at = pd.Timestamp(START + rng.randrange(span), unit="ns", tz="UTC")
        stopped = told(frame[frame["ts_event"] <= at])
        seen = whole.view(at=at, window_seconds=window_seconds)
        expected = stopped.view(at=at, window_seconds=window_seconds)
        assert summary(seen) == summary(expected), at


@pytest.mark.parametrize("seed", range(8))
def test_reading_order_does_not_matter(make_events: Maker, seed: int) -> None:
    """Lines shuffled within 30 seconds, read in pieces, give the picture of the sorted run."""
    rows = day(seed=seed)
    frame = make_events(rows)
    rng = random.Random(seed)
    jitter = [row["ts_event"] + rng.randrange(30_000) * MS for row in rows]
    shuffled = frame.iloc[np.argsort(jitter, kind="stable")]
    expected = summary(told(frame).view(window_seconds=None))
    assert summary(told(shuffled, pieces=40).view(window_seconds=None)) == expected


def test_a_picture_does_not_learn_after_it_was_taken(make_events: Maker) -> None:
    """Orders read from a picture later know nothing that was folded after it was taken."""
    rows = day(seed=5)
    frame = make_events(rows)
    half = len(frame) // 2
    now = pd.Timestamp(rows[-1]["ts_event"], unit="ns", tz="UTC")
    expected = told(frame.iloc[:half]).view(at=now, window_seconds=None)
    ledger = told(frame.iloc[:half])
    early = ledger.view(at=now, window_seconds=None)
    ledger.fold(frame.iloc[half:])
    assert summary(early) == summary(expected)
