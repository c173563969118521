"""Results of the same sample are given again, of another one computed anew."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.percentiles import percentiles
from metrics.remembered import Remembered

SAMPLES = st.lists(st.lists(st.sampled_from([0.0, 0.1, 1.0, 2.5]), max_size=4), max_size=30)


@given(SAMPLES)
def test_what_is_remembered_is_what_would_be_computed(samples: list[list[float]]) -> None:
    """Whatever was asked before, a sample gets its own percentiles."""
    remembered = Remembered(percentiles, most=5)
    for values in samples:
        assert remembered(np.array(values)) == percentiles(values)


def test_the_same_sample_is_computed_once() -> None:
    """Two looks at equal values cost one computation; a value more, or less, costs another."""
    asked: list[list[float]] = []

    def total(sample: np.ndarray) -> float:
        asked.append(sample.tolist())
        return float(sample.sum())

    remembered = Remembered(total)
    column = np.arange(10.0)
    assert [remembered(column[2:5]), remembered(np.array([2.0, 3.0, 4.0]))] == [9.0, 9.0]
    assert remembered(column[2:6]) == 14.0
    assert asked == [[2.0, 3.0, 4.0], [2.0, 3.0, 4.0, 5.0]]


@pytest.mark.parametrize("pieces", [3, 6, 12])
def test_no_more_is_kept_than_allowed(pieces: int) -> None:
    """A function that keeps three results keeps three, however many samples there are."""
    remembered = Remembered(len, most=3)
    for size in range(pieces):
        remembered(np.zeros(size))
    assert len(remembered._kept) <= 3
