"""A picture that was taken never changes, whatever is told and read before it is asked."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import Ledger, View
from metrics import conservation
from tests.examples import examples
from tests.ledger.conftest import event_frame
from tests.ledger.picture import picture
from tests.ledger.stories import in_slices, story

S = 10**9
T = 1_756_757_303 * S


def order(name: str, symbol: str, seconds: int, source: str = "a") -> list[dict[str, Any]]:
    told = {"client_order_id": name, "symbol": symbol, "source": source}
    return [
        {**told, "ts_event": T + seconds * S, "kind": "order.submitted"},
        {**told, "ts_event": T + seconds * S + 10**6, "kind": "order.accepted"},
    ]


def seen(view: View) -> Any:
    """All that can be asked of a picture."""
    return (
        picture(view),
        view.tally_rows,
        view.tally_by_minute().to_dict("list"),
        view.notable_rows,
        view.measure(conservation.conservation),
        view.open_orders["client_order_id"].tolist(),
    )


@pytest.mark.parametrize("filters", [{}, {"source": "a"}, {"symbol": "BTC"}])
@pytest.mark.parametrize("window_seconds", [None, 300.0])
def test_an_older_line_of_a_new_symbol_changes_no_picture(
    filters: dict[str, str], window_seconds: float | None
) -> None:
    """Asked after a late order was told, a picture says what it said before, and adds up."""
    rows = [*order("1", "BTC", 0), *order("2", "BTC", 3), *order("3", "ETH", 0, "b")]
    frame = event_frame(rows + order("4", "SOL", 1) + order("5", "BTC", 9))
    views = []
    for _ in range(2):
        ledger = Ledger()
        ledger.fold(frame.iloc[:6])
        views.append(ledger.view(window_seconds=window_seconds, **filters))
        if len(views) == 2:
            ledger.fold(frame.iloc[6:8])
            ledger.fold(frame.iloc[8:])
    before, after = views
    assert seen(after) == seen(before)
    assert after.measure(conservation.conservation).holds


@examples(8)
@given(st.integers(0, 1 << 40).map(random.Random))
def test_pictures_asked_late_are_those_asked_at_once(rng: random.Random) -> None:
    """Stories read in any order: each picture on the way is the same, asked now or at the end."""
    rows = story(rng)
    frame = event_frame(rows)
    ledgers = Ledger(order_capacity=8), Ledger(order_capacity=8)
    at_once, late = [], []
    for places in in_slices(rows, rng):
        for ledger in ledgers:
            ledger.fold(frame.iloc[places])
        window = rng.choice((None, 10.0, 60.0))
        at_once.append(seen(ledgers[0].view(window_seconds=window)))
        late.append(ledgers[1].view(window_seconds=window))
    assert [seen(view) for view in late] == at_once
