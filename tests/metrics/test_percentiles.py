"""Percentiles are exact, state their error and say nothing below the n that supports them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from metrics.percentiles import histogram_percentiles, interval_ranks, percentiles

samples = hnp.arrays(
    np.float64,
    st.integers(1, 400),
    elements=st.floats(-1e6, 1e6, allow_nan=False, width=32),
)


@given(samples)
def test_values_are_those_of_numpy(values):
    """P50, P90 and P99 are numpy's linear interpolation to the last bit."""
    found = percentiles(values)
    assert found.n == len(values)
    for one in found.all:
        expected = np.quantile(values, one.quantile)
        if one.value is not None:
            assert one.value == pytest.approx(expected, rel=1e-15, abs=1e-300)


@given(samples)
def test_percentiles_and_their_intervals_are_monotone(values):
    """P50 ≤ P90 ≤ P99, and each value lies inside its own interval."""
    found = percentiles(values)
    known = [one.value for one in found.all if one.value is not None]
    assert known == sorted(known)
    for one in found.all:
        if one.low is not None and one.value is not None:
            assert one.low <= one.value
        if one.high is not None and one.value is not None:
            assert one.value <= one.high


@given(samples, st.integers(-1000, 1000))
def test_a_shift_of_the_sample_shifts_everything(values, shift):
    """Adding a constant to each value adds it to each percentile and to each bound."""
    values = np.round(values)
    before, after = percentiles(values), percentiles(values + shift)
    for one, moved in zip(before.all, after.all, strict=True):
        for name in ("value", "low", "high"):
            old, new = getattr(one, name), getattr(moved, name)
            assert (old is None) == (new is None)
            if old is not None:
                assert new == pytest.approx(old + shift, abs=1e-6)


@given(samples)
def test_order_does_not_matter_and_the_input_stays(values):
    """A shuffled sample gives the same, and the caller's array is not touched."""
    kept = values.copy()
    assert percentiles(values) == percentiles(values[::-1])
    np.testing.assert_array_equal(values, kept)


@pytest.mark.parametrize(("quantile", "smallest"), [(0.5, 6), (0.9, 36), (0.99, 368)])
def test_two_sided_intervals_begin_at_their_n(quantile, smallest):
    """A two-sided 95 % interval exists from n = 6 (P50), 36 (P90) and 368 (P99), not below."""
    low, high = interval_ranks(smallest, quantile)
    assert low is not None
    assert high == smallest
    assert interval_ranks(smallest - 1, quantile)[1] is None
    assert interval_ranks(smallest - 1, quantile)[0] is not None


@pytest.mark.parametrize(("quantile", "smallest"), [(0.5, 5), (0.9, 2), (0.99, 1)])
def test_below_there_is_a_one_sided_bound_or_none(quantile, smallest):
    """The lower 95 % bound exists where 1 − (1 − q)^n ≥ 0.95: from n = 5, 2 and 1."""
    assert interval_ranks(smallest, quantile) == (1, None)
    assert interval_ranks(smallest - 1, quantile) == (None, None)


@pytest.mark.parametrize("quantile", [0.5, 0.9, 0.99])
@pytest.mark.parametrize("n", [6, 40, 400, 2_000])
def test_ranks_agree_with_the_binomial_distribution(quantile, n):
    """The ranks are the tightest whose misses stay within their share, by exact summation."""
    from fractions import Fraction
    from math import comb

    q = Fraction(str(quantile))
    masses = [comb(n, k) * q**k * (1 - q) ** (n - k) for k in range(n + 1)]
    low, high = interval_ranks(n, quantile)
    miss = Fraction(1, 40) if high is not None else Fraction(1, 20)
    if low is not None:
        assert sum(masses[:low]) <= miss
        assert sum(masses[: low + 1]) > miss
    if high is not None:
        assert sum(masses[high:]) <= miss
        assert sum(masses[high - 1 :]) > miss


@pytest.mark.parametrize(("quantile", "n"), [(0.5, 101), (0.9, 100), (0.99, 1_200)])
def test_the_interval_covers_the_truth_as_often_as_it_says(quantile, n):
    """Over 20,000 heavy-tailed samples the interval holds the true quantile in 93–97 %."""
    rng = np.random.default_rng(7)
    low, high = interval_ranks(n, quantile)
    # Ranks do not depend on the distribution: a Pareto sample is a monotone map of a uniform one.
    tail = 1.6
    truth = (1 - quantile) ** (-1 / tail)
    hits, rounds = 0, 20_000
    for _ in range(rounds // 1_000):
        sorted_samples = np.sort((1 - rng.random((1_000, n))) ** (-1 / tail), axis=1)
        inside = (sorted_samples[:, low - 1] <= truth) & (truth <= sorted_samples[:, high - 1])
        hits += int(inside.sum())
    assert 0.93 <= hits / rounds <= 0.97


def test_p99_says_nothing_below_a_hundred():
    """With 99 values P99 would be a guess at the maximum; with 100 it is given."""
    assert percentiles(np.arange(99.0)).p99.value is None
    assert percentiles(np.arange(99.0)).p99.low is None
    hundred = percentiles(np.arange(100.0)).p99
    assert hundred.value == pytest.approx(98.01)
    assert hundred.low is not None
    assert hundred.high is None


def test_nothing_gives_nothing():
    """An empty sample has n = 0 and no values; NaN and infinities are no sample."""
    for values in ([], [np.nan, np.inf, -np.inf]):
        found = percentiles(values)
        assert found.n == 0
        assert [one.value for one in found.all] == [None, None, None]
    assert percentiles([np.nan, 0.25]).p50.value == 0.25


def test_one_value_is_its_own_median():
    """A single latency is shown with n = 1 and without an interval."""
    found = percentiles([0.000994048])
    assert (found.n, found.p50.value, found.p50.low) == (1, 0.000994048, None)
    assert found.label == "exact"


@given(st.lists(st.integers(0, 50), min_size=1, max_size=60).filter(lambda counts: sum(counts) > 0))
def test_a_histogram_gives_what_its_values_would_give(counts):
    """Percentiles of a histogram are those of its bins' middles, each as often as counted."""
    middles = np.linspace(0.001, 1.0, len(counts))
    by_bins = histogram_percentiles(counts, middles)
    by_values = percentiles(np.repeat(middles, counts))
    assert by_bins.n == by_values.n
    assert by_bins.all == by_values.all
    assert by_bins.label == "± 0.4 %"


def test_an_empty_histogram_gives_nothing():
    """No bins, or bins without counts, have no percentiles."""
    assert histogram_percentiles([], []).n == 0
    assert histogram_percentiles([0, 0], [1.0, 2.0]).p50.value is None


def test_a_million_values_have_their_ranks():
    """The ranks of a large sample come from the same distribution, by the normal limit."""
    n = 1_000_000
    low, high = interval_ranks(n, 0.5)
    assert low == pytest.approx(n / 2 - 980, abs=2)
    assert high == pytest.approx(n / 2 + 980, abs=3)
