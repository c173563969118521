"""A share states what it is made of and how sure it is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.ratio import ratio, wilson_interval


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_stays_between_0_and_1(counts):
    """0 ≤ low ≤ share ≤ high ≤ 1 for every share, 0 and 1 included."""
    hits, n = counts
    low, high = wilson_interval(hits, n)
    assert 0 <= low <= hits / n + 1e-12
    assert hits / n - 1e-12 <= high <= 1


def test_known_interval():
    """3 of 4 lies between 30.1 % and 95.4 % (Wilson's score interval)."""
    assert wilson_interval(3, 4) == pytest.approx((0.3006, 0.9544), abs=1e-4)


def test_none_and_all_have_exact_bounds():
    """Of none the lower bound is 0 and of all the upper one 1, not 1.39e-17 nor 0.9999999999."""
    for n in range(1, 3_000):
        low, high = wilson_interval(0, n)
        assert low == 0.0 < high < 1.0
        low, high = wilson_interval(n, n)
        assert 0.0 < low < high == 1.0


def test_the_interval_covers_the_truth():
    """Over shares from 0.05 to 0.95 and n = 60 the interval holds the truth in 93–97.5 %."""
    rng = np.random.default_rng(3)
    shares = rng.uniform(0.05, 0.95, 20_000)
    hits = rng.binomial(60, shares)
    intervals = np.array([wilson_interval(int(h), 60) for h in hits])
    covered = (intervals[:, 0] <= shares) & (shares <= intervals[:, 1])
    assert 0.93 <= covered.mean() <= 0.975


def test_no_denominator_is_no_ratio():
    """0 of 0 is unknown, not 0."""
    assert ratio(0, 0).value is None
    assert ratio(5, 0).value is None


def test_above_one_warns():
    """A share above 1 is shown with its warning and without an interval."""
    edge = ratio(3, 2, warning_above_one="look at the window's edge")
    assert (edge.value, edge.low, edge.warning) == (1.5, None, "look at the window's edge")
    assert ratio(2, 2, warning_above_one="never").warning is None


def test_impossible_shares_are_refused():
    """A Wilson interval of 3 of 2, or of nothing, is an error that says why."""
    for hits, n in ((3, 2), (0, 0), (-1, 4)):
        with pytest.raises(ValueError, match="0 ≤ hits ≤ n"):
            wilson_interval(hits, n)
