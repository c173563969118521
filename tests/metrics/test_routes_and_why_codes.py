"""Route decisions and the reasons of refusals."""

from __future__ import annotations

import pandas as pd

from metrics.routes import route_counts, taker_ratio
from metrics.why_codes import why_code_counts


def test_routes_are_decisions_not_orders(make_tally):
    """Only decisions count; the route that an order inherited does not count again."""
    tally = make_tally(
        {"what": "route.decided", "route": "maker", "n": 3},
        {"what": "route.decided", "route": "taker"},
        {"what": "route.decided", "route": "cancel", "n": 2},
        {"what": "submitted", "route": "maker", "n": 3},
        {"what": "order.denied", "route": "deny", "n": 4},
        {"what": "order.denied", "n": 5},
    )
    counts = route_counts(tally)
    assert (counts.maker, counts.taker, counts.deny, counts.cancel) == (3, 1, 4, 2)
    assert taker_ratio(tally).value == 0.25


def test_executions_stand_in_for_decisions_that_nobody_tells(make_tally):
    """29,851 maker and 20,149 taker are 40.3 %; where a session decides, its fills add nothing."""
    fills = {"what": "order.filled", "source": "s", "session_id": "dataset"}
    live = {"source": "s", "session_id": "live"}
    tally = make_tally(
        {**fills, "route": "maker", "n": 29_851},
        {**fills, "route": "taker", "n": 20_000},
        {**fills, "what": "order.partially_filled", "route": "taker", "n": 149},
        {**fills, "what": "order.submitted", "route": "taker", "n": 7},
        {**fills, "what": "filled", "route": "taker", "n": 7},
        {**fills, "n": 7},
    )
    assert (route_counts(tally).maker, route_counts(tally).taker) == (29_851, 20_149)
    assert round(100 * taker_ratio(tally).value, 1) == 40.3
    both = make_tally(
        {**fills, "route": "maker", "n": 2},
        {**live, "what": "route.decided", "route": "maker"},
        {**live, "what": "order.filled", "route": "taker", "n": 5},
    )
    assert (route_counts(both).maker, route_counts(both).taker) == (3, 0)


def test_no_route_is_no_ratio(make_tally):
    """Without a maker or taker decision the taker ratio is unknown."""
    assert taker_ratio(make_tally({"what": "route.decided", "route": "deny"})).value is None
    assert route_counts(pd.DataFrame()).maker == 0


def test_agreeing_codes_are_no_reasons(make_tally):
    """OK_… and the bare routes are left out; steps of lives and twins do not count again."""
    tally = make_tally(
        {"what": "order.skipped", "reason": "WHY_NEGATIVE_EDGE", "n": 3},
        {"what": "order.denied", "reason": "WHY_NEGATIVE_EDGE", "n": 3},
        {"what": "denied", "reason": "WHY_NEGATIVE_EDGE", "n": 3},
        {"what": "telemetry.twin.order.denied", "reason": "WHY_NEGATIVE_EDGE", "n": 3},
        {"what": "order.rejected", "reason": "WHY_CONN_ERR", "n": 1},
        {"what": "risk.decision", "reason": "OK_SIZING", "n": 7},
        {"what": "route.decided", "reason": "TAKER", "n": 7},
        {"what": "signal"},
    )
    assert why_code_counts(tally) == {"WHY_NEGATIVE_EDGE": 6, "WHY_CONN_ERR": 1}
    assert list(why_code_counts(tally)) == ["WHY_NEGATIVE_EDGE", "WHY_CONN_ERR"]


def test_no_reasons_are_no_counts(make_tally):
    """An empty tally and one without reasons give an empty object."""
    assert why_code_counts(make_tally()) == {}
    assert why_code_counts(pd.DataFrame()) == {}
    assert why_code_counts(make_tally({"what": "signal"})) == {}
