"""The funnel counts opening orders by what happened to them, each once."""

from __future__ import annotations

import pandas as pd
import pytest

from metrics.orders import deny_ratio, fill_ratio, order_counts, window_events


def test_opens_and_closes_are_counted_apart(make_tally):
    """A close never enters the funnel of opens; its acknowledgement is no fill."""
    tally = make_tally(
        {"what": "submitted", "position_effect": "open", "n": 3},
        {"what": "submitted", "position_effect": "close", "n": 2},
        {"what": "accepted", "position_effect": "open", "n": 2},
        {"what": "accepted", "position_effect": "close", "n": 1},
        {"what": "filled", "position_effect": "open", "n": 2},
        {"what": "filled", "position_effect": "close", "n": 1},
    )
    counts = order_counts(tally)
    assert (counts.submitted, counts.ack, counts.filled) == (3, 2, 2)
    assert (counts.closes_submitted, counts.closes_ack) == (2, 1)


def test_an_unsaid_effect_is_an_opening(make_tally):
    """The origin marks closings only, so an order that says nothing opens."""
    assert order_counts(make_tally({"what": "filled"})).filled == 1


def test_expired_is_not_cancelled(make_tally):
    """Canceled, expired and rejected orders stand in their own columns."""
    tally = make_tally(
        {"what": "canceled", "position_effect": "open", "n": 4},
        {"what": "expired", "position_effect": "open", "n": 2},
        {"what": "rejected", "position_effect": "open", "n": 1},
        {"what": "first_partial", "position_effect": "open", "n": 5},
        {"what": "orphan", "position_effect": "open", "n": 6},
    )
    counts = order_counts(tally)
    assert (counts.cancelled, counts.expired, counts.failed) == (4, 2, 1)
    assert (counts.partially_filled, counts.orphans) == (5, 6)


def test_a_skip_that_is_also_denied_is_one_denial(make_tally):
    """Absorbed skips leave the skipped, and a repeated denial is not counted again."""
    tally = make_tally(
        {"what": "order.denied", "reason": "WHY_NEGATIVE_EDGE", "n": 3},
        {"what": "order.denied.repeat", "reason": "WHY_NEGATIVE_EDGE", "n": 2},
        {"what": "order.skipped", "n": 5},
        {"what": "skip_absorbed", "n": 3},
    )
    counts = order_counts(tally)
    assert (counts.denied, counts.skipped) == (3, 2)


def test_ratios_know_their_denominators(make_tally):
    """Fill ratio is filled of submitted opens, deny ratio denied of denied and submitted."""
    tally = make_tally(
        {"what": "submitted", "position_effect": "open"},
        {"what": "order.denied", "n": 3},
        {"what": "submitted", "position_effect": "close", "n": 9},
    )
    assert fill_ratio(tally).value == 0.0
    denied = deny_ratio(tally)
    assert (denied.value, denied.numerator, denied.denominator) == (0.75, 3, 4)
    assert denied.low == pytest.approx(0.3006, abs=1e-4)


def test_fills_of_earlier_submits_warn_at_the_edge(make_tally):
    """More fills than submits in a window is said, not hidden and not cut to 100 %."""
    tally = make_tally({"what": "submitted"}, {"what": "filled", "n": 2})
    found = fill_ratio(tally)
    assert found.value == 2.0
    assert "before it began" in str(found.warning)


def test_window_events_count_records_not_steps(make_tally):
    """Steps of order lives and twins of other lines are not events of the origin."""
    tally = make_tally(
        {"what": "order.submitted"},
        {"what": "submitted"},
        {"what": "signal", "n": 4},
        {"what": "order.denied.repeat"},
        {"what": "telemetry.twin.order.denied", "n": 9},
    )
    assert window_events(tally) == 6


@pytest.mark.parametrize("columns", [True, False], ids=["no rows", "no columns"])
def test_an_empty_tally_counts_nothing(make_tally, columns):
    """Without events the counts are 0 and the ratios unknown."""
    tally = make_tally() if columns else pd.DataFrame()
    assert order_counts(tally).submitted == 0
    assert fill_ratio(tally).value is None
    assert deny_ratio(tally).value is None
    assert window_events(tally) == 0
