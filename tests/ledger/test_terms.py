"""Stop loss, take profit and mode of orders: as far as somebody told them, in whatever order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from ledger import Ledger, order_lives
from tests.ledger.conftest import event_frame

Make = Callable[[list[dict[str, Any]]], pd.DataFrame]
T = 1_800_000_000_000_000_000
S = 1_000_000_000
TERMS = ["stop_loss_price", "take_profit_price", "mode"]


def event(second: int, kind: str, name: str) -> dict[str, Any]:
    return {"ts_event": T + second * S, "kind": f"order.{kind}", "client_order_id": name}


def told(**rows: tuple[int, float | None, float | None, str | None]) -> pd.DataFrame:
    """The terms of events, by their number."""
    values = [row[1:] for row in rows.values()]
    return pd.DataFrame(values, columns=TERMS, index=[row[0] for row in rows.values()])


def terms_in(orders: pd.DataFrame) -> dict[str, list[Any]]:
    """The terms by client order id, what is missing as None."""
    known = orders.set_index("client_order_id")[TERMS].astype("object")
    return {
        str(name): row for name, row in known.where(known.notna(), None).T.to_dict("list").items()
    }


def test_terms_are_those_of_their_own_order(make_events: Make) -> None:
    """An order has what was told of it, its neighbors have nothing: missing, never 0."""
    frame = make_events([event(n, "submitted", f"o{n}") for n in range(4)])
    terms = told(one=(1, 1.16, 1.17, "paper"), other=(3, None, None, "live"))
    assert terms_in(order_lives(frame, terms)) == {
        "o0": [None, None, None],
        "o1": [1.16, 1.17, "paper"],
        "o2": [None, None, None],
        "o3": [None, None, "live"],
    }
    assert terms_in(order_lives(frame))["o1"] == [None, None, None]


def test_the_first_that_tells_a_term_is_right_and_later_ones_add(make_events: Make) -> None:
    """A fill that tells another stop changes nothing; what was missing is added."""
    frame = make_events([event(0, "submitted", "o"), event(1, "filled", "o")])
    terms = told(submit=(0, 1.5, None, None), fill=(1, 9.9, 2.5, "paper"))
    assert terms_in(order_lives(frame, terms)) == {"o": [1.5, 2.5, "paper"]}


@given(st.permutations(range(6)), st.integers(min_value=0, max_value=6))
def test_the_order_of_reading_does_not_matter(order: list[int], cut: int) -> None:
    """Read late, in two parts, an answer before its submit: the terms are the same."""
    rows = [event(n // 2, kind, f"o{n % 2}") for n, kind in enumerate(
        ["submitted", "submitted", "accepted", "accepted", "filled", "canceled"]
    )]  # fmt: skip
    for number, row in enumerate(rows):
        row["raw_offset"] = 100 * number
    terms = {0: (1.0, 2.0, "paper"), 1: (3.0, None, "live")}
    ledger = Ledger()
    for part in (order[:cut], order[cut:]):
        if part:
            mine = {place: terms[n] for place, n in enumerate(part) if n in terms}
            known = pd.DataFrame(mine.values(), columns=TERMS, index=list(mine))
            ledger.fold(event_frame([rows[n] for n in part]), known)
    found = terms_in(ledger.view(window_seconds=None).orders)
    assert found == {"o0": [1.0, 2.0, "paper"], "o1": [3.0, None, "live"]}


def test_terms_stay_when_old_orders_are_let_go(make_events: Make) -> None:
    """Rows are numbered anew when there are too many; each order keeps its own terms."""
    ledger = Ledger(order_capacity=10)
    for n in range(60):
        frame = make_events(
            [event(2 * n, "submitted", f"o{n}"), event(2 * n + 1, "filled", f"o{n}")]
        )
        ledger.fold(
            frame.assign(raw_offset=[200 * n, 200 * n + 100]), told(it=(0, n, n + 1, f"m{n}"))
        )
    found = terms_in(ledger.view(window_seconds=None).orders)
    assert 10 <= len(found) <= 21
    assert all(
        row == [int(name[1:]), int(name[1:]) + 1, f"m{name[1:]}"] for name, row in found.items()
    )
