"""Quantity, limit, stops and mode of an order are those of its lines, however late one is read."""

from __future__ import annotations

import random
from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from ledger import Ledger
from ledger.terms import COLUMNS
from tests.examples import examples
from tests.ledger.conftest import event_frame
from tests.ledger.picture import picture
from tests.ledger.stories import START, S, in_slices, in_time, story

SEEDS = st.integers(0, 1 << 40).map(random.Random)
Terms = dict[int, tuple[float | None, float | None, str | None]]


def terms_of(rng: random.Random, lines: int) -> Terms:
    """What some lines tell: often one term alone, and not always the same."""
    return {
        place: (
            rng.choice((None, 1.0, 2.0)),
            rng.choice((None, None, 3.0)),
            rng.choice((None, "paper", "live")),
        )
        for place in range(lines)
        if rng.random() < 0.6
    }


def told(frame: pd.DataFrame, terms: Terms, slices: list[list[int]]) -> Ledger:
    ledger = Ledger()
    for places in slices:
        known = {n: terms[place] for n, place in enumerate(places) if place in terms}
        rows = pd.DataFrame(list(known.values()), columns=list(COLUMNS), index=list(known))
        ledger.fold(frame.iloc[places], rows)
    return ledger


@examples(20)
@given(SEEDS)
def test_a_late_line_leaves_the_terms_of_reading_in_turn(rng: random.Random) -> None:
    """Files read in slices, in any order: each order is agreed on as if read line after line."""
    rows = story(rng)
    frame, terms = event_frame(rows), terms_of(rng, len(rows))
    expected = told(frame, terms, [[place] for place in in_time(rows)])
    found = told(frame, terms, in_slices(rows, rng))
    assert picture(found.view(window_seconds=None)) == picture(expected.view(window_seconds=None))


@examples(12)
@given(SEEDS)
def test_no_moment_knows_terms_that_were_told_later(rng: random.Random) -> None:
    """A picture of the past is that of a run that stopped there, its terms too."""
    rows = story(rng)
    frame, terms = event_frame(rows), terms_of(rng, len(rows))
    whole = told(frame, terms, in_slices(rows, rng))
    for _ in range(3):
        until = START + rng.randrange(75) * S
        stopped = told(frame, terms, [[p for p in in_time(rows) if rows[p]["ts_event"] <= until]])
        at = pd.Timestamp(until, unit="ns", tz="UTC")
        seen, expected = (each.view(at=at, window_seconds=None) for each in (whole, stopped))
        assert picture(seen) == picture(expected)


def line(second: int, kind: str, **more: Any) -> dict[str, Any]:
    named = {"ts_event": START + second * S, "kind": f"order.{kind}", "client_order_id": "o"}
    return {**named, "raw_offset": 100 * second, **more}


def test_the_submit_that_is_read_last_has_the_first_word() -> None:
    """The ack told another stop and a mode: the stop is the submit's, the mode stays the ack's."""
    rows = [line(0, "submitted", quantity=5.0, price=10.0), line(1, "accepted")]
    terms: Terms = {0: (1.0, None, None), 1: (2.0, 3.0, "paper")}
    for slices in ([[0], [1]], [[1], [0]]):
        view = told(event_frame(rows), terms, slices).view(window_seconds=None)
        (order,) = view.orders.to_dict("records")
        names = ("order_quantity", "limit_price", "stop_loss_price", "take_profit_price", "mode")
        assert [order[name] for name in names] == [5.0, 10.0, 1.0, 3.0, "paper"]
        early = told(event_frame(rows), terms, slices).view(
            at=pd.Timestamp(START, unit="ns", tz="UTC"), window_seconds=None
        )
        assert early.orders["stop_loss_price"].tolist() == [1.0]
        assert early.orders[["take_profit_price", "mode"]].isna().all(axis=None)
