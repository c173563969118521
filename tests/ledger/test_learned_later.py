"""What an order was told of later in its life was not known before, and is unlearned as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from ledger import Ledger

S = 1_000_000_000
T = 1_756_757_303 * S
Maker = Callable[[list[dict[str, Any]]], pd.DataFrame]


def line(after_s: int, kind: str, **more: Any) -> dict[str, Any]:
    row = {"ts_event": T + after_s * S, "kind": f"order.{kind}", "raw_offset": 100 * after_s}
    return {**row, "client_order_id": "1", **more}


def known(ledger: Ledger, after_s: int) -> list[str]:
    """Return symbol, side, route and reason of the one order as a picture of that moment tells."""
    at = pd.Timestamp(T + after_s * S, unit="ns", tz="UTC")
    orders = ledger.view(at=at, window_seconds=None).orders
    return [str(orders[name].iloc[0]) for name in ("symbol", "side", "route", "reason")]


@pytest.fixture
def story(make_events: Maker) -> pd.DataFrame:
    return make_events(
        [
            line(0, "submitted", quantity=1.0),
            line(10, "accepted", symbol="X", side="buy"),
            line(20, "partially_filled", route="maker", quantity=0.5, price=2.0),
            line(30, "canceled", reason="WHY"),
        ]
    )


def test_a_picture_knows_no_word_before_it_was_told(story: pd.DataFrame) -> None:
    """Symbol, side, route and reason come one after the other, in pictures of the past too."""
    ledger = Ledger()
    ledger.fold(story)
    assert known(ledger, 9) == ["nan", "nan", "nan", "nan"]
    assert known(ledger, 19) == ["X", "buy", "nan", "nan"]
    assert known(ledger, 29) == ["X", "buy", "maker", "nan"]
    assert known(ledger, 30) == ["X", "buy", "maker", "WHY"]


def test_a_late_line_has_the_first_word(make_events: Maker, story: pd.DataFrame) -> None:
    """A symbol told earlier, but read later, is the order's: the one read before is unlearned."""
    ledger = Ledger()
    ledger.fold(story)
    ledger.fold(make_events([line(5, "accepted", symbol="Y", route="taker")]))
    assert known(ledger, 4) == ["nan", "nan", "nan", "nan"]
    assert known(ledger, 5) == ["Y", "nan", "taker", "nan"]
    assert known(ledger, 30) == ["Y", "buy", "taker", "WHY"]


def test_a_filter_by_symbol_shows_an_order_once_its_symbol_was_told(story: pd.DataFrame) -> None:
    """Before the symbol is known the order is not among those of that symbol."""
    ledger = Ledger()
    ledger.fold(story)
    for after_s, expected in ((9, 0), (10, 1)):
        at = pd.Timestamp(T + after_s * S, unit="ns", tz="UTC")
        assert len(ledger.view(at=at, window_seconds=None, symbol="X").open_orders) == expected


def test_what_the_submit_says_is_unknown_before_it(make_events: Maker) -> None:
    """An order that is answered before its submit has no quantity and no price until then."""
    ledger = Ledger()
    ledger.fold(make_events([line(0, "accepted"), line(5, "submitted", quantity=3.0, price=7.0)]))
    for after_s, expected in ((4, ["nan", "nan"]), (5, ["3.0", "7.0"])):
        at = pd.Timestamp(T + after_s * S, unit="ns", tz="UTC")
        orders = ledger.view(at=at, window_seconds=None).orders
        shown = [str(orders[name].iloc[0]) for name in ("order_quantity", "limit_price")]
        assert shown == expected
