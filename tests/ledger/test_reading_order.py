"""What the ledger knows is what the lines say, whatever the order in which they were read."""

from __future__ import annotations

import random

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import Ledger
from tests.examples import examples
from tests.ledger.conftest import event_frame
from tests.ledger.picture import picture
from tests.ledger.stories import START, S, in_slices, in_time, story

SEEDS = st.integers(0, 1 << 40).map(random.Random)


def told(frame: pd.DataFrame, slices: list[list[int]]) -> Ledger:
    ledger = Ledger()
    for places in slices:
        ledger.fold(frame.iloc[places])
    return ledger


@examples(15)
@given(SEEDS)
def test_slices_in_any_order_tell_the_same(rng: random.Random) -> None:
    """Orders, counts and latencies are those of a run that read line after line as written."""
    rows = story(rng)
    frame = event_frame(rows)
    expected = picture(told(frame, [[place] for place in in_time(rows)]).view(window_seconds=None))
    assert picture(told(frame, in_slices(rows, rng)).view(window_seconds=None)) == expected


@pytest.mark.parametrize("window_seconds", [None, 10.0])
@examples(12)
@given(rng=SEEDS)
def test_any_moment_tells_only_what_was_known(
    window_seconds: float | None, rng: random.Random
) -> None:
    """With late lines too, a picture of the past is that of a run that stopped there."""
    rows = story(rng)
    frame = event_frame(rows)
    whole = told(frame, in_slices(rows, rng))
    for _ in range(4):
        until = START + rng.randrange(75) * S
        stopped = told(frame, [[p for p in in_time(rows) if rows[p]["ts_event"] <= until]])
        at = pd.Timestamp(until, unit="ns", tz="UTC")
        seen = whole.view(at=at, window_seconds=window_seconds)
        assert picture(seen) == picture(stopped.view(at=at, window_seconds=window_seconds))
