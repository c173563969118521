"""Counts by minute: packed or open, in any order, they are the counts."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ledger.minute_counts import OPEN_MINUTES, MinuteCounts

PAIRS = st.lists(
    st.tuples(st.integers(-5, 4 * OPEN_MINUTES), st.integers(0, 70_000)), min_size=1, max_size=60
)


def add(counts: MinuteCounts, pairs: list[tuple[int, int]], sign: int = 1) -> None:
    minutes, keys = (np.array(each, np.int64) for each in zip(*pairs, strict=True))
    counts.add(minutes, keys, sign)


@given(st.lists(PAIRS, min_size=1, max_size=8), st.integers(-5, 30), st.integers(0, 30))
def test_a_stretch_of_minutes_has_the_counts_that_were_told(
    told: list[list[tuple[int, int]]], first: int, length: int
) -> None:
    """Whatever the order of minutes, and after some were taken back: as counted one by one."""
    counts, truth = MinuteCounts(), Counter[tuple[int, int]]()
    for pairs in told:
        add(counts, pairs)
        truth.update(pairs)
    add(counts, told[0], sign=-1)
    truth.subtract(told[0])
    for low, high in ((first, first + length), (None, first), (first, None), (None, None)):
        found = counts.into(np.zeros(70_001, np.int64), low, high)
        expected = np.zeros(70_001, np.int64)
        for (minute, key), n in truth.items():
            inside = (low is None or minute >= low) and (high is None or minute <= high)
            expected[key] += n * inside
        assert np.array_equal(found, expected)


def test_a_minute_with_many_counts_is_not_cut_short() -> None:
    """Counts beyond 65,535 survive the packing, also when minutes follow."""
    counts = MinuteCounts()
    for _ in range(3):
        counts.add(np.zeros(100_000, np.int64), np.full(100_000, 3))
    add(counts, [(minute, 3) for minute in range(1, 3 * OPEN_MINUTES)])
    assert counts.into(np.zeros(4, np.int64), 0, 0)[3] == 300_000
