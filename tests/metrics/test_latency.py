"""Latencies per stage, over time, and split; hand-made samples with known answers."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics import decision_seconds, first_fill_seconds, order_ack_seconds
from metrics.latency import latency_by, latency_percentiles
from metrics.latency_over_time import latency_bands, latency_heat_map
from metrics.time_bins import MOST_BINS, time_bins

SECOND = 1_000_000_000
START = pd.Timestamp("2025-09-01T20:00:00Z")


@dataclass
class HandMadeSamples:
    """What a view's `latency` gives."""

    ts_ns: np.ndarray
    seconds: np.ndarray
    symbol: pd.Categorical = field(default_factory=lambda: pd.Categorical([]))
    route: pd.Categorical = field(default_factory=lambda: pd.Categorical([]))
    exact: bool = True
    histogram: tuple | None = None


def samples(seconds, every=1.0, **more):
    ts = START.value + np.round((np.arange(len(seconds)) + 1) * every * SECOND).astype(np.int64)
    return HandMadeSamples(ts, np.asarray(seconds, dtype=float), **more)


def of(made):
    return lambda stage: made


def test_a_stage_has_its_percentiles():
    """The metric hands the stage's seconds to the percentiles."""
    found = latency_percentiles(of(samples([0.1, 0.2, 0.3])), stage="order_ack")
    assert (found.n, found.p50.value, found.label) == (3, 0.2, "exact")


def test_beyond_memory_the_histogram_answers():
    """Where the values are gone the histogram is used, and the label says so."""
    made = samples([0.1], exact=False, histogram=(np.array([5, 5]), np.array([0.1, 0.2])))
    found = latency_percentiles(of(made), stage="decision")
    assert found.n == 10
    assert found.p50.value == pytest.approx(0.15)
    assert found.label == "± 0.4 %"


def test_a_split_gives_each_key_its_percentiles():
    """One row a route, the most seen first; values without a route form no row."""
    routes = pd.Categorical(["maker", "taker", None, "maker"], categories=["taker", "maker", "x"])
    frame = latency_by(of(samples([1.0, 5.0, 9.0, 3.0], route=routes)), stage="x", by="route")
    assert frame["route"].tolist() == ["maker", "taker"]
    assert frame["n"].tolist() == [2, 1]
    assert frame["p50"].tolist() == [2.0, 5.0]
    assert frame["p99"].isna().all()


def test_bands_cover_the_window_and_lose_nothing():
    """The bins together hold every value of the window; empty ones are there with n = 0."""
    made = samples(np.linspace(0.01, 0.2, 200), every=1.0)
    bands = latency_bands(of(made), START, START + pd.Timedelta(seconds=300), stage="x")
    assert len(bands) <= MOST_BINS
    assert bands["n"].sum() == 200
    assert bands["p50"].isna().sum() == (bands["n"] == 0).sum() > 0
    first = bands.iloc[0]
    assert first["p50_low"] <= first["p50"] or np.isnan(first["p50_low"])
    assert str(bands["ts"].dtype) == "datetime64[ns, UTC]"


def test_bands_of_everything_span_the_samples():
    """Without a window start the bins cover the values' own span."""
    made = samples([0.1, 0.2, 0.3], every=3600)
    bands = latency_bands(of(made), None, START, stage="x")
    assert bands["n"].sum() == 3
    assert bands["ts"].iloc[0] <= START + pd.Timedelta(hours=1)


def test_no_samples_are_no_bands():
    """A stage without values gives empty bands and an empty map of the same shape."""
    nothing = of(samples([]))
    assert latency_bands(nothing, None, START, stage="x").empty
    assert latency_heat_map(nothing, None, START, stage="x").counts.size == 0
    assert latency_percentiles(nothing, stage="x").n == 0
    assert latency_by(nothing, stage="x", by="symbol").empty
    within = latency_heat_map(nothing, START, START + pd.Timedelta(minutes=5), stage="x")
    assert within.counts.shape == (0, len(within.starts))


@given(st.lists(st.floats(-0.001, 1e4, allow_nan=False), min_size=1, max_size=80))
def test_the_heat_map_counts_every_value_once(values):
    """The map's sum is n, and each value lies within the edges of its row."""
    end = START + pd.Timedelta(seconds=100)
    found = latency_heat_map(of(samples(values)), START, end, stage="x")
    assert found.counts.sum() == len(values)
    assert found.counts.shape == (len(found.edges_seconds) - 1, len(found.starts))
    biggest = max(values)
    if biggest > 1e-5:
        assert found.counts[-1].sum() > 0
        assert found.edges_seconds[-2] <= biggest * (1 + 1e-12)
        assert biggest <= found.edges_seconds[-1] * (1 + 1e-12)


@given(st.integers(0, 10**18), st.integers(0, 10**18))
def test_time_bins_hold_their_window(first, second):
    """At most 60 bins hold both ends, aligned to their own width."""
    low, high = sorted((pd.Timestamp(first, tz="UTC"), pd.Timestamp(second, tz="UTC")))
    bins = time_bins(low, high)
    assert 1 <= bins.count <= MOST_BINS
    assert bins.edges_ns[0] <= low.value
    assert high.value < bins.edges_ns[-1]
    assert bins.first_ns % bins.width_ns == 0


def test_a_bin_keeps_its_edges_as_time_goes_on():
    """A second later the bins that stay are the same bins."""
    five = pd.Timedelta(seconds=300)
    before = time_bins(START, START + five)
    after = time_bins(START + pd.Timedelta(seconds=1), START + five + pd.Timedelta(seconds=1))
    assert before.width_ns == after.width_ns
    assert set(before.edges_ns[1:-1]) <= set(after.edges_ns)


def test_notebook_series_leave_out_what_is_missing():
    """The three latencies are plain series in seconds, ready for `quantile`."""
    orders = pd.DataFrame(
        {
            "position_effect": pd.Categorical(["open", "close", None, "open"]),
            "order_ack_seconds": [0.1, 0.2, np.nan, 0.4],
            "first_fill_seconds": [1.0, 2.0, 3.0, np.nan],
        }
    )
    kept = orders.copy()
    assert order_ack_seconds(orders).tolist() == [0.1, 0.2, 0.4]
    assert first_fill_seconds(orders).tolist() == [1.0, 3.0]
    assert first_fill_seconds(orders).quantile([0.5, 0.9]).tolist() == pytest.approx([2.0, 2.8])
    assert decision_seconds(pd.DataFrame({"latency_seconds": [0.5, None]})).tolist() == [0.5]
    pd.testing.assert_frame_equal(orders, kept)


def test_notebook_series_survive_frames_without_the_column():
    """A frame that has no such column gives an empty series of floats."""
    for function in (order_ack_seconds, first_fill_seconds, decision_seconds):
        empty = function(pd.DataFrame())
        assert len(empty) == 0
        assert empty.dtype == "float64"
