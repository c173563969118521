"""A thinned series looks like the whole one."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from metrics.thinned import thinned

VALUES = st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), max_size=300)


@given(VALUES, st.integers(4, 60))
def test_ends_highs_and_lows_stay(values: list[float], most: int) -> None:
    """Never more points than asked for, in order; first, last, highest and lowest are kept."""
    series = pd.Series(values, dtype="float64")
    found, known = thinned(series, most), series.dropna()
    assert len(found) <= max(most, 4)
    assert found.index.is_monotonic_increasing
    assert found.equals(known.loc[found.index])
    if len(known):
        assert (found.iloc[0], found.iloc[-1]) == (known.iloc[0], known.iloc[-1])
        assert (found.min(), found.max()) == (known.min(), known.max())


def test_a_short_series_is_left_as_it_is() -> None:
    """What fits is given whole, but for what has no value."""
    series = pd.Series([1.0, float("nan"), 3.0])
    assert thinned(series, 600).tolist() == [1.0, 3.0]
